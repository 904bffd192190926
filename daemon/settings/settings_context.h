/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_context - what is at hand while settings are read and built.
 */
#ifndef EXOGATE_SETTINGS_CONTEXT_H
#define EXOGATE_SETTINGS_CONTEXT_H

#include "settings_index.h"
#include "settings_pool.h"
#include "settings_report.h"

struct settings_context {
	struct settings_report report;
	struct settings_index index;
	struct settings_pool *keep;    /* for what the settings are made of */
	struct settings_pool *scratch; /* for what is gone once they are */
};

#endif
