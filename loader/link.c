// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#define REASON_SIZE 256

/* libbpf leads a driver's own words with this. */
static const char kernel_words[] = "Kernel error message: ";

/* A descriptor, or -1 and errno. */
static int create(const struct exogate *program, __u32 ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);

	return bpf_link_create(program_fd(program), (int)ifindex, BPF_XDP, &opts);
}

/*
 * The driver's own words, "" if it has none.  A link's refusal does not carry them, but that of the
 * older way to attach does, which is tried only to be refused once more.
 */
static const char *driver_words(const struct exogate *program, __u32 ifindex)
{
	const __u32 flags = XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
	const char *words;

	log_forget();
	if (bpf_xdp_attach((int)ifindex, program_fd(program), flags, NULL) == 0) {
		bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE, NULL);
		return "";
	}
	words = log_libbpf();
	return strncmp(words, kernel_words, strlen(kernel_words)) == 0 ?
		       words + strlen(kernel_words) :
		       "";
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

static const char *native_refusal(const struct exogate *program, __u32 ifindex, int error,
				  char reason[REASON_SIZE])
{
	const char *words = error == EOPNOTSUPP ? "" : driver_words(program, ifindex);

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
	native_refusal(program, target->ifindex, error, reason);
	if (wanted == OPTIONS_MODE_NATIVE)
		return log_error("%s: cannot attach in native mode: %s; try --mode generic, which "
				 "is slower",
				 target->name, reason);
	log_note("%s: not in native mode: %s; using generic mode, which is slower", target->name,
		 reason);
	return create_generic(program, target);
}
