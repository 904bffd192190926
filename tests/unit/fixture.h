/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture - what many unit tests need: a policy, facts, milter byte streams, and a dialog to send
 * them to.
 *
 * Everything lives in static memory and is made anew by each call, so that a test may change it.
 *
 * The policy: tenant contoso (contoso.com, contoso.onmicrosoft.com, subdomains of
 * dept.contoso.com, and contoso.example.net to which contoso.com moves; one proof; two secrets) and
 * tenant fabrikam (fabrikam.com; two proofs); hosted example.net; Exchange Online at 40.107.0.0/16
 * and 2a01:111:f403::/48; the operator allows 192.0.2.0/24; 81.144.215.152 may relay through
 * contoso.
 */
#ifndef EXOGATE_FIXTURE_H
#define EXOGATE_FIXTURE_H

#include "dialog.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

#define CONTOSO_ID	   "1234abcd-18c5-45e8-88de-123456789abc"
#define CONTOSO_OTHER_ID   "feedbeef-18c5-45e8-88de-123456789abc"
#define FABRIKAM_ID	   "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"
#define CERTIFICATE_NAME   "mail.protection.outlook.com"
#define SECRET_HEADER	   "X-Contoso-Relay"
#define REASON_HEADER	   "X-Exogate-Reason" /* where policy.reason_header says so */
#define CONTOSO_SECRET	   "0123456789abcdef"
#define CONTOSO_NEW_SECRET "fedcba9876543210+"
#define AUTHSERV_ID	   "relay.example.net"
#define VERIFIER_ID	   "verifier.example.net"
#define EXO_V4		   "40.107.1.2"
#define EXO_V6		   "2a01:111:f403:c200::1"

struct fixture_field {
	const char *name;
	const char *value;
};

struct policy *fixture_policy(void);
struct policy_tenant *fixture_contoso(void);
struct policy_tenant *fixture_fabrikam(void);

/* LOCAL@DOMAIN, split at the last '@'; DOMAIN must be a domain name. */
struct mailbox fixture_mailbox(const char *address);

struct address fixture_address(char family, const char *text);

/* Facts of a message of contoso's that is authorised by its stamp, to one recipient elsewhere. */
struct facts fixture_facts(void);

/* A stamp that is there once. */
struct tenant_stamp fixture_stamp(const char *value);

/* Stamps an X-OriginatorOrg. */
void fixture_stamp_org(struct tenant_stamps *stamps, const char *value);

/* An index of the fields, whose names and values are guarded copies; ends at a NULL name. */
struct header_index *fixture_headers(struct arena *arena, const struct fixture_field *fields);

/* The arena's block is a guarded one of so many bytes, a multiple of 16. */
struct arena fixture_arena(size_t size);

/* Edits a line each, e.g. "delete Authentication-Results 3", into text of size bytes. */
const char *fixture_edits_text(const struct rewrite_plan *plan, char *text, size_t size);

/* --- a stream of milter packets as an MTA sends it -------------------------------------------- */

#define STREAM_MAX (8u * 1024 * 1024)

struct stream {
	char *bytes; /* STREAM_MAX, static: one stream at a time */
	size_t len;
};

struct stream *stream_new(void);
void stream_raw(struct stream *s, const void *bytes, size_t len);
void stream_packet(struct stream *s, char command, const void *data, size_t len);
void stream_empty(struct stream *s, char command);
void stream_offer(struct stream *s, uint32_t version, uint32_t actions, uint32_t steps);
/* Names and values in turn, then NULL. */
void stream_macros(struct stream *s, int stage, ...) __attribute__((sentinel));
void stream_connect(struct stream *s, char family, const char *address);
/* The command with one string: HELO, MAIL, RCPT. */
void stream_string(struct stream *s, char command, const char *text);
void stream_header(struct stream *s, const char *name, const char *value);

/* Offer, CONNECT from EXO_V4 and HELO with a verified certificate, as Postfix 3.7 does. */
void stream_open(struct stream *s);
/* MAIL, RCPT, DATA with macros as from Postfix. */
void stream_envelope(struct stream *s, const char *mail_from, const char *rcpt);
/* Fields up to a NULL name, END_OF_MESSAGE and the ABORT after it; queue_id in all macros. */
void stream_content(struct stream *s, const char *queue_id, const struct fixture_field *fields);
/* A whole message of contoso's with the stamps of EXO. */
void stream_message(struct stream *s, const char *queue_id);

/* --- a dialog driven as the engine drives it -------------------------------------------------- */

struct played {
	char *output; /* all bytes that were sent */
	size_t output_len;
	char *answers; /* a line each, then its edits */
	size_t answers_len;
	unsigned int n_answers;
	bool closed; /* by the dialog, for close_reason */
	enum close_reason close_reason;
	bool arena_lent; /* at the end of the stream */
	unsigned int n_lent;
	size_t most_bytes; /* of the arena in use at once */
};

/*
 * Plays the stream in pieces that end at the ascending cuts (each below stream->len), or byte by
 * byte if cuts is NULL and n_cuts is SIZE_MAX.  With an arena_size of 0 there is none to lend: who
 * asks for one is turned away.  The result is static, and valid until two calls
 * later.
 */
const struct played *dialog_play(const struct policy *policy, size_t arena_size,
				 const struct stream *stream, const size_t *cuts, size_t n_cuts);

/* Fails the running test unless both say the same. */
void played_check_equal(const struct played *a, const struct played *b);

/* Plays whole, byte by byte and at every two-way split; fails unless all are equal. */
const struct played *dialog_play_all_ways(const struct policy *policy, size_t arena_size,
					  const struct stream *stream);

/* Whether the answers, or the output, hold the text. */
bool played_says(const struct played *played, const char *text);
bool played_sent(const struct played *played, const void *bytes, size_t len);

#endif
