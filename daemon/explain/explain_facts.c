// SPDX-License-Identifier: Apache-2.0
#include "explain_facts.h"

#include "readable.h"
#include "words.h"

#define VALUE_MAX_BYTES 100
#define LABEL_WIDTH	14
#define ORIGIN_WIDTH	10
#define RCPTS_SHOWN	10

static const char assumed[] = "assumed";

static void begin(FILE *out, const char *label, const char *origin, struct span value)
{
	fprintf(out, "  %-*s  %-*s  ", LABEL_WIDTH, label, ORIGIN_WIDTH, origin);
	readable_line(out, value.len ? value : SPAN("-"), VALUE_MAX_BYTES);
}

/* meaning may be NULL. */
static void fact(FILE *out, const char *label, const char *origin, struct span value,
		 const char *meaning)
{
	begin(out, label, origin, value);
	fprintf(out, "%s%s\n", meaning ? "  " : "", meaning ? meaning : "");
}

struct line_origin {
	char text[32];
};

static struct line_origin line_of(const struct explanation *e, const struct header_field *field)
{
	struct line_origin origin;

	snprintf(origin.text, sizeof(origin.text), "line %zu", explanation_line(e, field));
	return origin;
}

static void field_fact(FILE *out, const struct explanation *e, const char *label,
		       const struct header_field *field, const char *meaning)
{
	fact(out, label, line_of(e, field).text, span_trim(field->value), meaning);
}

/* --- the connection and the envelope ---------------------------------------------------------- */

static const char *client_meaning(const struct facts *facts)
{
	if (facts->client_class == FACTS_CLIENT_EXO)
		return "Exchange Online's";
	return facts->client_allowed ? "not Exchange Online's; in acl.allow" :
				       "not Exchange Online's";
}

static const char *certificate_meaning(const struct explanation *e)
{
	struct span name = e->answer.facts->envelope.certificate;

	if (e->answer.facts->certificate_exempt)
		return "none is asked for";
	if (!name.len)
		return "none that is verified";
	return policy_lists(&e->policy->certificate_names, name) ? "trusted" : "not trusted";
}

static void put_tenant_of(FILE *out, const struct explanation *e, const struct domain *domain)
{
	const struct policy_tenant *tenant = policy_tenant_of(e->policy, domain_span(domain));

	if (tenant)
		fprintf(out, "  tenant %.*s\n", (int)tenant->name.len, tenant->name.p);
	else
		fputs("  no tenant's\n", out);
}

static void sender_fact(FILE *out, const struct explanation *e)
{
	static const char *const meanings[] = {
		[CIRCUMSTANCES_SENDER_RETURN_PATH] = "  (as in Return-Path)",
		[CIRCUMSTANCES_SENDER_FROM] = "  (as in From)",
	};
	const struct facts_envelope *envelope = &e->answer.facts->envelope;
	enum circumstances_sender sender = e->circumstances->sender;

	begin(out, "sender", sender == CIRCUMSTANCES_SENDER_GIVEN ? "" : assumed,
	      e->circumstances->mail_from.len ? e->circumstances->mail_from : SPAN("<>"));
	if (sender != CIRCUMSTANCES_SENDER_GIVEN && sender != CIRCUMSTANCES_SENDER_NONE)
		fputs(meanings[sender], out);
	if (!envelope->mail_from_valid)
		fputs("  cannot be read\n", out);
	else if (!envelope->mail_from.address.len)
		fputs("  the null sender\n", out);
	else
		put_tenant_of(out, e, &envelope->mail_from.domain);
}

static void recipient_facts(FILE *out, const struct explanation *e)
{
	const struct circumstances *c = e->circumstances;
	const struct facts_envelope *envelope = &e->answer.facts->envelope;
	const char *origin = c->rcpts_assumed ? assumed : "";

	for (size_t i = 0; i < c->n_rcpts && i < RCPTS_SHOWN; i++)
		fact(out, i ? "" : "recipients", i ? "" : origin, c->rcpts[i], NULL);
	if (c->n_rcpts > RCPTS_SHOWN)
		fprintf(out, "  %*s  and %zu more\n", LABEL_WIDTH + ORIGIN_WIDTH + 2, "",
			c->n_rcpts - RCPTS_SHOWN);
	fprintf(out, "  %*s  %u of %u hosted, %u of them role addresses\n",
		LABEL_WIDTH + ORIGIN_WIDTH + 2, "", envelope->n_hosted_rcpts, envelope->n_rcpts,
		envelope->n_role_rcpts);
}

