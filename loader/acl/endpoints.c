// SPDX-License-Identifier: Apache-2.0
#include "endpoints.h"

#include "text_file.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMTP_PORT "25"

/* Shown of a bad value in a message. */
#define QUOTE_MAX 80

/* The shortest lengths that are taken for Microsoft's: theirs are /14 and longer, and /48. */
#define LENGTH_MIN4 8
#define LENGTH_MIN6 24

/* The most that all prefixes of a family may cover together: theirs cover 0.011 % of IPv4, and two
 * /48s.  Counted as often as listed. */
#define SHARE_MAX4	  0.01
#define SHARE_LENGTH_MIN6 20

struct sink {
	struct prefix *out;
	size_t max;
	size_t *n;
	char *err;
	size_t err_size;
};

/* Where no mail of Microsoft's can come from (IANA special-purpose registries; for IPv6
 * everything but global unicast, RFC 4291 2.4). */
static const char *const foreign_ranges[] = {
	"0.0.0.0/8",	   "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",	"169.254.0.0/16",
	"172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",   "::/3",		"2001:db8::/32",
	"4000::/2",	   "8000::/1",
};

__attribute__((format(printf, 2, 3))) static int fail(const struct sink *sink, const char *format,
						      ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sink->err, sink->err_size, format, args);
	va_end(args);
	return -1;
}

static const char *quote(const char *text, char quoted[QUOTE_MAX + 1])
{
	return text_file_quote(text, strlen(text), quoted, QUOTE_MAX + 1);
}

static const char *foreign_range(const struct prefix *prefix)
{
	struct prefix range;

	for (size_t i = 0; i < sizeof(foreign_ranges) / sizeof(foreign_ranges[0]); i++) {
		prefix_parse(foreign_ranges[i], strlen(foreign_ranges[i]), &range);
		if (prefix_contains(&range, prefix) || prefix_contains(prefix, &range))
			return foreign_ranges[i];
	}
	return NULL;
}

/* Is 25 one of the comma-separated numbers? */
static int lists_smtp(const char *ports)
{
	size_t len;

	for (;;) {
		ports += strspn(ports, " \t,");
		len = strcspn(ports, " \t,");
		if (len == 0)
			return 0;
		if (len == strlen(SMTP_PORT) && memcmp(ports, SMTP_PORT, len) == 0)
			return 1;
		ports += len;
	}
}

/* Could the prefix be Microsoft's? */
static int check_prefix(const struct sink *sink, long long id, const struct prefix *prefix,
			const char *quoted)
{
	const char *range = foreign_range(prefix);
	int least = prefix->family == 4 ? LENGTH_MIN4 : LENGTH_MIN6;

	if (range)
		return fail(sink, "entry id %lld: \"%s\" reaches into %s, which is not Microsoft's",
			    id, quoted, range);
	if (prefix->length < least)
		return fail(sink,
			    "entry id %lld: \"%s\" is shorter than /%d, too wide for Microsoft", id,
			    quoted, least);
	return 0;
}

static int add_prefix(const struct sink *sink, long long id, const json_t *ip)
{
	const char *text = json_string_value(ip);
	char quoted[QUOTE_MAX + 1];
	struct prefix prefix;
	int status;

	if (!text)
		return fail(sink, "entry id %lld: \"ips\" has a member that is no string", id);
	status = prefix_parse(text, json_string_length(ip), &prefix);
	if (status != PREFIX_OK)
		return fail(sink, "entry id %lld: \"%s\": %s", id, quote(text, quoted),
			    prefix_error(status));
	if (check_prefix(sink, id, &prefix, quote(text, quoted)))
		return -1;
	if (*sink->n == sink->max)
		return fail(sink, "entry id %lld: more than %zu prefixes", id, sink->max);
	sink->out[(*sink->n)++] = prefix;
	return 0;
}

/* Some entries have names only: "ips" may be absent. */
static int add_entry(const struct sink *sink, const json_t *entry)
{
	const json_t *id = json_object_get(entry, "id"), *ips = json_object_get(entry, "ips");

	if (!json_is_integer(id))
		return fail(sink, "an entry for mail has no \"id\" that is a number");
	if (ips && !json_is_array(ips))
		return fail(sink, "entry id %lld: \"ips\" is no array", json_integer_value(id));
	for (size_t i = 0; i < json_array_size(ips); i++) {
		if (add_prefix(sink, json_integer_value(id), json_array_get(ips, i)))
			return -1;
	}
	return 0;
}

