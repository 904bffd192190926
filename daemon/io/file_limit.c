// SPDX-License-Identifier: Apache-2.0
#include "file_limit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"

/* Standard streams, and what libraries open. */
#define USUAL_FILES 32

size_t file_limit_raise(size_t connections, size_t others, FILE *errors)
{
	rlim_t reserved = others + USUAL_FILES, wanted = connections + reserved;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		goto fail;
	if (limit.rlim_cur >= wanted)
		return connections;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		goto fail;
	if (limit.rlim_cur <= reserved) {
		errno = EMFILE;
		goto fail;
	}
	if (limit.rlim_cur < wanted)
		log_line("limits.connections is cut to %ju by the limit of %ju open files; raise "
			 "LimitNOFILE",
			 (uintmax_t)limit.rlim_cur - reserved, (uintmax_t)limit.rlim_cur);
	return limit.rlim_cur < wanted ? limit.rlim_cur - reserved : connections;
fail:
	fprintf(errors, "exogated: limit of open files: %s; raise LimitNOFILE\n", strerror(errno));
	return 0;
}
