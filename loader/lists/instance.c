// SPDX-License-Identifier: Apache-2.0
#include "instance.h"

#define URL(path) "https://endpoints.office.com/endpoints/" path "?clientrequestid=UUID"

const struct instance instances[INSTANCE_N] = {
	[INSTANCE_WORLDWIDE] = { "worldwide", URL("worldwide"), true },
	[INSTANCE_CHINA] = { "china", URL("China"), false },
	[INSTANCE_GCC_HIGH] = { "gcc-high", URL("USGovGCCHigh"), false },
	[INSTANCE_DOD] = { "dod", URL("USGovDoD"), false },
};

const char *instance_name(unsigned id)
{
	return id < INSTANCE_N ? instances[id].name : "unknown";
}
