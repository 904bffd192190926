// SPDX-License-Identifier: Apache-2.0
/*
 * The whole core: a milter stream, its bytes all at once and in two pieces.  Both must say the
 * same, and no message may be accepted whose facts are not known.  Once with the signatures of a
 * verifier before us, once with our own: then what a key record's name comes to is given by the
 * name, to one as soon as it is asked for, to the other when it does nothing but wait.
 *
 * The input is what follows a version 6 negotiation.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "dialog.h"
#include "idn.h"
#include "stub_crypto.h"

#define ARENA_BYTES  dialog_arena_bytes(16384)
#define OUTPUT_BYTES 65536
#define SLOTS	     8
#define NOW	     1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char offer[] = "\0\0\0\x0dO\0\0\0\6\0\0\1\xff\0\x1f\xff\xff";

static const struct span ids[] = { { "1234abcd-18c5-45e8-88de-123456789abc", 36 } };
static const struct span names[] = { { "mail.protection.outlook.com", 27 } };
static const struct span domains[] = { { "contoso.com", 11 } };
static const struct policy_domain_move moves[] = { { { "contoso.com", 11 }, { "x.example", 9 } } };
static const struct policy_tenant contoso = {
	.name = { "contoso", 7 },
	.ids = { ids, 1 },
	.originator_orgs = { domains, 1 },
	.dkim_domains = { domains, 1 },
	.moves = moves,
	.n_moves = 1,
	.proofs = 1,
};
static const struct policy_domain entries[] = {
	{ { "contoso.com", 11 }, false, POLICY_DOMAIN_TENANT, &contoso },
	{ { "example.net", 11 }, true, POLICY_DOMAIN_HOSTED, NULL },
};

/* Whose mail needs a signature as well. */
static struct policy_tenant signing;
static struct policy_domain signing_entry = {
	{ "contoso.com", 11 }, false, POLICY_DOMAIN_TENANT, &signing
};

static struct prefix exo = { .family = 4, .length = 16, .addr = { 40, 107 } };
static struct policy_domain_slot slots[2][SLOTS];
static struct policy policies[2] = {
	{
		.authserv_id = { "relay.example.net", 17 },
		.to_ascii = idn_to_ascii,
		.microsoft = { &exo, 1 },
		.certificate_names = { names, 1 },
		.dkim_source = POLICY_DKIM_AUTHRES,
		.trusted_authserv_id = { "mx.example.net", 14 },
		.dkim = { .signatures = 4, .min_rsa_bits = DKIM_RSA_BITS_MIN },
		.domains = { slots[0], SLOTS, 0 },
		.limits = { .recipients = 4, .edits = 8 },
		.moves_senders = true,
	},
};

static void make_policies(void)
{
	const struct policy_domain *earlier;

	signing = contoso;
	signing.proofs = 2;
	policies[1] = policies[0];
	policies[1].dkim_source = POLICY_DKIM_NATIVE;
	policies[1].domains.slots = slots[1];
	policy_domain_add(&policies[0].domains, &entries[0], &earlier);
	policy_domain_add(&policies[0].domains, &entries[1], &earlier);
	policy_domain_add(&policies[1].domains, &signing_entry, &earlier);
	policy_domain_add(&policies[1].domains, &entries[1], &earlier);
}

/* What a look-up comes to, by the first octet of the name; keys of stub_crypto. */
static const struct dns_answer records[] = {
	{ .status = DNS_FOUND, .n = 1, .texts = { { "p=BAAA", 6 } } }, /* it verifies */
	{ .status = DNS_FOUND, .n = 1, .texts = { { "p=CAAA", 6 } } }, /* it does not */
	{ .status = DNS_FOUND, .n = 2, .texts = { { "p=", 2 }, { "t=y; p=BAAA", 11 } } },
	{ .status = DNS_FOUND, .n = 1, .texts = { { "no record", 9 } } },
	{ .status = DNS_NO_NAME },
	{ .status = DNS_FAILED },
	{ .status = DNS_UNREADABLE },
};

