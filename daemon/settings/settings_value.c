// SPDX-License-Identifier: Apache-2.0
#include "settings_value.h"

#include <sys/un.h>

#include "idn.h"
#include "session.h"
#include "settings_number.h"
#include "settings_table.h"

#define ACCOUNT_MAX_BYTES 32 /* LOGIN_NAME_MAX of useradd(8) */

/* What a tenant's initial domain ends in, one for each of Microsoft's clouds. */
static const struct span initial_suffixes[] = {
	{ ".onmicrosoft.com", 16 },
	{ ".onmicrosoft.us", 15 },
	{ ".partner.onmschina.cn", 21 },
};

#define INITIAL_SUFFIXES (sizeof(initial_suffixes) / sizeof(initial_suffixes[0]))

/* Where anyone may have an account, and so send with its stamp and signature. */
#define CONSUMER "Microsoft's consumer service (outlook.com), where anyone can send from"

static const struct span consumer_domains[] = {
	{ "outlook.com", 11 }, { "hotmail.com", 11 },  { "live.com", 8 },
	{ "msn.com", 7 },      { "passport.com", 12 }, { "windowslive.com", 15 },
};

static const char *keep(const struct settings_input *in, struct settings_value *out)
{
	out->text = settings_pool_text(in->pool, in->text);
	return NULL;
}

static const char *keep_lower(const struct settings_input *in, struct settings_value *out)
{
	char *copy = settings_pool_array(in->pool, in->text.len + 1, 1);

	if (!copy)
		return NULL;
	span_copy_lower(in->text, copy);
	out->text = span_of(copy, in->text.len);
	return NULL;
}

static bool is_alphanumeric(char c)
{
	c = span_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool consists_of_alphanumerics_and(struct span text, const char *others)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_alphanumeric(text.p[i]) && !strchr(others, text.p[i]))
			return false;
	return text.len > 0;
}

static const char *parse_account(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len > ACCOUNT_MAX_BYTES || !consists_of_alphanumerics_and(in->text, "_.-$"))
		return "not the name of an account";
	return keep(in, out);
}

static const char *parse_group(const struct settings_input *in, struct settings_value *out)
{
	return parse_account(in, out) ? "not the name of a group" : NULL;
}

/* Octal, of three digits, or four with a leading 0. */
static const char *parse_mode(const struct settings_input *in, struct settings_value *out)
{
	struct span digits = in->text.len == 4 && in->text.p[0] == '0' ? span_after(in->text, 1) :
									 in->text;
	uint64_t mode = 0;

	if (digits.len != 3)
		return "not three octal digits";
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '7')
			return "not three octal digits";
		mode = mode << 3 | (uint64_t)(digits.p[i] - '0');
	}
	out->number = mode;
	return keep(in, out);
}

static const char *parse_name(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len > SETTINGS_NAME_MAX || !consists_of_alphanumerics_and(in->text, "_-"))
		return "not a name of 1 to 64 letters, digits, \"_\" and \"-\"";
	return keep(in, out);
}

static const char *parse_path(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len == 0 || in->text.p[0] != '/')
		return "not an absolute path";
	return keep(in, out);
}

static const char *parse_content(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len < 2 || in->text.p[0] != '<' || in->text.p[1] != '/')
		return "not \"<\" and the path of a file, such as \"</etc/exogate/secret\"";
	out->text = settings_pool_text(in->pool, span_after(in->text, 1));
	return NULL;
}

/* Fields with such names, wherever they come from, are removed: only those that nobody needs. */
static const char *parse_field_name(const struct settings_input *in, struct settings_value *out)
{
	static const struct span taken[] = {
		{ "X-MS-", 5 },
		{ "X-OriginatorOrg", 15 },
		{ "X-ExOTA-", 8 },
	};

	if (in->text.len > NAME_SET_NAME_MAX || !consists_of_alphanumerics_and(in->text, "-_"))
		return "not a name of 1 to 63 letters, digits, \"_\" and \"-\"";
	if (in->text.len < 3 || !span_starts_nocase(in->text, SPAN("X-")))
		return "does not begin with X-, so that mail may need the field";
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (span_starts_nocase(in->text, taken[i]))
			return "a name that others write; choose one of your own";
	return keep(in, out);
}

