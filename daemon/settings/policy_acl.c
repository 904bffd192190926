// SPDX-License-Identifier: Apache-2.0
#include "policy_acl.h"

#include "endpoints.h"
#include "instance.h"

static const struct instance *instance_of(const struct settings_tree_acl *acl)
{
	return &instances[acl->instance.number];
}

static bool is_of_worldwide(const struct prefix_set *microsoft)
{
	return prefix_set_find(microsoft, 4, instance_worldwide4);
}

static void check_instance(struct settings_context *c, const struct settings_tree_acl *acl,
			   const struct prefix_set *microsoft)
{
	if (acl->instance.number == INSTANCE_WORLDWIDE || !is_of_worldwide(microsoft))
		return;
	settings_report_error(&c->report, &acl->instance.place,
			      "the list is worldwide's, not %s's; save what %s answers as %s, or "
			      "write instance = \"worldwide\"",
			      instance_of(acl)->name, instance_of(acl)->url, acl->source.text.p);
}

struct prefix_set policy_acl_build(struct settings_context *c, const struct settings_tree_acl *acl)
{
	const size_t most = ENDPOINTS_PREFIXES_MAX;
	struct prefix *read = settings_pool_array(c->scratch, most, sizeof(*read));
	struct prefix_set set = { 0 };
	char why[ENDPOINTS_ERROR_SIZE];
	size_t n;

	if (!read || !settings_value_is_given(&acl->source))
		return set;
	if (endpoints_read(acl->source.text.p, read, most, &n, why, sizeof(why))) {
		settings_report_error(&c->report, &acl->source.place,
				      "%s; save there what %s answers", why, instance_of(acl)->url);
		return set;
	}
	set.items = settings_pool_array(c->keep, n + 1, sizeof(*set.items));
	if (!set.items)
		return set;
	memcpy(set.items, read, n * sizeof(*set.items));
	set.n = n;
	if (acl->relay_pool.number)
		set.items[set.n++] = instance_relay_pool;
	prefix_set_normalise(&set);
	check_instance(c, acl, &set);
	return set;
}

static void check_pool(struct settings_context *c, const struct settings_tree_acl *acl)
{
	if (!acl->relay_pool.number)
		return;
	if (acl->check.number == POLICY_ACL_NONE)
		settings_report_error(
			&c->report, &acl->relay_pool.place,
			"has no use while acl.check is \"none\"; take one of them out");
	else if (!instance_of(acl)->relay_pool)
		settings_report_error(&c->report, &acl->relay_pool.place,
				      "%s has no relay pool, which is worldwide's; take it out",
				      instance_of(acl)->name);
}

void policy_acl_check(struct settings_context *c, const struct settings_tree_acl *acl)
{
	if (!settings_value_is_good(&acl->check) || !config_setting_parent(acl->source.place.at))
		return; /* or without the group, which has been reported */
	if (acl->check.number == POLICY_ACL_NONE && settings_value_is_given(&acl->source))
		settings_report_error(
			&c->report, &acl->source.place,
			"has no use while acl.check is \"none\"; take one of them out");
	else if (acl->check.number == POLICY_ACL_ADDRESSES &&
		 acl->source.state == SETTINGS_VALUE_ABSENT)
		settings_report_error(
			&c->report, &acl->source.place,
			"missing; write source = \"/var/lib/exogate/microsoft.json\"");
	check_pool(c, acl);
}
