// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "cidr_file.h"
#include "instance.h"
#include "log.h"
#include "protect.h"
#include "wanted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOP_DEFAULT 10

/* Stores a value; returns what is wrong with it, or NULL. */
typedef const char *set_option(struct options *options, const char *value);

#define NAMES_N(names) (sizeof(names) / sizeof((names)[0]))

/* The index of a name, or n. */
static size_t find_name(const char *const *names, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && (!names[i] || strcmp(names[i], name) != 0))
		i++;
	return i;
}

static bool read_number(const char *text, unsigned max, unsigned *out)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || number > max)
		return false;
	*out = (unsigned)number;
	return true;
}

static const char *set_mode(struct options *options, const char *value)
{
	static const char *const names[] = {
		[OPTIONS_MODE_AUTO] = "auto",
		[OPTIONS_MODE_NATIVE] = "native",
		[OPTIONS_MODE_GENERIC] = "generic",
	};
	size_t i = find_name(names, NAMES_N(names), value);

	if (i == NAMES_N(names))
		return "neither auto, native nor generic";
	options->mode = (enum options_mode)i;
	return NULL;
}

static const char *set_acl(struct options *options, const char *value)
{
	options->acl = value;
	return NULL;
}

static const char *set_instance(struct options *options, const char *value)
{
	for (unsigned i = 0; i < INSTANCE_N; i++) {
		if (strcmp(instances[i].name, value) == 0) {
			options->instance = i;
			options->instance_given = true;
			return NULL;
		}
	}
	return "neither worldwide, china, gcc-high nor dod";
}

static const char *set_allow(struct options *options, const char *value)
{
	struct prefix prefix;
	const char *wrong = cidr_read(value, strlen(value), &prefix);

	options->allow_given = true;
	if (wrong)
		return wrong;
	return list_add(&options->allow, &prefix, 1) ? strerror(errno) : NULL;
}

static const char *set_allow_file(struct options *options, const char *value)
{
	static char err[CIDR_FILE_ERROR_SIZE];

	options->allow_given = true;
	return cidr_file_read(value, &options->allow, err) ? err : NULL;
}

static const char *set_relay_pool(struct options *options, const char *value)
{
	(void)value;
	options->relay_pool = true;
	return NULL;
}

static const char *set_protect(struct options *options, const char *value)
{
	return protect_add(&options->config, value);
}

static const char *set_monitor(struct options *options, const char *value)
{
	(void)value;
	options->config.monitor = 1;
	return NULL;
}

static const char *set_libxdp(struct options *options, const char *value)
{
	(void)value;
	options->libxdp = true;
	return NULL;
}

static const char *set_confirm(struct options *options, const char *value)
{
	return read_number(value, OPTIONS_CONFIRM_MAX_S, &options->confirm_s) ?
		       NULL :
		       "not a number of seconds up to a day";
}

static const char *set_force(struct options *options, const char *value)
{
	(void)value;
	options->force = true;
	return NULL;
}

/* Absolute, since the processes that wait for confirm go to another directory.  It need not exist
 * yet. */
static const char *set_bpffs(struct options *options, const char *value)
{
	char here[PATH_MAX] = "";
	int len;

	if (value[0] != '/' && !getcwd(here, sizeof(here)))
		return strerror(errno);
	len = snprintf(options->bpffs, sizeof(options->bpffs), "%s%s%s", here, here[0] ? "/" : "",
		       value);
	return len < (int)sizeof(options->bpffs) ? NULL : "the path is too long";
}

static const char *set_interface(struct options *options, const char *value)
{
	options->interface = value;
	return NULL;
}

static const char *set_format(struct options *options, const char *value)
{
	size_t i = find_name(list_format_names, LIST_FORMAT_N, value);

	if (i == LIST_FORMAT_N)
		return "neither postfix-cidr, nft, ipset nor json";
	options->format = (enum list_format)i;
	options->format_given = true;
	return NULL;
}

static const char *set_output(struct options *options, const char *value)
{
	options->output = value;
	return NULL;
}

static const char *set_source(struct options *options, const char *value)
{
	for (unsigned i = EXOGATE_SOURCE_MICROSOFT; i <= EXOGATE_SOURCE_RELAY_POOL; i++) {
		if (strcmp(list_source_name(i), value) == 0) {
			options->sources |= 1u << i;
			return NULL;
		}
	}
	return "neither microsoft, operator nor relay-pool";
}

static const char *set_top(struct options *options, const char *value)
{
	return read_number(value, OPTIONS_TOP_MAX, &options->top) ? NULL : "not a number of rows";
}

static const char *set_json(struct options *options, const char *value)
{
	(void)value;
	options->json = true;
	return NULL;
}

#define ALL_ACL                                                                        \
	(OPTIONS_ACL_SHOW | OPTIONS_ACL_DIFF | OPTIONS_ACL_APPLY | OPTIONS_ACL_CHECK | \
	 OPTIONS_ACL_EXPORT)
#define READ_ACL  (OPTIONS_ACL_SHOW | OPTIONS_ACL_CHECK | OPTIONS_ACL_EXPORT)
#define RENEW_ACL (OPTIONS_ACL_DIFF | OPTIONS_ACL_APPLY)
#define NEW_ACL	  (READ_ACL | RENEW_ACL | OPTIONS_ATTACH)

