// SPDX-License-Identifier: Apache-2.0
#include "attach.h"

#include "held.h"
#include "log.h"
#include "maps.h"
#include "pins.h"
#include "program.h"
#include "wanted.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One interface on the way from what is to what shall be. */
struct task {
	char name[IF_NAMESIZE];
	char path[PATH_MAX];
	struct held held;
	const struct options *options;
	const struct maps_acl *acl;
};

/* Why drivers refuse native mode, as far as the errno tells. */
static const char *native_refusal(int error)
{
	switch (error) {
	case EOPNOTSUPP:
		return "its driver has no native XDP";
	case EINVAL:
	case ERANGE:
	case E2BIG:
		return "its driver refuses the present settings, often the MTU, LRO (ethtool -K) "
		       "or the number of channels (ethtool -L)";
	default:
		return strerror(error);
	}
}

/* A descriptor, or -1 and errno. */
static int create_link(const struct exogate *program, __u32 ifindex, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);

	return bpf_link_create(program_fd(program), (int)ifindex, BPF_XDP, &opts);
}

/* A descriptor, or -1 after a line. */
static int attach_in_mode(const struct task *task, const struct exogate *program, __u32 ifindex,
			  const char **mode)
{
	int link = -1;

	if (task->options->mode != OPTIONS_MODE_GENERIC) {
		*mode = "native";
		link = create_link(program, ifindex, XDP_FLAGS_DRV_MODE);
		if (link >= 0)
			return link;
		if (errno == EBUSY || errno == EEXIST || errno == EPERM)
			return log_errno("%s: cannot attach", task->name);
		if (task->options->mode == OPTIONS_MODE_NATIVE)
			return log_error("%s: cannot attach in native mode: %s; "
					 "try --mode generic, which is slower",
					 task->name, native_refusal(errno));
		log_note("%s: not in native mode: %s; using generic mode, which is slower",
			 task->name, native_refusal(errno));
	}
	*mode = "generic";
	link = create_link(program, ifindex, XDP_FLAGS_SKB_MODE);
	if (link < 0)
		return log_errno("%s: cannot attach in generic mode", task->name);
	return link;
}

static int pin_link(const struct task *task, int link)
{
	if (task->held.state == HELD_SEVERED) {
		log_note("%s: the device of the old link is gone; attaching anew", task->name);
		unlink(task->path);
	}
	if (bpf_obj_pin(link, task->path))
		return log_errno("%s: cannot pin the link at %s", task->name, task->path);
	return 0;
}

/* Finds our pin of the program that is on a device, whatever the device was called then. */
static bool find_pin(const char *dir, __u32 program, char path[PATH_MAX])
{
	struct dirent **files = NULL;
	int n = pins_list(dir, &files);
	char name[IF_NAMESIZE];
	struct held held;
	bool found = false;

	for (int i = 0; i < n; i++) {
		pins_interface(files[i]->d_name, name);
		if (!found && pins_path(dir, name, path) == 0 && held_open(path, &held) == 0) {
			found = held.state == HELD_ATTACHED && held.program == program;
			held_close(&held);
		}
		free(files[i]);
	}
	if (n > 0)
		free(files);
	return found;
}

/* The interface has our program, but the pin of it has the name of old. */
static int refuse_old_pin(const struct task *task, const char *old)
{
	return log_error("%s: filtered by exogate's own program, but pinned under an old name; "
			 "rename the pin: mv -n %s %s",
			 task->name, old, task->path);
}

/* The pin has this name, but the interface that it belongs to has another one now. */
static int refuse_other_interface(const struct task *task)
{
	char name[IF_NAMESIZE], path[PATH_MAX];

	if (!if_indextoname(task->held.device.ifindex, name) ||
	    pins_path(task->options->bpffs, name, path))
		return log_error("%s: the link pinned at %s is on another interface, number %u",
				 task->name, task->path, task->held.device.ifindex);
	return log_error("%s: the link pinned at %s is on another interface, now called %s; "
			 "rename the pin: mv -n %s %s",
			 task->name, task->path, name, task->path, path);
}

