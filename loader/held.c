// SPDX-License-Identifier: Apache-2.0
#include "held.h"

#include "dispatcher.h"
#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAPS_MAX	 32 /* a program of ours has 9: these, and the classifier's constants */
#define CONFIG_BYTES_MAX 4096

static const char *const map_names[HELD_MAP_N] = {
	[HELD_LISTS] = EXOGATE_MAP_LISTS,   [HELD_TRIES4] = EXOGATE_MAP_TRIES4,
	[HELD_TRIES6] = EXOGATE_MAP_TRIES6, [HELD_CPUS] = EXOGATE_MAP_CPUS,
	[HELD_DROPS] = EXOGATE_MAP_DROPS,   [HELD_EVENTS] = EXOGATE_MAP_EVENTS,
	[HELD_CONFIG] = EXOGATE_MAP_CONFIG, [HELD_PENDING] = EXOGATE_MAP_PENDING,
};

int held_device(__u32 ifindex, struct held_device *out)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (bpf_xdp_query((int)ifindex, 0, &query))
		return log_errno("cannot ask which XDP program is on interface %u", ifindex);
	out->ifindex = ifindex;
	out->program = query.prog_id;
	/* With programs in several modes at once, prog_id is 0. */
	if (!out->program)
		out->program = query.hw_prog_id ? query.hw_prog_id : query.drv_prog_id;
	out->generic = query.attach_mode == XDP_ATTACHED_SKB;
	return 0;
}

void held_program_name(__u32 id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		info.name[0] = '?';
	memcpy(name, info.name, BPF_OBJ_NAME_LEN);
	if (fd >= 0)
		close(fd);
}

/* Keeps the map if it is one of those that we know by name. */
static int adopt_map(struct held *held, __u32 id)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return log_errno("cannot open BPF map %u", id);
	if (bpf_obj_get_info_by_fd(fd, &info, &size)) {
		close(fd);
		return log_errno("cannot look at BPF map %u", id);
	}
	for (int i = 0; i < HELD_MAP_N; i++) {
		if (held->maps[i] < 0 && strcmp(info.name, map_names[i]) == 0) {
			held->maps[i] = fd;
			held->map_ids[i] = id;
			return 0;
		}
	}
	close(fd);
	return 0;
}

static int open_maps(struct held *held)
{
	__u32 ids[MAPS_MAX] = { 0 };
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX,
				      .map_ids = (__u64)(unsigned long)ids };
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(held->program), status;

	if (fd < 0)
		return log_errno("cannot open BPF program %u", held->program);
	status = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (status)
		return log_errno("cannot look at BPF program %u", held->program);
	memcpy(held->program_name, info.name, sizeof(held->program_name));
	for (__u32 i = 0; i < info.nr_map_ids && i < MAPS_MAX && !status; i++)
		status = adopt_map(held, ids[i]);
	return status;
}

/* The configuration is a struct that may be longer or shorter in another version. */
static bool read_config(struct held *held)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	const __u32 only = 0;
	union {
		struct exogate_config config;
		char bytes[CONFIG_BYTES_MAX];
	} value;

	if (held->maps[HELD_CONFIG] < 0 ||
	    bpf_obj_get_info_by_fd(held->maps[HELD_CONFIG], &info, &size) ||
	    info.value_size < sizeof(held->config.abi) || info.value_size > sizeof(value) ||
	    bpf_map_lookup_elem(held->maps[HELD_CONFIG], &only, &value))
		return false;
	held->config.abi = value.config.abi;
	held->readable = held->config.abi == EXOGATE_ABI_VERSION &&
			 info.value_size == sizeof(held->config);
	if (held->readable)
		held->config = value.config;
	return true;
}

/* Ours has the name and a configuration, and all the maps if it is of this version. */
static bool is_ours(struct held *held)
{
	if (strcmp(held->program_name, EXOGATE_PROGRAM) != 0 || !read_config(held))
		return false;
	for (int i = 0; i < HELD_MAP_N && held->readable; i++) {
		if (held->maps[i] < 0)
			return false;
	}
	return true;
}

/* Descriptors of maps, programs and links answer the same request with different structs, and
 * only their names tell which is which: bpf-map, bpf-prog, bpf-link (bpf_link of a new one). */
static bool is_a(int fd, const char *kind)
{
	char path[32], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, kind);
}

/* An index may mean another device in each network namespace; the program on it does not. */
static enum held_state find_state(struct held *held, __u32 ifindex)
{
	if (!is_ours(held))
		return HELD_FOREIGN;
	if (!ifindex)
		return HELD_SEVERED;
	if (held_device(ifindex, &held->device) || held->device.program != held->program)
		return HELD_ELSEWHERE;
	return HELD_ATTACHED;
}

static enum held_state find_seat(struct held *held)
{
	if (!is_ours(held))
		return HELD_FOREIGN;
	held->device.program = held->program;
	held->device.ifindex = dispatcher_find(held->program, &held->device.generic);
	return held->device.ifindex ? HELD_ATTACHED : HELD_LEFT;
}

static int examine_program(struct held *held)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(held->link, &info, &size))
		return log_errno("cannot look at a program");
	held->program = info.id;
	held->joined = true;
	if (open_maps(held))
		return -1;
	held->state = find_seat(held);
	return 0;
}

static int examine_link(struct held *held)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(held->link, &info, &size))
		return log_errno("cannot look at a link");
	if (info.type != BPF_LINK_TYPE_XDP)
		return 0;
	held->program = info.prog_id;
	if (open_maps(held))
		return -1;
	held->state = find_state(held, info.xdp.ifindex);
	return 0;
}

/* Fills in what is pinned. */
static int examine(struct held *held)
{
	held->state = HELD_FOREIGN;
	if (is_a(held->link, "link"))
		return examine_link(held);
	return is_a(held->link, "bpf-prog") ? examine_program(held) : 0;
}

int held_open(const char *path, struct held *out)
{
	struct held held = { .state = HELD_ABSENT, .link = -1 };

	for (int i = 0; i < HELD_MAP_N; i++)
		held.maps[i] = -1;
	held.link = bpf_obj_get(path);
	if (held.link < 0 && errno != ENOENT)
		return log_errno("cannot open what is pinned at %s", path);
	if (held.link >= 0 && examine(&held)) {
		held_close(&held);
		return -1;
	}
	*out = held;
	return 0;
}

void held_close(struct held *held)
{
	if (held->link >= 0)
		close(held->link);
	for (int i = 0; i < HELD_MAP_N; i++) {
		if (held->maps[i] >= 0)
			close(held->maps[i]);
	}
}

struct list_slots held_slots(const struct held *held)
{
	return (struct list_slots){
		.lists = held->maps[HELD_LISTS],
		.tries4 = held->maps[HELD_TRIES4],
		.tries6 = held->maps[HELD_TRIES6],
	};
}

bool held_is_attached(const struct held *held)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	bool generic;

	if (held->joined)
		return dispatcher_find(held->program, &generic) != 0;
	return bpf_obj_get_info_by_fd(held->link, &info, &size) == 0 && info.xdp.ifindex != 0;
}
