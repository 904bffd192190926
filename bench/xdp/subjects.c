// SPDX-License-Identifier: Apache-2.0
#include "subjects.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "exogate.skel.h"
#include "log.h"
#include "program.h"
#include "protect.h"
#include "subjects.skel.h"

#define CHECKED_N 256

const char *const subject_names[SUBJECT_N] = {
	[SUBJECT_FLOOR] = "floor",  [SUBJECT_EXOGATE] = "exogate",     [SUBJECT_LPM] = "bare LPM",
	[SUBJECT_TABLE] = "tables", [SUBJECT_BLOCKLESS] = "no blocks", [SUBJECT_ARRAY] = "array",
};

struct subjects {
	const struct list *list;
	struct list_maps maps;
	struct exogate *exogate;
	struct subjects_bpf *others;
	enum scene_traffic traffic; /* that is set */
	uint8_t family;
	struct frame frame;
	uint64_t counted[EXOGATE_REASON_N]; /* packets that exogate's program was given */
};

/* --- loading ---------------------------------------------------------------------------------- */

static int load_exogate(struct subjects *s)
{
	struct exogate_config config = { 0 };
	const struct program_plan plan = { .list = &s->maps, .config = &config };
	const char *wrong = protect_add(&config, PROTECT_DEFAULT);

	if (wrong)
		return log_error("%s: %s", PROTECT_DEFAULT, wrong);
	return program_load(&plan, &s->exogate);
}

static void add_mask(struct subjects_linear *linear, const struct prefix *prefix)
{
	struct subjects_mask *item = &linear->items[linear->n++];
	uint8_t ones[sizeof(item->mask)] = { 0 };

	for (unsigned bit = 0; bit < prefix->length; bit++)
		ones[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	memcpy(&item->mask, ones, sizeof(item->mask));
	memcpy(&item->bits, prefix->addr, sizeof(item->bits));
}

/* Leaves both empty if the list is too long. */
static void fill_arrays(struct subjects *s)
{
	if (s->list->n > SUBJECTS_LINEAR_MAX)
		return;
	for (size_t i = 0; i < s->list->n; i++) {
		const struct prefix *item = &s->list->items[i];

		add_mask(item->family == 4 ? &s->others->bss->linear4 : &s->others->bss->linear6,
			 item);
	}
}

static int load_others(struct subjects *s)
{
	struct list_slots slots;

	s->others = subjects_bpf__open();
	if (!s->others)
		return log_errno("cannot read the built-in BPF programs");
	log_forget();
	if (bpf_map__reuse_fd(s->others->maps.bare_trie4, s->maps.trie4) ||
	    bpf_map__reuse_fd(s->others->maps.bare_trie6, s->maps.trie6) ||
	    subjects_bpf__load(s->others))
		return log_errno("cannot load the bench's BPF programs: %s", log_libbpf());
	fill_arrays(s);
	slots = (struct list_slots){
		.lists = bpf_map__fd(s->others->maps.exogate_lists),
		.tries4 = bpf_map__fd(s->others->maps.exogate_tries4),
		.tries6 = bpf_map__fd(s->others->maps.exogate_tries6),
	};
	return list_maps_install(&slots, &s->maps);
}

struct subjects *subjects_load(const struct list *list)
{
	struct subjects *s = calloc(1, sizeof(*s));

	if (!s) {
		log_error("out of memory");
		return NULL;
	}
	s->list = list;
	s->maps = (struct list_maps){ -1, -1, { -1, -1 } };
	if (list_maps_fill(list, &s->maps) || load_exogate(s) || load_others(s)) {
		subjects_close(s);
		return NULL;
	}
	return s;
}

void subjects_close(struct subjects *s)
{
	if (s->exogate)
		program_close(s->exogate);
	subjects_bpf__destroy(s->others);
	list_maps_close(&s->maps);
	free(s);
}

struct list_slots subjects_slots(const struct subjects *s)
{
	return (struct list_slots){
		.lists = bpf_map__fd(s->exogate->maps.exogate_lists),
		.tries4 = bpf_map__fd(s->exogate->maps.exogate_tries4),
		.tries6 = bpf_map__fd(s->exogate->maps.exogate_tries6),
	};
}

bool subjects_have(const struct subjects *s, enum subject subject, uint8_t family)
{
	if (subject == SUBJECT_BLOCKLESS)
		return family == 6;
	return subject != SUBJECT_ARRAY || s->list->n <= SUBJECTS_LINEAR_MAX;
}

/* --- running ---------------------------------------------------------------------------------- */

static int program_of(const struct subjects *s, enum subject subject)
{
	bool is4 = s->family == 4;

	switch (subject) {
	case SUBJECT_EXOGATE:
		return program_fd(s->exogate);
	case SUBJECT_LPM:
		return bpf_program__fd(is4 ? s->others->progs.lpm4 : s->others->progs.lpm6);
	case SUBJECT_TABLE:
		return bpf_program__fd(is4 ? s->others->progs.table4 : s->others->progs.table6);
	case SUBJECT_BLOCKLESS:
		return bpf_program__fd(s->others->progs.blockless6);
	case SUBJECT_ARRAY:
		return bpf_program__fd(is4 ? s->others->progs.array4 : s->others->progs.array6);
	default:
		return bpf_program__fd(s->others->progs.floor_drop);
	}
}

int subjects_set_traffic(struct subjects *s, enum scene_traffic traffic, uint8_t family)
{
	s->traffic = traffic;
	s->family = family;
	scene_frame(traffic, family, &s->frame);
	if (!scene_is_pooled(traffic) || scene_pool(s->list, traffic, family, s->others->bss->pool))
		return 0;
	return log_error("cannot make sources: the list has none, or memory is short");
}

/* The program to run so that the traffic meets the subject, from the pool's beginning; or -1. */
static int prepare(struct subjects *s, enum subject subject)
{
	int program = program_of(s, subject);
	const __u32 only = 0;

	if (!scene_is_pooled(s->traffic))
		return program;
	if (bpf_map_update_elem(bpf_map__fd(s->others->maps.subject), &only, &program, BPF_ANY))
		return log_errno("cannot go on to the BPF program \"%s\"", subject_names[subject]);
	s->others->bss->next = 0;
	return bpf_program__fd(s->family == 4 ? s->others->progs.next4 : s->others->progs.next6);
}

static void note_packets(struct subjects *s, __u32 n)
{
	if (s->traffic == SCENE_OTHER_PORT)
		s->counted[EXOGATE_UNPROTECTED] += n;
	else
		s->counted[scene_must_pass(s->traffic) ? EXOGATE_MICROSOFT : EXOGATE_UNLISTED] += n;
}

static int run(struct subjects *s, int program, struct bpf_test_run_opts *opts)
{
	struct frame frame = s->frame;

	opts->data_in = frame.bytes;
	opts->data_size_in = frame.len;
	if (bpf_prog_test_run_opts(program, opts) == 0)
		return 0;
	return log_errno("cannot run a BPF program");
}

int subjects_run(struct subjects *s, enum subject subject, double *ns)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = SUBJECTS_POOL_N);
	int program = prepare(s, subject);

	if (program < 0 || run(s, program, &opts))
		return -1;
	if (subject == SUBJECT_EXOGATE)
		note_packets(s, SUBJECTS_POOL_N);
	*ns = opts.duration;
	return 0;
}