static void circumstances_facts(FILE *out, const struct explanation *e)
{
	const struct circumstances *c = e->circumstances;
	char client[ADDRESS_TEXT_MAX];

	address_format(&c->client, client);
	fact(out, "client", c->client_assumed ? assumed : "", span_of_string(client),
	     client_meaning(e->answer.facts));
	if (c->user.len)
		fact(out, "authenticated", "", c->user, NULL);
	fact(out, "certificate", c->certificate_assumed ? assumed : "", c->certificate,
	     certificate_meaning(e));
	sender_fact(out, e);
	recipient_facts(out, e);
}

/* --- the header ------------------------------------------------------------------------------- */

/* Why there is no one address, of fields that are there. */
static const char *const unusable[] = {
	[FACTS_FROM_MULTIPLE] = "not one address alone",
	[FACTS_FROM_MALFORMED] = "cannot be read",
	[FACTS_FROM_ONE] = NULL,
};

static void from_facts(FILE *out, const struct explanation *e)
{
	const struct facts *facts = e->answer.facts;
	const struct header_field *f = header_index_first(&e->session.headers, HEADER_FROM);

	if (!f)
		fact(out, "From", "", SPAN("-"), "there is none");
	for (; f; f = f->next)
		field_fact(out, e, "From", f, unusable[facts->from_state]);
	if (facts->from_state != FACTS_FROM_ONE)
		return;
	begin(out, "From's domain", "", domain_span(&facts->from.domain));
	put_tenant_of(out, e, &facts->from.domain);
}

/* Of the fields beside From that say who has sent it. */
struct sender_row {
	const char *label;
	enum header_kind kind;
	enum facts_from_state state;
	const struct mailbox *box;
	const char *absent; /* or NULL */
};

static void sender_field_fact(FILE *out, const struct explanation *e, const struct sender_row *row)
{
	const struct header_field *f = header_index_first(&e->session.headers, row->kind);
	char origin[32];

	if (!f)
		fact(out, row->label, "", SPAN("-"), row->absent);
	for (; f && row->state != FACTS_FROM_ONE; f = f->next)
		field_fact(out, e, row->label, f, unusable[row->state]);
	if (!f)
		return;
	snprintf(origin, sizeof(origin), "line %zu", explanation_line(e, f));
	begin(out, row->label, origin, span_trim(f->value));
	put_tenant_of(out, e, &row->box->domain);
}

