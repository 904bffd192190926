/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process - a program that the bench starts, watches and ends.
 *
 * CPU time is what the scheduler charged to all threads of the process and of its children, in
 * nanoseconds (the clocks of clock_getcpuclockid(3)).  System calls are counted by the kernel's
 * tracepoint raw_syscalls:sys_enter through perf_event_open(2), which makes every system call a
 * little dearer: count and time in different runs.
 */
#ifndef EXOGATE_PROCESS_H
#define EXOGATE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct process {
	pid_t pid;   /* 0: there is none */
	bool asked;  /* to end */
	int log;     /* its standard output and error, in memory */
	int counter; /* of system calls; -1: not counted */
};

struct process_options {
	char *const *argv;
	int cpu; /* to run on; -1: any */
	bool count_syscalls;
};

/* False after a line on errors.  The child dies with the bench. */
bool process_start(const struct process_options *options, struct process *out, FILE *errors);

/* Sends SIGTERM, once. */
void process_ask_to_end(struct process *process);

/*
 * Asks, and waits for the end, which SIGKILL brings after some seconds.  False if it did not end by
 * itself with exit code 0.
 */
bool process_end(struct process *process);

bool process_lives(const struct process *process);

/* The last line that it wrote, or an empty string. */
void process_last_line(const struct process *process, char *out, size_t size);

/* Forgets what it wrote so far, which would fill memory. */
void process_forget_log(const struct process *process);

uint64_t process_cpu_ns(const struct process *process);

/* 0 if they are not counted. */
uint64_t process_syscalls(const struct process *process);

/* In bytes, children included: now, and the most since it was started. */
uint64_t process_rss(const struct process *process);
uint64_t process_rss_peak(const struct process *process);

#endif
