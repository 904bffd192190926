// SPDX-License-Identifier: Apache-2.0
#include "attached.h"

#include "log.h"

#include <stdlib.h>
#include <string.h>

/* 1 if it is a link of ours, 0 if not, -1 after a line. */
static int open_pin(const char *dir, const char *file, struct attached *out)
{
	pins_interface(file, out->interface);
	if (pins_path(dir, out->interface, out->pin) || held_open(out->pin, &out->held))
		return -1;
	if (out->held.state == HELD_ABSENT || out->held.state == HELD_FOREIGN) {
		held_close(&out->held);
		return 0;
	}
	if (out->held.state == HELD_ATTACHED)
		if_indextoname(out->held.device.ifindex, out->interface);
	return 1;
}

int attached_open(const char *dir, struct attached_set *out)
{
	struct dirent **files = NULL;
	int n = pins_list(dir, &files), status = n < 0 ? -1 : 0;

	*out = (struct attached_set){ 0 };
	if (n <= 0)
		return status;
	out->items = calloc((size_t)n, sizeof(*out->items));
	if (!out->items)
		status = log_error("out of memory");
	for (int i = 0; i < n; i++) {
		int found = out->items ? open_pin(dir, files[i]->d_name, &out->items[out->n]) : 0;

		if (found < 0)
			status = -1;
		out->n += found > 0;
		free(files[i]);
	}
	free(files);
	return status;
}

/* Takes out those that the filter does not want. */
static void keep(struct attached_set *set, bool (*wanted)(struct attached *, const void *),
		 const void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++) {
		if (wanted(&set->items[i], context))
			set->items[kept++] = set->items[i];
		else
			held_close(&set->items[i].held);
	}
	set->n = kept;
}

static bool is_readable(struct attached *attached, const void *context)
{
	(void)context;
	if (attached->held.state != HELD_ATTACHED)
		return false;
	if (!attached->held.readable)
		log_error("%s: ABI version %u is not %d: attach again to replace the program",
			  attached->interface, attached->held.config.abi, EXOGATE_ABI_VERSION);
	return attached->held.readable;
}

int attached_open_readable(const char *dir, struct attached_set *out)
{
	int status = pins_check(dir);

	*out = (struct attached_set){ 0 };
	if (status == 0)
		status = attached_open(dir, out);
	keep(out, is_readable, NULL);
	if (status == 0 && out->n == 0)
		status = log_error("no interface is attached under %s", dir);
	return status;
}

static bool has_name(struct attached *attached, const void *name)
{
	return strcmp(attached->interface, name) == 0;
}

int attached_select(struct attached_set *set, const char *interface)
{
	keep(set, has_name, interface);
	return set->n ? 0 : log_error("%s: not attached", interface);
}

void attached_close(struct attached_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		held_close(&set->items[i].held);
	free(set->items);
	*set = (struct attached_set){ 0 };
}

bool attached_find_program(const char *dir, __u32 program, char pin[PATH_MAX])
{
	struct attached_set set;
	bool found = false;

	attached_open(dir, &set);
	for (size_t i = 0; i < set.n && !found; i++) {
		found = set.items[i].held.state == HELD_ATTACHED &&
			set.items[i].held.program == program;
		if (found)
			memcpy(pin, set.items[i].pin, sizeof(set.items[i].pin));
	}
	attached_close(&set);
	return found;
}
