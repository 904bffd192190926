// SPDX-License-Identifier: Apache-2.0
#include "dispatcher.h"

#include "log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#define RUN_PRIORITY \
	10 /* before those with libxdp's default, 50: what is dropped costs them nothing */

/* The number that the next descriptor will have, or -1. */
static int next_descriptor(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* libxdp 1.3 forgets a descriptor of what is attached, the first that it opened; later versions
 * close it. */
static void close_forgotten(const struct xdp_multiprog *dispatcher, int first)
{
	const struct xdp_program *attached = xdp_multiprog__main_prog(dispatcher);
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (attached && first != xdp_program__fd(attached) &&
	    bpf_obj_get_info_by_fd(first, &info, &size) == 0 &&
	    info.id == xdp_program__id(attached))
		close(first);
}

/* The interface's dispatcher, for xdp_multiprog__close(), or NULL. */
static struct xdp_multiprog *open_dispatcher(__u32 ifindex)
{
	struct xdp_multiprog *dispatcher;
	int first = next_descriptor();

	libxdp_set_print(log_libxdp);
	dispatcher = xdp_multiprog__get_from_ifindex((int)ifindex);
	if (libxdp_get_error(dispatcher))
		return NULL;
	close_forgotten(dispatcher, first);
	if (!xdp_multiprog__is_legacy(dispatcher))
		return dispatcher;
	xdp_multiprog__close(dispatcher);
	return NULL;
}

static bool has(const struct xdp_multiprog *dispatcher, __u32 program)
{
	struct xdp_program *each = NULL;

	while ((each = xdp_multiprog__next_prog(each, dispatcher))) {
		if (xdp_program__id(each) == program)
			return true;
	}
	return false;
}

__u32 dispatcher_find(__u32 program, bool *generic)
{
	struct if_nameindex *interfaces = if_nameindex();
	__u32 found = 0;

	for (struct if_nameindex *at = interfaces; at && at->if_index && !found; at++) {
		struct xdp_multiprog *dispatcher = open_dispatcher(at->if_index);

		if (!dispatcher)
			continue;
		if (has(dispatcher, program)) {
			found = at->if_index;
			*generic = xdp_multiprog__attach_mode(dispatcher) == XDP_MODE_SKB;
		}
		xdp_multiprog__close(dispatcher);
	}
	if_freenameindex(interfaces);
	return found;
}

const char *dispatcher_mode(__u32 ifindex)
{
	struct xdp_multiprog *dispatcher = open_dispatcher(ifindex);
	bool generic;

	if (!dispatcher)
		return NULL;
	generic = xdp_multiprog__attach_mode(dispatcher) == XDP_MODE_SKB;
	xdp_multiprog__close(dispatcher);
	return generic ? "generic" : "native";
}

__u32 dispatcher_program(__u32 ifindex, const char *name)
{
	struct xdp_multiprog *dispatcher = open_dispatcher(ifindex);
	struct xdp_program *each = NULL;
	__u32 found = 0;

	if (!dispatcher)
		return 0;
	while (!found && (each = xdp_multiprog__next_prog(each, dispatcher))) {
		if (strcmp(xdp_program__name(each), name) == 0)
			found = xdp_program__id(each);
	}
	xdp_multiprog__close(dispatcher);
	return found;
}

/* --- joining ---------------------------------------------------------------------------------- */

static int refuse(const struct dispatcher_entry *entry, int error)
{
	char why[128];

	libxdp_strerror(error, why, sizeof(why));
	return log_error("%s: cannot join libxdp's dispatcher: %s%s%s; nothing was changed. "
			 "Without --libxdp the interface is exogate's alone",
			 entry->interface, why, *log_libbpf() ? ": " : "", log_libbpf());
}

/* libxdp calls it a success to attach the program without a dispatcher. */
static int refuse_single(const struct dispatcher_entry *entry, struct xdp_program *program,
			 enum xdp_attach_mode mode)
{
	if (xdp_program__detach(program, (int)entry->ifindex, mode, 0))
		return log_error("%s: attached without a dispatcher, and cannot be detached: "
				 "ip link set dev %s xdp off",
				 entry->interface, entry->interface);
	return log_error("%s: this host has no dispatcher for XDP programs (%s); nothing is "
			 "attached. Without --libxdp the interface is exogate's alone",
			 entry->interface,
			 *log_libbpf() ? log_libbpf() :
					 "its kernel refuses freplace programs, or there is no BPF "
					 "file system at /sys/fs/bpf or LIBXDP_BPFFS");
}

/* That of the present dispatcher: by XDP_MODE_UNSPEC libxdp would look for it in the driver's. */
static enum xdp_attach_mode present_mode(__u32 ifindex)
{
	const char *mode = dispatcher_mode(ifindex);

	if (!mode)
		return XDP_MODE_UNSPEC;
	return strcmp(mode, "generic") == 0 ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

static enum xdp_attach_mode mode_of(const struct dispatcher_entry *entry)
{
	if (entry->mode == OPTIONS_MODE_AUTO)
		return present_mode(entry->ifindex);
	return entry->mode == OPTIONS_MODE_GENERIC ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

static int join(const struct dispatcher_entry *entry, struct xdp_program *program)
{
	enum xdp_attach_mode mode = mode_of(entry);
	int error;

	xdp_program__set_xdp_frags_support(program, true);
	xdp_program__set_run_prio(program, RUN_PRIORITY);
	xdp_program__set_chain_call_enabled(program, XDP_PASS, true);
	error = xdp_program__attach(program, (int)entry->ifindex, mode, 0);
	if (error)
		return refuse(entry, error);
	if (!dispatcher_mode(entry->ifindex))
		return refuse_single(entry, program, mode);
	return fcntl(xdp_program__fd(program), F_DUPFD_CLOEXEC, 0);
}

int dispatcher_join(const struct dispatcher_entry *entry)
{
	struct xdp_program *program;
	int fd;

	libxdp_set_print(log_libxdp);
	log_forget();
	program = xdp_program__from_bpf_obj(entry->object, entry->section);
	if (libxdp_get_error(program))
		return refuse(entry, (int)libxdp_get_error(program));
	fd = join(entry, program);
	xdp_program__close(program);
	return fd;
}

int dispatcher_leave(const char *interface, __u32 ifindex, int fd)
{
	enum xdp_attach_mode mode = present_mode(ifindex);
	struct xdp_program *program;
	int error;

	log_forget();
	program = xdp_program__from_fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	error = (int)libxdp_get_error(program);
	if (!error) {
		error = xdp_program__detach(program, (int)ifindex, mode, 0);
		xdp_program__close(program);
	}
	return error ? log_error("%s: cannot leave libxdp's dispatcher: %s: %s", interface,
				 strerror(-error), log_libbpf()) :
		       0;
}
