// SPDX-License-Identifier: Apache-2.0
#include "policy_store.h"

#include <stdatomic.h>
#include <stdlib.h>

struct policy_version {
	atomic_size_t holders; /* the store is one while the version is in force */
	struct settings *settings;
};

static struct policy_version *make_version(struct settings *settings)
{
	struct policy_version *version = malloc(sizeof(*version));

	if (!version)
		return NULL;
	atomic_init(&version->holders, 1);
	version->settings = settings;
	return version;
}

bool policy_store_open(struct policy_store *store, struct settings *settings)
{
	pthread_mutex_init(&store->lock, NULL);
	store->current = make_version(settings);
	return store->current;
}

void policy_store_close(struct policy_store *store)
{
	if (store->current)
		policy_version_give_back(store->current);
	store->current = NULL;
	pthread_mutex_destroy(&store->lock);
}

bool policy_store_replace(struct policy_store *store, struct settings *settings)
{
	struct policy_version *before, *version = make_version(settings);

	if (!version)
		return false;
	pthread_mutex_lock(&store->lock);
	before = store->current;
	store->current = version;
	pthread_mutex_unlock(&store->lock);
	policy_version_give_back(before);
	return true;
}

struct policy_version *policy_store_take(struct policy_store *store)
{
	struct policy_version *version;

	pthread_mutex_lock(&store->lock);
	version = store->current;
	atomic_fetch_add_explicit(&version->holders, 1, memory_order_relaxed);
	pthread_mutex_unlock(&store->lock);
	return version;
}

void policy_version_give_back(struct policy_version *version)
{
	if (atomic_fetch_sub_explicit(&version->holders, 1, memory_order_acq_rel) != 1)
		return;
	settings_free(version->settings);
	free(version);
}

const struct policy *policy_version_policy(const struct policy_version *version)
{
	return &version->settings->policy;
}
