// SPDX-License-Identifier: Apache-2.0
#include "rewrite.h"

#include "authres.h"

/* Besides deletions: the reason, the envelope sender, From, our own result, and ExOTA-Milter's. */
#define OTHER_EDITS_MAX 5

struct planner {
	const struct rewrite_input *in;
	struct arena *arena;
	struct edit *edits;
	size_t n;
	bool failed;
};

/* Of a kind that plan_deletions() is asked for. */
static bool must_delete(const struct rewrite_input *in, const struct header_field *field)
{
	return field->kind != HEADER_AUTHENTICATION_RESULTS ||
	       authres_claims(field->value, in->policy->authserv_id);
}

static size_t count_fields(const struct rewrite_input *in, enum header_kind kind)
{
	size_t n = 0;

	for (const struct header_field *f = header_index_first(in->headers, kind); f; f = f->next)
		n++;
	return n;
}

/* RFC 5322 4.5: blanks before the colon are not of the name. */
static bool is_reason(const struct rewrite_input *in, const struct header_field *field)
{
	return span_eq_nocase(span_trim(field->name), in->policy->reason_header);
}

static enum edit_rule rule_of_deletion(const struct rewrite_input *in,
				       const struct header_field *field)
{
	switch (field->kind) {
	case HEADER_AUTHENTICATION_RESULTS:
		return EDIT_RULE_FORGED_RESULT;
	case HEADER_NAMED:
		return is_reason(in, field) ? EDIT_RULE_FORGED_RESULT : EDIT_RULE_NAMED;
	default:
		return EDIT_RULE_TRUST_FIELD;
	}
}

/* From the last field to the first, so that indices go down. */
static void plan_deletions(struct planner *p, enum header_kind kind)
{
	const struct header_field *f;

	for (f = header_index_last(p->in->headers, kind); f; f = f->previous) {
		if (!must_delete(p->in, f))
			continue;
		p->edits[p->n++] = (struct edit){
			.op = EDIT_DELETE_HEADER,
			.rule = rule_of_deletion(p->in, f),
			.name = f->name,
			.index = f->index,
		};
	}
}

/* Keeps the text composed in out, or fails the plan. */
static struct span keep(struct planner *p, const struct outbuf *out)
{
	if (!outbuf_ok(out) || out->len > EDIT_VALUE_MAX) {
		p->failed = true;
		return span_of(NULL, 0);
	}
	return arena_commit(p->arena, out);
}

/* Where the domain of a sender address moves to, for a message that may be rewritten. */
static bool moves(const struct planner *p, const struct mailbox *sender, struct span *to)
{
	return policy_move_of(p->in->verdict->tenant, domain_span(&sender->domain), to);
}

static void plan_envelope_sender(struct planner *p)
{
	const struct mailbox *sender = &p->in->facts->envelope.mail_from;
	struct outbuf text = arena_outbuf(p->arena);
	struct span to;

	if (sender->address.len == 0 || !moves(p, sender, &to))
		return;
	outbuf_put_byte(&text, '<');
	outbuf_put(&text, sender->local);
	outbuf_put_byte(&text, '@');
	outbuf_put(&text, to);
	outbuf_put_byte(&text, '>');
	p->edits[p->n++] = (struct edit){
		.op = EDIT_CHANGE_FROM,
		.rule = EDIT_RULE_DOMAIN,
		.value = keep(p, &text),
	};
}

static void plan_from(struct planner *p)
{
	const struct header_field *field = header_index_first(p->in->headers, HEADER_FROM);
	const struct mailbox *from = &p->in->facts->from;
	struct outbuf text = arena_outbuf(p->arena);
	size_t before = (size_t)(from->domain_text.p - field->value.p);
	struct span to;

	if (!moves(p, from, &to))
		return;
	outbuf_put(&text, span_of(field->value.p, before));
	outbuf_put(&text, to);
	outbuf_put(&text, span_after(field->value, before + from->domain_text.len));
	p->edits[p->n++] = (struct edit){
		.op = EDIT_CHANGE_HEADER,
		.rule = EDIT_RULE_DOMAIN,
		.name = field->name,
		.index = field->index,
		.value = keep(p, &text),
	};
}

/* As the log has it.  All words are our own or the operator's: nothing of the message is in it. */
static void plan_reason(struct planner *p)
{
	const struct verdict *verdict = p->in->verdict;
	struct outbuf text = arena_outbuf(p->arena);

	if (!p->in->policy->reason_header.len)
		return;
	if (p->in->leading_space)
		outbuf_put_byte(&text, ' ');
	outbuf_put(&text, SPAN("verdict="));
	outbuf_put(&text, verdict_decision_word(verdict->decision));
	outbuf_put(&text, verdict->would_reject ? SPAN(" would=reject reason=") : SPAN(" reason="));
	outbuf_put(&text, reason_word(verdict->reason));
	if (verdict->tenant) {
		outbuf_put(&text, SPAN(" tenant="));
		outbuf_put(&text, verdict->tenant->name);
	}
	p->edits[p->n++] = (struct edit){
		.op = EDIT_INSERT_HEADER,
		.rule = EDIT_RULE_REASON,
		.name = p->in->policy->reason_header,
		.index = 0,
		.value = keep(p, &text),
	};
}

