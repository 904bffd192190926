// SPDX-License-Identifier: Apache-2.0
#include "milter_negotiate.h"

#include "milter_wire.h"

/* DATA and the end of headers say nothing, unknown commands neither; no reply is a verdict. */
#define WANTED_STEPS                                                                             \
	(MILTER_NO_END_OF_HEADERS | MILTER_NO_UNKNOWN | MILTER_NO_DATA | MILTER_NR_CONNECT |     \
	 MILTER_NR_HELO | MILTER_NR_MAIL | MILTER_NR_RCPT | MILTER_NR_DATA | MILTER_NR_UNKNOWN | \
	 MILTER_NR_HEADER | MILTER_NR_END_OF_HEADERS | MILTER_NR_BODY |                          \
	 MILTER_HEADER_LEADING_SPACE)

static uint32_t wanted_actions(const struct policy *policy)
{
	return MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS |
	       (policy->moves_senders ? MILTER_ACT_CHANGE_FROM : 0) |
	       (policy->holds ? MILTER_ACT_QUARANTINE : 0);
}

static uint32_t wanted_steps(const struct policy *policy)
{
	return WANTED_STEPS | (policy->reads_body ? 0 : MILTER_NO_BODY);
}

/* What each version brought; Sendmail's mfdef.h.  Bits of later ones an MTA offers by mistake. */
static uint32_t actions_of(uint32_t version)
{
	return version >= 6 ? 0x1ff : 0x3f;
}

static uint32_t steps_of(uint32_t version)
{
	static const uint32_t by_version[] = { 0x7f, 0x1ff, 0x3ff, 0x3ff, 0x1fffff };

	return by_version[version - MILTER_VERSION_MIN];
}

enum parse_status milter_negotiate(const struct milter_offer *offer, const struct policy *policy,
				   struct milter_agreement *out)
{
	uint32_t version = offer->version;

	if (version < MILTER_VERSION_MIN)
		return PARSE_BAD;
	if (version > MILTER_VERSION_MAX)
		version = MILTER_VERSION_MAX;
	out->version = version;
	out->actions = offer->actions & actions_of(version) & wanted_actions(policy);
	out->steps = offer->steps & steps_of(version) & wanted_steps(policy);
	return PARSE_OK;
}

bool milter_reply_due(const struct milter_agreement *agreed, enum milter_command event)
{
	switch (event) {
	case MILTER_CONNECT:
		return !(agreed->steps & MILTER_NR_CONNECT);
	case MILTER_HELO:
		return !(agreed->steps & MILTER_NR_HELO);
	case MILTER_MAIL:
		return !(agreed->steps & MILTER_NR_MAIL);
	case MILTER_RCPT:
		return !(agreed->steps & MILTER_NR_RCPT);
	case MILTER_DATA:
		return !(agreed->steps & MILTER_NR_DATA);
	case MILTER_UNKNOWN:
		return !(agreed->steps & MILTER_NR_UNKNOWN);
	case MILTER_HEADER:
		return !(agreed->steps & MILTER_NR_HEADER);
	case MILTER_END_OF_HEADERS:
		return !(agreed->steps & MILTER_NR_END_OF_HEADERS);
	case MILTER_BODY:
		return !(agreed->steps & MILTER_NR_BODY);
	case MILTER_NEGOTIATE:
	case MILTER_END_OF_MESSAGE:
		return true;
	case MILTER_MACROS:
	case MILTER_ABORT:
	case MILTER_QUIT:
	case MILTER_QUIT_NEW_CONNECTION:
		return false;
	}
	return false;
}