static int refuse_program(const struct task *task, __u32 program)
{
	char name[BPF_OBJ_NAME_LEN], old[PATH_MAX];

	if (find_pin(task->options->bpffs, program, old))
		return refuse_old_pin(task, old);
	held_program_name(program, name);
	return log_error("%s: another XDP program is attached: id %u, name %s; nothing was "
			 "changed. Detach it, or give the --bpffs under which it was attached",
			 task->name, program, name);
}

static int attach_new(const struct task *task, __u32 ifindex)
{
	struct exogate *program = NULL;
	struct held_device device;
	int link = -1, status = -1;
	const char *mode;

	if (held_device(ifindex, &device))
		return -1;
	if (device.program)
		return refuse_program(task, device.program);
	if (program_load(task->acl, -1, &program))
		return -1;
	link = attach_in_mode(task, program, ifindex, &mode);
	if (link < 0 || pin_link(task, link))
		goto out;
	log_note("%s: attached in %s mode", task->name, mode);
	status = 0;
out:
	if (link >= 0)
		close(link);
	program_close(program);
	return status;
}

static const char *mode_name(const struct task *task)
{
	return task->held.device.generic ? "generic" : "native";
}

/* The mode belongs to the link and stays what it was. */
static int refuse_other_mode(const struct task *task)
{
	if (task->options->mode == OPTIONS_MODE_AUTO ||
	    (task->options->mode == OPTIONS_MODE_GENERIC) == task->held.device.generic)
		return 0;
	return log_error("%s: attached in %s mode, which cannot be changed in place; detach first",
			 task->name, mode_name(task));
}

static int replace(const struct task *task)
{
	bool same_abi = task->held.config.abi == EXOGATE_ABI_VERSION;
	struct exogate *program = NULL;
	int status = -1;

	if (refuse_other_mode(task))
		return -1;
	if (program_load(task->acl, same_abi ? task->held.maps[HELD_COUNTERS] : -1, &program))
		return -1;
	if (bpf_link_update(task->held.link, program_fd(program), NULL)) {
		log_errno("%s: cannot replace the program", task->name);
		goto out;
	}
	log_note("%s: program and lists replaced in place, still in %s mode, counters %s",
		 task->name, mode_name(task),
		 same_abi ? "go on" : "start anew, as those of the old version differ");
	status = 0;
out:
	program_close(program);
	return status;
}

static int attach_held(const struct task *task, __u32 ifindex)
{
	switch (task->held.state) {
	case HELD_ATTACHED:
		if (task->held.device.ifindex == ifindex)
			return replace(task);
		return refuse_other_interface(task);
	case HELD_ELSEWHERE:
		return log_error("%s: the link pinned at %s belongs to another network namespace; "
				 "choose another --bpffs for this one",
				 task->name, task->path);
	case HELD_FOREIGN:
		return log_error("%s: what is pinned at %s is not exogate's; choose another "
				 "--bpffs",
				 task->name, task->path);
	default:
		return attach_new(task, ifindex);
	}
}

static int refuse_name(const char *name)
{
	return log_error("%s: no such interface in this network namespace; `ip link` lists them",
			 name);
}

static int attach_one(struct task *task, const char *name)
{
	__u32 ifindex = if_nametoindex(name);
	int status;

	/* The name that the kernel uses: an alternative name is not to become a second pin. */
	if (!ifindex || !if_indextoname(ifindex, task->name))
		return refuse_name(name);
	if (pins_path(task->options->bpffs, task->name, task->path) ||
	    held_open(task->path, &task->held))
		return -1;
	status = attach_held(task, ifindex);
	held_close(&task->held);
	return status;
}

