// SPDX-License-Identifier: Apache-2.0
#include "wanted.h"

#include "endpoints.h"
#include "instance.h"
#include "list_change.h"
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STDIN "/dev/stdin"

static int add(struct list *list, const struct prefix *items, size_t n)
{
	if (list_add(list, items, n) == 0)
		return 0;
	if (errno == E2BIG)
		return log_error("more than %u prefixes in all", LIST_PREFIXES_MAX);
	return log_errno("cannot keep %zu prefixes", n);
}

/* --- Microsoft's part ------------------------------------------------------------------------- */

static void set_origin(struct list *list, const char *path, unsigned instance)
{
	struct exogate_origin *origin = &list->origin;
	size_t len = strlen(path), kept = sizeof(origin->file) - 1;
	struct stat file;

	*origin = (struct exogate_origin){ .applied_s = (__u64)time(NULL), .instance = instance };
	if (stat(path, &file) == 0)
		origin->file_s = (__u64)file.st_mtime;
	memcpy(origin->file, len > kept ? path + len - kept : path, len > kept ? kept : len);
}

/* "-" is standard input. */
static int read_microsoft(const char *path, unsigned instance, struct list *list)
{
	struct prefix *items = malloc(ENDPOINTS_PREFIXES_MAX * sizeof(*items));
	char reason[ENDPOINTS_ERROR_SIZE];
	int status = -1;
	size_t n;

	if (!items)
		return log_error("out of memory");
	if (strcmp(path, "-") == 0)
		path = STDIN;
	if (access(path, F_OK) && errno == ENOENT)
		log_error("%s does not exist; store %s there, or name another file", path,
			  instances[instance].url);
	else if (endpoints_read(path, items, ENDPOINTS_PREFIXES_MAX, &n, reason, sizeof(reason)))
		log_error("%s; fetch it anew from %s", reason, instances[instance].url);
	else
		status = add(list, items, n);
	free(items);
	if (status == 0)
		set_origin(list, path, instance);
	return status;
}

/* --- guards ----------------------------------------------------------------------------------- */

/* A sign of a file that is not what it should be. */
static int refuse_overlap(const struct list *list)
{
	char outer_text[PREFIX_TEXT_SIZE], inner_text[PREFIX_TEXT_SIZE];
	const struct prefix *outer, *inner;

	if (!list_find_overlap(list, PREFIX_MICROSOFT, &outer, &inner))
		return 0;
	prefix_format(outer, outer_text);
	prefix_format(inner, inner_text);
	if (outer->length == inner->length)
		return log_error("Microsoft's list has %s twice; --force takes it all the same",
				 inner_text);
	return log_error("Microsoft's list has %s inside %s; --force takes it all the same",
			 inner_text, outer_text);
}

/* In the operator's own it does no harm. */
static void warn_of_overlap(const struct list *list)
{
	char outer_text[PREFIX_TEXT_SIZE], inner_text[PREFIX_TEXT_SIZE];
	const struct prefix *outer, *inner;

	if (list_find_overlap(list, PREFIX_OPERATOR, &outer, &inner))
		log_warn("the operator's list has %s and %s, which is in it",
			 prefix_format(outer, outer_text), prefix_format(inner, inner_text));
}

static int refuse_never(const struct list *list)
{
	struct list_answer answer = list_look_up(list, 4, list_never4);
	char text[PREFIX_TEXT_SIZE];

	if (!answer.decides)
		answer = list_look_up(list, 6, list_never6);
	if (!answer.decides)
		return 0;
	return log_error("%s covers broadcast or multicast addresses; list senders only",
			 prefix_format(answer.decides, text));
}

static void warn_of_instance(const struct list *list)
{
	const struct prefix *found = list_look_up(list, 4, instance_worldwide4).decides;

	if (list->origin.instance != INSTANCE_WORLDWIDE && found &&
	    found->source == PREFIX_MICROSOFT)
		log_warn("the list looks like worldwide's, not %s's",
			 instance_name(list->origin.instance));
}

static void warn_of_one_family(const struct list *list)
{
	if (!list_has_family(list, 4))
		log_warn("the list has no IPv4 prefix: all IPv4 senders will be dropped");
	if (!list_has_family(list, 6))
		log_warn("the list has no IPv6 prefix: all IPv6 senders will be dropped");
}

/* Sorts and guards; frees the list if it is refused. */
static int finish(const struct options *options, struct list *list)
{
	list_sort(list);
	if ((!options->force && refuse_overlap(list)) || refuse_never(list)) {
		list_free(list);
		return -1;
	}
	warn_of_overlap(list);
	list_merge(list);
	warn_of_instance(list);
	warn_of_one_family(list);
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int add_relay_pool(struct list *list, unsigned instance, bool admitted)
{
	struct prefix pool = instance_relay_pool;

	if (!instances[instance].relay_pool)
		return 0;
	if (!admitted)
		pool.source = PREFIX_RELAY_POOL_OFF;
	return add(list, &pool, 1);
}

int wanted_read_microsoft(const struct options *options, const char *path, struct list *out)
{
	struct list list = { 0 };

	if (read_microsoft(path, options->instance, &list)) {
		list_free(&list);
		return -1;
	}
	*out = list;
	return 0;
}

int wanted_read(const struct options *options, const char *path, struct list *out)
{
	struct list list = { 0 };

	if (read_microsoft(path, options->instance, &list) ||
	    add(&list, options->allow.items, options->allow.n) ||
	    add_relay_pool(&list, options->instance, options->relay_pool)) {
		list_free(&list);
		return -1;
	}
	if (finish(options, &list))
		return -1;
	*out = list;
	return 0;
}

static unsigned known_instance(const struct options *options, const struct list *in_force)
{
	if (options->instance_given || in_force->origin.instance >= INSTANCE_N)
		return options->instance;
	return in_force->origin.instance;
}

static int add_operators(const struct options *options, const struct list *in_force,
			 struct list *list)
{
	if (options->allow_given)
		return add(list, options->allow.items, options->allow.n);
	if (list_add_sources(list, in_force, 1u << PREFIX_OPERATOR))
		return log_errno("cannot keep the operator's prefixes");
	return 0;
}

int wanted_renew(const struct options *options, const struct list *microsoft,
		 const struct list *in_force, struct list *out)
{
	bool pool = options->relay_pool || in_force->origin.counts[EXOGATE_SOURCE_RELAY_POOL];
	struct list list = { .origin = microsoft->origin };

	list.origin.instance = known_instance(options, in_force);
	if (add(&list, microsoft->items, microsoft->n) || add_operators(options, in_force, &list) ||
	    add_relay_pool(&list, list.origin.instance, pool)) {
		list_free(&list);
		return -1;
	}
	if (finish(options, &list))
		return -1;
	*out = list;
	return 0;
}

int wanted_check_loss(const struct options *options, const struct list *in_force,
		      const struct list *wanted)
{
	struct list_loss loss;

	list_loss_find(in_force, wanted, &loss);
	if (options->force || !list_loss_is_sharp(&loss))
		return 0;
	return log_error(
		"Microsoft's list lacks much of the one in force: %zu of %zu prefixes, "
		"%.0f %% of the IPv4 and %.0f %% of the IPv6 addresses; is the file whole? "
		"--force takes it all the same",
		loss.prefixes, loss.prefixes_before, 100 * loss.share4, 100 * loss.share6);
}
