// SPDX-License-Identifier: Apache-2.0
#include "list_maps.h"

#include "list_image.h"
#include "log.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The trie allocates each node on its own, from per-CPU caches that a burst can outrun. */
#define UPDATE_TRIES	100
#define UPDATE_PAUSE_NS 1000000

/* How often a list that is exchanged while it is read is looked for again. */
#define READ_TRIES 5

static const __u32 only; /* the key of maps of one */

/* One struct serves as key for both families: the IPv4 key is the beginning of the IPv6 key. */
_Static_assert(offsetof(struct exogate_key4, addr) == offsetof(struct exogate_key6, addr),
	       "keys differ");

static struct exogate_key6 key_of(const struct prefix *prefix)
{
	struct exogate_key6 key = { .prefixlen = prefix->length };

	memcpy(key.addr, prefix->addr, sizeof(key.addr));
	return key;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* --- filling ---------------------------------------------------------------------------------- */

static int create_trie(const struct list_image *image, uint8_t family)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	__u32 key_size = family == 4 ? sizeof(struct exogate_key4) : sizeof(struct exogate_key6);
	__u32 n = 0;
	int fd;

	for (size_t i = 0; i < image->n; i++)
		n += image->entries[i].prefix.family == family;
	/* A trie of none is valid but cannot be made: room for one, left empty. */
	fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, family == 4 ? "exogate_trie4" : "exogate_trie6",
			    key_size, sizeof(struct exogate_prefix), n ? n : 1, &opts);
	if (fd < 0)
		return log_errno("cannot make a BPF map for %u prefixes", n);
	return fd;
}

static int insert(int trie, const struct list_entry *entry)
{
	const struct timespec pause = { .tv_nsec = UPDATE_PAUSE_NS };
	const struct exogate_key6 key = key_of(&entry->prefix);
	char text[PREFIX_TEXT_SIZE];

	for (int i = 0; i < UPDATE_TRIES; i++) {
		if (bpf_map_update_elem(trie, &key, &entry->value, BPF_NOEXIST) == 0)
			return 0;
		if (errno != ENOMEM)
			break;
		nanosleep(&pause, NULL);
	}
	return log_errno("cannot store %s in a BPF map", prefix_format(&entry->prefix, text));
}

static int fill_tries(const struct list_image *image, struct list_maps *maps)
{
	maps->trie4 = create_trie(image, 4);
	if (maps->trie4 < 0)
		return -1;
	maps->trie6 = create_trie(image, 6);
	if (maps->trie6 < 0)
		return -1;
	for (size_t i = 0; i < image->n; i++) {
		const struct list_entry *entry = &image->entries[i];

		if (insert(entry->prefix.family == 4 ? maps->trie4 : maps->trie6, entry))
			return -1;
	}
	return 0;
}

static int fill_tables(struct list_image *image, struct list_maps *maps)
{
	for (__u32 slot = 0; slot < 2; slot++) {
		maps->tables[slot] = bpf_map_create(BPF_MAP_TYPE_ARRAY, "exogate_list",
						    sizeof(only), sizeof(image->table), 1, NULL);
		if (maps->tables[slot] < 0)
			return log_errno("cannot make a BPF map for a list");
		image->table.tries = slot;
		if (bpf_map_update_elem(maps->tables[slot], &only, &image->table, BPF_ANY))
			return log_errno("cannot store a list in a BPF map");
	}
	return 0;
}

/* --- verifying -------------------------------------------------------------------------------- */

static int read_back(const struct list_maps *maps, const struct list_image *image)
{
	struct exogate_prefix value;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < image->n; i++) {
		const struct list_entry *entry = &image->entries[i];
		const struct exogate_key6 key = key_of(&entry->prefix);
		int trie = entry->prefix.family == 4 ? maps->trie4 : maps->trie6;

		if (bpf_map_lookup_elem(trie, &key, &value) ||
		    memcmp(&value, &entry->value, sizeof(value)) != 0)
			return log_error("%s was stored in a BPF map but does not read back",
					 prefix_format(&entry->prefix, text));
	}
	return 0;
}

static int count_trie(int trie, size_t *n)
{
	struct exogate_key6 key = { 0 };
	const void *previous = NULL;

	for (; bpf_map_get_next_key(trie, previous, &key) == 0; previous = &key)
		++*n;
	return errno == ENOENT ? 0 : log_errno("cannot read a BPF map");
}

static int read_back_tables(const struct list_maps *maps, struct list_image *image)
{
	struct exogate_list *table = malloc(sizeof(*table));
	int status = 0;

	if (!table)
		return log_error("out of memory");
	for (__u32 slot = 0; slot < 2 && !status; slot++) {
		image->table.tries = slot;
		if (bpf_map_lookup_elem(maps->tables[slot], &only, table) ||
		    memcmp(table, &image->table, sizeof(*table)) != 0)
			status = log_error("a list was stored in a BPF map but does not read back");
	}
	free(table);
	return status;
}

static int verify(const struct list_maps *maps, struct list_image *image)
{
	size_t n = 0;

	if (read_back(maps, image) || count_trie(maps->trie4, &n) || count_trie(maps->trie6, &n))
		return -1;
	if (n != image->n)
		return log_error("%zu prefixes were stored in BPF maps, but they have %zu",
				 image->n, n);
	return read_back_tables(maps, image);
}

int list_maps_fill(const struct list *list, struct list_maps *out)
{
	struct list_maps maps = { -1, -1, { -1, -1 } };
	struct list_image *image = list_image_make(list);
	int status = -1;

	if (!image)
		return log_error("out of memory for %zu prefixes", list->n);
	if (fill_tries(image, &maps) == 0 && fill_tables(image, &maps) == 0)
		status = verify(&maps, image);
	free(image);
	if (status)
		list_maps_close(&maps);
	else
		*out = maps;
	return status;
}

