// SPDX-License-Identifier: Apache-2.0
#include "attach.h"

#include "confirm.h"
#include "dispatcher.h"
#include "guard.h"
#include "in_force.h"
#include "link.h"
#include "list_maps.h"
#include "log.h"
#include "program.h"
#include "target.h"
#include "wanted.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <unistd.h>

/* What is to be attached, to each interface alike. */
struct job {
	const struct options *options;
	struct list list;
	struct list_maps maps;
	__u64 pending_ns; /* exogate_pending.until_ns */
};

static int pin(const struct target *target, int fd)
{
	if (target->held.state == HELD_SEVERED) {
		log_note("%s: the device of the old link is gone; attaching anew", target->name);
		unlink(target->path);
	}
	if (target->held.joined)
		unlink(target->path); /* that of the program which the new one replaces */
	if (bpf_obj_pin(fd, target->path))
		return log_errno("%s: cannot pin the link at %s", target->name, target->path);
	return 0;
}

static const char *in_monitor(const struct job *job)
{
	return job->options->config.monitor ? "; monitor only: nothing is dropped" : "";
}

static int load(const struct job *job, const struct held *before, struct exogate **out)
{
	const struct program_plan plan = {
		.list = &job->maps,
		.config = &job->options->config,
		.before = before,
		.pending_ns = job->pending_ns,
	};

	return program_load(&plan, out);
}

/* A descriptor of the program that joined, all maps of which are the given one's; or -1 after a
 * line. */
static int join(const struct target *target, const struct exogate *program, enum options_mode mode)
{
	struct exogate *again = program_open_again(program);
	struct dispatcher_entry entry = {
		.section = PROGRAM_SECTION,
		.interface = target->name,
		.ifindex = target->ifindex,
		.mode = mode,
	};
	int fd;

	if (!again)
		return -1;
	entry.object = program_object(again);
	fd = dispatcher_join(&entry);
	program_close(again);
	if (fd >= 0 && (program_bind(program, fd) || pin(target, fd))) {
		dispatcher_leave(target->name, target->ifindex, fd);
		close(fd);
		return -1;
	}
	return fd;
}

static int join_new(const struct job *job, const struct target *target)
{
	struct exogate *program = NULL;
	int fd;

	if (load(job, NULL, &program))
		return -1;
	fd = join(target, program, job->options->mode);
	program_close(program);
	if (fd < 0)
		return -1;
	close(fd);
	log_note("%s: joined libxdp's dispatcher in %s mode%s", target->name,
		 dispatcher_mode(target->ifindex), in_monitor(job));
	return 0;
}

/* Both programs are in the dispatcher for a moment, in which what one of them drops is dropped. */
static int join_again(const struct job *job, const struct target *target)
{
	const struct held *before = target->held.readable ? &target->held : NULL;
	struct exogate *program = NULL;
	int fd;

	if (load(job, before, &program))
		return -1;
	fd = join(target, program, OPTIONS_MODE_AUTO);
	program_close(program);
	if (fd < 0)
		return -1;
	close(fd);
	if (dispatcher_leave(target->name, target->ifindex, target->held.link))
		return -1;
	log_note("%s: program and lists replaced in libxdp's dispatcher, counters %s%s",
		 target->name, before ? "go on" : "start anew", in_monitor(job));
	return 0;
}

static int attach_new(const struct job *job, const struct target *target)
{
	struct exogate *program = NULL;
	int link = -1, status = -1;
	const char *mode;

	if (load(job, NULL, &program))
		return -1;
	link = link_create(program, target, job->options->mode, &mode);
	if (link < 0 || pin(target, link))
		goto out;
	log_note("%s: attached in %s mode%s", target->name, mode, in_monitor(job));
	status = 0;
out:
	if (link >= 0)
		close(link);
	program_close(program);
	return status;
}

static const char *mode_name(const struct target *target)
{
	return target->held.device.generic ? "generic" : "native";
}

/* The mode belongs to the link and stays what it was. */
static int refuse_other_mode(const struct job *job, const struct target *target)
{
	enum options_mode wanted = job->options->mode;

	if (wanted == OPTIONS_MODE_AUTO ||
	    (wanted == OPTIONS_MODE_GENERIC) == target->held.device.generic)
		return 0;
	return log_error("%s: attached in %s mode, which cannot be changed in place; detach first",
			 target->name, mode_name(target));
}

static int check_change(const struct job *job, const struct target *target)
{
	struct list in_force;
	int status;

	if (in_force_of(&target->held, &in_force))
		return -1;
	status = wanted_check_loss(job->options, &in_force, &job->list);
	if (status == 0)
		guard_warn_of_change(target->name, &target->held.config, &in_force,
				     &job->options->config, &job->list);
	list_free(&in_force);
	return status;
}

static int replace(const struct job *job, const struct target *target)
{
	const struct held *before = target->held.readable ? &target->held : NULL;
	struct exogate *program = NULL;
	int status = -1;

	if (load(job, before, &program))
		return -1;
	if (bpf_link_update(target->held.link, program_fd(program), NULL)) {
		log_errno("%s: cannot replace the program", target->name);
		goto out;
	}
	log_note("%s: program and lists replaced in place, still in %s mode, counters %s%s",
		 target->name, mode_name(target),
		 before ? "go on" : "start anew, as those of the old version differ",
		 in_monitor(job));
	status = 0;
out:
	program_close(program);
	return status;
}

