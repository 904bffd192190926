// SPDX-License-Identifier: Apache-2.0
#include "confirm.h"

#include "attached.h"
#include "log.h"
#include "target.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
#define LOCK_PATIENCE_S 5

static const __u32 only; /* the key of a map of one */

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (__u64)now.tv_sec * NS_PER_S + (__u64)now.tv_nsec;
}

/* 0 in *until_ns if it does not wait.  False if that cannot be read. */
static bool read_pending(const struct held *held, __u64 *until_ns)
{
	struct exogate_pending pending;

	if (!held->readable || bpf_map_lookup_elem(held->maps[HELD_PENDING], &only, &pending))
		return false;
	*until_ns = pending.until_ns;
	return true;
}

/* 0 if it does not wait, or if that cannot be read. */
static __u64 pending_until(const struct held *held)
{
	__u64 until_ns;

	return read_pending(held, &until_ns) ? until_ns : 0;
}

bool confirm_is_pending(const struct held *held)
{
	return pending_until(held) != 0;
}

unsigned confirm_remaining_s(const struct held *held)
{
	__u64 until = pending_until(held), now = now_ns();

	return until > now ? (unsigned)((until - now + NS_PER_S - 1) / NS_PER_S) : 0;
}

int confirm_refuse_pending(const struct held *held, const char *interface)
{
	if (!confirm_is_pending(held))
		return 0;
	return log_error("%s: what is attached is itself to be confirmed; exogate-xdp confirm, or "
			 "detach, first",
			 interface);
}

/* --- the waiting processes -------------------------------------------------------------------- */

#define WAITING_N     2
#define LOOK_EVERY_NS NS_PER_S

struct undo {
	const char *dir;
	__u64 until_ns;
	int attaching; /* a pipe that ends with the command that attaches */
	size_t n;
	struct undo_target {
		char name[IF_NAMESIZE];
		char path[PATH_MAX];
		int before; /* the program that was attached; -1: none */
	} targets[OPTIONS_INTERFACES_MAX];
};

/* Without the lock both processes may be here at once: what the other has done is done. */
static int put_back(const struct undo_target *target, const struct held *held)
{
	if (target->before >= 0)
		return bpf_link_update(held->link, target->before, NULL);
	if (bpf_link_detach(held->link))
		return -1;
	return unlink(target->path) && errno != ENOENT ? -1 : 0;
}

static void undo_one(const struct undo_target *target, __u64 until_ns)
{
	struct held held;

	if (held_open(target->path, &held)) {
		syslog(LOG_ERR, "%s: not confirmed in time, but %s cannot be read: not undone",
		       target->name, target->path);
		return;
	}
	if (held.state == HELD_ATTACHED && pending_until(&held) == until_ns) {
		if (put_back(target, &held))
			syslog(LOG_ERR, "%s: not confirmed in time, but cannot be undone: %m",
			       target->name);
		else
			syslog(LOG_WARNING, "%s: not confirmed in time; %s", target->name,
			       target->before >= 0 ? "what was attached before is back" :
						     "detached");
	}
	held_close(&held);
}

