// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "exogate_abi.h"
#include "log.h"

#include <string.h>

#define ACL_DEFAULT "/var/lib/exogate/microsoft.json"

#define TEXT(number)   #number
#define LENGTH(number) "/" TEXT(number)
#define ALLOW_SHORTEST \
	LENGTH(PREFIX_OPERATOR_MIN4) " (IPv4) or " LENGTH(PREFIX_OPERATOR_MIN6) " (IPv6)"

/* Stores a value; returns what is wrong with it, or NULL. */
typedef const char *set_option(struct options *options, const char *value);

static const char *set_mode(struct options *options, const char *value)
{
	static const char *const names[] = {
		[OPTIONS_MODE_AUTO] = "auto",
		[OPTIONS_MODE_NATIVE] = "native",
		[OPTIONS_MODE_GENERIC] = "generic",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			options->mode = (enum options_mode)i;
			return NULL;
		}
	}
	return "neither auto, native nor generic";
}

static const char *set_acl(struct options *options, const char *value)
{
	options->acl = strcmp(value, "-") == 0 ? "/dev/stdin" : value;
	return NULL;
}

static const char *set_allow(struct options *options, const char *value)
{
	struct prefix *prefix = &options->allow[options->n_allow];
	int status;

	if (options->n_allow == OPTIONS_ALLOW_MAX)
		return "given too often";
	status = prefix_parse(value, strlen(value), prefix);
	if (status != PREFIX_OK)
		return prefix_error(status);
	if (prefix_too_wide(prefix))
		return "shorter than " ALLOW_SHORTEST "; to admit everyone, detach the filter";
	prefix->source = PREFIX_OPERATOR;
	options->n_allow++;
	return NULL;
}

static const char *set_bpffs(struct options *options, const char *value)
{
	options->bpffs = value;
	return NULL;
}

static const char *set_relay_pool(struct options *options, const char *value)
{
	(void)value;
	options->relay_pool = true;
	return NULL;
}

static const char *set_json(struct options *options, const char *value)
{
	(void)value;
	options->json = true;
	return NULL;
}

static const struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	unsigned commands;
	set_option *set;
} rows[] = {
	{ "--mode", "auto|native|generic", "where packets are filtered (auto)", OPTIONS_ATTACH,
	  set_mode },
	{ "--acl", "FILE|-", "Microsoft's endpoint list (" ACL_DEFAULT ")", OPTIONS_ATTACH,
	  set_acl },
	{ "--allow", "CIDR", "admit these sources too; may be repeated", OPTIONS_ATTACH,
	  set_allow },
	{ "--relay-pool", NULL, "admit 40.95.0.0/16, from where Microsoft relays forwarded mail",
	  OPTIONS_ATTACH, set_relay_pool },
	{ "--bpffs", "DIR", "where links are pinned (" EXOGATE_PIN_DIR ")",
	  OPTIONS_ATTACH | OPTIONS_DETACH | OPTIONS_STATUS, set_bpffs },
	{ "--json", NULL, "print JSON", OPTIONS_STATUS, set_json },
};

#define ROWS_N (sizeof(rows) / sizeof(rows[0]))

/* The row of --name or --name=value, with *value after the equals sign or NULL. */
static const struct option_row *find_row(const char *argument, unsigned command, const char **value)
{
	size_t len = strcspn(argument, "=");

	for (size_t i = 0; i < ROWS_N; i++) {
		if (rows[i].commands & command && strlen(rows[i].name) == len &&
		    memcmp(rows[i].name, argument, len) == 0) {
			*value = argument[len] ? argument + len + 1 : NULL;
			return &rows[i];
		}
	}
	return NULL;
}

static int add_interface(struct options *options, const char *name)
{
	for (size_t i = 0; i < options->n_interfaces; i++)
		if (strcmp(options->interfaces[i], name) == 0)
			return log_error("%s: named twice", name);
	if (options->n_interfaces == OPTIONS_INTERFACES_MAX)
		return log_error("more than %d interfaces", OPTIONS_INTERFACES_MAX);
	options->interfaces[options->n_interfaces++] = name;
	return 0;
}

/* Reads argv[*i] and, where its value is the next argument, steps over that. */
static int read_option(int argc, char **argv, int *i, unsigned command, struct options *options)
{
	const char *value, *wrong;
	const struct option_row *row = find_row(argv[*i], command, &value);

	if (!row)
		return log_error("%s: no such option here; see --help", argv[*i]);
	if (!row->argument && value)
		return log_error("%s takes no value", row->name);
	if (row->argument && !value) {
		if (*i + 1 == argc)
			return log_error("%s needs a value: %s", row->name, row->argument);
		value = argv[++*i];
	}
	wrong = row->set(options, value);
	if (wrong)
		return log_error("%s %s: %s", row->name, value, wrong);
	return 0;
}

int options_parse(int argc, char **argv, enum options_command command, struct options *out)
{
	int status = 0;

	memset(out, 0, sizeof(*out));
	out->acl = ACL_DEFAULT;
	out->bpffs = EXOGATE_PIN_DIR;
	for (int i = 0; i < argc && !status; i++) {
		if (argv[i][0] == '-')
			status = read_option(argc, argv, &i, command, out);
		else
			status = add_interface(out, argv[i]);
	}
	return status;
}

void options_help(FILE *stream, enum options_command command)
{
	for (size_t i = 0; i < ROWS_N; i++) {
		const char *argument = rows[i].argument ? rows[i].argument : "";

		if (rows[i].commands & command)
			fprintf(stream, "  %-12s %-20s %s\n", rows[i].name, argument, rows[i].help);
	}
}
