// SPDX-License-Identifier: Apache-2.0
#include "file_limit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"

/* Standard streams, listeners, the ring and what libraries open. */
#define OTHER_FILES 64

size_t file_limit_raise(size_t connections, FILE *errors)
{
	rlim_t wanted = connections + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		goto fail;
	if (limit.rlim_cur >= wanted)
		return connections;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		goto fail;
	if (limit.rlim_cur <= OTHER_FILES) {
		errno = EMFILE;
		goto fail;
	}
	if (limit.rlim_cur < wanted)
		log_line("limits.connections is cut to %ju by the limit of %ju open files; raise "
			 "LimitNOFILE",
			 (uintmax_t)limit.rlim_cur - OTHER_FILES, (uintmax_t)limit.rlim_cur);
	return limit.rlim_cur < wanted ? limit.rlim_cur - OTHER_FILES : connections;
fail:
	fprintf(errors, "exogated: limit of open files: %s; raise LimitNOFILE\n", strerror(errno));
	return 0;
}
