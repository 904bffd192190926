/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance - Microsoft's clouds, each with an endpoint list of its own.
 *
 * The lists do not say which instance they are of, and are selected from alike (endpoints.h).
 */
#ifndef EXOGATE_INSTANCE_H
#define EXOGATE_INSTANCE_H

#include "prefix.h"

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
	bool relay_pool;  /* relays unaligned mail from instance_relay_pool */
};

extern const struct instance instances[INSTANCE_N];

/* Unpublished, and in no SPF record: mail that Microsoft relays without vouching for it. */
extern const struct prefix instance_relay_pool;

/* IPv4, network order: in worldwide's list since 2020, and in no other's. */
extern const uint8_t instance_worldwide4[4];

/* "unknown" for what is none. */
const char *instance_name(unsigned id);

#endif
