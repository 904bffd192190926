// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <malloc.h>
#include <sched.h>
#include <stdlib.h>

#include "policy_build.h"
#include "settings_file.h"
#include "settings_lint.h"
#include "settings_walk.h"

/* --- syntax ----------------------------------------------------------------------------------- */

static const char *mend_of(const char *error)
{
	static const struct {
		const char *error, *mend;
	} mends[] = {
		{ "syntax error", "; a bracket, quote, comma or semicolon is missing or too many" },
		{ "duplicate setting name", "; a key can stand once in its group" },
		{ "mismatched element type in array", "; what is in [ ] is of one type" },
	};

	for (size_t i = 0; i < sizeof(mends) / sizeof(mends[0]); i++)
		if (!strcmp(mends[i].error, error))
			return mends[i].mend;
	return "";
}

static void report_syntax(struct settings_report *report, const config_t *config)
{
	const char *file = config_error_file(config), *error = config_error_text(config);

	settings_report_line(report, file ? file : report->path,
			     (unsigned int)config_error_line(config), "%s%s", error,
			     mend_of(error));
}

static bool parse_text(struct settings_report *report, const char *text, config_t *config)
{
	if (!settings_file_check(report, text))
		return false;
	if (config_read_string(config, text))
		return true;
	report_syntax(report, config);
	return false;
}

static char *read_text(struct settings_report *report, const struct settings_source *source)
{
	const char *why;
	char *text;

	if (source->compose)
		return source->compose(report->out);
	text = settings_file_text(source->path, &why);
	if (!text)
		settings_report_error(report, NULL, "cannot be read: %s", why);
	return text;
}

static bool read_tree(struct settings_report *report, const struct settings_source *source,
		      config_t *config)
{
	char *text = read_text(report, source);
	bool ok = text && parse_text(report, text, config);

	free(text);
	return ok;
}

/* --- meaning ---------------------------------------------------------------------------------- */

static void build_listeners(struct settings_context *c, const struct settings_value *list,
			    struct settings *settings)
{
	struct settings_listener *listeners =
		settings_pool_array(c->keep, list->n, sizeof(*listeners));

	if (!listeners)
		return;
	for (size_t i = 0; i < list->n; i++)
		listeners[i] = *list->items[i].listener;
	settings->listeners = listeners;
	settings->n_listeners = list->n;
}

/* Two sockets cannot have one path. */
static void check_control(struct settings_context *c, const struct settings_tree *tree)
{
	const struct settings_value *control = &tree->control, *listen = &tree->listen;

	for (size_t i = 0; settings_value_is_given(control) && i < listen->n; i++)
		if (listen->items[i].listener->kind == SETTINGS_LISTENER_UNIX &&
		    !strcmp(listen->items[i].listener->path, control->text.p))
			settings_report_error(&c->report, &control->place,
					      "\"%s\" is where \"listen\" has the mail server "
					      "connect to; choose another path",
					      control->text.p);
}

/* NULL if it is not given. */
static const char *text_of(const struct settings_value *value)
{
	return settings_value_is_given(value) ? value->text.p : NULL;
}

static size_t workers_of(const struct settings_value *given)
{
	cpu_set_t usable;

	if (settings_value_is_given(given))
		return given->number;
	return sched_getaffinity(0, sizeof(usable), &usable) ? 1 : (size_t)CPU_COUNT(&usable);
}

/* With commas between them; NULL if none are given. */
static const char *join_servers(struct settings_context *c, const struct settings_value *servers)
{
	size_t len = 0;
	char *joined, *p;

	if (servers->n > SETTINGS_NAME_SERVERS_MAX)
		settings_report_error(&c->report, &servers->place,
				      "%zu name servers; at most %d are asked", servers->n,
				      SETTINGS_NAME_SERVERS_MAX);
	for (size_t i = 0; i < servers->n; i++)
		len += servers->items[i].text.len + 1;
	joined = p = len ? settings_pool_array(c->keep, len, 1) : NULL;
	for (size_t i = 0; p && i < servers->n; i++) {
		struct span text = servers->items[i].text;

		memcpy(p, text.p, text.len);
		p += text.len;
		*p++ = i + 1 < servers->n ? ',' : '\0';
	}
	return joined;
}

