// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include "exogate.skel.h"
#include "frame.h"
#include "log.h"
#include "protect.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

/* What is told apart by name must have that name, whole, in the kernel. */
#define FITS(name) _Static_assert(sizeof(name) <= BPF_OBJ_NAME_LEN, "name too long")
FITS(EXOGATE_PROGRAM);
FITS(EXOGATE_MAP_LISTS);
FITS(EXOGATE_MAP_TRIES4);
FITS(EXOGATE_MAP_TRIES6);
FITS(EXOGATE_MAP_CPUS);
FITS(EXOGATE_MAP_DROPS);
FITS(EXOGATE_MAP_EVENTS);
FITS(EXOGATE_MAP_CONFIG);
FITS(EXOGATE_MAP_PENDING);

/* --- loading ---------------------------------------------------------------------------------- */

static int go_on_with(const struct exogate *program, const struct held *before)
{
	if (!before)
		return 0;
	if (bpf_map__reuse_fd(program->maps.exogate_cpus, before->maps[HELD_CPUS]) ||
	    bpf_map__reuse_fd(program->maps.exogate_drops, before->maps[HELD_DROPS]) ||
	    bpf_map__reuse_fd(program->maps.exogate_events, before->maps[HELD_EVENTS]))
		return log_errno("cannot go on with the counters");
	return 0;
}

static int load(struct exogate *program)
{
	log_forget();
	if (exogate__load(program) == 0)
		return 0;
	if (errno == EPERM)
		return log_errno("cannot load the BPF program");
	return log_error("the kernel refused the BPF program: %s (%s)", log_libbpf(),
			 strerror(errno));
}

static int install(const struct exogate *program, const struct list_maps *list)
{
	const struct list_slots slots = {
		.lists = bpf_map__fd(program->maps.exogate_lists),
		.tries4 = bpf_map__fd(program->maps.exogate_tries4),
		.tries6 = bpf_map__fd(program->maps.exogate_tries6),
	};

	return list_maps_install(&slots, list);
}

/* The program does not use the map, so that the kernel must be told whose it is. */
int program_bind(const struct exogate *program, int fd)
{
	if (bpf_prog_bind_map(fd, bpf_map__fd(program->maps.exogate_pending), NULL))
		return log_errno("cannot bind a map to the BPF program");
	return 0;
}

static int bind_pending(const struct exogate *program, __u64 pending_ns)
{
	const struct exogate_pending pending = { .until_ns = pending_ns };
	int map = bpf_map__fd(program->maps.exogate_pending);
	const __u32 only = 0;

	if (bpf_map_update_elem(map, &only, &pending, BPF_ANY))
		return log_errno("cannot store when it is to be undone");
	return program_bind(program, program_fd(program));
}

int program_load(const struct program_plan *plan, struct exogate **out)
{
	struct exogate *program = exogate__open();

	if (!program)
		return log_errno("cannot read the built-in BPF program");
	program->rodata_config->config = *plan->config;
	program->rodata_config->config.abi = EXOGATE_ABI_VERSION;
	if (go_on_with(program, plan->before) || load(program) || install(program, plan->list) ||
	    bind_pending(program, plan->pending_ns)) {
		exogate__destroy(program);
		return -1;
	}
	*out = program;
	return 0;
}

static int reuse_all(const struct exogate *again, const struct exogate *program)
{
	struct bpf_map *map = NULL, *of;

	while ((map = bpf_object__next_map(again->obj, map))) {
		of = bpf_object__find_map_by_name(program->obj, bpf_map__name(map));
		if (!of || bpf_map__reuse_fd(map, bpf_map__fd(of)))
			return log_errno("cannot share the maps of the BPF program");
	}
	return 0;
}

struct exogate *program_open_again(const struct exogate *program)
{
	struct exogate *again = exogate__open();

	if (again && reuse_all(again, program) == 0)
		return again;
	if (again)
		exogate__destroy(again);
	else
		log_errno("cannot read the built-in BPF program");
	return NULL;
}

struct bpf_object *program_object(const struct exogate *program)
{
	return program->obj;
}

void program_close(struct exogate *program)
{
	exogate__destroy(program);
}

int program_fd(const struct exogate *program)
{
	return bpf_program__fd(program->progs.exogate_xdp);
}

/* --- trying ----------------------------------------------------------------------------------- */

struct trial {
	int program;
	const struct exogate_endpoint *to;
	const struct list *list;
};

static int try_source(const struct trial *trial, uint8_t family, const uint8_t *source)
{
	__u32 expected = list_admits(trial->list, family, source) ? XDP_PASS : XDP_DROP;
	char address[INET6_ADDRSTRLEN], endpoint[PROTECT_TEXT_SIZE];
	struct frame frame = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame.bytes, .repeat = 1);

	if (trial->to->family && trial->to->family != family)
		return 0;
	frame_make(&frame, trial->to, family, source);
	opts.data_size_in = frame.len;
	if (bpf_prog_test_run_opts(trial->program, &opts))
		return log_errno("cannot try the BPF program");
	if (opts.retval == expected)
		return 0;
	return log_error(
		"self-check: a packet from %s to %s would be %s; nothing was changed",
		inet_ntop(family == 4 ? AF_INET : AF_INET6, source, address, sizeof(address)),
		protect_format(trial->to, endpoint), expected == XDP_PASS ? "dropped" : "passed");
}

/* The first prefix of each source and family. */
static int try_listed(const struct trial *trial)
{
	bool tried[2][PREFIX_SOURCE_N] = { 0 };

	for (size_t i = 0; i < trial->list->n; i++) {
		const struct prefix *item = &trial->list->items[i];
		bool *done = &tried[item->family == 4][item->source];

		if (!*done && try_source(trial, item->family, item->addr))
			return -1;
		*done = true;
	}
	return 0;
}

int program_try(const struct program_plan *plan, const struct list *list)
{
	struct exogate_config config = *plan->config;
	const struct program_plan alone = { .list = plan->list, .config = &config };
	struct trial trial = { .list = list };
	struct exogate *program = NULL;
	int status = 0;

	config.monitor = 0;
	if (program_load(&alone, &program))
		return -1;
	trial.program = program_fd(program);
	for (__u32 i = 0; i < config.protected_n && !status; i++) {
		trial.to = &config.protected[i];
		status = try_listed(&trial) || try_source(&trial, 4, list_never4) ||
			 try_source(&trial, 6, list_never6);
	}
	program_close(program);
	return status ? -1 : 0;
}
