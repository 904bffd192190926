// SPDX-License-Identifier: Apache-2.0
#include "instance.h"

#define URL(path) "https://endpoints.office.com/endpoints/" path "?clientrequestid=UUID"

const struct instance instances[INSTANCE_N] = {
	[INSTANCE_WORLDWIDE] = { "worldwide", URL("worldwide"), true },
	[INSTANCE_CHINA] = { "china", URL("China"), false },
	[INSTANCE_GCC_HIGH] = { "gcc-high", URL("USGovGCCHigh"), false },
	[INSTANCE_DOD] = { "dod", URL("USGovDoD"), false },
};

const struct prefix instance_relay_pool = {
	.family = 4,
	.length = 16,
	.source = PREFIX_RELAY_POOL,
	.addr = { 40, 95 },
};

const uint8_t instance_worldwide4[4] = { 40, 92 };

const char *instance_name(unsigned id)
{
	return id < INSTANCE_N ? instances[id].name : "unknown";
}