static void build(struct settings_context *c, const struct settings_tree *tree,
		  struct settings *settings, struct policy_tenants *tenants)
{
	build_listeners(c, &tree->listen, settings);
	check_control(c, tree);
	settings->socket_mode = (mode_t)tree->socket.mode.number;
	settings->socket_group = text_of(&tree->socket.group);
	settings->control = text_of(&tree->control);
	settings->user = text_of(&tree->user);
	settings->tenant_table = text_of(&tree->tenant_table);
	settings->workers = workers_of(&tree->workers);
	settings->connections = tree->limits.connections.number;
	settings->messages = tree->limits.messages.number;
	settings->message_wait_s = (unsigned int)tree->limits.message_wait.number;
	settings->message_header_bytes = tree->limits.message_header.number;
	settings->idle_s = (unsigned int)tree->limits.idle.number;
	settings->message_idle_s = (unsigned int)tree->limits.message_idle.number;
	settings->dns_servers = join_servers(c, &tree->dns.servers);
	settings->dns_timeout_ms = (unsigned int)tree->dns.timeout.number * 1000;
	settings->dns_cache = tree->dns.cache.number;
	policy_build(c, tree, settings, tenants);
}

static bool has_memory(struct settings_context *c)
{
	if (!settings_pool_failed(c->keep) && !settings_pool_failed(c->scratch))
		return true;
	settings_report_error(&c->report, NULL, "not enough memory");
	return false;
}

/* All faults at once: what can still be judged after one is judged. */
static bool read_settings(struct settings_context *c, const struct settings_source *source,
			  struct settings *settings)
{
	struct policy_tenants tenants;
	struct settings_tree tree;
	bool ok = false;
	config_t config;

	config_init(&config);
	if (!read_tree(&c->report, source, &config))
		goto out;
	settings_walk(c, config_root_setting(&config), &tree);
	if (!has_memory(c))
		goto out;
	build(c, &tree, settings, &tenants);
	ok = has_memory(c) && !c->report.n_errors;
	if (ok)
		settings_lint(c, &tree, &settings->policy, &tenants);
out:
	settings_report_close(&c->report);
	config_destroy(&config);
	return ok;
}

struct settings *settings_load_from(const struct settings_source *source, FILE *errors)
{
	struct settings_context context = {
		.report = { .out = errors, .path = source->path },
		.keep = settings_pool_new(),
		.scratch = settings_pool_new(),
	};
	struct settings *settings = calloc(1, sizeof(*settings));
	bool ok = false;

	context.index.pool = context.scratch;
	if (settings && context.keep && context.scratch)
		ok = read_settings(&context, source, settings);
	else
		settings_report_error(&context.report, NULL, "not enough memory");
	settings_pool_free(context.scratch);
	malloc_trim(0); /* of a million tenants that is a lot */
	if (ok) {
		settings->pool = context.keep;
		return settings;
	}
	settings_pool_free(context.keep);
	free(settings);
	return NULL;
}

struct settings *settings_load(const char *path, FILE *errors)
{
	return settings_load_from(&(const struct settings_source){ .path = path }, errors);
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	settings_pool_free(settings->pool);
	free(settings);
}

static char *copy_control(const char *path, const config_t *config, FILE *errors)
{
	const char *control;
	char *copy;

	if (!config_lookup_string(config, "control", &control)) {
		fprintf(errors,
			"%s: control: not set; without it a daemon cannot be asked: write "
			"control = \"/run/exogate/control.sock\"; and start it anew\n",
			path);
		return NULL;
	}
	copy = strdup(control);
	if (!copy)
		fprintf(errors, "exogated: not enough memory\n");
	return copy;
}

char *settings_find_control(const char *path, FILE *errors)
{
	struct settings_report report = { .out = errors, .path = path };
	char *control = NULL;
	config_t config;

	config_init(&config);
	if (read_tree(&report, &(const struct settings_source){ .path = path }, &config))
		control = copy_control(path, &config, errors);
	settings_report_close(&report);
	config_destroy(&config);
	return control;
}
