// SPDX-License-Identifier: Apache-2.0
#include "explanation.h"

#include <stdlib.h>

#include "dialog.h"
#include "milter_frame.h"

/* What Postfix says when it delivers a message that nobody stopped. */
#define ACCEPTED SPAN("250 2.0.0 Ok")

#define MACROS_MAX 4096

static void tell(struct explanation *e, const struct milter_event *event)
{
	(void)session_step(&e->session, event, &e->answer);
}

/* Names and values in turn. */
static void tell_macros(struct explanation *e, enum milter_command stage, const struct span *words,
			size_t n)
{
	char bytes[MACROS_MAX];
	struct outbuf pairs = outbuf_over(bytes, sizeof(bytes));

	for (size_t i = 0; i < n; i++) {
		outbuf_put(&pairs, words[i]);
		outbuf_put_byte(&pairs, '\0');
	}
	if (outbuf_ok(&pairs))
		tell(e, &(const struct milter_event){
				.type = MILTER_MACROS,
				.macros = { .stage = (char)stage, .pairs = outbuf_span(&pairs) },
			});
}

static void tell_connection(struct explanation *e)
{
	const struct circumstances *c = e->circumstances;
	const struct span connect[] = { SPAN("v"), SPAN("Postfix") };
	const struct span helo[] = { SPAN("{tls_version}"), SPAN("TLSv1.3"), SPAN("{cert_subject}"),
				     c->certificate };

	tell_macros(e, MILTER_CONNECT, connect, 2);
	tell(e, &(const struct milter_event){
			.type = MILTER_CONNECT,
			.connect = { .host = c->helo, .client = c->client },
		});
	tell_macros(e, MILTER_HELO, helo, c->certificate.len ? 4 : 0);
	tell(e, &(const struct milter_event){ .type = MILTER_HELO, .helo = c->helo });
}

static void tell_path(struct explanation *e, enum milter_command type, struct span address)
{
	tell(e, &(const struct milter_event){ .type = type, .path.address = address });
}

static void tell_envelope(struct explanation *e)
{
	const struct circumstances *c = e->circumstances;
	const struct span mail[] = { SPAN("{auth_authen}"), c->user };

	tell_macros(e, MILTER_MAIL, mail, c->user.len ? 2 : 0);
	tell_path(e, MILTER_MAIL, c->mail_from);
	for (size_t i = 0; i < c->n_rcpts; i++)
		tell_path(e, MILTER_RCPT, c->rcpts[i]);
}

/* It counts against the limits as if it had been received into the arena: command and strings. */
static void tell_field(struct explanation *e, const struct message_field *field)
{
	struct arena *arena = &e->arena;
	size_t bytes = 1 + field->name.len + 1 + field->value.len + 1;

	if (!e->session.over_limit)
		arena_set_low(arena, arena->low + bytes);
	tell(e, &(const struct milter_event){
			.type = MILTER_HEADER,
			.header = { .name = field->name, .value = field->value },
		});
	if (e->session.over_limit || !dialog_over_limit(arena, arena->low))
		return;
	session_over_limit(&e->session);
	arena_reset(arena);
}

static void find_keys(struct explanation *e)
{
	const struct explanation_verifier *verifier = e->verifier;
	struct span name;

	for (size_t i = 0; session_key_name(&e->session, i, &name); i++)
		if (session_key(&e->session, i, verifier->find_key(verifier->keys, name),
				&e->answer) == SESSION_ANSWER)
			return;
}

static void tell_content(struct explanation *e)
{
	session_begin_message(&e->session, &e->arena);
	session_set_dkim(&e->session, e->verifier->crypto, e->verifier->now);
	for (size_t i = 0; i < e->message->n_fields; i++)
		tell_field(e, &e->message->fields[i]);
	tell(e, &(const struct milter_event){ .type = MILTER_BODY, .chunk = e->message->body });
	tell(e, &(const struct milter_event){ .type = MILTER_END_OF_MESSAGE });
	find_keys(e);
}

/* What the client gets: the text of the packet, if that is a refusal. */
static struct span compose_reply(struct session_answer *answer, struct arena *arena,
				 char bytes[static MILTER_ANSWER_REFUSAL_BYTES])
{
	const struct outbuf composed = milter_answer_compose(answer, arena, bytes);
	struct span packet;
	size_t wanted;

	if (verdict_takes(answer->verdict.decision) ||
	    milter_frame_next(outbuf_span(&composed), &packet, &wanted) != PARSE_OK)
		return ACCEPTED;
	return span_of(packet.p + 1, strlen(packet.p + 1));
}