static void sleep_until(__u64 time_ns)
{
	const struct timespec time = { .tv_sec = (time_t)(time_ns / NS_PER_S),
				       .tv_nsec = (long)(time_ns % NS_PER_S) };

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

/* Is there nothing left to undo?  What cannot be read is for undo_one() to tell. */
static bool is_over(const struct undo_target *target, __u64 until_ns)
{
	struct held held;
	__u64 pending_ns;
	bool over;

	if (held_open(target->path, &held))
		return false;
	over = held.state == HELD_ABSENT ||
	       (read_pending(&held, &pending_ns) && pending_ns != until_ns);
	held_close(&held);
	return over;
}

static bool all_over(const struct undo *undo)
{
	for (size_t i = 0; i < undo->n; i++) {
		if (!is_over(&undo->targets[i], undo->until_ns))
			return false;
	}
	return true;
}

static bool has_attached(const struct undo *undo)
{
	char byte;

	return read(undo->attaching, &byte, sizeof(byte)) == 0;
}

/* False if it is all over before the time is: confirmed, detached, or replaced. */
static bool wait_for_confirmation(const struct undo *undo)
{
	__u64 now;

	for (now = now_ns(); now < undo->until_ns; now = now_ns()) {
		if (has_attached(undo) && all_over(undo))
			return false;
		sleep_until(now + LOOK_EVERY_NS < undo->until_ns ? now + LOOK_EVERY_NS :
								   undo->until_ns);
	}
	return true;
}

static void tell_absent(const struct undo *undo)
{
	for (size_t i = 0; i < undo->n; i++) {
		if (access(undo->targets[i].path, F_OK))
			syslog(LOG_NOTICE, "%s: nothing is pinned at %s any more, nothing to undo",
			       undo->targets[i].name, undo->targets[i].path);
	}
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Such as a lock of the caller's, which would be held as long as these processes are there. */
static void close_inherited(const struct undo *undo)
{
	int own[OPTIONS_INTERFACES_MAX + 1] = { undo->attaching };
	int from = STDERR_FILENO + 1;

	for (size_t i = 0; i < undo->n; i++)
		own[i + 1] = undo->targets[i].before;
	qsort(own, undo->n + 1, sizeof(own[0]), compare);
	for (size_t i = 0; i <= undo->n; i++) {
		if (own[i] > from)
			close_range((unsigned)from, (unsigned)own[i] - 1, 0);
		if (own[i] >= from)
			from = own[i] + 1;
	}
	close_range((unsigned)from, ~0u, 0);
}

/* Of the terminal, its session and the caller's pipes nothing is kept. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	if (chdir("/") == 0 && null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	if (null > STDERR_FILENO)
		close(null);
	openlog("exogate-xdp", LOG_PID, LOG_DAEMON);
}

static void run_waiting(const struct undo *undo)
{
	int lock;

	close_inherited(undo);
	leave_terminal();
	if (!wait_for_confirmation(undo)) {
		tell_absent(undo);
		return;
	}
	/* Whoever holds the lock, stopped perhaps: what undoes must not wait for it for long. */
	pins_lock_soon(undo->dir, LOCK_PATIENCE_S, &lock);
	for (size_t i = 0; i < undo->n; i++)
		undo_one(&undo->targets[i], undo->until_ns);
	pins_tidy(undo->dir);
	pins_unlock(lock);
}

static int keep_target(const char *dir, const char *name, struct undo_target *out)
{
	struct target target;

	if (target_open(dir, name, &target))
		return -1;
	memcpy(out->name, target.name, sizeof(out->name));
	memcpy(out->path, target.path, sizeof(out->path));
	out->before = -1;
	if (target.held.state == HELD_ATTACHED)
		out->before = bpf_prog_get_fd_by_id(target.held.program);
	if (target.held.state == HELD_ATTACHED && out->before < 0)
		log_errno("%s: cannot keep the program that is attached", name);
	target_close(&target);
	return target.held.state == HELD_ATTACHED && out->before < 0 ? -1 : 0;
}

static int start_waiting(const struct undo *undo)
{
	pid_t pid = fork();

	if (pid < 0)
		return log_errno("cannot start the processes that wait");
	if (pid == 0) {
		run_waiting(undo);
		_exit(0);
	}
	return 0;
}

/* The other end is left open until this process ends, however it does. */
static int open_attaching(struct undo *undo)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return log_errno("cannot make a pipe");
	undo->attaching = ends[0];
	return 0;
}

int confirm_begin(const struct options *options, __u64 *pending_ns)
{
	static struct undo undo;

	undo.dir = options->bpffs;
	undo.until_ns = now_ns() + options->confirm_s * NS_PER_S;
	for (undo.n = 0; undo.n < options->n_arguments; undo.n++) {
		if (keep_target(undo.dir, options->arguments[undo.n], &undo.targets[undo.n]))
			return -1;
	}
	if (open_attaching(&undo))
		return -1;
	/* The operator's connection may go at any moment: what was begun is to be done. */
	signal(SIGHUP, SIG_IGN);
	for (int i = 0; i < WAITING_N; i++) {
		if (start_waiting(&undo))
			return -1;
	}
	close(undo.attaching);
	*pending_ns = undo.until_ns;
	return 0;
}

/* --- the command ------------------------------------------------------------------------------ */

static int confirm_one(const struct attached *attached)
{
	const struct exogate_pending none = { 0 };

	if (bpf_map_update_elem(attached->held.maps[HELD_PENDING], &only, &none, BPF_ANY))
		return log_errno("%s: cannot confirm", attached->interface);
	log_note("%s: confirmed", attached->interface);
	return 0;
}

static const struct attached *find(const struct attached_set *set, const char *interface)
{
	for (size_t i = 0; i < set->n; i++) {
		if (strcmp(set->items[i].interface, interface) == 0)
			return &set->items[i];
	}
	return NULL;
}

static int confirm_named(const struct options *options, const struct attached_set *set)
{
	int status = 0;

	for (size_t i = 0; i < options->n_arguments; i++) {
		const struct attached *attached = find(set, options->arguments[i]);

		if (attached && confirm_is_pending(&attached->held))
			status |= confirm_one(attached);
		else
			status = log_error("%s: does not wait for confirmation",
					   options->arguments[i]);
	}
	return status;
}

static int confirm_all(const struct attached_set *set)
{
	size_t n = 0;
	int status = 0;

	for (size_t i = 0; i < set->n; i++) {
		if (!confirm_is_pending(&set->items[i].held))
			continue;
		status |= confirm_one(&set->items[i]);
		n++;
	}
	if (n == 0)
		return log_error("nothing waits for confirmation: it was confirmed already, or it "
				 "was undone");
	return status;
}

int confirm_run(const struct options *options)
{
	struct attached_set set;
	int lock, status;

	if (pins_check(options->bpffs) || pins_lock(options->bpffs, &lock))
		return -1;
	status = attached_open_readable(options->bpffs, &set);
	if (status == 0)
		status = options->n_arguments ? confirm_named(options, &set) : confirm_all(&set);
	attached_close(&set);
	pins_unlock(lock);
	return status;
}
