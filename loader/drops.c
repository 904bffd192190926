// SPDX-License-Identifier: Apache-2.0
#include "drops.h"

#include "attached.h"
#include "counters.h"
#include "exogate_drop.h"
#include "json_text.h"
#include "log.h"
#include "prefix.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull

struct row {
	struct exogate_drop_key key;
	struct exogate_drop drop;
	const char *interface;
};

struct table {
	struct row *rows;
	size_t n, room;
};

static int add_row(struct table *table, const struct row *row)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : 256;
		struct row *rows = realloc(table->rows, room * sizeof(*rows));

		if (!rows)
			return log_error("out of memory");
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->n++] = *row;
	return 0;
}

/* The map changes while it is read: what goes meanwhile is left out, and the walk, which starts
 * over where its place has gone, is bounded. */
static int read_drops(const struct attached *attached, struct table *table)
{
	int map = attached->held.maps[HELD_DROPS];
	struct row row = { .interface = attached->interface };
	const void *previous = NULL;
	int status = 0;

	for (unsigned i = 0; i < EXOGATE_DROPS_N && !status; i++) {
		if (bpf_map_get_next_key(map, previous, &row.key))
			return errno == ENOENT ? 0 : log_errno("cannot read the drops");
		if (bpf_map_lookup_elem(map, &row.key, &row.drop) == 0)
			status = add_row(table, &row);
		previous = &row.key;
	}
	return status;
}

/* The key is in the table once, whatever the walk did. */
static int by_place(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int by_interface = strcmp(a->interface, b->interface);

	return by_interface ? by_interface : memcmp(&a->key, &b->key, sizeof(a->key));
}

static void drop_repeated(struct table *table)
{
	size_t kept = 0;

	if (table->n)
		qsort(table->rows, table->n, sizeof(table->rows[0]), by_place);
	for (size_t i = 0; i < table->n; i++) {
		if (kept == 0 || by_place(&table->rows[kept - 1], &table->rows[i]) != 0)
			table->rows[kept++] = table->rows[i];
	}
	table->n = kept;
}

static int by_packets(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->drop.packets != b->drop.packets)
		return a->drop.packets < b->drop.packets ? 1 : -1;
	return by_place(a, b);
}

static const char *prefix_text(const struct row *row, char text[PREFIX_TEXT_SIZE])
{
	struct prefix prefix = { .family = row->key.family,
				 .length = row->key.family == 4 ? 24 : 48 };

	if (!row->key.family)
		return NULL;
	memcpy(prefix.addr, row->key.prefix, sizeof(row->key.prefix));
	return prefix_format(&prefix, text);
}

static const char *source_text(const struct row *row, char text[INET6_ADDRSTRLEN])
{
	if (!row->key.family)
		return NULL;
	return inet_ntop(row->key.family == 4 ? AF_INET : AF_INET6, row->drop.source, text,
			 INET6_ADDRSTRLEN);
}

static const char *reason_name(const struct row *row)
{
	return row->drop.reason < EXOGATE_REASON_N ? counters_reasons[row->drop.reason].name : "?";
}

static unsigned long long age_s(const struct row *row)
{
	struct timespec now;
	unsigned long long now_ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (unsigned long long)now.tv_sec * NS_PER_S + (unsigned long long)now.tv_nsec;
	return now_ns > row->drop.last_ns ? (now_ns - row->drop.last_ns) / NS_PER_S : 0;
}

static void print_text(const struct table *table, size_t n)
{
	char prefix[PREFIX_TEXT_SIZE], source[INET6_ADDRSTRLEN];

	if (n == 0)
		puts("nothing has been dropped");
	else
		printf("%12s  %-24s %-24s %-16s %8s  %s\n", "packets", "prefix", "latest source",
		       "reason", "ago", "interface");
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &table->rows[i];
		const char *range = prefix_text(row, prefix), *from = source_text(row, source);

		printf("%12llu  %-24s %-24s %-16s %7llus  %s\n",
		       (unsigned long long)row->drop.packets, range ? range : "unreadable",
		       from ? from : "-", reason_name(row), age_s(row), row->interface);
	}
}

static void print_json(const struct table *table, size_t n)
{
	char prefix[PREFIX_TEXT_SIZE], source[INET6_ADDRSTRLEN];
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct row *row = &table->rows[i];

		json_array_append_new(
			array,
			json_pack("{s:s?,s:I,s:s?,s:s,s:I,s:o}", "prefix", prefix_text(row, prefix),
				  "packets", (json_int_t)row->drop.packets, "source",
				  source_text(row, source), "reason", reason_name(row), "age_s",
				  (json_int_t)age_s(row), "interface", json_text(row->interface)));
	}
	json_print(json_pack("{s:o}", "drops", array));
}

int drops_run(const struct options *options)
{
	struct attached_set set;
	struct table table = { 0 };
	int status = attached_open_readable(options->bpffs, &set);
	size_t n;

	for (size_t i = 0; i < set.n; i++)
		status |= read_drops(&set.items[i], &table);
	drop_repeated(&table);
	if (table.n)
		qsort(table.rows, table.n, sizeof(table.rows[0]), by_packets);
	n = table.n < options->top ? table.n : options->top;
	if (set.n && options->json)
		print_json(&table, n);
	else if (set.n)
		print_text(&table, n);
	free(table.rows);
	attached_close(&set);
	return status;
}
