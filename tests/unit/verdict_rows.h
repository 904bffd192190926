/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict_rows - a message of contoso's that is authorised, and what makes each row of verdict.c's
 * table apply to it.
 *
 * The rows are in the order of the table.  Each make() sets all that its row looks at, so
 * that it applies whatever was made to apply before, of later rows.
 */
#ifndef EXOGATE_VERDICT_ROWS_H
#define EXOGATE_VERDICT_ROWS_H

#include "verdict.h"

#include "fixture.h"
#include "harness.h"

extern struct policy *verdict_policy;
extern struct facts verdict_facts;

/* Makes policy and facts those of the authorised message. */
void verdict_begin(void);

/* Judges, and fails the running test unless this comes out, enforced. */
void verdict_check(enum verdict_decision decision, enum reason reason);
void verdict_check_authorised(void);

void verdict_recipients(uint32_t n, uint32_t n_hosted, uint32_t n_role);
void verdict_sign(const char *domain, bool passed);
/* The one field of contoso's secret header. */
void verdict_secret(const char *value);
void verdict_from(const char *address);

void verdict_make_role(void);
void verdict_make_client_unlisted(void);
void verdict_make_client_other(void);
void verdict_make_from_missing(void);
void verdict_make_from_multiple(void);
void verdict_make_from_malformed(void);
void verdict_make_inbound(void);
void verdict_make_cert_missing(void);
void verdict_make_cert_untrusted(void);
void verdict_make_forwarded(void);
void verdict_make_forwarded_unknown(void);
void verdict_make_tenant_unknown(void);
void verdict_make_inbound_own(void);
void verdict_make_inbound_own_unknown(void);
void verdict_make_tenant_conflict(void);
void verdict_make_envelope_foreign(void);
void verdict_make_sender_foreign(void);
void verdict_make_relayed_through(void);
void verdict_make_temperror(void);
void verdict_make_proof_missing(void);

struct verdict_row {
	void (*make)(void);
	enum verdict_decision decision;
	enum reason reason;
	bool tenant; /* From's domain still has one */
};

#define VERDICT_ROWS_N 20

extern const struct verdict_row verdict_rows[VERDICT_ROWS_N];

#endif