/* Tries the lists with a program of its own, since the counters of the real one may be in use. */
static int try_lists(const struct maps_acl *acl, const struct prefix_set *set)
{
	struct exogate *program = NULL;
	int status;

	if (program_load(acl, -1, &program))
		return -1;
	status = program_check(program, set);
	program_close(program);
	return status;
}

/* All of them, before the first is touched. */
static int require_interfaces(const struct options *options)
{
	for (size_t i = 0; i < options->n_interfaces; i++)
		if (!if_nametoindex(options->interfaces[i]))
			return refuse_name(options->interfaces[i]);
	return 0;
}

int attach_run(const struct options *options)
{
	struct task task = { .options = options };
	struct prefix_set set;
	struct maps_acl acl = { .trie4 = -1, .trie6 = -1 };
	int status = -1;
	bool made;

	if (require_interfaces(options) || wanted_read(options, &set) ||
	    pins_make(options->bpffs, &made))
		return -1;
	if (maps_fill(&set, &acl) || try_lists(&acl, &set))
		goto out;
	task.acl = &acl;
	status = 0;
	for (size_t i = 0; i < options->n_interfaces; i++)
		status |= attach_one(&task, options->interfaces[i]);
out:
	maps_close(&acl);
	if (made)
		pins_tidy(options->bpffs);
	return status;
}

/* The name may be that of an interface which is filtered, but was called otherwise then. */
static int refuse_absent(const struct task *task, __u32 ifindex)
{
	struct held_device device = { 0 };
	char old[PATH_MAX];

	if (ifindex && held_device(ifindex, &device))
		return -1;
	if (device.program && find_pin(task->options->bpffs, device.program, old))
		return refuse_old_pin(task, old);
	return log_error("%s: not attached, nothing is pinned at %s", task->name, task->path);
}

static int detach(const struct task *task)
{
	bool severed = task->held.state == HELD_SEVERED;

	if (!severed && bpf_link_detach(task->held.link))
		return log_errno("%s: cannot detach", task->name);
	if (unlink(task->path))
		return log_errno("%s: detached, but cannot remove %s", task->name, task->path);
	log_note("%s: %s", task->name,
		 severed ? "the device was gone already; link removed" : "detached");
	return 0;
}

/* ifindex is 0 if nothing has the name: then it can only mean what was attached under it. */
static int detach_held(const struct task *task, __u32 ifindex)
{
	switch (task->held.state) {
	case HELD_ABSENT:
		return refuse_absent(task, ifindex);
	case HELD_ELSEWHERE:
		return log_error("%s: the link pinned at %s belongs to another network namespace; "
				 "detach it there",
				 task->name, task->path);
	case HELD_FOREIGN:
		return log_error("%s: what is pinned at %s is not exogate's; it was left alone",
				 task->name, task->path);
	case HELD_ATTACHED:
		if (ifindex && task->held.device.ifindex != ifindex)
			return refuse_other_interface(task);
		return detach(task);
	default:
		return detach(task);
	}
}

static int detach_one(const struct options *options, const char *name)
{
	struct task task = { .options = options };
	__u32 ifindex = if_nametoindex(name);
	int status;

	/* The device may be gone: then the name as given must do. */
	if (ifindex && if_indextoname(ifindex, task.name))
		name = task.name;
	if (pins_path(options->bpffs, name, task.path) || held_open(task.path, &task.held))
		return -1;
	if (name != task.name)
		memcpy(task.name, name, strlen(name) + 1); /* pins_path() saw that it fits */
	status = detach_held(&task, ifindex);
	held_close(&task.held);
	return status;
}

int attach_undo(const struct options *options)
{
	bool detached = false;
	int status = 0;

	if (pins_check(options->bpffs))
		return -1;
	for (size_t i = 0; i < options->n_interfaces; i++) {
		if (detach_one(options, options->interfaces[i]))
			status = -1;
		else
			detached = true;
	}
	if (detached)
		pins_tidy(options->bpffs);
	return status;
}
