// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "output.h"
#include "privileges.h"
#include "settings.h"

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* Only warnings: the settings may be for another host. */
static void look_at_user(const char *path, const char *user)
{
	const struct settings_source source = { .path = path };

	if (user && !getpwnam(user))
		fprintf(stderr,
			"%s: warning: user: no account \"%s\" here; exogated will not start\n",
			path, user);
	else
		privileges_foresee(user, &source, stderr);
}

static void print_counts(const char *path, const struct settings *settings)
{
	printf("%s: ok: %zu %s", path, settings->n_tenants,
	       plural(settings->n_tenants, "tenant", "tenants"));
	if (settings->tenant_table)
		printf(" (of which %zu from %s)", settings->n_table_tenants,
		       settings->tenant_table);
	printf(", %zu %s, %zu Microsoft %s\n", settings->n_domains,
	       plural(settings->n_domains, "domain", "domains"), settings->policy.microsoft.n,
	       plural(settings->policy.microsoft.n, "prefix", "prefixes"));
}

int check_run(const struct invocation *invocation)
{
	const char *path = invocation->settings;
	struct settings *settings = settings_load(path, stderr);

	if (!settings)
		return EXIT_FAILURE;
	look_at_user(path, settings->user);
	print_counts(path, settings);
	settings_free(settings);
	return output_flush();
}
