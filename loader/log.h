/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one clear line for the user: what, where, and the mend.
 *
 * The lines of libbpf and libxdp are held back; the first warning since log_forget() is kept,
 * since the later ones only say which caller gave up in turn.
 */
#ifndef EXOGATE_LOG_H
#define EXOGATE_LOG_H

#include <stdarg.h>
#include <xdp/libxdp.h>

/* Holds libbpf's lines back from now on. */
void log_open(void);

/* What went well, to standard output. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What is allowed but may not be meant, to standard error. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What did not, to standard error, after the program's name.  Returns -1. */
int log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a refused system call: adds what errno means, and the mend where errno tells. */
int log_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

void log_forget(void);

/* For libxdp_set_print(): holds libxdp's lines back as those of libbpf. */
int log_libxdp(enum libxdp_print_level level, const char *format, va_list args);

/* The kept warning without its line end, "" if there is none. */
const char *log_libbpf(void);

#endif
