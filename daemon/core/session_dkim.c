// SPDX-License-Identifier: Apache-2.0
#include "session_dkim.h"

#include <assert.h>

#include "facts.h"
#include "policy_stamp.h"

/* Equal, or a subdomain of it. */
static bool is_within(struct span name, struct span domain)
{
	size_t extra = name.len - domain.len;

	if (name.len < domain.len || !span_eq(span_after(name, extra), domain))
		return false;
	return !extra || name.p[extra - 1] == '.';
}

static enum dkim_care cares(const void *whom, struct span domain)
{
	const struct session_dkim *dkim = whom;

	if ((dkim->tenant && policy_is_signer(dkim->policy, dkim->tenant, domain)) ||
	    policy_tenant_of(dkim->policy, domain))
		return DKIM_CARE_TENANT;
	return is_within(dkim->from_domain, domain) ? DKIM_CARE_AUTHOR : DKIM_CARE_NOBODY;
}

/* False if the arena is exhausted. */
static bool note_from(struct session_dkim *dkim, const struct domain *from, struct arena *arena)
{
	char *text;

	dkim->from_domain = span_of(NULL, 0);
	if (!from->len)
		return true;
	text = arena_record(arena, from->len);
	if (!text)
		return false;
	memcpy(text, from->text, from->len);
	dkim->from_domain = span_of(text, from->len);
	return true;
}

static void note_tenant(struct session_dkim *dkim, const struct header_index *headers)
{
	struct tenant_stamps stamps;

	dkim->tenant = policy_tenant_of(dkim->policy, dkim->from_domain);
	if (dkim->tenant)
		return;
	/* What cannot be read for want of memory is read once more at the end of the message. */
	(void)tenant_stamps_read(headers, dkim->policy->to_ascii, &stamps);
	dkim->tenant = facts_stamped_tenant(&stamps, dkim->policy);
	if (dkim->tenant && dkim->tenant->forwarding == POLICY_FORWARDING_REJECT)
		dkim->tenant = NULL;
}

bool session_dkim_begin(struct session_dkim *dkim, const struct policy *policy,
			const struct domain *from, const struct header_index *headers,
			struct arena *arena)
{
	struct dkim_options *options = &dkim->options;

	assert(options->crypto);
	dkim->policy = policy;
	options->max_signatures = policy->dkim.signatures;
	options->min_rsa_bits = policy->dkim.min_rsa_bits;
	options->to_ascii = policy->to_ascii;
	options->cares = cares;
	options->whom = dkim;
	if (!note_from(dkim, from, arena))
		return false;
	note_tenant(dkim, headers);
	dkim->check = dkim_check_begin(options, headers, arena);
	return dkim->check;
}

void session_dkim_abandon(struct session_dkim *dkim)
{
	if (dkim->check)
		dkim_check_abandon(dkim->check);
	dkim->check = NULL;
}