/* 1 if the entry is Exchange's for SMTP, 0 if it is another, -1 if it is no entry at all. */
static int select_entry(const struct sink *sink, const json_t *entry, size_t index)
{
	const json_t *area = json_object_get(entry, "serviceArea");
	const json_t *ports = json_object_get(entry, "tcpPorts");

	if (!json_is_object(entry) || !json_is_string(area))
		return fail(sink, "member %zu of the array is no entry with a \"serviceArea\"",
			    index + 1);
	if (strcmp(json_string_value(area), "Exchange") != 0 || !ports)
		return 0;
	if (!json_is_string(ports))
		return fail(sink, "member %zu of the array: \"tcpPorts\" is no string", index + 1);
	return lists_smtp(json_string_value(ports));
}

/* The part of its family that a prefix of this length covers. */
static double share_of(unsigned length)
{
	double part = 1;

	for (; length; length--)
		part /= 2;
	return part;
}

/* The part of a family that its prefixes cover. */
static double share(const struct sink *sink, uint8_t family)
{
	double sum = 0;

	for (size_t i = 0; i < *sink->n; i++) {
		if (sink->out[i].family == family)
			sum += share_of(sink->out[i].length);
	}
	return sum;
}

static int check_share(const struct sink *sink)
{
	double share4 = share(sink, 4);

	if (share4 > SHARE_MAX4)
		return fail(sink,
			    "the prefixes cover %.1f %% of IPv4, more than %.0f %%: too much for "
			    "Microsoft",
			    100 * share4, 100 * SHARE_MAX4);
	if (share(sink, 6) > share_of(SHARE_LENGTH_MIN6))
		return fail(sink,
			    "the prefixes cover more of IPv6 than a /%d: too much for "
			    "Microsoft",
			    SHARE_LENGTH_MIN6);
	return 0;
}

static int add_entries(const struct sink *sink, const json_t *root)
{
	int selected, found = 0;

	if (!json_is_array(root))
		return fail(sink, "not an endpoint list: the outermost value is no array");
	for (size_t i = 0; i < json_array_size(root); i++) {
		const json_t *entry = json_array_get(root, i);

		selected = select_entry(sink, entry, i);
		if (selected < 0 || (selected && add_entry(sink, entry)))
			return -1;
		found |= selected;
	}
	if (!found)
		return fail(sink, "no entry with serviceArea \"Exchange\" and TCP port " SMTP_PORT);
	if (*sink->n == 0)
		return fail(sink,
			    "the entries of Exchange for TCP port " SMTP_PORT " list no addresses");
	return check_share(sink);
}

int endpoints_parse(const char *json, size_t len, struct prefix *out, size_t max, size_t *n,
		    char *err, size_t err_size)
{
	const struct sink sink = { out, max, n, err, err_size };
	char quoted[QUOTE_MAX + 1];
	json_error_t syntax;
	json_t *root;
	int status;

	*n = 0;
	if (len > ENDPOINTS_BYTES_MAX)
		return fail(&sink, "more than %u bytes", ENDPOINTS_BYTES_MAX);
	root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &syntax);
	if (!root)
		return fail(&sink, "line %d: %s", syntax.line > 0 ? syntax.line : 1,
			    quote(syntax.text, quoted));
	status = add_entries(&sink, root);
	json_decref(root);
	return status;
}

int endpoints_read(const char *path, struct prefix *out, size_t max, size_t *n, char *err,
		   size_t err_size)
{
	const struct sink sink = { out, max, n, err, err_size };
	char reason[ENDPOINTS_ERROR_SIZE];
	const char *why;
	size_t len;
	char *text = text_file_read(path, ENDPOINTS_BYTES_MAX, &len, &why);
	int status;

	*n = 0;
	if (!text)
		return fail(&sink, "cannot read %s: %s", path, why);
	status = endpoints_parse(text, len, out, max, n, reason, sizeof(reason));
	if (status)
		fail(&sink, "%s: %s", path, reason);
	free(text);
	return status;
}
