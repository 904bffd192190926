// SPDX-License-Identifier: Apache-2.0
#include "maps.h"

#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The trie allocates each node on its own, from per-CPU caches that a burst can outrun. */
#define UPDATE_TRIES	100
#define UPDATE_PAUSE_NS 1000000

/* One struct serves as key for both families: the IPv4 key is the beginning of the IPv6 key. */
_Static_assert(offsetof(struct exogate_key4, addr) == offsetof(struct exogate_key6, addr),
	       "keys differ");
_Static_assert((int)EXOGATE_SOURCE_MICROSOFT == (int)PREFIX_MICROSOFT &&
		       (int)EXOGATE_SOURCE_OPERATOR == (int)PREFIX_OPERATOR &&
		       (int)EXOGATE_SOURCE_RELAY_POOL == (int)PREFIX_RELAY_POOL,
	       "sources differ");

static struct exogate_key6 key_of(const struct prefix *prefix)
{
	struct exogate_key6 key = { .prefixlen = prefix->length };

	memcpy(key.addr, prefix->addr, sizeof(key.addr));
	return key;
}

static int trie_of(const struct maps_acl *acl, const struct prefix *prefix)
{
	return prefix->family == 4 ? acl->trie4 : acl->trie6;
}

static int create_trie(const struct prefix_set *set, uint8_t family)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	__u32 key_size = family == 4 ? sizeof(struct exogate_key4) : sizeof(struct exogate_key6);
	__u32 n = 0;
	int fd;

	for (size_t i = 0; i < set->n; i++)
		n += set->items[i].family == family;
	/* A trie of none is valid but cannot be made: room for one, left empty. */
	fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, family == 4 ? "exogate_list4" : "exogate_list6",
			    key_size, sizeof(struct exogate_acl_value), n ? n : 1, &opts);
	if (fd < 0)
		return log_errno("cannot make a BPF map for %u prefixes", n);
	return fd;
}

static int insert(int trie, const struct prefix *prefix)
{
	const struct timespec pause = { .tv_nsec = UPDATE_PAUSE_NS };
	const struct exogate_acl_value value = { .source = prefix->source };
	const struct exogate_key6 key = key_of(prefix);
	char text[PREFIX_TEXT_SIZE];

	for (int i = 0; i < UPDATE_TRIES; i++) {
		if (bpf_map_update_elem(trie, &key, &value, BPF_NOEXIST) == 0)
			return 0;
		if (errno != ENOMEM)
			break;
		nanosleep(&pause, NULL);
	}
	return log_errno("cannot store %s in a BPF map", prefix_format(prefix, text));
}

static int read_back(const struct maps_acl *acl, const struct prefix_set *set)
{
	struct exogate_acl_value value;
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < set->n; i++) {
		const struct exogate_key6 key = key_of(&set->items[i]);

		if (bpf_map_lookup_elem(trie_of(acl, &set->items[i]), &key, &value) ||
		    value.source != set->items[i].source)
			return log_error("%s was stored in a BPF map but does not read back",
					 prefix_format(&set->items[i], text));
	}
	return 0;
}

static int count_trie(int trie, __u64 counts[PREFIX_SOURCE_N])
{
	struct exogate_acl_value value;
	struct exogate_key6 key = { 0 };
	const void *previous = NULL;

	while (bpf_map_get_next_key(trie, previous, &key) == 0) {
		if (bpf_map_lookup_elem(trie, &key, &value) == 0 && value.source < PREFIX_SOURCE_N)
			counts[value.source]++;
		previous = &key;
	}
	return errno == ENOENT ? 0 : log_errno("cannot read a BPF map");
}

static int verify(const struct maps_acl *acl, const struct prefix_set *set)
{
	__u64 counts[PREFIX_SOURCE_N] = { 0 };
	__u64 n = 0;

	if (read_back(acl, set) || count_trie(acl->trie4, counts) || count_trie(acl->trie6, counts))
		return -1;
	for (int source = 0; source < PREFIX_SOURCE_N; source++)
		n += counts[source];
	if (n != set->n)
		return log_error("%zu prefixes were stored in BPF maps, but they have %llu", set->n,
				 (unsigned long long)n);
	return 0;
}

int maps_fill(const struct prefix_set *set, struct maps_acl *out)
{
	struct maps_acl acl = { .trie4 = -1, .trie6 = -1 };
	int status = -1;

	acl.trie4 = create_trie(set, 4);
	if (acl.trie4 < 0)
		goto out;
	acl.trie6 = create_trie(set, 6);
	if (acl.trie6 < 0)
		goto out;
	for (size_t i = 0; i < set->n; i++) {
		if (insert(trie_of(&acl, &set->items[i]), &set->items[i]))
			goto out;
	}
	status = verify(&acl, set);
out:
	if (status)
		maps_close(&acl);
	else
		*out = acl;
	return status;
}

void maps_close(struct maps_acl *acl)
{
	if (acl->trie4 >= 0)
		close(acl->trie4);
	if (acl->trie6 >= 0)
		close(acl->trie6);
	acl->trie4 = acl->trie6 = -1;
}

int maps_count(int outer, __u64 counts[PREFIX_SOURCE_N])
{
	const __u32 slot = 0;
	__u32 id;
	int trie, status;

	if (bpf_map_lookup_elem(outer, &slot, &id))
		return log_errno("cannot read which list is in use");
	trie = bpf_map_get_fd_by_id(id);
	if (trie < 0)
		return log_errno("cannot open BPF map %u", id);
	status = count_trie(trie, counts);
	close(trie);
	return status;
}

int maps_read_counters(int counters, struct exogate_counter sums[EXOGATE_REASON_N])
{
	int n_cpus = libbpf_num_possible_cpus();
	struct exogate_counter *cpus = NULL;
	int status = -1;

	if (n_cpus > 0)
		cpus = calloc((size_t)n_cpus, sizeof(*cpus));
	if (!cpus)
		return log_error("cannot learn the number of CPUs, or out of memory");
	for (__u32 reason = 0; reason < EXOGATE_REASON_N; reason++) {
		sums[reason] = (struct exogate_counter){ 0 };
		if (bpf_map_lookup_elem(counters, &reason, cpus)) {
			log_errno("cannot read the counters");
			goto out;
		}
		for (int cpu = 0; cpu < n_cpus; cpu++) {
			sums[reason].packets += cpus[cpu].packets;
			sums[reason].bytes += cpus[cpu].bytes;
		}
	}
	status = 0;
out:
	free(cpus);
	return status;
}
