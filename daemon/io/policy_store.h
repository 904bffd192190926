/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_store - the policy in force, and older ones for as long as somebody is judged by them.
 *
 * A milter connection takes the policy in force when it begins and keeps it to its end, whatever is
 * put in force meanwhile: what was negotiated for it stays true.  Any thread may call.
 */
#ifndef EXOGATE_POLICY_STORE_H
#define EXOGATE_POLICY_STORE_H

#include <pthread.h>

#include "settings.h"

/* Settings whose policy is, or was, in force. */
struct policy_version;

struct policy_store {
	pthread_mutex_t lock;
	struct policy_version *current;
};

/* Takes the settings over on success.  False without memory. */
bool policy_store_open(struct policy_store *store, struct settings *settings);

/* Nobody may hold a version any more. */
void policy_store_close(struct policy_store *store);

/*
 * Puts the policy of these settings in force and takes them over.  False without memory, and then
 * nothing has changed.
 */
bool policy_store_replace(struct policy_store *store, struct settings *settings);

/* The version in force; the caller gives it back. */
struct policy_version *policy_store_take(struct policy_store *store);

/* Frees it if it was the last to hold it and another is in force. */
void policy_version_give_back(struct policy_version *version);

const struct policy *policy_version_policy(const struct policy_version *version);

#endif
