// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 512

static char warning[LINE_SIZE];

/* libbpf warns of sections that only libxdp knows, which is no reason for anything. */
static bool is_idle(const char *line)
{
	return strstr(line, "skipping unrecognized data section") != NULL;
}

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || warning[0])
		return 0;
	vsnprintf(warning, sizeof(warning), format, args);
	warning[strcspn(warning, "\n")] = '\0';
	if (is_idle(warning))
		warning[0] = '\0';
	return 0;
}

int log_libxdp(enum libxdp_print_level level, const char *format, va_list args)
{
	return keep_warning(level == LIBXDP_WARN ? LIBBPF_WARN : LIBBPF_DEBUG, format, args);
}

void log_open(void)
{
	libbpf_set_print(keep_warning);
}

void log_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void log_warn(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "exogate-xdp: warning: %s\n", line);
}

int log_error(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "exogate-xdp: %s\n", line);
	return -1;
}

int log_errno(const char *format, ...)
{
	int error = errno;
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return log_error("%s: %s%s", line, strerror(error),
			 error == EPERM || error == EACCES ?
				 "; run as root, with CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN" :
				 "");
}

void log_forget(void)
{
	warning[0] = '\0';
}

const char *log_libbpf(void)
{
	/* "libbpf: " or "libxdp: " */
	if (strncmp(warning, "lib", 3) == 0 && strncmp(warning + 6, ": ", 2) == 0)
		return warning + 8;
	return warning;
}
