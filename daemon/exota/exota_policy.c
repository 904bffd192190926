// SPDX-License-Identifier: Apache-2.0
#include "exota_policy.h"

#include <jansson.h>
#include <stdlib.h>

#include "settings_file.h"
#include "settings_value.h"

#define KNOWN_KEYS "tenant_id, dkim_enabled, dkim_alignment_required"

struct reader {
	struct settings_report report;
	struct settings_pool *pool;
	const char *text; /* of the file */
};

/* --- where it is wrong ------------------------------------------------------------------------ */

/* Behind the key where it is one, from there on; NULL if it is not written like that. */
static const char *find_key(const char *from, const char *key)
{
	char quoted[SETTINGS_REPORT_QUOTE + 2];
	size_t len = (size_t)snprintf(quoted, sizeof(quoted), "\"%s\"", key);

	if (!from || len >= sizeof(quoted))
		return NULL;
	while ((from = strstr(from, quoted))) {
		from += len;
		if (from[strspn(from, " \t\r\n")] == ':')
			return from;
	}
	return NULL;
}

static unsigned int line_of(const struct reader *r, const char *at)
{
	unsigned int line = 1;

	for (const char *p = r->text; p < at; p++)
		line += *p == '\n';
	return line;
}

/* About a domain, or a key of its entry: as exactly as they can be found in the text. */
static void refuse(struct reader *r, const char *domain, const char *key, const char *what)
{
	char quoted[SETTINGS_REPORT_QUOTE], quoted_key[SETTINGS_REPORT_QUOTE];
	const char *at = find_key(r->text, domain), *at_key = key ? find_key(at, key) : NULL;

	settings_report_quote(span_of_string(domain), quoted);
	settings_report_quote(span_of_string(key ? key : ""), quoted_key);
	if (at)
		settings_report_line(&r->report, r->report.path, line_of(r, at_key ? at_key : at),
				     "\"%s\"%s%s: %s", quoted, key ? "." : "", quoted_key, what);
	else
		settings_report_error(&r->report, NULL, "\"%s\"%s%s: %s", quoted, key ? "." : "",
				      quoted_key, what);
}

/* --- one entry -------------------------------------------------------------------------------- */

/* The text in the form that the settings compare; empty after an error. */
static struct span parse(struct reader *r, const struct settings_type *type, const char *text,
			 const char **error)
{
	const struct settings_input in = { .text = span_of_string(text), .pool = r->pool };
	struct settings_value value = { .text = SPAN("") };

	*error = type->parse(&in, &value);
	return value.text;
}

static void read_id(struct reader *r, const char *domain, const json_t *value, struct span *out)
{
	const char *error = NULL;

	if (!json_is_string(value)) {
		refuse(r, domain, "tenant_id", "expected a string; write the tenant's id, or \"\"");
		return;
	}
	if (json_string_length(value) == 0)
		return;
	*out = parse(r, &settings_type_guid, json_string_value(value), &error);
	if (error)
		refuse(r, domain, "tenant_id", error);
}

static void read_switch(struct reader *r, const char *domain, const char *key, const json_t *value,
			bool *out)
{
	if (json_is_boolean(value))
		*out = json_is_true(value);
	else
		refuse(r, domain, key, "expected true or false, without quotes");
}

static void read_key(struct reader *r, const char *domain, const char *key, const json_t *value,
		     struct exota_domain *out)
{
	if (!strcmp(key, "tenant_id"))
		read_id(r, domain, value, &out->id);
	else if (!strcmp(key, "dkim_enabled"))
		read_switch(r, domain, key, value, &out->dkim_enabled);
	else if (!strcmp(key, "dkim_alignment_required"))
		read_switch(r, domain, key, value, &out->alignment_required);
	else
		refuse(r, domain, key, "unknown key; known here: " KNOWN_KEYS);
}

static void read_domain(struct reader *r, const char *domain, json_t *entry,
			struct exota_domain *out)
{
	const char *error;

	out->dkim_enabled = out->alignment_required = true;
	out->id = SPAN("");
	out->name = parse(r, &settings_type_domain, domain, &error);
	if (error)
		refuse(r, domain, NULL, error);
	if (!json_is_object(entry)) {
		refuse(r, domain, NULL, "expected an object; write { \"tenant_id\": \"...\" }");
		return;
	}
	for (void *at = json_object_iter(entry); at; at = json_object_iter_next(entry, at))
		read_key(r, domain, json_object_iter_key(at), json_object_iter_value(at), out);
}

/* --- tenants ---------------------------------------------------------------------------------- */

