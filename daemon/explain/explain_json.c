// SPDX-License-Identifier: Apache-2.0
#include "explain_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "authres.h"
#include "forward_advice.h"
#include "readable.h"
#include "words.h"

/* Mailboxes that are listed of one field. */
#define MAILBOXES_MAX 64

/* What fails is NULL, which jansson hands on until the whole is. */

static json_t *text(struct span value)
{
	char *bytes = malloc(READABLE_BYTES(value.len) + 1);
	struct outbuf readable = outbuf_over(bytes, READABLE_BYTES(value.len));
	json_t *string = NULL;

	if (!bytes)
		return NULL;
	readable_put(&readable, value);
	string = json_stringn(bytes, readable.len);
	free(bytes);
	return string;
}

static json_t *text_or_null(struct span value)
{
	return value.len ? text(value) : json_null();
}

static const struct header_index *headers_of(const struct explanation *e)
{
	return &e->session.headers;
}

/* --- facts ------------------------------------------------------------------------------------ */

static void add_addresses(json_t *list, struct span value)
{
	struct mailbox boxes[MAILBOXES_MAX];
	size_t n;

	if (mailbox_list_parse(value, NULL, boxes, MAILBOXES_MAX, &n) != PARSE_OK)
		return;
	for (size_t i = 0; i < n && i < MAILBOXES_MAX; i++)
		json_array_append_new(list, text(boxes[i].address));
}

static json_t *addresses_in(const struct explanation *e, enum header_kind kind)
{
	json_t *list = json_array();

	for (const struct header_field *f = header_index_first(headers_of(e), kind); f; f = f->next)
		add_addresses(list, f->value);
	return list;
}

static json_t *from_domain(const struct facts *facts)
{
	return facts && facts->from_state == FACTS_FROM_ONE ?
		       text(domain_span(&facts->from.domain)) :
		       json_null();
}

static json_t *values_of(const struct explanation *e, enum header_kind kind)
{
	json_t *list = json_array();

	for (const struct header_field *f = header_index_first(headers_of(e), kind); f; f = f->next)
		json_array_append_new(list, text(span_trim(f->value)));
	return list;
}

static struct span signer_of(struct authres *results)
{
	struct authres_property property;
	struct span signer = { NULL, 0 };

	while (authres_next_property(results, &property))
		if (span_eq_nocase(property.ptype, SPAN("header")) &&
		    span_eq_nocase(property.property, SPAN("d")))
			signer = property.value;
	return signer;
}

static void add_results(json_t *list, struct authres *results)
{
	struct authres_result result;

	while (authres_next_result(results, &result))
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o}", "method", text(result.method),
						"result", text(result.result), "d",
						text_or_null(signer_of(results))));
}

static json_t *trusted_results(const struct explanation *e)
{
	const struct header_field *f =
		header_index_first(headers_of(e), HEADER_AUTHENTICATION_RESULTS);
	uint32_t n = e->answer.facts ? e->answer.facts->n_trusted_results : 0;
	json_t *list = json_array();
	struct authres results;

	for (; f && f->position < n; f = f->next)
		if (authres_parse(f->value, &results) == PARSE_OK)
			add_results(list, &results);
	return list;
}

static json_t *stamps(const struct explanation *e)
{
	const struct proof_stamps each = explanation_stamps(e);

	return json_pack("{s:s, s:s, s:s}", "tenant-id", words_proof(each.id), "originator-org",
			 words_proof(each.originator_org), "attributed",
			 words_proof(each.attributed));
}

static json_t *proofs(const struct proofs *proofs)
{
	return json_pack("{s:s, s:s, s:s}", "stamp", words_proof(proofs->stamp), "signature",
			 words_proof(proofs->signature), "secret", words_proof(proofs->secret));
}

/* Only of a field whose syntax is right is more known than whom it names. */
static bool is_whole(const struct dkim_signature *tried)
{
	return tried->why < DKIM_WHY_TAG_LIST || tried->why > DKIM_WHY_EXPIRATION;
}

static json_t *name_or_null(const struct domain *name)
{
	return name->len ? text(domain_span(name)) : json_null();
}

static json_t *signature(const struct dkim_signature *tried)
{
	static const struct dkim_signature none = { .why = DKIM_WHY_NOT_TRIED };
	const struct dkim_signature *s = tried ? tried : &none;

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "d", name_or_null(&s->sig.domain), "s",
			 name_or_null(&s->sig.selector), "a",
			 tried && is_whole(s) ? json_string(words_algorithm(s->sig.algorithm)) :
						json_null(),
			 "result", text(dkim_result_word(dkim_why_result(s->why))), "why",
			 text(dkim_why_word(s->why)));
}

static json_t *signatures(const struct explanation *e)
{
	const struct header_field *f =
		header_index_first(&e->session.headers, HEADER_DKIM_SIGNATURE);
	json_t *list = json_array();

	for (; f; f = f->next)
		json_array_append_new(list, signature(explanation_signature(e, f)));
	return list;
}

/* Of the tenant's secret header, without a value. */
static json_t *secret(const struct explanation *e)
{
	const struct policy_tenant *tenant = explanation_tenant(e);
	const char *state = words_proof(explanation_proofs(e)->secret);
	json_t *lines;

	if (!tenant || !tenant->secret.header.len)
		return json_null();
	lines = json_array();
	for (const struct header_field *f = NULL; (f = explanation_secret(e, f));)
		json_array_append_new(lines, json_integer((json_int_t)explanation_line(e, f)));
	if (json_array_size(lines) > 1)
		state = "repeated";
	return json_pack("{s:o, s:o, s:s}", "name", text(tenant->secret.header), "lines", lines,
			 "state", state);
}

