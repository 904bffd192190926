// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REASON_SIZE 256

/* libbpf leads a driver's own words with this. */
static const char kernel_words[] = "Kernel error message: ";

/* A descriptor, or -1 and errno. */
static int create(const struct exogate *program, __u32 ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);

	return bpf_link_create(program_fd(program), (int)ifindex, BPF_XDP, &opts);
}

/* A program that passes everything, of the same kind: a descriptor, or -1. */
static int load_harmless(void)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP,
		    .prog_flags = BPF_F_XDP_HAS_FRAGS);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "exogate_probe", "GPL", code,
			     sizeof(code) / sizeof(code[0]), &opts);
}

/*
 * The driver's own words, "" if it has none.  A link's refusal does not carry them, but that of the
 * older way to attach does, which is tried only to be refused once more.
 */
static const char *driver_words(__u32 ifindex)
{
	const __u32 flags = XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
	int program = load_harmless();
	const char *words = "";

	if (program < 0)
		return words;
	log_forget();
	if (bpf_xdp_attach((int)ifindex, program, flags, NULL) == 0)
		bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE, NULL);
	else if (strncmp(log_libbpf(), kernel_words, strlen(kernel_words)) == 0)
		words = log_libbpf() + strlen(kernel_words);
	close(program);
	return words;
}

/* Why drivers refuse native mode, as far as the errno tells. */
static const char *usual_cause(int error)
{
	switch (error) {
	case EOPNOTSUPP:
		return "its driver has no native XDP";
	case EINVAL:
	case ERANGE:
	case E2BIG:
	case ENOSPC:
		return "its driver refuses the present settings, often the MTU, LRO (ethtool -K) "
		       "or the number of channels (ethtool -L)";
	default:
		return strerror(error);
	}
}

static const char *native_refusal(__u32 ifindex, int error, char reason[REASON_SIZE])
{
	const char *words = error == EOPNOTSUPP ? "" : driver_words(ifindex);

	snprintf(reason, REASON_SIZE, "%s%s%s%s", usual_cause(error), *words ? " (it says: " : "",
		 words, *words ? ")" : "");
	return reason;
}

static int create_generic(const struct exogate *program, const struct target *target)
{
	int link = create(program, target->ifindex, XDP_FLAGS_SKB_MODE);

	if (link < 0)
		return log_errno("%s: cannot attach in generic mode", target->name);
	return link;
}

int link_create(const struct exogate *program, const struct target *target,
		enum options_mode wanted, const char **mode)
{
	char reason[REASON_SIZE];
	int link, error;

	*mode = "generic";
	if (wanted == OPTIONS_MODE_GENERIC)
		return create_generic(program, target);
	link = create(program, target->ifindex, XDP_FLAGS_DRV_MODE);
	error = errno;
	if (link >= 0) {
		*mode = "native";
		return link;
	}
	/* No driver's refusal: generic mode would put a second program beside another's. */
	if (error == EBUSY || error == EEXIST || error == EPERM)
		return log_errno("%s: cannot attach", target->name);
	native_refusal(target->ifindex, error, reason);
	if (wanted == OPTIONS_MODE_NATIVE)
		return log_error("%s: cannot attach in native mode: %s; try --mode generic, which "
				 "is slower",
				 target->name, reason);
	log_note("%s: not in native mode: %s; using generic mode, which is slower", target->name,
		 reason);
	return create_generic(program, target);
}