static const struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	unsigned commands;
	set_option *set;
} rows[] = {
	{ "--mode", "auto|native|generic", "where packets are filtered (auto)", OPTIONS_ATTACH,
	  set_mode },
	{ "--acl", "FILE|-", "Microsoft's endpoint list (" WANTED_ACL_DEFAULT ")", OPTIONS_ATTACH,
	  set_acl },
	{ "--acl", "FILE|-", "Microsoft's endpoint list, instead of the list in force",
	  READ_ACL | OPTIONS_ACL_DIFF, set_acl },
	{ "--instance", "NAME", "Microsoft's cloud: worldwide (default), china, gcc-high or dod",
	  NEW_ACL, set_instance },
	{ "--allow", "CIDR", "admit these sources too; may be repeated", READ_ACL | OPTIONS_ATTACH,
	  set_allow },
	{ "--allow", "CIDR", "admit these instead of the operator's in force; may be repeated",
	  RENEW_ACL, set_allow },
	{ "--allow-file", "FILE", "the same, one a line; # begins a comment", NEW_ACL,
	  set_allow_file },
	{ "--relay-pool", NULL, "admit 40.95.0.0/16, from where Microsoft relays forwarded mail",
	  NEW_ACL, set_relay_pool },
	{ "--protect", "[ADDR:]PORT", "filter TCP to this port (any:25); may be repeated",
	  OPTIONS_ATTACH | OPTIONS_ACL_EXPORT, set_protect },
	{ "--monitor", NULL, "count what would be dropped, and pass it", OPTIONS_ATTACH,
	  set_monitor },
	{ "--libxdp", NULL, "join other XDP programs on IFACE in libxdp's dispatcher",
	  OPTIONS_ATTACH, set_libxdp },
	{ "--confirm", "SECONDS", "undo it after that time unless `exogate-xdp confirm` follows",
	  OPTIONS_ATTACH, set_confirm },
	{ "--force", NULL, "take a list that overlaps itself or lacks much of the one before",
	  OPTIONS_ATTACH | OPTIONS_ACL_APPLY | OPTIONS_ACL_DIFF, set_force },
	{ "--interface", "IFACE", "the list of this interface alone", ALL_ACL, set_interface },
	{ "--format", "FORMAT", "postfix-cidr, nft, ipset or json", OPTIONS_ACL_EXPORT,
	  set_format },
	{ "--output", "FILE", "replace FILE as a whole, instead of printing", OPTIONS_ACL_EXPORT,
	  set_output },
	{ "--source", "SOURCE",
	  "only prefixes of microsoft, operator or relay-pool; may be repeated", OPTIONS_ACL_EXPORT,
	  set_source },
	{ "--top", "N", "how many (10)", OPTIONS_DROPS, set_top },
	{ "--json", NULL, "print JSON",
	  OPTIONS_STATUS | OPTIONS_DROPS | OPTIONS_ACL_SHOW | OPTIONS_ACL_DIFF | OPTIONS_ACL_CHECK,
	  set_json },
	{ "--bpffs", "DIR", "where links are pinned (" EXOGATE_PIN_DIR ")", ~0u, set_bpffs },
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

static int add_argument(struct options *options, const char *argument)
{
	for (size_t i = 0; i < options->n_arguments; i++)
		if (strcmp(options->arguments[i], argument) == 0)
			return log_error("%s: named twice", argument);
	if (options->n_arguments == OPTIONS_INTERFACES_MAX)
		return log_error("more than %d interfaces", OPTIONS_INTERFACES_MAX);
	options->arguments[options->n_arguments++] = argument;
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

/* What the options mean together. */
static int complete(struct options *options, enum options_command command)
{
	if (options->relay_pool && !instances[options->instance].relay_pool)
		return log_error("--relay-pool: %s has none; it is worldwide's",
				 instances[options->instance].name);
	if (command & READ_ACL && !options->acl &&
	    (options->instance_given || options->allow_given || options->relay_pool))
		return log_error("--instance, --allow and --relay-pool go with --acl: without it, "
				 "the list in force is meant");
	if (options->libxdp && options->confirm_s)
		return log_error("--confirm does not go with --libxdp: a program in a dispatcher "
				 "cannot be put back in one step");
	if (command == OPTIONS_ACL_EXPORT && !options->format_given)
		return log_error("name a --format: postfix-cidr, nft, ipset or json");
	if (!options->acl && command == OPTIONS_ATTACH)
		options->acl = WANTED_ACL_DEFAULT;
	if (!options->config.protected_n && (command == OPTIONS_ATTACH || options->acl))
		protect_add(&options->config, PROTECT_DEFAULT);
	return 0;
}

int options_parse(int argc, char **argv, enum options_command command, struct options *out)
{
	int status = 0;

	*out = (struct options){ .bpffs = EXOGATE_PIN_DIR, .top = TOP_DEFAULT };
	for (int i = 0; i < argc && !status; i++) {
		/* Alone it is standard input, as where a file is named. */
		if (argv[i][0] == '-' && argv[i][1])
			status = read_option(argc, argv, &i, command, out);
		else
			status = add_argument(out, argv[i]);
	}
	return status ? status : complete(out, command);
}

void options_free(struct options *options)
{
	list_free(&options->allow);
}

void options_help(FILE *stream, enum options_command command)
{
	for (size_t i = 0; i < ROWS_N; i++) {
		const char *argument = rows[i].argument ? rows[i].argument : "";

		if (rows[i].commands & command)
			fprintf(stream, "  %-12s %-20s %s\n", rows[i].name, argument, rows[i].help);
	}
}
