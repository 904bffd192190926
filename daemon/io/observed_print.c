// SPDX-License-Identifier: Apache-2.0
#include "observed_print.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy_tenant.h"
#include "settings_value.h"
#include "status_print.h"

#define GUID_FORM "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

static const char *text(const json_t *row, const char *key)
{
	const char *value = json_string_value(json_object_get(row, key));

	return value ? value : "";
}

static const char *or_none(const char *value)
{
	return *value ? value : "-";
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool is_any_counted(json_t *states)
{
	const char *key;
	json_t *n;

	json_object_foreach(states, key, n)
	{
		if (json_integer_value(n))
			return true;
	}
	return false;
}

static void print_row(json_t *row)
{
	json_t *proofs = json_object_get(row, "proofs");
	const char *tenant = text(row, "tenant");

	printf("%s: From %s, OriginatorOrg %s, tenant id %s\n", *tenant ? tenant : "(no tenant)",
	       or_none(text(row, "from_domain")), or_none(text(row, "originator_org")),
	       or_none(text(row, "tenant_id")));
	printf("  %" PRId64 " messages in mode %s, the last %" PRId64 " s ago\n",
	       (int64_t)json_integer_value(json_object_get(row, "messages")), text(row, "mode"),
	       (int64_t)json_integer_value(json_object_get(row, "last_seen_s_ago")));
	status_print_counts("carry", json_object_get(row, "stamps"));
	if (is_any_counted(json_object_get(proofs, "stamp")))
		status_print_counts("stamp", json_object_get(proofs, "stamp"));
	status_print_counts("signature", json_object_get(proofs, "signature"));
	if (is_any_counted(json_object_get(proofs, "secret")))
		status_print_counts("secret", json_object_get(proofs, "secret"));
	status_print_answers(row);
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool is_guid(const char *id)
{
	const char *form = GUID_FORM;

	for (; *form && *id; form++, id++)
		if (*form == 'x' ? !isxdigit((unsigned char)*id) : *id != *form)
			return false;
	return !*form && !*id;
}

/* Whether it can stand between quotes in the settings, and is not what was cut. */
static bool is_domain(const char *value)
{
	return isalnum((unsigned char)*value) && strchr(value, '.') && !strstr(value, "..") &&
	       value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")] == '\0';
}

/* The row says something of this id, which the policy does not know it to be a tenant's. */
static bool is_of(const json_t *row, const char *id)
{
	return json_is_null(json_object_get(row, "tenant")) &&
	       !strcasecmp(text(row, "tenant_id"), id);
}

/* Whether an earlier row of the id has the value under the key. */
static bool is_repeated(const json_t *rows, size_t i, const char *key)
{
	const json_t *row = json_array_get(rows, i);

	while (i--) {
		const json_t *earlier = json_array_get(rows, i);

		if (is_of(earlier, text(row, "tenant_id")) &&
		    !strcasecmp(text(earlier, key), text(row, key)))
			return true;
	}
	return false;
}

static bool is_originator_org_of(const json_t *rows, const char *id, const char *domain)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (is_of(row, id) && !strcasecmp(text(row, "originator_org"), domain))
			return true;
	}
	return false;
}

static void print_domains(const json_t *rows, const char *id)
{
	const char *separator = "";
	const json_t *row;
	size_t i;

	printf("    domains = [ ");
	json_array_foreach(rows, i, row)
	{
		if (!is_of(row, id) || !is_domain(text(row, "originator_org")) ||
		    is_repeated(rows, i, "originator_org"))
			continue;
		printf("%s\"%s\"", separator, text(row, "originator_org"));
		separator = ", ";
	}
	puts(" ];");
}

static void print_others(const json_t *rows, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *domain = text(row, "from_domain");

		if (is_of(row, id) && is_domain(domain) && !is_repeated(rows, i, "from_domain") &&
		    !is_originator_org_of(rows, id, domain))
			printf("    # From also says \"%s\": add it to domains only if it is "
			       "theirs\n",
			       domain);
	}
}

