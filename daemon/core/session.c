// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <assert.h>

#include "session_judge.h"

void session_init(struct session *s, const struct policy *policy)
{
	memset(s, 0, sizeof(*s));
	s->policy = policy;
}

void session_set_limiter(struct session *s, const struct session_limiter *limiter)
{
	s->limiter = limiter;
}

void session_begin_message(struct session *s, struct arena *arena)
{
	s->arena = arena;
}

void session_turn_away(struct session *s)
{
	s->over_limit = s->turned_away = true;
}

bool session_in_message(const struct session *s)
{
	return s->state >= SESSION_MAIL;
}

bool session_has_recipient(const struct session *s)
{
	return s->state >= SESSION_RCPT;
}

/* Who has authenticated, and the queue id. */
static void forget_macros(struct session *s)
{
	s->authenticated = false;
	s->queue_id_len = 0;
}

void session_end_message(struct session *s)
{
	session_dkim_abandon(&s->dkim);
	s->arena = NULL;
	s->over_limit = s->turned_away = s->failed = false;
	forget_macros(s);
	if (s->state > SESSION_CONNECTED)
		s->state = SESSION_CONNECTED;
}

static void exceed(struct session *s, struct span limit)
{
	session_dkim_abandon(&s->dkim);
	s->over_limit = true;
	s->limit = limit;
}

void session_over_limit(struct session *s)
{
	exceed(s, SPAN("header"));
}

/* The same, since nothing is known of something that was said. */
static void fail(struct session *s)
{
	session_over_limit(s);
	s->failed = true;
}

/* --- macros ----------------------------------------------------------------------------------- */

static void keep_queue_id(struct session *s, struct span id)
{
	s->queue_id_len = id.len < sizeof(s->queue_id) ? id.len : sizeof(s->queue_id);
	memcpy(s->queue_id, id.p, s->queue_id_len);
}

static void keep_certificate(struct session *s, struct span name)
{
	if (name.len == 0 || name.len > sizeof(s->certificate))
		return;
	s->certificate_len = name.len;
	memcpy(s->certificate, name.p, name.len);
}

/* The value of the macro, the first if there are several; without it p is NULL. */
static struct span find_macro(struct span pairs, struct span wanted)
{
	struct span name, value;

	while (milter_macro_next(&pairs, &name, &value))
		if (span_eq(name, wanted))
			return value;
	return span_of(NULL, 0);
}

/*
 * What HELO's macros say of the client certificate.  Postfix sends {cert_subject}, a common name,
 * only for a chain that it verified (src/smtpd/smtpd_milter.c); Sendmail sends the name whatever
 * the chain, and {verify} says whether it is good.
 */
static void read_certificate(struct session *s, struct span pairs)
{
	s->certificate_len = 0;
	if (!find_macro(pairs, SPAN("tls_version")).len)
		return;
	if (s->postfix)
		keep_certificate(s, find_macro(pairs, SPAN("cert_subject")));
	else if (span_eq(find_macro(pairs, SPAN("verify")), SPAN("OK")))
		keep_certificate(s, find_macro(pairs, SPAN("cn_subject")));
}

static void read_connect_macros(struct session *s, struct span pairs)
{
	s->postfix = span_starts_nocase(find_macro(pairs, SPAN("v")), SPAN("Postfix"));
}

static void read_message_macros(struct session *s, struct span pairs)
{
	struct span id = find_macro(pairs, SPAN("i"));
	struct span user = find_macro(pairs, SPAN("auth_authen"));

	if (id.p)
		keep_queue_id(s, id);
	if (user.p)
		s->authenticated = user.len != 0;
}

static enum session_result on_macros(struct session *s, const struct milter_event *ev)
{
	switch (ev->macros.stage) {
	case MILTER_CONNECT:
		read_connect_macros(s, ev->macros.pairs);
		break;
	case MILTER_HELO:
		s->helo_macros_seen = true;
		read_certificate(s, ev->macros.pairs);
		break;
	case MILTER_MAIL: /* the packet replaces the one before it */
		forget_macros(s);
		read_message_macros(s, ev->macros.pairs);
		break;
	case MILTER_RCPT:
	case MILTER_DATA:
	case MILTER_END_OF_HEADERS:
	case MILTER_END_OF_MESSAGE:
		read_message_macros(s, ev->macros.pairs);
		break;
	default: /* with each header field too: they say nothing that END_OF_MESSAGE does not */
		break;
	}
	return SESSION_NEXT;
}

