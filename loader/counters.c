// SPDX-License-Identifier: Apache-2.0
#include "counters.h"

#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>

_Static_assert((int)EXOGATE_REASON_N <= EXOGATE_COUNTER_N, "no room for the reasons");

#define REASON_ROW(id, name, verdict, meaning) { name, meaning },
const struct counters_reason counters_reasons[EXOGATE_REASON_N] = { EXOGATE_REASONS(REASON_ROW) };
#undef REASON_ROW

const char *counters_verdict(int reason)
{
	return exogate_verdict((enum exogate_reason)reason) == XDP_DROP ? "drop" : "pass";
}

static void add(struct exogate_counter *sum, const struct exogate_counter *one)
{
	sum->packets += one->packets;
	sum->bytes += one->bytes;
}

int counters_read(int cpus, struct counters *out)
{
	int n_cpus = libbpf_num_possible_cpus();
	const __u32 only = 0;
	struct exogate_cpu *values;

	*out = (struct counters){ 0 };
	values = n_cpus > 0 ? calloc((size_t)n_cpus, sizeof(*values)) : NULL;
	if (!values)
		return log_error("cannot learn the number of CPUs, or out of memory");
	if (bpf_map_lookup_elem(cpus, &only, values)) {
		free(values);
		return log_errno("cannot read the counters");
	}
	for (int cpu = 0; cpu < n_cpus; cpu++) {
		for (int reason = 0; reason < EXOGATE_REASON_N; reason++) {
			add(&out->decided[reason], &values[cpu].decided[reason]);
			add(&out->monitored[reason], &values[cpu].monitored[reason]);
		}
	}
	free(values);
	return 0;
}
