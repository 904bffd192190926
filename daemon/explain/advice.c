// SPDX-License-Identifier: Apache-2.0
#include "advice.h"

#include "forward_advice.h"

static const char *const advice[REASON_N] = {
	[REASON_CLIENT_UNLISTED] =
		"Renew the list that acl.source names. If the address is of Microsoft's relay pool "
		"(40.95.0.0/16), find out why Exchange Online sends this mail from there before "
		"you set acl.relay_pool.",
	[REASON_CLIENT_OTHER] =
		"A server of your own belongs in acl.allow, with acl.other_clients \"pass\"; "
		"a user's client must authenticate. If Postfix does not tell the client's own "
		"address (a proxy, NAT), mend that first.",
	[REASON_FROM_MISSING] = "The sending program must write a From field; nothing here can "
				"stand in for it.",
	[REASON_FROM_MULTIPLE] = "The sending program must write one From field with one address. "
				 "More authors cannot be tied to one tenant.",
	[REASON_FROM_MALFORMED] = "The sending program must write From by RFC 5322, with a domain "
				  "name after the @.",
	[REASON_CERT_MISSING] =
		"Have Postfix ask for client certificates (smtpd_tls_ask_ccert = yes) and know "
		"their CA (smtpd_tls_CAfile); the connector in Exchange Online must use TLS. "
		"Clients that have none can be told from others by certificate.missing \"ignore\", "
		"which demands one proof more.",
	[REASON_CERT_UNTRUSTED] = "If this name is Microsoft's, add it to certificate.names; it is "
				  "compared as a whole.",
	[REASON_TENANT_UNKNOWN] =
		"Add From's domain to the domains of its tenant (with a leading dot for its "
		"subdomains too) if it is the tenant's own, or to hosted.domains if this relay "
		"receives its mail. Never give a tenant the domain of a stranger whose mail it "
		"forwards: that is what its setting forwarding is for.",
	[REASON_TENANT_CONFLICT] =
		"Compare what the message is stamped with to the tenant's ids and originator_orgs: "
		"a merged tenant has two ids, and X-OriginatorOrg may name any accepted domain. "
		"If the stamps are another customer's, the mail was not sent by this tenant.",
	[REASON_ENVELOPE_FOREIGN] =
		"Add the envelope sender's domain to the tenant's domains if it is the tenant's. "
		"Forwarded mail keeps a stranger's envelope sender: have it forwarded with the "
		"tenant's own.",
	[REASON_SENDER_FOREIGN] =
		"If a delegate of the tenant's has sent it, add the domain in Sender to the "
		"tenant's domains. A program that writes a Sender must write one address.",
	[REASON_RELAYED_THROUGH] =
		"If the tenant's own server sent it through Exchange Online, add that server's "
		"public address (Ip= of the attributed field) to the tenant's relay_addresses.",
	[REASON_TEMPERROR] =
		"Nothing to change if it passes when the client tries again; else see whether the "
		"name servers of dns.servers (by default those of /etc/resolv.conf) answer: dig "
		"TXT SELECTOR._domainkey.DOMAIN, with s= and d= of the signature. With "
		"dkim.source \"authres\" see whether the verifier is at work.",
	[REASON_PROOF_MISSING] =
		"See which proof does not agree: stamps come from the connector's route out of "
		"Exchange Online, a signature from DKIM being enabled for the tenant's domain. If "
		"the facts show a signature that failed, somebody on the way has changed what it "
		"signs, or the key in DNS is another. Set the tenant's proofs lower only for a "
		"reason that you can write down.",
	[REASON_LIMIT] = "Raise limits.message_header, limits.recipients or limits.edits; headers "
			 "of megabytes are rarely meant.",
	[REASON_RATE_LIMIT] =
		"Find out why the tenant sends so much (a mailing, or an account that was taken "
		"over); if it may, raise its limits in the tenant's rate_limit.",
	[REASON_BUSY] = "Raise limits.messages, or find out who keeps the relay busy.",
	[REASON_INTERNAL] = "The host had no memory left: find out what uses it up.",
	[REASON_EDITS_REFUSED] = "The mail server must speak version 6 of the milter protocol "
				 "(Postfix: milter_protocol = 6).",
};

const char *advice_for(enum reason reason)
{
	return advice[reason];
}

static void write_span(FILE *out, struct span text)
{
	fprintf(out, "%.*s", (int)text.len, text.p);
}

static void write_secret_advice(FILE *out, const struct explanation *e)
{
	const struct header_field *first = explanation_secret(e, NULL);
	bool repeated = explanation_secret(e, first);

	fputs("The secret header ", out);
	write_span(out, e->answer.verdict.tenant->secret.header);
	fputs(repeated ? " is there more than once. " :
			 " has a value that is not one of its values in the settings. ",
	      out);
	fputs("The tenant's mail flow rule must set it, in one rule and once; while one value "
	      "takes the place of another, secret_header.values must list both. If neither "
	      "explains it, somebody else wrote the header: then the mail was not sent by this "
	      "tenant.",
	      out);
}

void advice_write(FILE *out, const struct explanation *e)
{
	const struct verdict *verdict = &e->answer.verdict;
	bool secret = verdict->reason == REASON_TENANT_CONFLICT &&
		      verdict->proofs.secret == PROOF_CONFLICTS;

	if (e->forwarding.tenant) {
		forward_advice_write(out, e);
		return;
	}
	if (!secret || verdict->proofs.stamp == PROOF_CONFLICTS)
		fputs(advice_for(verdict->reason) ? advice_for(verdict->reason) : "", out);
	if (secret && verdict->proofs.stamp == PROOF_CONFLICTS)
		putc(' ', out);
	if (secret)
		write_secret_advice(out, e);
}
