/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance - Microsoft's clouds, each with an endpoint list of its own.
 *
 * The lists do not say which instance they are of, and are selected from alike (acl/endpoints.h).
 */
#ifndef EXOGATE_INSTANCE_H
#define EXOGATE_INSTANCE_H

#include <stdbool.h>

enum instance_id {
	INSTANCE_WORLDWIDE,
	INSTANCE_CHINA,
	INSTANCE_GCC_HIGH,
	INSTANCE_DOD,
	INSTANCE_N,
};

struct instance {
	const char *name; /* as the operator writes it */
	const char *url;  /* of its list; UUID stands for any GUID */
	bool relay_pool;  /* relays unaligned mail from 40.95.0.0/16 */
};

extern const struct instance instances[INSTANCE_N];

/* "unknown" for what is none. */
const char *instance_name(unsigned id);

#endif