static int compare_spans(struct span a, struct span b)
{
	int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_position(const void *one, const void *other)
{
	const struct exota_domain *a = one, *b = other;

	return (a->position > b->position) - (a->position < b->position);
}

static int by_name(const void *one, const void *other)
{
	const struct exota_domain *a = one, *b = other;
	int order = compare_spans(a->name, b->name);

	return order ? order : by_position(a, b);
}

static int by_id(const void *one, const void *other)
{
	const struct exota_domain *a = one, *b = other;
	int order = compare_spans(a->id, b->id);

	return order ? order : by_position(a, b);
}

static int by_first_domain(const void *one, const void *other)
{
	const struct exota_tenant *a = one, *b = other;

	return by_position(a->domains, b->domains);
}

/* Domains that differ as JSON has them, and are the same. */
static void refuse_repeated(struct reader *r, struct exota_domain *domains, size_t n)
{
	qsort(domains, n, sizeof(*domains), by_name);
	for (size_t i = 1; i < n; i++)
		if (domains[i].name.len && span_eq(domains[i].name, domains[i - 1].name))
			settings_report_error(&r->report, NULL,
					      "\"%s\": written twice, in another case or with a "
					      "dot; leave one",
					      domains[i].name.p);
}

/* Proofs are a tenant's: what one of its domains demands, all do. */
static void warn_of_mixed(struct reader *r, const struct exota_policy *policy)
{
	for (size_t i = 0; i < policy->n; i++) {
		const struct exota_tenant *tenant = &policy->tenants[i];
		size_t with = tenant->n, without = tenant->n;

		for (size_t j = tenant->n; j-- > 0;)
			*(tenant->domains[j].dkim_enabled ? &with : &without) = j;
		if (with < tenant->n && without < tenant->n)
			settings_report_warning(
				&r->report, NULL,
				"\"%s\": dkim_enabled is false, but true of \"%s\" of the same "
				"tenant: a signature is demanded of both",
				tenant->domains[without].name.p, tenant->domains[with].name.p);
	}
}

static void group(struct exota_domain *domains, size_t n, struct exota_policy *out)
{
	qsort(domains, n, sizeof(*domains), by_id);
	for (size_t i = 0; i < n; i++) {
		bool same = i && domains[i].id.len && span_eq(domains[i].id, domains[i - 1].id);

		if (!same)
			out->tenants[out->n++].domains = &domains[i];
		out->tenants[out->n - 1].n++;
	}
	qsort(out->tenants, out->n, sizeof(*out->tenants), by_first_domain);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void read_entries(struct reader *r, json_t *root, struct exota_policy *out)
{
	size_t n = json_object_size(root), i = 0;
	struct exota_domain *domains = settings_pool_array(r->pool, n, sizeof(*domains));

	out->tenants = settings_pool_array(r->pool, n, sizeof(*out->tenants));
	if (n == 0)
		settings_report_error(&r->report, NULL, "there is no domain in it");
	if (!domains || !out->tenants)
		return;
	for (void *at = json_object_iter(root); at; at = json_object_iter_next(root, at)) {
		domains[i].position = i;
		read_domain(r, json_object_iter_key(at), json_object_iter_value(at), &domains[i++]);
	}
	refuse_repeated(r, domains, n);
	group(domains, n, out);
	warn_of_mixed(r, out);
}

static void read_text(struct reader *r, struct exota_policy *out)
{
	json_error_t error;
	json_t *root = json_loads(r->text, JSON_REJECT_DUPLICATES, &error);

	if (!root)
		settings_report_line(&r->report, r->report.path,
				     error.line > 0 ? (unsigned int)error.line : 1, "%s",
				     error.text);
	else if (!json_is_object(root))
		settings_report_error(&r->report, NULL,
				      "expected an object; write { \"contoso.com\": { ... } }");
	else
		read_entries(r, root, out);
	json_decref(root);
}

bool exota_policy_read(const char *path, struct settings_pool *pool, FILE *errors,
		       struct exota_policy *out)
{
	struct reader r = { .report = { .out = errors, .path = path }, .pool = pool };
	const char *why;
	char *text = settings_file_text(path, &why);

	*out = (struct exota_policy){ 0 };
	r.text = text;
	if (text)
		read_text(&r, out);
	else
		settings_report_error(&r.report, NULL, "cannot be read: %s", why);
	if (settings_pool_failed(pool))
		settings_report_error(&r.report, NULL, "not enough memory");
	settings_report_close(&r.report);
	free(text);
	return r.report.n_errors == 0;
}
