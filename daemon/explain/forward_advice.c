// SPDX-License-Identifier: Apache-2.0
#include "forward_advice.h"

const char *forward_word(enum forward_condition condition)
{
	static const char *const words[FORWARD_CONDITIONS] = {
		[FORWARD_ALLOWED] = "forwarding", [FORWARD_PROVEN] = "proofs",
		[FORWARD_VOUCHED] = "author",	  [FORWARD_ENVELOPE] = "envelope",
		[FORWARD_RECEIVED] = "received",
	};

	return words[condition];
}

bool forward_meets(const struct forwarding *forwarding, enum forward_condition condition)
{
	const bool meets[FORWARD_CONDITIONS] = {
		[FORWARD_ALLOWED] = forwarding->allowed,
		[FORWARD_PROVEN] = forwarding->proven == PROOF_AGREES,
		[FORWARD_VOUCHED] = forwarding->vouched == PROOF_AGREES,
		[FORWARD_ENVELOPE] = forwarding->envelope_belongs,
		[FORWARD_RECEIVED] = forwarding->received,
	};

	return meets[condition];
}

static void write_condition(FILE *out, const struct explanation *e,
			    enum forward_condition condition)
{
	const struct policy_tenant *tenant = e->forwarding.tenant;
	bool assumed = e->circumstances->sender != CIRCUMSTANCES_SENDER_GIVEN;

	switch (condition) {
	case FORWARD_ALLOWED:
		fputs("its forwarding is \"reject\": set it to \"srs\" or \"resent-from\"", out);
		break;
	case FORWARD_PROVEN:
		fputs("its proofs do not suffice: see which, under Facts", out);
		break;
	case FORWARD_VOUCHED:
		fputs("no signature of From's domain verifies", out);
		fputs(tenant->forwarding == POLICY_FORWARDING_RESENT_FROM ?
			      ", and there is no one Resent-From of the tenant's" :
			      "",
		      out);
		break;
	case FORWARD_ENVELOPE:
		fputs("the envelope sender is not the tenant's: have it forwarded with the "
		      "tenant's own",
		      out);
		fputs(assumed ? " (here it is assumed; tell it by --mail-from)" : "", out);
		break;
	case FORWARD_RECEIVED:
		fputs("a server outside had the tenant send it (FromEntityHeader), which "
		      "relay_addresses does not list",
		      out);
		break;
	case FORWARD_CONDITIONS:
		break;
	}
}

void forward_advice_write(FILE *out, const struct explanation *e)
{
	const struct span name = e->forwarding.tenant->name;
	const int len = (int)name.len;
	int n = 0;

	fprintf(out,
		"The stamps are %.*s's, and no one else's: %.*s seems to have forwarded it. Do not "
		"add From's domain to the domains of %.*s unless it is %.*s's own: every user of "
		"it could write From of that domain. For a forward, this is not met:",
		len, name.p, len, name.p, len, name.p, len, name.p);
	for (enum forward_condition c = 0; c < FORWARD_CONDITIONS; c++) {
		if (forward_meets(&e->forwarding, c))
			continue;
		fprintf(out, " (%d) ", ++n);
		write_condition(out, e, c);
		putc('.', out);
	}
}
