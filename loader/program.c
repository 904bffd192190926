// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include "exogate.skel.h"
#include "log.h"
#include "wanted.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#define ETHERNET 14
#define TCP	 20

/* What is told apart by name must have that name, whole, in the kernel. */
_Static_assert(sizeof(EXOGATE_MAP_COUNTERS) <= BPF_OBJ_NAME_LEN, "name too long");
_Static_assert(sizeof(EXOGATE_MAP_CONFIG) <= BPF_OBJ_NAME_LEN, "name too long");

static int install(struct bpf_map *outer, int trie)
{
	const __u32 slot = 0;

	if (bpf_map_update_elem(bpf_map__fd(outer), &slot, &trie, BPF_ANY))
		return log_errno("cannot install a list");
	return 0;
}

static int load(struct exogate *program)
{
	log_forget();
	if (exogate__load(program) == 0)
		return 0;
	if (errno == EPERM)
		return log_errno("cannot load the BPF program");
	return log_error("the kernel refused the BPF program: %s (%s)", log_warning(),
			 strerror(errno));
}

int program_load(const struct maps_acl *acl, int counters, struct exogate **out)
{
	struct exogate *program = exogate__open();
	int status = -1;

	if (!program)
		return log_errno("cannot read the built-in BPF program");
	program->rodata_config->config.port = EXOGATE_PORT_DEFAULT;
	if (counters >= 0 && bpf_map__reuse_fd(program->maps.exogate_counter, counters)) {
		log_errno("cannot go on with the counters");
		goto out;
	}
	if (load(program) || install(program->maps.exogate_acl4, acl->trie4) ||
	    install(program->maps.exogate_acl6, acl->trie6))
		goto out;
	*out = program;
	program = NULL;
	status = 0;
out:
	exogate__destroy(program);
	return status;
}

void program_close(struct exogate *program)
{
	exogate__destroy(program);
}

int program_fd(const struct exogate *program)
{
	return bpf_program__fd(program->progs.exogate_xdp);
}

/* The shortest frame of interest: Ethernet, IP, TCP to the protected port. */
static __u32 make_frame(__u8 *frame, uint8_t family, const uint8_t *source)
{
	__u8 *ip = frame + ETHERNET;
	__u32 ip_len = family == 4 ? 20 : 40;

	memset(frame, 0, ETHERNET + ip_len + TCP);
	if (family == 4) {
		frame[12] = 0x08;
		ip[0] = 0x45;
		ip[3] = 20 + TCP;
		ip[9] = 6;
		memcpy(ip + 12, source, 4);
	} else {
		frame[12] = 0x86;
		frame[13] = 0xdd;
		ip[0] = 0x60;
		ip[5] = TCP;
		ip[6] = 6;
		memcpy(ip + 8, source, 16);
	}
	ip[ip_len + 2] = EXOGATE_PORT_DEFAULT >> 8;
	ip[ip_len + 3] = EXOGATE_PORT_DEFAULT & 0xff;
	return ETHERNET + ip_len + TCP;
}

static int check_source(const struct exogate *program, uint8_t family, const uint8_t *source,
			__u32 verdict)
{
	__u8 frame[ETHERNET + 40 + TCP];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = 1);

	opts.data_size_in = make_frame(frame, family, source);
	if (bpf_prog_test_run_opts(program_fd(program), &opts))
		return log_errno("cannot try the BPF program");
	if (opts.retval != verdict)
		return log_error("self-check: an IPv%d packet from a source that is %s would be %s;"
				 " nothing was attached",
				 family, verdict == XDP_PASS ? "listed" : "in no list",
				 verdict == XDP_PASS ? "dropped" : "passed");
	return 0;
}

static int check_listed(const struct exogate *program, const struct prefix_set *set, uint8_t family)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i].family == family)
			return check_source(program, family, set->items[i].addr, XDP_PASS);
	}
	return 0;
}

int program_check(const struct exogate *program, const struct prefix_set *set)
{
	if (check_listed(program, set, 4) || check_listed(program, set, 6) ||
	    check_source(program, 4, wanted_never4, XDP_DROP) ||
	    check_source(program, 6, wanted_never6, XDP_DROP))
		return -1;
	return 0;
}