/* --- the connection --------------------------------------------------------------------------- */

static void forget_certificate(struct session *s)
{
	s->certificate_len = 0;
	s->helo_macros_seen = false;
}

/* What macros of later events came before it are void. */
static enum session_result on_connect(struct session *s, const struct milter_event *ev)
{
	if (s->state != SESSION_NEW)
		return SESSION_CLOSE;
	forget_macros(s);
	forget_certificate(s);
	s->client = ev->connect.client;
	s->state = SESSION_CONNECTED;
	return SESSION_NEXT;
}

/* A new HELO may mean STARTTLS: what the last one said of a certificate is void (RFC 3207 4.2). */
static enum session_result on_helo(struct session *s)
{
	if (s->state == SESSION_NEW)
		return SESSION_CLOSE;
	session_end_message(s);
	if (!s->helo_macros_seen)
		s->certificate_len = 0;
	s->helo_macros_seen = false;
	return SESSION_NEXT;
}

static enum session_result on_new_connection(struct session *s)
{
	const struct session_limiter *limiter = s->limiter;
	const struct policy *policy = s->policy;
	bool leading_space = s->leading_space;
	uint32_t actions = s->actions;

	session_dkim_abandon(&s->dkim);
	session_init(s, policy);
	s->limiter = limiter;
	s->leading_space = leading_space;
	s->actions = actions;
	return SESSION_NEXT;
}

/* --- the message ------------------------------------------------------------------------------ */

/* Its mailbox points into the copy, which lives as long as the envelope. */
static void keep_mail_from(struct session *s, struct span path)
{
	struct facts_envelope *envelope = &s->envelope;
	enum parse_status status;

	if (path.len > sizeof(s->mail_from)) {
		exceed(s, SPAN("sender"));
		return;
	}
	memcpy(s->mail_from, path.p, path.len);
	path.p = s->mail_from;
	status = mailbox_path_parse(path, s->policy->to_ascii, &envelope->mail_from);
	envelope->mail_from_valid = status == PARSE_OK;
	if (status == PARSE_FAILED)
		fail(s);
}

static enum session_result on_mail(struct session *s, const struct milter_event *ev)
{
	if (s->state != SESSION_CONNECTED)
		return SESSION_CLOSE;
	if (s->helo_macros_seen) /* and no HELO after them */
		forget_certificate(s);
	s->envelope = (struct facts_envelope){
		.client = s->client,
		.authenticated = s->authenticated,
	};
	keep_mail_from(s, ev->path.address);
	header_index_init(&s->headers, &s->policy->stripped_names);
	s->state = SESSION_MAIL;
	return SESSION_NEXT;
}

static enum session_result on_rcpt(struct session *s, const struct milter_event *ev)
{
	if (s->state != SESSION_MAIL && s->state != SESSION_RCPT)
		return SESSION_CLOSE;
	if (s->envelope.n_rcpts == s->policy->limits.recipients)
		exceed(s, SPAN("recipients"));
	else if (!facts_add_recipient(&s->envelope, s->policy, ev->path.address))
		fail(s);
	s->state = SESSION_RCPT;
	return SESSION_NEXT;
}

static enum session_result on_data(const struct session *s)
{
	return s->state == SESSION_RCPT ? SESSION_NEXT : SESSION_CLOSE;
}

static enum session_result on_header(struct session *s, const struct milter_event *ev)
{
	if (s->state != SESSION_RCPT && s->state != SESSION_HEADERS)
		return SESSION_CLOSE;
	assert(s->arena || s->turned_away);
	s->state = SESSION_HEADERS;
	if (!s->over_limit &&
	    !header_index_add(&s->headers, s->arena, ev->header.name, ev->header.value))
		session_over_limit(s);
	return SESSION_NEXT;
}