/* Without --confirm, attaching again is as good as `confirm` for what it replaces. */
static int check_pending(const struct job *job, const struct target *target)
{
	if (job->pending_ns)
		return confirm_refuse_pending(&target->held, target->name);
	if (confirm_is_pending(&target->held))
		log_warn("%s: what waited for confirmation is replaced: it will not be undone",
			 target->name);
	return 0;
}

/* May this be done to the interface? */
static int check(const struct job *job, const struct target *target)
{
	if (target_check_attach(target, job->options->libxdp))
		return -1;
	if (target->held.state != HELD_ATTACHED)
		return 0;
	if (refuse_other_mode(job, target))
		return -1;
	if (!target->held.readable)
		return 0;
	return check_change(job, target) || check_pending(job, target) ? -1 : 0;
}

static int put(const struct job *job, const struct target *target)
{
	bool attached = target->held.state == HELD_ATTACHED;

	if (job->options->libxdp)
		return attached ? join_again(job, target) : join_new(job, target);
	return attached ? replace(job, target) : attach_new(job, target);
}

static int attach_one(struct job *job, const char *name)
{
	struct target target;
	int status;

	if (target_open(job->options->bpffs, name, &target))
		return -1;
	status = check(job, &target);
	if (status == 0)
		status = put(job, &target);
	target_close(&target);
	return status;
}

/* All of them, before the first is touched. */
static int require_interfaces(const struct options *options)
{
	for (size_t i = 0; i < options->n_arguments; i++)
		if (!if_nametoindex(options->arguments[i]))
			return log_error("%s: no such interface in this network namespace; "
					 "`ip link` lists them",
					 options->arguments[i]);
	return 0;
}

static int attach_all(struct job *job)
{
	size_t done = 0;

	if (job->options->confirm_s && confirm_begin(job->options, &job->pending_ns))
		return -1;
	for (size_t i = 0; i < job->options->n_arguments; i++)
		done += attach_one(job, job->options->arguments[i]) == 0;
	if (job->options->confirm_s && done)
		log_note("undone in %u s unless `exogate-xdp confirm` comes before",
			 job->options->confirm_s);
	return done == job->options->n_arguments ? 0 : -1;
}

static int prepare(struct job *job)
{
	const struct program_plan plan = { .list = &job->maps, .config = &job->options->config };

	return list_maps_fill(&job->list, &job->maps) || program_try(&plan, &job->list) ? -1 : 0;
}

static void warn(const struct job *job)
{
	const struct options *options = job->options;
	char advice[64] = "";

	if (options->confirm_s)
		snprintf(advice, sizeof(advice), "; it is undone in %u s unless confirmed",
			 options->confirm_s);
	else if (!options->libxdp)
		snprintf(advice, sizeof(advice), ", or --confirm 60 to be on the safe side");
	guard_warn(&options->config, &job->list, advice);
}

int attach_run(const struct options *options)
{
	struct job job = { .options = options, .maps = { -1, -1, { -1, -1 } } };
	int lock = -1, status = -1;
	bool made;

	if (require_interfaces(options) || wanted_read(options, options->acl, &job.list))
		return -1;
	warn(&job);
	if (pins_make(options->bpffs, &made, &lock))
		goto out;
	if (prepare(&job) == 0)
		status = attach_all(&job);
	list_maps_close(&job.maps);
	if (made)
		pins_tidy(options->bpffs);
	pins_unlock(lock);
out:
	list_free(&job.list);
	return status;
}

/* --- detach ----------------------------------------------------------------------------------- */

static int let_go(const struct target *target)
{
	const struct held *held = &target->held;

	if (held->joined)
		return dispatcher_leave(target->name, held->device.ifindex, held->link);
	return bpf_link_detach(held->link) ? log_errno("%s: cannot detach", target->name) : 0;
}

static const char *how_detached(enum held_state state)
{
	switch (state) {
	case HELD_SEVERED:
		return "the device was gone already; link removed";
	case HELD_LEFT:
		return "in no dispatcher any more; pin removed";
	default:
		return "detached";
	}
}

static int detach(const struct target *target)
{
	bool gone = target->held.state == HELD_SEVERED || target->held.state == HELD_LEFT;

	if (!gone && let_go(target))
		return -1;
	if (unlink(target->path))
		return log_errno("%s: detached, but cannot remove %s", target->name, target->path);
	log_note("%s: %s", target->name, how_detached(target->held.state));
	return 0;
}

static int detach_one(const struct options *options, const char *name)
{
	struct target target;
	int status;

	if (target_open(options->bpffs, name, &target))
		return -1;
	status = target_check_detach(&target) ? -1 : detach(&target);
	target_close(&target);
	return status;
}

int attach_undo(const struct options *options)
{
	bool detached = false;
	int lock, status = 0;

	if (pins_check(options->bpffs) || pins_lock(options->bpffs, &lock))
		return -1;
	for (size_t i = 0; i < options->n_arguments; i++) {
		if (detach_one(options, options->arguments[i]))
			status = -1;
		else
			detached = true;
	}
	if (detached)
		pins_tidy(options->bpffs);
	pins_unlock(lock);
	return status;
}
