// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END_PATIENCE_MS 15000
#define TRACEPOINT_ID	"events/raw_syscalls/sys_enter/id"

/* --- system calls ----------------------------------------------------------------------------- */

/* A tracefs of our own, nowhere mounted: many hosts mount none.  -1 with errno. */
static int open_tracefs(void)
{
	int context = fsopen("tracefs", FSOPEN_CLOEXEC);
	int root = -1;

	if (context < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		root = fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return root;
}

/* The kernel's number of the tracepoint; 0 with errno. */
static uint64_t tracepoint_id(void)
{
	char text[24] = "";
	int root = open_tracefs();
	int file;

	if (root < 0)
		return 0;
	file = openat(root, TRACEPOINT_ID, O_RDONLY | O_CLOEXEC);
	close(root);
	if (file < 0)
		return 0;
	if (read(file, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(file);
	return strtoull(text, NULL, 10);
}

/* Of the process and, from here on, of all its threads and children; -1 with errno. */
static int open_counter(pid_t pid)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint_id(),
		.inherit = 1,
	};

	if (attr.config == 0)
		return -1;
	return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

uint64_t process_syscalls(const struct process *process)
{
	uint64_t n;

	if (process->counter < 0 || read(process->counter, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

/* --- life ------------------------------------------------------------------------------------- */

static void become(const struct process_options *options, int log, int go)
{
	cpu_set_t cpus;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (options->cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET((size_t)options->cpu, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (read(go, &byte, 1) != 1)
		_exit(127);
	execv(options->argv[0], options->argv);
	dprintf(STDERR_FILENO, "%s: %s\n", options->argv[0], strerror(errno));
	_exit(127);
}

static bool fail(struct process *p, const char *what, FILE *errors)
{
	fprintf(errors, "exogate-bench: %s: %s\n", what, strerror(errno));
	process_end(p);
	return false;
}

bool process_start(const struct process_options *options, struct process *out, FILE *errors)
{
	int go[2];

	*out = (struct process){ .counter = -1 };
	out->log = memfd_create("exogate-bench-log", MFD_CLOEXEC);
	if (out->log < 0)
		return fail(out, "memfd_create", errors);
	if (pipe2(go, O_CLOEXEC) < 0)
		return fail(out, "pipe", errors);
	out->pid = fork();
	if (out->pid == 0)
		become(options, out->log, go[0]);
	close(go[0]);
	if (out->pid > 0 && options->count_syscalls) {
		out->counter = open_counter(out->pid);
		if (out->counter < 0) {
			close(go[1]);
			return fail(out, "cannot count system calls (tracefs, perf_event_open)",
				    errors);
		}
	}
	if (out->pid < 0 || write(go[1], "", 1) != 1) {
		close(go[1]);
		return fail(out, options->argv[0], errors);
	}
	close(go[1]);
	return true;
}

static bool wait_for_end(const struct process *p, int *status)
{
	const struct timespec step = { .tv_nsec = 2000000 };

	for (int waited_ms = 0; waited_ms < END_PATIENCE_MS; waited_ms += 2) {
		if (waitpid(p->pid, status, WNOHANG) == p->pid)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

void process_ask_to_end(struct process *p)
{
	if (p->pid > 0 && !p->asked)
		kill(p->pid, SIGTERM);
	p->asked = true;
}

bool process_end(struct process *p)
{
	int status = -1;

	process_ask_to_end(p);
	if (p->pid > 0) {
		if (!wait_for_end(p, &status)) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, &status, 0);
		}
	}
	if (p->log >= 0)
		close(p->log);
	if (p->counter >= 0)
		close(p->counter);
	*p = (struct process){ .log = -1, .counter = -1 };
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool process_lives(const struct process *p)
{
	siginfo_t info = { 0 };

	return p->pid > 0 && waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

/* --- its log ---------------------------------------------------------------------------------- */

/* Not by lseek(), which would move where the child writes. */
static off_t log_size(const struct process *p)
{
	struct stat status;

	return fstat(p->log, &status) ? 0 : status.st_size;
}

void process_last_line(const struct process *p, char *out, size_t size)
{
	off_t end = log_size(p);
	char buffer[1024], *line;
	ssize_t n;

	*out = '\0';
	n = pread(p->log, buffer, sizeof(buffer) - 1, end > 1023 ? end - 1023 : 0);
	if (n <= 0)
		return;
	while (n && buffer[n - 1] == '\n')
		n--;
	buffer[n] = '\0';
	line = strrchr(buffer, '\n');
	snprintf(out, size, "%s", line ? line + 1 : buffer);
}

void process_forget_log(const struct process *p)
{
	fallocate(p->log, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, log_size(p));
}

/* --- what it takes ---------------------------------------------------------------------------- */

/* Adds up a figure of the process and of all its descendants. */
static uint64_t sum(pid_t pid, uint64_t (*figure)(pid_t))
{
	uint64_t total = figure(pid);
	char path[64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "r");
	if (!file)
		return total;
	while (fscanf(file, "%d", &child) == 1) /* NOLINT(cert-err34-c): the kernel's own */
		total += sum(child, figure);
	fclose(file);
	return total;
}

static uint64_t cpu_ns_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used) < 0)
		return 0;
	return (uint64_t)used.tv_sec * 1000000000ull + (uint64_t)used.tv_nsec;
}

/* A field of /proc/PID/status that is in kB, in bytes. */
static uint64_t status_field(pid_t pid, const char *name)
{
	char path[64], line[256];
	uint64_t kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoull(line + strlen(name), NULL, 10);
	fclose(file);
	return kib * 1024;
}

static uint64_t rss_of(pid_t pid)
{
	return status_field(pid, "VmRSS:");
}

static uint64_t rss_peak_of(pid_t pid)
{
	return status_field(pid, "VmHWM:");
}

uint64_t process_cpu_ns(const struct process *p)
{
	return sum(p->pid, cpu_ns_of);
}

uint64_t process_rss(const struct process *p)
{
	return sum(p->pid, rss_of);
}

uint64_t process_rss_peak(const struct process *p)
{
	return sum(p->pid, rss_peak_of);
}
