// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>

#include "clock.h"
#include "file_limit.h"
#include "filter_answer.h"
#include "log.h"
#include "peer.h"
#include "peer_macros.h"
#include "shared_crypto.h"

/* What libmilter takes an offer of nothing for: SMFI_V1_ACTS and SMFI_V1_PROT of its mfdef.h. */
#define NO_ACTIONS_OFFERED 0x0fu
#define NO_STEPS_OFFERED   0x3fu

/* Replies that libmilter makes itself where the MTA cannot do without: always on offer. */
#define NO_REPLY_STEPS                                                                             \
	(MILTER_NR_HEADER | MILTER_NR_CONNECT | MILTER_NR_HELO | MILTER_NR_MAIL | MILTER_NR_RCPT | \
	 MILTER_NR_DATA | MILTER_NR_UNKNOWN | MILTER_NR_END_OF_HEADERS | MILTER_NR_BODY)

/* --- the connection --------------------------------------------------------------------------- */

static struct peer *open_peer(SMFICTX *ctx)
{
	struct peer *peer = peer_open();

	if (peer && smfi_setpriv(ctx, peer) != MI_SUCCESS) {
		peer_close(peer);
		return NULL;
	}
	return peer;
}

/*
 * What libmilter does not do with all steps that an MTA may offer:
 *  - A last chunk of the body that comes with the end of the message is told to on_body(), and the
 *    end only if that returns SMFIS_CONTINUE, which is a reply.
 *  - To it a header field after UNKNOWN is out of order, unless DATA lies between; and what comes
 *    after DATA in a message without header fields, unless the end of headers lies between.
 */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
			     unsigned long unused2, unsigned long unused3,
			     unsigned long *wanted_actions, unsigned long *wanted_steps,
			     unsigned long *wanted2, unsigned long *wanted3)
{
	const struct milter_offer offer = {
		.version = MILTER_VERSION_MAX, /* libmilter answers older ones as they are */
		.actions = actions == NO_ACTIONS_OFFERED ? 0 : (uint32_t)actions,
		.steps = (steps & ~NO_REPLY_STEPS) == NO_STEPS_OFFERED ? NO_REPLY_STEPS :
									 (uint32_t)steps,
	};
	struct milter_agreement agreed;
	struct peer *peer = open_peer(ctx);

	(void)unused2;
	(void)unused3;
	if (!peer || milter_negotiate(&offer, peer->session.policy, &agreed) != PARSE_OK)
		return SMFIS_REJECT; /* libmilter closes, and calls on_close() */
	agreed.steps &= ~(uint32_t)MILTER_NR_BODY;
	if (!(agreed.steps & MILTER_NO_UNKNOWN))
		agreed.steps &= ~(uint32_t)MILTER_NO_DATA;
	if (!(agreed.steps & MILTER_NO_DATA))
		agreed.steps &= ~(uint32_t)MILTER_NO_END_OF_HEADERS;
	peer->session.actions = agreed.actions;
	peer->session.leading_space = agreed.steps & MILTER_HEADER_LEADING_SPACE;
	*wanted_actions = agreed.actions;
	*wanted_steps = agreed.steps;
	*wanted2 = *wanted3 = 0;
	return SMFIS_CONTINUE;
}

/* As text, since that is how IPv4-mapped addresses are told (core/address.h). */
static struct address read_address(const struct sockaddr *from)
{
	struct address address = { .family = ADDRESS_NONE };
	char text[INET6_ADDRSTRLEN] = "";

	if (from && from->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)from;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		(void)address_parse('4', span_of_string(text), &address);
	} else if (from && from->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)from;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		(void)address_parse('6', span_of_string(text), &address);
	}
	return address;
}

static size_t length_of(char *const *strings)
{
	size_t len = 0;

	for (size_t i = 0; strings[i]; i++)
		len += strlen(strings[i]) + 1;
	return len;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, struct sockaddr *from)
{
	struct peer *peer = smfi_getpriv(ctx);
	const struct milter_event event = {
		.type = MILTER_CONNECT,
		.connect = { .host = span_of_string(host), .client = read_address(from) },
	};

	if (!peer) { /* after QUIT_NC: what was agreed is not told again */
		peer = open_peer(ctx);
		if (!peer)
			return SMFIS_NOREPLY;
		peer_lose(peer, CLOSE_OUT_OF_ORDER);
	}
	peer_check_size(peer, strlen(host) + 1);
	peer_macros_note_client(ctx, peer);
	peer_macros_tell(ctx, peer, MILTER_CONNECT);
	peer_tell(peer, &event);
	return SMFIS_NOREPLY;
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
	struct peer *peer = smfi_getpriv(ctx);
	const struct milter_event event = { .type = MILTER_HELO, .helo = span_of_string(name) };

	if (peer) {
		peer_macros_check_client(ctx, peer);
		peer_check_size(peer, strlen(name) + 1);
		peer_macros_tell(ctx, peer, MILTER_HELO);
		peer_tell(peer, &event);
	}
	return SMFIS_NOREPLY;
}

static sfsistat tell_path(SMFICTX *ctx, enum milter_command type, char **path)
{
	struct peer *peer = smfi_getpriv(ctx);
	const struct milter_event event = {
		.type = type,
		.path.address = span_of_string(path[0]),
	};

	if (!peer)
		return SMFIS_NOREPLY;
	if (type == MILTER_MAIL)
		peer_macros_check_client(ctx, peer);
	peer_check_size(peer, length_of(path));
	peer_macros_tell(ctx, peer, type);
	peer_tell(peer, &event);
	return SMFIS_NOREPLY;
}