void list_maps_close(struct list_maps *maps)
{
	close_fd(&maps->trie4);
	close_fd(&maps->trie6);
	close_fd(&maps->tables[0]);
	close_fd(&maps->tables[1]);
}

/* --- what is in force ------------------------------------------------------------------------- */

/* The map in a slot of an outer map: a descriptor, or -1 and errno. */
static int open_inner(int outer, __u32 slot)
{
	__u32 id;

	if (bpf_map_lookup_elem(outer, &slot, &id))
		return -1;
	return bpf_map_get_fd_by_id(id);
}

/* The table in force, on the heap; NULL and errno, ENOENT if there is none. */
static struct exogate_list *read_table(const struct list_slots *slots)
{
	int fd = open_inner(slots->lists, only);
	struct exogate_list *table;

	if (fd < 0)
		return NULL;
	table = malloc(sizeof(*table));
	if (table && bpf_map_lookup_elem(fd, &only, table)) {
		free(table);
		table = NULL;
	}
	close(fd);
	return table;
}

int list_maps_install(const struct list_slots *slots, const struct list_maps *maps)
{
	struct exogate_list *now = read_table(slots);
	__u32 unused, used;

	if (!now && errno != ENOENT)
		return log_errno("cannot read which list is in force");
	unused = now ? !now->tries : 0;
	used = !unused;
	if (bpf_map_update_elem(slots->tries4, &unused, &maps->trie4, BPF_ANY) ||
	    bpf_map_update_elem(slots->tries6, &unused, &maps->trie6, BPF_ANY) ||
	    bpf_map_update_elem(slots->lists, &only, &maps->tables[unused], BPF_ANY)) {
		free(now);
		return log_errno("cannot put a list in force");
	}
	/* The update came back after every packet that had the list before: its tries may go. */
	if (now) {
		bpf_map_delete_elem(slots->tries4, &used);
		bpf_map_delete_elem(slots->tries6, &used);
	}
	free(now);
	return 0;
}

/* A list that is exchanged while it is looked up is gone before it is opened. */
static struct exogate_list *read_table_patiently(const struct list_slots *slots)
{
	struct exogate_list *table = NULL;

	for (int i = 0; i < READ_TRIES && !table; i++)
		table = read_table(slots);
	return table;
}

int list_maps_origin(const struct list_slots *slots, struct exogate_origin *out)
{
	struct exogate_list *table = read_table_patiently(slots);

	if (!table)
		return log_errno("cannot read which list is in force");
	*out = table->origin;
	free(table);
	return 0;
}

/* --- reading a list back ---------------------------------------------------------------------- */

static int add_listed(struct list *list, struct prefix *prefix, __u16 listed)
{
	for (unsigned source = PREFIX_MICROSOFT; source < PREFIX_SOURCE_N; source++) {
		prefix->source = (uint8_t)source;
		if (listed >> source & 1 && list_add(list, prefix, 1))
			return log_error("out of memory for a list");
	}
	return 0;
}

static int read_trie(int trie, uint8_t family, struct list *list)
{
	struct exogate_key6 key = { 0 };
	struct exogate_prefix value;
	const void *previous = NULL;

	while (bpf_map_get_next_key(trie, previous, &key) == 0) {
		struct prefix prefix = { .family = family, .length = (uint8_t)key.prefixlen };

		if (bpf_map_lookup_elem(trie, &key, &value))
			return log_errno("cannot read a BPF map");
		memcpy(prefix.addr, key.addr, family == 4 ? 4 : 16);
		if (add_listed(list, &prefix, value.listed))
			return -1;
		previous = &key;
	}
	return errno == ENOENT ? 0 : log_errno("cannot read a BPF map");
}

/* The tries that belong to one table; -1 and errno if the list was exchanged meanwhile. */
static int open_tries(const struct list_slots *slots, __u32 slot, struct list_maps *out)
{
	out->trie4 = open_inner(slots->tries4, slot);
	out->trie6 = open_inner(slots->tries6, slot);
	return out->trie4 < 0 || out->trie6 < 0 ? -1 : 0;
}

/* The table is looked at again after its tries were opened: then they are its own. */
static int open_list(const struct list_slots *slots, struct list_maps *tries,
		     struct exogate_origin *origin)
{
	for (int i = 0; i < READ_TRIES; i++) {
		struct exogate_list *table = read_table_patiently(slots), *again;
		bool same;

		if (!table)
			return log_errno("cannot read which list is in force");
		*origin = table->origin;
		same = open_tries(slots, table->tries, tries) == 0;
		again = same ? read_table(slots) : NULL;
		same = again && memcmp(table, again, sizeof(*table)) == 0;
		free(again);
		free(table);
		if (same)
			return 0;
		list_maps_close(tries);
	}
	return log_error("the list in force changes all the time");
}

int list_maps_read(const struct list_slots *slots, struct list *out)
{
	struct list_maps tries = { -1, -1, { -1, -1 } };
	struct exogate_origin origin;
	struct list list = { 0 };
	int status;

	if (open_list(slots, &tries, &origin))
		return -1;
	status = read_trie(tries.trie4, 4, &list);
	if (status == 0)
		status = read_trie(tries.trie6, 6, &list);
	list_maps_close(&tries);
	if (status) {
		list_free(&list);
		return -1;
	}
	list.origin = origin;
	list_sort(&list);
	*out = list;
	return 0;
}
