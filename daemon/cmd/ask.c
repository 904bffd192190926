// SPDX-License-Identifier: Apache-2.0
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "control_client.h"
#include "output.h"
#include "settings.h"

int ask_status(const struct invocation *invocation)
{
	char *path = settings_find_control(invocation->settings, stderr);
	bool ok = path && (invocation->tenants ? control_tenants :
						 control_status)(path, invocation->json, stderr);

	free(path);
	return ok ? output_flush() : EXIT_FAILURE;
}

int ask_reload(const struct invocation *invocation)
{
	char *path = settings_find_control(invocation->settings, stderr);
	bool ok = path && control_reload(path, stderr);

	free(path);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
