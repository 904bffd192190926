// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "output.h"
#include "settings.h"

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* Only a warning: the settings may be for another host. */
static void look_for_user(const char *path, const char *user)
{
	if (user && !getpwnam(user))
		fprintf(stderr,
			"%s: warning: user: no account \"%s\" here; exogated will not start\n",
			path, user);
}

int check_run(const struct invocation *invocation)
{
	const char *path = invocation->settings;
	struct settings *settings = settings_load(path, stderr);

	if (!settings)
		return EXIT_FAILURE;
	look_for_user(path, settings->user);
	printf("%s: ok: %zu %s, %zu %s, %zu Microsoft %s\n", path, settings->n_tenants,
	       plural(settings->n_tenants, "tenant", "tenants"), settings->n_domains,
	       plural(settings->n_domains, "domain", "domains"), settings->policy.microsoft.n,
	       plural(settings->policy.microsoft.n, "prefix", "prefixes"));
	settings_free(settings);
	return output_flush();
}
