// SPDX-License-Identifier: Apache-2.0
#include "import_exota.h"

#include <stdio.h>
#include <stdlib.h>

#include "exota_environment.h"
#include "exota_tenants.h"
#include "output.h"

/* What the file does not say is taken to be as strict as it can be. */
static const struct exota_demands strictest = { .tenant_id = true,
						.dkim = true,
						.alignment = true };

static int print_tenants(const char *path)
{
	struct settings_pool *pool = settings_pool_new();
	struct exota_policy policy;
	bool ok = pool && exota_policy_read(path, pool, stderr, &policy);

	if (!pool)
		fputs("exogated: not enough memory\n", stderr);
	if (ok)
		exota_tenants_write(stdout, &policy, &strictest);
	settings_pool_free(pool);
	return ok ? output_flush() : EXIT_FAILURE;
}

static int print_settings(void)
{
	char *text = exota_environment.compose(stderr);

	if (!text)
		return EXIT_FAILURE;
	fputs(text, stdout);
	free(text);
	return output_flush();
}

int import_exota_run(const struct invocation *invocation)
{
	return invocation->n_arguments ? print_tenants(invocation->arguments[0]) : print_settings();
}