static void compose_replies(struct explanation *e)
{
	struct session_answer refusal;

	e->reply = compose_reply(&e->answer, &e->arena, e->reply_bytes);
	if (!e->answer.verdict.would_reject)
		return;
	refusal = e->answer;
	refusal.verdict.decision = VERDICT_REJECT;
	e->would_reply = compose_reply(&refusal, &e->arena, e->would_bytes);
}

static void agree(struct explanation *e)
{
	const struct milter_offer everything = { MILTER_VERSION_MAX, ~0u, ~0u };
	struct milter_agreement agreed;

	(void)milter_negotiate(&everything, e->policy, &agreed);
	e->session.actions = agreed.actions;
	e->session.leading_space = agreed.steps & MILTER_HEADER_LEADING_SPACE;
}

/* As row "forwarded" wants it: its stamps agree, and those of no other tenant do. */
static const struct policy_tenant *stamped_tenant(const struct settings *settings,
						  const struct facts *facts)
{
	const struct policy_tenant *found = NULL;

	for (size_t i = 0; i < settings->n_tenants; i++) {
		const struct policy_tenant *tenant = &settings->tenants[i];

		if (proofs_weigh(facts, &settings->policy, tenant).stamp != PROOF_AGREES)
			continue;
		if (found)
			return NULL;
		found = tenant;
	}
	return found;
}

static void look_at_table(struct explanation *e, const struct settings *settings)
{
	const struct facts *facts = e->answer.facts;
	const struct policy_tenant *tenant;

	if (!facts)
		return;
	e->holding = verdict_trace(e->policy, facts);
	if (e->answer.verdict.reason != REASON_TENANT_UNKNOWN)
		return;
	tenant = stamped_tenant(settings, facts);
	if (tenant)
		e->forwarding = forwarding_weigh(e->policy, facts, tenant);
}

bool explanation_make(const struct settings *settings, const struct message_file *message,
		      const struct circumstances *circumstances,
		      const struct explanation_verifier *verifier, struct explanation *e)
{
	size_t size = dialog_arena_bytes(settings->message_header_bytes);

	*e = (struct explanation){
		.policy = &settings->policy,
		.message = message,
		.circumstances = circumstances,
		.verifier = verifier,
		.arena_bytes = malloc(size),
	};
	if (!e->arena_bytes)
		return false;
	arena_init(&e->arena, e->arena_bytes, size);
	session_init(&e->session, e->policy);
	agree(e);
	tell_connection(e);
	tell_envelope(e);
	tell_content(e);
	look_at_table(e, settings);
	compose_replies(e);
	return true;
}

void explanation_free(struct explanation *e)
{
	if (e->arena_bytes)
		session_end_message(&e->session);
	free(e->arena_bytes);
}

size_t explanation_line(const struct explanation *e, const struct header_field *field)
{
	return e->message->fields[field->position].line;
}

enum policy_mode explanation_mode(const struct explanation *e)
{
	const struct policy_tenant *tenant = e->answer.verdict.tenant;

	return tenant ? tenant->mode : e->policy->mode;
}

const struct policy_tenant *explanation_tenant(const struct explanation *e)
{
	return e->answer.verdict.tenant ? e->answer.verdict.tenant : e->forwarding.tenant;
}

const struct proofs *explanation_proofs(const struct explanation *e)
{
	return e->forwarding.tenant ? &e->forwarding.proofs : &e->answer.verdict.proofs;
}

struct proof_stamps explanation_stamps(const struct explanation *e)
{
	const struct policy_tenant *tenant = explanation_tenant(e);

	if (!tenant || !e->answer.facts)
		return (struct proof_stamps){ .id = PROOF_ABSENT };
	return proof_stamps_weigh(&e->answer.facts->stamps, e->policy, tenant);
}

const struct header_field *explanation_secret(const struct explanation *e,
					      const struct header_field *after)
{
	const struct policy_tenant *tenant = explanation_tenant(e);
	const struct facts *facts = e->answer.facts;
	const struct header_field *f = after ? after->next : facts ? facts->named : NULL;

	if (!tenant || !tenant->secret.header.len)
		return NULL;
	while (f && !span_eq_nocase(span_trim(f->name), tenant->secret.header))
		f = f->next;
	return f;
}

const struct dkim_signature *explanation_signature(const struct explanation *e,
						   const struct header_field *field)
{
	const struct facts *facts = e->answer.facts;
	const struct dkim_signature *each;

	for (size_t i = 0; facts && facts->dkim && dkim_check_signature(facts->dkim, i, &each); i++)
		if (each->field == field)
			return each;
	return NULL;
}