static void begin_dkim(struct session *s)
{
	enum facts_from_state state;
	struct mailbox from = { .domain.len = 0 };

	state = facts_read_from(&s->headers, s->policy, &from);
	s->dkim.options.leading_space = s->leading_space;
	if (state == FACTS_FROM_UNKNOWN)
		fail(s);
	else if (!session_dkim_begin(&s->dkim, s->policy, &from.domain, &s->headers, s->arena))
		session_over_limit(s);
}

/* The end of headers is not announced to a filter that asked for that. */
static void end_header(struct session *s)
{
	if (s->state == SESSION_BODY)
		return;
	s->state = SESSION_BODY;
	if (s->policy->dkim_source == POLICY_DKIM_NATIVE && !s->over_limit)
		begin_dkim(s);
}

static enum session_result on_end_of_headers(struct session *s)
{
	if (s->state != SESSION_RCPT && s->state != SESSION_HEADERS)
		return SESSION_CLOSE;
	end_header(s);
	return SESSION_NEXT;
}

static void read_chunk(struct session *s, struct span chunk)
{
	end_header(s);
	if (s->dkim.check)
		dkim_check_body(s->dkim.check, chunk);
}

static enum session_result on_body(struct session *s, const struct milter_event *ev)
{
	if (s->state < SESSION_RCPT || s->state > SESSION_BODY)
		return SESSION_CLOSE;
	read_chunk(s, ev->chunk);
	return SESSION_NEXT;
}

static enum session_result answer_message(struct session *s, struct session_answer *answer)
{
	s->state = SESSION_JUDGED;
	session_judge(s, answer);
	return SESSION_ANSWER;
}

/* Sendmail may put the end of the body into it. */
static enum session_result on_end_of_message(struct session *s, const struct milter_event *ev,
					     struct session_answer *answer)
{
	if (s->state < SESSION_RCPT || s->state > SESSION_BODY)
		return SESSION_CLOSE;
	assert(s->arena || s->turned_away);
	read_chunk(s, ev->chunk);
	if (!session_dkim_waits(&s->dkim))
		return answer_message(s, answer);
	s->state = SESSION_WAITING;
	return SESSION_WAIT;
}

void session_set_dkim(struct session *s, const struct dkim_crypto *crypto, uint64_t now)
{
	s->dkim.options.crypto = crypto;
	s->dkim.options.now = now;
}

bool session_key_name(const struct session *s, size_t i, struct span *name)
{
	return s->dkim.check && dkim_check_name(s->dkim.check, i, name);
}

enum session_result session_key(struct session *s, size_t i, const struct dns_answer *record,
				struct session_answer *answer)
{
	if (!dkim_check_answer(s->dkim.check, i, record))
		session_over_limit(s);
	if (s->state != SESSION_WAITING || session_dkim_waits(&s->dkim))
		return SESSION_NEXT;
	return answer_message(s, answer);
}

static enum session_result on_abort(struct session *s)
{
	session_end_message(s);
	return SESSION_NEXT;
}

enum session_result session_step(struct session *s, const struct milter_event *ev,
				 struct session_answer *answer)
{
	switch (ev->type) {
	case MILTER_MACROS:
		return on_macros(s, ev);
	case MILTER_CONNECT:
		return on_connect(s, ev);
	case MILTER_HELO:
		return on_helo(s);
	case MILTER_MAIL:
		return on_mail(s, ev);
	case MILTER_RCPT:
		return on_rcpt(s, ev);
	case MILTER_DATA:
		return on_data(s);
	case MILTER_HEADER:
		return on_header(s, ev);
	case MILTER_END_OF_HEADERS:
		return on_end_of_headers(s);
	case MILTER_BODY:
		return on_body(s, ev);
	case MILTER_END_OF_MESSAGE:
		return on_end_of_message(s, ev, answer);
	case MILTER_ABORT:
		return on_abort(s);
	case MILTER_UNKNOWN:
		return s->state == SESSION_NEW ? SESSION_CLOSE : SESSION_NEXT;
	case MILTER_QUIT_NEW_CONNECTION:
		return on_new_connection(s);
	case MILTER_NEGOTIATE:
	case MILTER_QUIT:
		return SESSION_CLOSE;
	}
	return SESSION_CLOSE;
}