static sfsistat on_mail(SMFICTX *ctx, char **path)
{
	return tell_path(ctx, MILTER_MAIL, path);
}

static sfsistat on_rcpt(SMFICTX *ctx, char **path)
{
	return tell_path(ctx, MILTER_RCPT, path);
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct peer *peer = smfi_getpriv(ctx);
	struct milter_event event = { .type = MILTER_HEADER };

	if (!peer)
		return SMFIS_NOREPLY;
	peer_begin_content(peer);
	if (peer_keeps(peer)) {
		peer_keep_command(peer);
		event.header.name = peer_keep_string(peer, name);
		event.header.value = peer_keep_string(peer, value);
	}
	peer_tell(peer, &event);
	return SMFIS_NOREPLY;
}

static sfsistat tell_plain(SMFICTX *ctx, enum milter_command type)
{
	struct peer *peer = smfi_getpriv(ctx);
	const struct milter_event event = { .type = type };

	if (peer)
		peer_tell(peer, &event);
	return SMFIS_NOREPLY;
}

static sfsistat on_data(SMFICTX *ctx)
{
	return tell_plain(ctx, MILTER_DATA);
}

static sfsistat on_unknown(SMFICTX *ctx, const char *verb)
{
	(void)verb;
	return tell_plain(ctx, MILTER_UNKNOWN);
}

static sfsistat on_end_of_headers(SMFICTX *ctx)
{
	struct peer *peer = smfi_getpriv(ctx);

	if (peer)
		peer_begin_content(peer);
	return tell_plain(ctx, MILTER_END_OF_HEADERS);
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct peer *peer = smfi_getpriv(ctx);
	const struct milter_event event = {
		.type = MILTER_BODY,
		.chunk = span_of((const char *)bytes, len),
	};

	if (peer) {
		peer_begin_content(peer);
		peer_tell(peer, &event);
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	return tell_plain(ctx, MILTER_ABORT);
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct peer *peer = smfi_getpriv(ctx);

	if (peer) {
		smfi_setpriv(ctx, NULL);
		peer_close(peer);
	}
	return SMFIS_CONTINUE;
}

/* --- the end of a message --------------------------------------------------------------------- */

static void tell_progress(void *ctx)
{
	smfi_progress(ctx);
}

static sfsistat on_end_of_message(SMFICTX *ctx)
{
	uint64_t started_ns = clock_monotonic_ns();
	struct peer *peer = smfi_getpriv(ctx);
	struct session_answer answer;
	sfsistat verdict;

	if (!peer)
		return SMFIS_TEMPFAIL;
	peer_macros_tell(ctx, peer, MILTER_END_OF_MESSAGE);
	peer_begin_content(peer);
	peer_judge(peer, tell_progress, ctx, &answer);
	verdict = filter_answer_give(ctx, &answer, peer->arena);
	log_message(&answer, clock_monotonic_ns() - started_ns);
	peer_end_message(peer, &answer);
	return verdict;
}

/* --- the filter ------------------------------------------------------------------------------- */

static const struct smfiDesc description = {
	.xxfi_name = (char *)"exogated",
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS | MILTER_ACT_QUARANTINE |
		      MILTER_ACT_CHANGE_FROM,
	.xxfi_negotiate = on_negotiate,
	.xxfi_connect = on_connect,
	.xxfi_helo = on_helo,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_data = on_data,
	.xxfi_unknown = on_unknown,
	.xxfi_header = on_header,
	.xxfi_eoh = on_end_of_headers,
	.xxfi_body = on_body,
	.xxfi_eom = on_end_of_message,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
};

static struct key_service *open_keys(const struct settings *settings, struct ledger *ledger,
				     FILE *errors)
{
	const struct resolver_options options = {
		.servers = settings->dns_servers,
		.timeout_ms = settings->dns_timeout_ms,
		.answers_max = settings->dns_cache,
		.messages_max = settings->messages,
		.counters = &ledger->counters,
	};

	return key_service_open(&options, errors);
}

bool filter_open(const struct filter_options *options, FILE *errors)
{
	const struct peer_limits limits = {
		.keys = open_keys(options->settings, options->ledger, errors),
		.crypto =
			shared_crypto_open(options->settings->messages, options->settings->workers),
		.connections = options->connections,
		.to_raise =
			file_limit_to_raise(options->connections, options->settings->connections),
		.messages = options->settings->messages,
		.limiter = options->limiter,
		.message_wait_s = options->settings->message_wait_s,
		.message_bytes = options->settings->message_header_bytes,
	};

	if (!limits.keys)
		return false;
	if (!limits.crypto || !peer_set_up(&limits, options->policies, options->ledger)) {
		fprintf(errors, "exogated: not enough memory; lower limits.messages or "
				"limits.message_header\n");
		return false;
	}
	smfi_setmaxdatasize(MILTER_PACKET_MAX_BYTES - 1);
	if (smfi_register(description) == MI_SUCCESS &&
	    smfi_settimeout((int)options->settings->message_idle_s) == MI_SUCCESS)
		return true;
	fprintf(errors, "exogated: libmilter refuses the filter; it must be version 8.17\n");
	return false;
}
