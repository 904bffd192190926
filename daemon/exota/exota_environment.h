/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exota_environment - what ExOTA-Milter's environment variables ask for, as exogate's settings.
 *
 * Every variable of ExOTA-Milter's is honoured, or refused with a line that says what to do
 * instead; none is passed over in silence.  What it does otherwise than ExOTA-Milter: exogate-exota
 * (7).  One variable is exogate's own: EXOGATE_ACL_SOURCE, Microsoft's endpoint list.
 */
#ifndef EXOGATE_EXOTA_ENVIRONMENT_H
#define EXOGATE_EXOTA_ENVIRONMENT_H

#include "settings.h"

/*
 * Composes the settings from the environment of the process and the policy file that it names, each
 * time that they are wanted: errors are lines `VARIABLE: what; mend` or those of exota_policy.h.
 */
extern const struct settings_source exota_environment;

#endif