/* Who seems to have forwarded what was refused, and which conditions are not met. */
static json_t *forwarder(const struct forwarding *forwarding)
{
	json_t *unmet;

	if (!forwarding->tenant)
		return json_null();
	unmet = json_array();
	for (enum forward_condition c = 0; c < FORWARD_CONDITIONS; c++)
		if (!forward_meets(forwarding, c))
			json_array_append_new(unmet, json_string(forward_word(c)));
	return json_pack("{s:o, s:o}", "tenant", text(forwarding->tenant->name), "unmet", unmet);
}

static json_t *facts(const struct explanation *e)
{
	const struct facts *facts = e->answer.facts;
	bool exo = facts && facts->client_class == FACTS_CLIENT_EXO;
	json_t *all = json_object();

	json_object_set_new(all, "from", addresses_in(e, HEADER_FROM));
	json_object_set_new(all, "from_domain", from_domain(facts));
	json_object_set_new(all, "sender", addresses_in(e, HEADER_SENDER));
	json_object_set_new(all, "resent_from", addresses_in(e, HEADER_RESENT_FROM));
	json_object_set_new(all, "mail_from", text(e->circumstances->mail_from));
	json_object_set_new(all, "tenant_id", values_of(e, HEADER_TENANT_ID));
	json_object_set_new(all, "originator_org", values_of(e, HEADER_ORIGINATOR_ORG));
	json_object_set_new(all, "client_class", json_string(exo ? "exo" : "other"));
	json_object_set_new(all, "cert", text_or_null(e->circumstances->certificate));
	json_object_set_new(all, "dkim", signatures(e));
	json_object_set_new(all, "authres", trusted_results(e));
	json_object_set_new(all, "stamps", stamps(e));
	json_object_set_new(all, "proofs", proofs(explanation_proofs(e)));
	json_object_set_new(all, "secret", secret(e));
	json_object_set_new(all, "forwarder", forwarder(&e->forwarding));
	return all;
}

/* --- notes, table and edits ------------------------------------------------------------------- */

/* How the file was read, where that is not plain. */
static json_t *notes(const struct message_file *message)
{
	json_t *list = json_array();

	for (size_t i = 0; i < message->n_notes; i++) {
		const struct message_note *note = &message->notes[i];

		json_array_append_new(list,
				      json_pack("{s:I, s:s, s:o}", "line", (json_int_t)note->line,
						"note", words_note(note->kind), "field",
						text_or_null(note->field)));
	}
	return list;
}

static json_t *table(const struct explanation *e)
{
	json_t *rows = json_array();

	for (size_t i = 0; e->answer.facts && i < verdict_n_rules(); i++)
		json_array_append_new(rows, json_pack("{s:o, s:b}", "reason",
						      text(reason_word(verdict_rule(i).reason)),
						      "matched", (int)(e->holding >> i & 1)));
	return rows;
}

static json_t *edit(const struct edit *edit)
{
	bool of_header = edit->op != EDIT_CHANGE_FROM && edit->op != EDIT_QUARANTINE;
	bool has_value = edit->op != EDIT_DELETE_HEADER;

	return json_pack("{s:s, s:o, s:o, s:o, s:s}", "op", words_edit(edit->op), "name",
			 of_header ? text(edit->name) : json_null(), "index",
			 of_header ? json_integer(edit->index) : json_null(), "value",
			 has_value ? text(edit->value) : json_null(), "rule",
			 words_rule(edit->rule));
}

static json_t *edits(const struct rewrite_plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(list, edit(&plan->edits[i]));
	return list;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Reply code and enhanced code; in the first of several lines a '-' stands between them. */
static json_t *code_of(struct span reply)
{
	const size_t code = strlen("550");
	const char *end = memchr(reply.p + code + 1, ' ', reply.len - code - 1);

	return json_sprintf("%.*s %.*s", (int)code, reply.p,
			    (int)(end - reply.p - (ptrdiff_t)code - 1), reply.p + code + 1);
}

static json_t *explanation_object(const char *path, const struct explanation *e)
{
	const struct verdict *verdict = &e->answer.verdict;
	const struct policy_tenant *tenant = verdict->tenant;
	json_t *all = json_object();

	json_object_set_new(all, "file", text(span_of_string(path)));
	json_object_set_new(all, "verdict", text(verdict_decision_word(verdict->decision)));
	json_object_set_new(all, "would",
			    verdict->would_reject ? json_string("reject") : json_null());
	json_object_set_new(all, "mode", json_string(policy_mode_word(explanation_mode(e))));
	json_object_set_new(all, "code", code_of(e->reply));
	json_object_set_new(all, "reason", text(reason_word(verdict->reason)));
	json_object_set_new(all, "tenant", tenant ? text(tenant->name) : json_null());
	json_object_set_new(all, "direction", json_string(words_direction(verdict->reason)));
	json_object_set_new(all, "notes", notes(e->message));
	json_object_set_new(all, "facts", facts(e));
	json_object_set_new(all, "table", table(e));
	json_object_set_new(all, "edits", edits(&e->answer.plan));
	return all;
}

bool explain_json(FILE *out, const char *path, const struct explanation *e)
{
	json_t *object = explanation_object(path, e);
	char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	if (!line)
		return false;
	fprintf(out, "%s\n", line);
	free(line);
	return true;
}