static void sender_field_facts(FILE *out, const struct explanation *e)
{
	const struct facts *facts = e->answer.facts;
	const struct header_field *from = header_index_first(&e->session.headers, HEADER_FROM);
	bool authors = facts->from_state == FACTS_FROM_MULTIPLE && !from->next;
	const struct sender_row rows[] = {
		{ "Sender", HEADER_SENDER, facts->sender_state, &facts->sender,
		  authors ? "there is none, as RFC 5322 3.6.2 wants beside several authors" :
			    NULL },
		{ "Resent-From", HEADER_RESENT_FROM, facts->resent_from_state, &facts->resent_from,
		  NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		sender_field_fact(out, e, &rows[i]);
}

struct stamp_row {
	const char *label;
	enum header_kind kind;
	const struct tenant_stamp *stamp;
	const char *meaning; /* or NULL */
};

static void stamp_fact(FILE *out, const struct explanation *e, const struct stamp_row *row)
{
	const struct header_field *f = header_index_first(&e->session.headers, row->kind);
	const char *meaning = row->stamp->differs ? "conflict: repeated with another value" :
						    row->meaning;

	if (!f)
		fact(out, row->label, "", SPAN("-"), NULL);
	for (; f; f = f->next)
		field_fact(out, e, row->label, f, meaning);
}

static void stamp_facts(FILE *out, const struct explanation *e)
{
	const struct tenant_stamps *stamps = &e->answer.facts->stamps;
	const struct policy_tenant *tenant = explanation_tenant(e);
	const struct proof_stamps each = explanation_stamps(e);
	const struct stamp_row rows[] = {
		{ "tenant id", HEADER_TENANT_ID, &stamps->id,
		  tenant ? words_proof(each.id) : NULL },
		{ "OriginatorOrg", HEADER_ORIGINATOR_ORG, &stamps->originator_org,
		  tenant ? words_proof(each.originator_org) : NULL },
		{ "attributed", HEADER_ATTRIBUTED_TENANT, &stamps->attributed,
		  tenant ? words_proof(each.attributed) : NULL },
		{ "AuthAs", HEADER_AUTH_AS, &stamps->auth_as, NULL },
		{ "FromEntity", HEADER_FROM_ENTITY, &stamps->from_entity, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		stamp_fact(out, e, &rows[i]);
}

static const char *disbelief(const struct policy *policy)
{
	return policy->dkim_source == POLICY_DKIM_AUTHRES ?
		       "not believed: not of the trusted verifier's only block, above all fields" :
		       "not believed: dkim.source names no verifier before us";
}

/* Which Authentication-Results fields counted: a block on top, or none. */
static void result_facts(FILE *out, const struct explanation *e)
{
	uint32_t n = e->answer.facts->n_trusted_results;
	const struct header_field *f =
		header_index_first(&e->session.headers, HEADER_AUTHENTICATION_RESULTS);

	if (!f)
		fact(out, "results", "", SPAN("-"),
		     e->policy->dkim_source == POLICY_DKIM_AUTHRES ?
			     "the verifier before us has written none" :
			     NULL);
	for (; f; f = f->next)
		field_fact(out, e, "results", f,
			   f->position < n ? "believed" : disbelief(e->policy));
}

/* By its name and what it proves: the value is a secret, or an attempt at one. */
static void secret_facts(FILE *out, const struct explanation *e)
{
	const struct policy_tenant *tenant = explanation_tenant(e);
	const struct header_field *first = explanation_secret(e, NULL);
	bool repeated = first && explanation_secret(e, first);
	const char *meaning = repeated ? "conflict: repeated" :
					 words_proof(explanation_proofs(e)->secret);

	if (!tenant || !tenant->secret.header.len)
		return;
	if (!first)
		fact(out, "secret", "", tenant->secret.header, meaning);
	for (const struct header_field *f = first; f; f = explanation_secret(e, f))
		fact(out, "secret", line_of(e, f).text, f->name, meaning);
}

/* --- signatures ------------------------------------------------------------------------------- */

static void signature_fact(FILE *out, const struct explanation *e, const struct header_field *field)
{
	const struct dkim_signature *tried = explanation_signature(e, field);
	enum dkim_why why = tried ? tried->why : DKIM_WHY_NOT_TRIED;
	char names[2 * DOMAIN_MAX + 8], meaning[128];
	struct outbuf text = outbuf_over(names, sizeof(names));

	outbuf_put(&text, SPAN("d="));
	if (tried)
		outbuf_put(&text, domain_span(&tried->sig.domain));
	outbuf_put(&text, SPAN(" s="));
	if (tried)
		outbuf_put(&text, domain_span(&tried->sig.selector));
	snprintf(meaning, sizeof(meaning), "%s: %s%s%s%s", dkim_result_word(dkim_why_result(why)).p,
		 dkim_why_word(why).p,
		 why == DKIM_WHY_BODY_HASH && !e->message->body.len ? "; the file has no body" : "",
		 tried && tried->testing ? "; its key is on trial (t=y)" : "",
		 tried && tried->partial ? "; l= leaves some of the body uncovered" : "");
	fact(out, "signature", line_of(e, field).text, outbuf_span(&text), meaning);
}

static void signature_facts(FILE *out, const struct explanation *e)
{
	const struct header_field *f =
		header_index_first(&e->session.headers, HEADER_DKIM_SIGNATURE);

	if (e->policy->dkim_source != POLICY_DKIM_NATIVE)
		return;
	if (!f)
		fact(out, "signature", "", SPAN("-"), NULL);
	for (; f; f = f->next)
		signature_fact(out, e, f);
}

/* --- proofs ----------------------------------------------------------------------------------- */

static void proof_facts(FILE *out, const struct explanation *e)
{
	const struct policy_tenant *tenant = explanation_tenant(e);
	const struct proofs *proofs = explanation_proofs(e);

	if (!tenant)
		return;
	fprintf(out, "  %-*s  %-*s  stamp %s, signature %s", LABEL_WIDTH, "proofs", ORIGIN_WIDTH,
		"", words_proof(proofs->stamp), words_proof(proofs->signature));
	if (tenant->secret.header.len)
		fprintf(out, ", secret %s", words_proof(proofs->secret));
	fprintf(out, "; %.*s requires %u\n", (int)tenant->name.len, tenant->name.p, tenant->proofs);
}

void explain_facts(FILE *out, const struct explanation *e)
{
	circumstances_facts(out, e);
	from_facts(out, e);
	sender_field_facts(out, e);
	stamp_facts(out, e);
	signature_facts(out, e);
	result_facts(out, e);
	secret_facts(out, e);
	proof_facts(out, e);
}
