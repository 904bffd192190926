// SPDX-License-Identifier: Apache-2.0
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* In the order in which "auto" tries them; the last is always allowed. */
static const struct serve_engine *const engines[] = { &serve_uring, &serve_libmilter };

#define N_ENGINES (sizeof(engines) / sizeof(engines[0]))

/* What allowed() says on errors, without the daemon's name before it, for the log. */
static bool is_allowed(const struct serve_engine *engine, char *why, size_t size)
{
	FILE *errors;
	bool allowed;
	char *end;

	if (!engine->allowed)
		return true;
	errors = fmemopen(why, size, "w");
	if (!errors)
		return false;
	allowed = engine->allowed(errors);
	fclose(errors);
	end = memchr(why, '\n', size);
	if (end)
		*end = '\0';
	return allowed;
}

static const struct serve_engine *first_allowed(void)
{
	static const char name[] = "exogated: ";
	char why[512] = "";

	for (size_t i = 0; i < N_ENGINES - 1; i++) {
		if (is_allowed(engines[i], why, sizeof(why)))
			return engines[i];
		log_line("%s; %s serves instead",
			 strncmp(why, name, strlen(name)) ? why : why + strlen(name),
			 engines[i + 1]->name);
	}
	return engines[N_ENGINES - 1];
}

bool serve_engine_exists(const char *name)
{
	if (!strcmp(name, SERVE_ENGINE_AUTO))
		return true;
	for (size_t i = 0; i < N_ENGINES; i++)
		if (!strcmp(name, engines[i]->name))
			return true;
	return false;
}

const struct serve_engine *serve_engine_choose(const char *name)
{
	for (size_t i = 0; i < N_ENGINES; i++)
		if (!strcmp(name, engines[i]->name))
			return engines[i];
	return first_allowed();
}
