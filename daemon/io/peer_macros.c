// SPDX-License-Identifier: Apache-2.0
#include "peer_macros.h"

/* The macros that the session reads, by the stages that it reads them at (session.c). */
enum macro {
	MACRO_VERSION,
	MACRO_TLS_VERSION,
	MACRO_CERT_SUBJECT,
	MACRO_VERIFY,
	MACRO_CN_SUBJECT,
	MACRO_QUEUE_ID,
	MACRO_AUTH_AUTHEN,
};

static const char *const macro_names[PEER_MACROS] = {
	[MACRO_VERSION] = "{v}",
	[MACRO_TLS_VERSION] = "{tls_version}",
	[MACRO_CERT_SUBJECT] = "{cert_subject}",
	[MACRO_VERIFY] = "{verify}",
	[MACRO_CN_SUBJECT] = "{cn_subject}",
	[MACRO_QUEUE_ID] = "{i}",
	[MACRO_AUTH_AUTHEN] = "{auth_authen}",
};

/* Macros that name the client of a connection, at CONNECT by default: Postfix and Sendmail, "_". */
static const char *const client_macros[PEER_CLIENT_MACROS] = { "{_}", "{client_addr}" };

/* In the order in which libmilter keeps and forgets macros: an event of one ends those after it. */
static const struct stage {
	enum milter_command event;
	enum macro first, last; /* that the session reads there */
} stages[PEER_STAGES] = {
	{ MILTER_CONNECT, MACRO_VERSION, MACRO_VERSION },
	{ MILTER_HELO, MACRO_TLS_VERSION, MACRO_CN_SUBJECT },
	{ MILTER_MAIL, MACRO_QUEUE_ID, MACRO_AUTH_AUTHEN },
	{ MILTER_RCPT, MACRO_QUEUE_ID, MACRO_AUTH_AUTHEN },
	{ MILTER_END_OF_MESSAGE, MACRO_QUEUE_ID, MACRO_AUTH_AUTHEN },
};

/* NULL if there is none; libmilter does not write to the name. */
static const char *value_of(SMFICTX *ctx, const char *name)
{
	return smfi_getsymval(ctx, (char *)name);
}

/* The macro's value if it came since the last event of this stage, else NULL. */
static const char *new_value(SMFICTX *ctx, struct peer *peer, size_t stage, enum macro macro)
{
	const char *value = value_of(ctx, macro_names[macro]);
	bool seen = !value;

	for (size_t i = 0; i <= stage; i++)
		seen = seen || peer->seen[i][macro] == (uintptr_t)value;
	peer->seen[stage][macro] = (uintptr_t)value;
	return seen ? NULL : value;
}

static void put_pair(struct outbuf *pairs, const char *name, const char *value)
{
	outbuf_put(pairs, span_of_string(name));
	outbuf_put_byte(pairs, '\0');
	outbuf_put(pairs, span_of(value, strnlen(value, PEER_MACRO_MAX)));
	outbuf_put_byte(pairs, '\0');
}

static void tell(SMFICTX *ctx, struct peer *peer, size_t at)
{
	const struct stage *stage = &stages[at];
	char buffer[PEER_MACROS * (PEER_MACRO_MAX + 24)];
	struct outbuf pairs = outbuf_over(buffer, sizeof(buffer));
	struct milter_event event = { .type = MILTER_MACROS, .macros.stage = (char)stage->event };

	for (enum macro macro = 0; macro < PEER_MACROS; macro++) {
		const char *value = new_value(ctx, peer, at, macro);

		if (value && macro >= stage->first && macro <= stage->last)
			put_pair(&pairs, macro_names[macro], value);
	}
	memset(&peer->seen[at + 1], 0, (PEER_STAGES - at - 1) * sizeof(peer->seen[0]));
	event.macros.pairs = outbuf_span(&pairs);
	if (pairs.len)
		peer_tell(peer, &event);
}

void peer_macros_tell(SMFICTX *ctx, struct peer *peer, enum milter_command event)
{
	for (size_t i = 0; i < PEER_STAGES; i++)
		if (stages[i].event == event)
			tell(ctx, peer, i);
}

void peer_macros_note_client(SMFICTX *ctx, struct peer *peer)
{
	for (size_t i = 0; i < PEER_CLIENT_MACROS; i++) {
		const char *value = value_of(ctx, client_macros[i]);

		snprintf(peer->client[i], sizeof(peer->client[i]), "%s", value ? value : "");
	}
}

void peer_macros_check_client(SMFICTX *ctx, struct peer *peer)
{
	for (size_t i = 0; i < PEER_CLIENT_MACROS; i++) {
		const char *noted = peer->client[i], *value = value_of(ctx, client_macros[i]);

		if (noted[0] && value && strncmp(value, noted, PEER_MACRO_MAX - 1) != 0)
			peer_lose(peer, CLOSE_OUT_OF_ORDER);
	}
}