_Static_assert(NAME_SET_NAME_MAX == 63, "the message above says how long it can be");

static const char *parse_socket(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return "longer than the 107 bytes that the path of a socket can have";
	return parse_path(in, out);
}

_Static_assert(SESSION_CERTIFICATE_MAX == 256, "the message below says how long it can be");

static const char *parse_certificate(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len == 0 || in->text.len > SESSION_CERTIFICATE_MAX)
		return "not a name of 1 to 256 bytes";
	if (span_trim(in->text).len < in->text.len)
		return "a blank before or behind it, which no certificate has; write it without";
	return keep_lower(in, out);
}

static const char *parse_choice(const struct settings_input *in, struct settings_value *out)
{
	for (const struct settings_choice *c = in->row->choices; c->name; c++) {
		if (!span_eq(in->text, span_of_string(c->name)))
			continue;
		if (c->refusal)
			return c->refusal;
		out->number = (uint64_t)c->value;
		return keep(in, out);
	}
	return "unknown";
}

const char *settings_value_domain(struct span text, struct domain *out)
{
	enum parse_status status = domain_parse_unicode(text, idn_to_ascii, out);

	if (status == PARSE_OK)
		return NULL;
	if (status == PARSE_FAILED)
		return "cannot be read for want of memory";
	if (domain_is_unicode(text))
		return "not a domain name of IDNA2008, in lower case; write it as the registry "
		       "shows it, or the A-label (xn--...)";
	return "not a domain name";
}

bool settings_value_is_initial(struct span domain)
{
	for (size_t i = 0; i < INITIAL_SUFFIXES; i++) {
		struct span end = initial_suffixes[i];

		if (domain.len > end.len && span_eq(span_after(domain, domain.len - end.len), end))
			return !memchr(domain.p, '.', domain.len - end.len);
	}
	return false;
}

bool settings_value_port(struct span text, uint16_t *out)
{
	unsigned int port = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (port <= UINT16_MAX)
			port = 10 * port + (unsigned int)(text.p[i] - '0');
	}
	*out = port <= UINT16_MAX ? (uint16_t)port : 0;
	return true;
}

static bool is_suffix(struct span name)
{
	for (size_t i = 0; i < INITIAL_SUFFIXES; i++)
		if (span_eq(name, span_after(initial_suffixes[i], 1)))
			return true;
	return !memchr(name.p, '.', name.len);
}

static bool is_consumer(struct span name)
{
	for (size_t i = 0; i < sizeof(consumer_domains) / sizeof(consumer_domains[0]); i++)
		if (span_eq(name, consumer_domains[i]))
			return true;
	return false;
}

/* A domain that one organisation can have, which a top-level domain or the like is not. */
static const char *read_owned(struct span text, struct domain *out)
{
	const char *error = settings_value_domain(text, out);

	if (!error && is_suffix(domain_span(out)))
		return "a suffix that others have domains under; write the whole domain";
	if (!error && is_consumer(domain_span(out)))
		return CONSUMER;
	return error;
}

static const char *parse_domain(const struct settings_input *in, struct settings_value *out)
{
	struct domain domain;
	const char *error = read_owned(in->text, &domain);

	if (error)
		return error;
	out->text = settings_pool_text(in->pool, domain_span(&domain));
	return NULL;
}

static const char *parse_domains(const struct settings_input *in, struct settings_value *out)
{
	char text[DOMAIN_MAX + 1] = ".";
	struct domain domain;
	const char *error;

	if (in->text.len == 0 || in->text.p[0] != '.')
		return parse_domain(in, out);
	error = read_owned(span_after(in->text, 1), &domain);
	if (error)
		return error;
	memcpy(text + 1, domain.text, domain.len);
	out->text = settings_pool_text(in->pool, span_of(text, domain.len + 1u));
	return NULL;
}

/* Kept as written: a verifier's id is compared byte for byte. */
static const char *parse_hostname(const struct settings_input *in, struct settings_value *out)
{
	struct domain domain;

	if (domain_is_unicode(in->text))
		return "not ASCII; write the A-label (xn--...)";
	if (domain_parse(in->text, &domain) != PARSE_OK)
		return "not a domain name";
	if (in->text.p[in->text.len - 1] == '.')
		return "ends in a dot, which Authentication-Results leave out; write it without";
	return keep(in, out);
}