/* The tenant of the policy that the id is stamped for; empty if there is none. */
static const char *owner_of(const json_t *rows, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const json_t *stamp = json_object_get(json_object_get(row, "proofs"), "stamp");

		if (!strcasecmp(text(row, "tenant_id"), id) &&
		    json_integer_value(json_object_get(stamp, "agree")))
			return text(row, "tenant");
	}
	return "";
}

static bool has_entry(const json_t *row)
{
	const char *id = text(row, "tenant_id");

	return is_of(row, id) && is_guid(id) && strcasecmp(id, POLICY_CONSUMER_ID) != 0 &&
	       is_domain(text(row, "originator_org"));
}

/* How much of the domain is its first label: letters, digits and "-", as a tenant may be called. */
static size_t label_len(const char *domain)
{
	return strcspn(domain, "._");
}

/* Whether a tenant, or an entry before the row, is called as the row's domain begins. */
static bool is_name_taken(const json_t *rows, size_t i)
{
	const char *domain = text(json_array_get(rows, i), "originator_org");
	size_t len = label_len(domain);
	const json_t *row;
	size_t j;

	json_array_foreach(rows, j, row)
	{
		const char *name = text(row, "tenant"), *org = text(row, "originator_org");

		if (strlen(name) == len && !strncasecmp(name, domain, len))
			return true;
		if (j < i && has_entry(row) && label_len(org) == len &&
		    !strncasecmp(org, domain, len))
			return true;
	}
	return false;
}

/* The first label, or if that is taken all of them. */
static void print_name(const json_t *rows, size_t i)
{
	const char *domain = text(json_array_get(rows, i), "originator_org");
	size_t len = is_name_taken(rows, i) ? strlen(domain) : label_len(domain);

	printf("  { name    = \"");
	for (size_t j = 0; j < len && j < SETTINGS_NAME_MAX; j++)
		putchar(domain[j] == '.' ? '-' : domain[j]);
	puts("\";");
}

static void print_entry(const json_t *rows, size_t i)
{
	const char *id = text(json_array_get(rows, i), "tenant_id");

	print_name(rows, i);
	if (*owner_of(rows, id))
		printf("    # the id is that of tenant \"%s\": add the domains there\n",
		       owner_of(rows, id));
	printf("    ids     = [ \"%s\" ];\n", id);
	print_domains(rows, id);
	print_others(rows, id);
	fputs("  }", stdout);
}

/* The first row of an id that has an entry. */
static bool begins_entry(const json_t *rows, size_t i)
{
	const json_t *row = json_array_get(rows, i);

	if (!has_entry(row))
		return false;
	while (i--) {
		const json_t *earlier = json_array_get(rows, i);

		if (has_entry(earlier) && is_of(earlier, text(row, "tenant_id")))
			return false;
	}
	return true;
}

static void print_entries(const json_t *rows)
{
	bool any = false;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		if (!begins_entry(rows, i))
			continue;
		puts(any ? "," :
			   "\nNot in the policy; for `tenants`, if they are customers and the "
			   "domains are theirs\n(a comma goes between these and those that are "
			   "there):\n");
		any = true;
		print_entry(rows, i);
	}
	if (any)
		putchar('\n');
}

void observed_print(json_t *root)
{
	const json_t *rows = json_object_get(root, "tenants");
	int64_t forgotten = json_integer_value(json_object_get(root, "forgotten"));
	json_t *row;
	size_t i;

	if (json_array_size(rows) == 0)
		puts("no mail of Exchange Online's since the start");
	json_array_foreach(rows, i, row)
	{
		print_row(row);
	}
	if (forgotten)
		printf("%" PRId64 " rows with little mail were forgotten for want of room\n",
		       forgotten);
	print_entries(rows);
}