#define RECORDS_N (sizeof(records) / sizeof(records[0]))

struct player {
	struct dialog dialog;
	struct arena arena;
	char *arena_bytes;
	char output[OUTPUT_BYTES];
	struct outbuf out;
	const struct policy *policy;
	bool busy;  /* every message is turned away */
	bool eager; /* to answer for key records */
	bool lent;
	size_t told; /* key records of this message */
};

/* --- keys ------------------------------------------------------------------------------------- */

/* False if there are no more. */
static bool tell_one(struct player *p)
{
	struct span name;

	if (!session_key_name(&p->dialog.session, p->told, &name))
		return false;
	assert(name.len && name.len <= DNS_NAME_MAX);
	dialog_key(&p->dialog, p->told++, &records[(unsigned char)name.p[0] % RECORDS_N]);
	return true;
}

static void tell_all(struct player *p)
{
	while (tell_one(p))
		;
}

/* --- the dialog ------------------------------------------------------------------------------- */

static void give_back(struct player *p)
{
	if (dialog_reclaim(&p->dialog))
		p->lent = false;
}

static void lend(struct player *p)
{
	assert(!p->lent || p->dialog.arena == &p->arena);
	p->lent = true;
	p->told = 0;
	dialog_lend(&p->dialog, &p->arena);
	if (p->policy->dkim_source == POLICY_DKIM_NATIVE)
		session_set_dkim(&p->dialog.session, &stub_crypto, NOW);
}

static void send(struct player *p)
{
	const struct session_answer *answer = dialog_answer(&p->dialog);

	assert(!p->dialog.waiting);
	if (answer && answer->verdict.decision == VERDICT_ACCEPT)
		assert(answer->facts);
	outbuf_put(&p->out, dialog_output(&p->dialog));
	dialog_sent(&p->dialog);
}

/* False once the dialog has ended the connection. */
static bool feed(struct player *p, const char *bytes, size_t len)
{
	for (;;) {
		enum dialog_want want = dialog_run(&p->dialog);
		size_t room;
		char *to;

		if (p->eager)
			tell_all(p);
		give_back(p);
		if (want == DIALOG_CLOSE)
			return false;
		if (want == DIALOG_SEND) {
			send(p);
		} else if (want == DIALOG_LEND && p->busy) {
			dialog_turn_away(&p->dialog);
		} else if (want == DIALOG_LEND) {
			lend(p);
		} else if (want == DIALOG_WAIT) {
			bool told = !p->dialog.waiting || tell_one(p);

			assert(told);
		} else {
			dialog_room(&p->dialog, &to, &room);
			assert(room > 0);
			if (len == 0)
				return true;
			room = room < len ? room : len;
			memcpy(to, bytes, room);
			dialog_received(&p->dialog, room);
			bytes += room;
			len -= room;
		}
	}
}

static void play(struct player *p, const uint8_t *data, size_t size, size_t cut)
{
	p->lent = false;
	p->told = 0;
	p->out = outbuf_over(p->output, sizeof(p->output));
	arena_init(&p->arena, p->arena_bytes, ARENA_BYTES);
	dialog_init(&p->dialog, p->policy);
	if (feed(p, offer, sizeof(offer) - 1) && feed(p, (const char *)data, cut))
		feed(p, (const char *)data + cut, size - cut);
	dialog_abandon(&p->dialog);
	assert(stub_crypto_hashes() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct player whole, cut = { .eager = true };

	if (!whole.arena_bytes) {
		make_policies();
		whole.arena_bytes = malloc(ARENA_BYTES);
		cut.arena_bytes = malloc(ARENA_BYTES);
		assert(whole.arena_bytes && cut.arena_bytes);
	}
	for (int way = 0; way < 4; way++) {
		whole.policy = cut.policy = &policies[way / 2];
		whole.busy = cut.busy = way % 2;
		play(&whole, data, size, size);
		play(&cut, data, size, size / 2);
		assert(span_eq(outbuf_span(&whole.out), outbuf_span(&cut.out)));
	}
	return 0;
}