/* For people: it may be in any language, and is shown nowhere. */
static const char *parse_note(const struct settings_input *in, struct settings_value *out)
{
	if (span_trim(in->text).len == 0)
		return "empty; say why";
	return keep(in, out);
}

static const char *parse_guid(const struct settings_input *in, struct settings_value *out)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	static const char no_guid[] =
		"not a GUID; it looks like 1234abcd-18c5-45e8-88de-123456789abc";

	if (in->text.len != sizeof(shape) - 1)
		return no_guid;
	for (size_t i = 0; i < in->text.len; i++) {
		char c = span_lower(in->text.p[i]);
		bool hex = is_alphanumeric(c) && c <= 'f';

		if (shape[i] == 'x' ? !hex : c != '-')
			return no_guid;
	}
	if (span_eq_nocase(in->text, SPAN(POLICY_CONSUMER_ID)))
		return CONSUMER;
	if (span_eq(in->text, SPAN("00000000-0000-0000-0000-000000000000")))
		return "the GUID that stands for none; no tenant has it";
	return keep_lower(in, out);
}

_Static_assert(PREFIX_OPERATOR_MIN4 == 8 && PREFIX_OPERATOR_MIN6 == 16, "as it says below");

static const char *parse_prefix(const struct settings_input *in, struct settings_value *out)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	int status = prefix_parse(in->text.p, in->text.len, &prefix);

	if (status != PREFIX_OK)
		return prefix_error(status);
	if (prefix_too_wide(&prefix))
		return "wider than /8 (IPv4) or /16 (IPv6); name the networks that are meant";
	prefix.source = PREFIX_OPERATOR;
	out->prefix = prefix;
	out->text = settings_pool_text(in->pool, span_of_string(prefix_format(&prefix, text)));
	return NULL;
}

static const char *parse_number(const struct settings_input *in, struct settings_value *out,
				enum settings_number_kind kind)
{
	uint64_t number, min, max;
	const char *error = settings_number_parse(kind, in->text, &number);

	if (error)
		return error;
	settings_number_parse(kind, span_of_string(in->row->min), &min);
	settings_number_parse(kind, span_of_string(in->row->max), &max);
	if (number < min || number > max)
		return SETTINGS_NUMBER_RANGE;
	out->number = number;
	return keep(in, out);
}

static const char *parse_count(const struct settings_input *in, struct settings_value *out)
{
	return parse_number(in, out, SETTINGS_NUMBER_COUNT);
}

static const char *parse_size(const struct settings_input *in, struct settings_value *out)
{
	return parse_number(in, out, SETTINGS_NUMBER_SIZE);
}

static const char *parse_duration(const struct settings_input *in, struct settings_value *out)
{
	return parse_number(in, out, SETTINGS_NUMBER_DURATION);
}

static const char *parse_integer(const struct settings_input *in, struct settings_value *out)
{
	return parse_number(in, out, SETTINGS_NUMBER_COUNT) ? SETTINGS_NUMBER_RANGE : NULL;
}

#define TYPE(name, noun, expects, integer)                                                 \
	const struct settings_type settings_type_##name = { noun, expects, integer, false, \
							    parse_##name }
#define STRING(name, noun) TYPE(name, noun, "a string", false)
#define QUOTED(name, noun) TYPE(name, noun, "a number in quotes", false)

STRING(account, "an account");
STRING(certificate, "a certificate's common name");
STRING(choice, "a choice");
const struct settings_type settings_type_content = { "<FILE", "a string", false, true,
						     parse_content };
QUOTED(count, "a number");
STRING(domain, "a domain");
STRING(domains, "a domain, or .DOMAIN for its subdomains");
QUOTED(duration, "a duration");
STRING(field_name, "the name of a header field");
STRING(group, "a group");
STRING(guid, "a GUID");
STRING(hostname, "a host name");
TYPE(integer, "a number", "a number without quotes", true);
STRING(note, "a text");
STRING(mode, "a file mode");
STRING(name, "a name");
STRING(path, "a path");
STRING(prefix, "an address or ADDRESS/LENGTH");
QUOTED(size, "a size");
STRING(socket, "the path of a socket");