int subjects_check(struct subjects *s, enum subject subject)
{
	__u32 right = scene_must_pass(s->traffic) && subject != SUBJECT_FLOOR ? XDP_PASS : XDP_DROP;
	int program = prepare(s, subject);

	if (program < 0)
		return -1;
	for (int i = 0; i < CHECKED_N; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = 1);

		if (run(s, program, &opts))
			return -1;
		if (opts.retval != right)
			return log_error("%s, IPv%u, %s: packet %d has verdict %u, not %u",
					 subject_names[subject], s->family,
					 scene_traffic_names[s->traffic], i, opts.retval, right);
	}
	if (subject == SUBJECT_EXOGATE)
		note_packets(s, CHECKED_N);
	return 0;
}

/* --- counters --------------------------------------------------------------------------------- */

/* By reason, over all CPUs, the operator's sources among Microsoft's. */
static int read_counters(const struct subjects *s, uint64_t packets[EXOGATE_REASON_N])
{
	int n = libbpf_num_possible_cpus(), map = bpf_map__fd(s->exogate->maps.exogate_cpus);
	struct exogate_cpu *cpus = n > 0 ? calloc((size_t)n, sizeof(*cpus)) : NULL;
	const __u32 only = 0;
	bool ok = cpus && bpf_map_lookup_elem(map, &only, cpus) == 0;

	for (int i = 0; ok && i < n; i++)
		for (int reason = 0; reason < EXOGATE_REASON_N; reason++)
			packets[reason] += cpus[i].decided[reason].packets;
	packets[EXOGATE_MICROSOFT] += packets[EXOGATE_OPERATOR];
	packets[EXOGATE_OPERATOR] = 0;
	free(cpus);
	return ok ? 0 : log_errno("cannot read the counters");
}

int subjects_check_counters(const struct subjects *s)
{
	uint64_t packets[EXOGATE_REASON_N] = { 0 };

	if (read_counters(s, packets))
		return -1;
	for (int reason = 0; reason < EXOGATE_REASON_N; reason++)
		if (packets[reason] != s->counted[reason])
			return log_error("reason %d: %llu packets are counted, not %llu", reason,
					 (unsigned long long)packets[reason],
					 (unsigned long long)s->counted[reason]);
	return 0;
}