/* Of what we verified, RFC 8601 2.7.1: a result each, on a line of its own. */
static void put_signatures(struct outbuf *text, const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_signatures; i++) {
		const struct facts_signature *signature = &facts->signatures[i];

		if (!signature->passed || !signature->selector.len)
			continue;
		outbuf_put(text, SPAN(";\n\tdkim=pass header.d="));
		outbuf_put(text, domain_span(&signature->domain));
		outbuf_put(text, SPAN(" header.s="));
		outbuf_put(text, domain_span(&signature->selector));
	}
}

/* RFC 8601 2.2; the method x-exogate is ours alone, hence its x-, and its properties are tokens. */
static void plan_own_result(struct planner *p)
{
	const struct verdict *verdict = p->in->verdict;
	struct outbuf text = arena_outbuf(p->arena);

	if (p->in->leading_space)
		outbuf_put_byte(&text, ' ');
	outbuf_put(&text, p->in->policy->authserv_id);
	outbuf_put(&text, SPAN(";\n\tx-exogate=pass"));
	if (verdict->proofs.stamp == PROOF_AGREES)
		outbuf_put(&text, SPAN(" policy.proof=stamp"));
	if (verdict->proofs.signature == PROOF_AGREES)
		outbuf_put(&text, SPAN(" policy.proof=signature"));
	if (verdict->proofs.secret == PROOF_AGREES)
		outbuf_put(&text, SPAN(" policy.proof=secret"));
	outbuf_put(&text, SPAN("\n\tpolicy.tenant="));
	outbuf_put(&text, verdict->tenant->name);
	outbuf_put(&text, SPAN(" header.from="));
	outbuf_put(&text, domain_span(&p->in->facts->from.domain));
	put_signatures(&text, p->in->facts);
	p->edits[p->n++] = (struct edit){
		.op = EDIT_INSERT_HEADER,
		.rule = EDIT_RULE_RESULT,
		.name = SPAN("Authentication-Results"),
		.index = 0,
		.value = keep(p, &text),
	};
}

static void put_pair(struct outbuf *text, struct span key, bool value)
{
	outbuf_put_byte(text, ' ');
	outbuf_put(text, key);
	outbuf_put(text, value ? SPAN("=True") : SPAN("=False"));
}

/* What ExOTA-Milter writes of a message that it lets pass, to the byte. */
static void plan_exota_result(struct planner *p)
{
	const struct policy *policy = p->in->policy;
	const struct facts *facts = p->in->facts;
	struct outbuf text = arena_outbuf(p->arena);

	if (!policy->exota.authserv_id.len)
		return;
	if (p->in->leading_space)
		outbuf_put_byte(&text, ' ');
	outbuf_put(&text, policy->exota.authserv_id);
	outbuf_put(&text, SPAN(";\n  auth=pass 5322_from_domain="));
	outbuf_put(&text, domain_span(&facts->from.domain));
	put_pair(&text, SPAN("dkim"), p->in->verdict->tenant->required & POLICY_PROOF_SIGNATURE);
	put_pair(&text, SPAN("dkim_aligned"), facts_signed_by(facts, &facts->from.domain, true));
	put_pair(&text, SPAN("x509_client_trust"),
		 policy->certificate_check == POLICY_CERTIFICATE_NAMES);
	put_pair(&text, SPAN("forwarded"), false);
	p->edits[p->n++] = (struct edit){
		.op = EDIT_INSERT_HEADER,
		.rule = EDIT_RULE_RESULT,
		.name = SPAN("X-ExOTA-Authentication-Results"),
		.index = 0,
		.value = keep(p, &text),
	};
}

/* Seen by whoever looks through what is held. */
static void plan_quarantine(struct planner *p)
{
	struct outbuf text = arena_outbuf(p->arena);

	outbuf_put(&text, SPAN("exogate: "));
	outbuf_put(&text, reason_word(p->in->verdict->reason));
	p->edits[p->n++] = (struct edit){
		.op = EDIT_QUARANTINE,
		.rule = EDIT_RULE_HOLD,
		.value = keep(p, &text),
	};
}

bool rewrite_plan(const struct rewrite_input *in, struct arena *arena, struct rewrite_plan *out)
{
	struct planner p = { .in = in, .arena = arena };
	size_t most = count_fields(in, HEADER_AUTHENTICATION_RESULTS) +
		      count_fields(in, HEADER_TRUST) + count_fields(in, HEADER_NAMED) +
		      OTHER_EDITS_MAX;

	p.edits = arena_record(arena, most * sizeof(*p.edits));
	if (!p.edits)
		return false;
	plan_deletions(&p, HEADER_AUTHENTICATION_RESULTS);
	plan_deletions(&p, HEADER_TRUST);
	plan_deletions(&p, HEADER_NAMED);
	plan_reason(&p); /* below results, which a reader may believe only on top */
	if (in->verdict->reason == REASON_AUTHORISED) {
		plan_envelope_sender(&p);
		plan_from(&p);
		plan_own_result(&p);
		plan_exota_result(&p);
	}
	if (in->verdict->decision == VERDICT_HOLD)
		plan_quarantine(&p);
	*out = (struct rewrite_plan){ p.edits, p.n };
	return !p.failed && p.n <= in->policy->limits.edits;
}
