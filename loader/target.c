// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "attached.h"
#include "dispatcher.h"
#include "holder.h"
#include "log.h"

#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int target_open(const char *dir, const char *name, struct target *out)
{
	struct target target = { .dir = dir, .ifindex = if_nametoindex(name) };

	/* The name that the kernel uses: an alternative name is not to become a second pin.  The
	 * device may be gone, too: then the name as given must do. */
	if (target.ifindex && if_indextoname(target.ifindex, target.name))
		name = target.name;
	if (pins_path(dir, name, target.path) || held_open(target.path, &target.held))
		return -1;
	if (name != target.name)
		memcpy(target.name, name, strlen(name) + 1); /* pins_path() saw that it fits */
	*out = target;
	return 0;
}

void target_close(struct target *target)
{
	held_close(&target->held);
}

/* The interface has our program, but the pin of it has the name of old. */
static int refuse_old_pin(const struct target *target, const char *old)
{
	return log_error("%s: filtered by exogate's own program, but pinned under an old name; "
			 "rename the pin: mv -n %s %s",
			 target->name, old, target->path);
}

/* The pin has this name, but the interface that it belongs to has another one now. */
static int refuse_other_interface(const struct target *target)
{
	char name[IF_NAMESIZE], path[PATH_MAX];

	if (!if_indextoname(target->held.device.ifindex, name) ||
	    pins_path(target->dir, name, path))
		return log_error("%s: the link pinned at %s is on another interface, number %u",
				 target->name, target->path, target->held.device.ifindex);
	return log_error("%s: the link pinned at %s is on another interface, now called %s; "
			 "rename the pin: mv -n %s %s",
			 target->name, target->path, name, target->path, path);
}

static int refuse_program(const struct target *target, const struct held_device *device)
{
	char name[BPF_OBJ_NAME_LEN], old[PATH_MAX], holder[HOLDER_TEXT_SIZE];

	if (attached_find_program(target->dir, device->program, old))
		return refuse_old_pin(target, old);
	held_program_name(device->program, name);
	return log_error("%s: another XDP program is attached: id %u, name %s, %s; nothing was "
			 "changed. Detach it (its own tool does; else: ip link set dev %s %s off),"
			 " or, if it is exogate's, give the --bpffs under which it was attached",
			 target->name, device->program, name,
			 holder_describe(device->program, holder), target->name,
			 device->generic ? "xdpgeneric" : "xdpdrv");
}

static int refuse_elsewhere(const struct target *target, const char *mend)
{
	return log_error("%s: the link pinned at %s belongs to another network namespace; %s",
			 target->name, target->path, mend);
}

/* The program reads Ethernet headers: it would take others for what they are not. */
static int check_ethernet(const struct target *target)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;

	memcpy(request.ifr_name, target->name, sizeof(request.ifr_name));
	status = fd < 0 ? -1 : ioctl(fd, SIOCGIFHWADDR, &request);
	if (fd >= 0)
		close(fd);
	if (status)
		return log_errno("%s: cannot ask what kind of interface it is", target->name);
	if (request.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	    request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK)
		return 0;
	return log_error("%s: not an Ethernet interface, so that the filter could not read its "
			 "packets; filter there by nftables: exogate-xdp acl export --format nft",
			 target->name);
}

/* A program of ours that is not pinned here: a second one would count everything twice. */
static int check_dispatcher(const struct target *target)
{
	__u32 program = dispatcher_program(target->ifindex, EXOGATE_PROGRAM);
	char old[PATH_MAX];

	if (!program)
		return 0;
	if (attached_find_program(target->dir, program, old))
		return refuse_old_pin(target, old);
	return log_error("%s: a program of exogate, id %u, is in the dispatcher already, but not "
			 "pinned under %s: give the --bpffs under which it was attached, or unload "
			 "it: xdp-loader unload %s --id %u",
			 target->name, program, target->dir, target->name, program);
}

static int check_unoccupied(const struct target *target, bool join)
{
	struct held_device device;

	if (held_device(target->ifindex, &device))
		return -1;
	if (!device.program)
		return 0;
	if (!dispatcher_mode(target->ifindex))
		return refuse_program(target, &device);
	if (join)
		return check_dispatcher(target);
	return log_error("%s: other XDP programs are attached, by libxdp's dispatcher; nothing was "
			 "changed. Join them by --libxdp, or unload them (xdp-loader unload %s "
			 "--all)",
			 target->name, target->name);
}

static int check_same_kind(const struct target *target, bool join)
{
	if (join == target->held.joined)
		return 0;
	return log_error("%s: attached %s libxdp's dispatcher, which cannot be changed in place: "
			 "%s --libxdp, or detach first",
			 target->name, join ? "without" : "in", join ? "leave out" : "give");
}

static int refuse_left(const struct target *target)
{
	return log_error("%s: what is pinned at %s is no more in a dispatcher of this network "
			 "namespace; detach first, unless it is another's",
			 target->name, target->path);
}

int target_check_attach(const struct target *target, bool join)
{
	if (!target->ifindex)
		return log_error("%s: no such interface in this network namespace; `ip link` lists "
				 "them",
				 target->name);
	switch (target->held.state) {
	case HELD_ATTACHED:
		if (target->held.device.ifindex != target->ifindex)
			return refuse_other_interface(target);
		return check_same_kind(target, join);
	case HELD_LEFT:
		return refuse_left(target);
	case HELD_ELSEWHERE:
		return refuse_elsewhere(target, "choose another --bpffs for this one");
	case HELD_FOREIGN:
		return log_error("%s: what is pinned at %s is not exogate's; choose another "
				 "--bpffs",
				 target->name, target->path);
	default:
		return check_ethernet(target) || check_unoccupied(target, join) ? -1 : 0;
	}
}

/* The name may be that of an interface which is filtered, but was called otherwise then. */
static int refuse_absent(const struct target *target)
{
	struct held_device device = { 0 };
	char old[PATH_MAX];

	if (target->ifindex && held_device(target->ifindex, &device))
		return -1;
	if (device.program && attached_find_program(target->dir, device.program, old))
		return refuse_old_pin(target, old);
	return log_error("%s: not attached, nothing is pinned at %s", target->name, target->path);
}

int target_check_detach(const struct target *target)
{
	switch (target->held.state) {
	case HELD_ABSENT:
		return refuse_absent(target);
	case HELD_ELSEWHERE:
		return refuse_elsewhere(target, "detach it there");
	case HELD_FOREIGN:
		return log_error("%s: what is pinned at %s is not exogate's; it was left alone",
				 target->name, target->path);
	case HELD_ATTACHED:
		/* Without an interface of the name it can only mean what was attached under it. */
		if (target->ifindex && target->held.device.ifindex != target->ifindex)
			return refuse_other_interface(target);
		return 0;
	default:
		return 0;
	}
}
