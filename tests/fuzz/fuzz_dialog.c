// SPDX-License-Identifier: Apache-2.0
/*
 * The whole core: a milter stream, its bytes all at once and in two pieces.  Both must say the
 * same, and no message may be accepted whose facts are not known.
 *
 * The input is what follows a version 6 negotiation.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "dialog.h"

#define ARENA_BYTES  dialog_arena_bytes(16384)
#define OUTPUT_BYTES 65536
#define SLOTS	     8

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

static const struct policy *policy(void)
{
	static struct prefix exo = { .family = 4, .length = 16, .addr = { 40, 107 } };
	static struct policy_domain_slot slots[SLOTS];
	static struct policy made = {
		.authserv_id = { "relay.example.net", 17 },
		.microsoft = { &exo, 1 },
		.certificate_names = { names, 1 },
		.dkim_source = POLICY_DKIM_AUTHRES,
		.trusted_authserv_id = { "mx.example.net", 14 },
		.domains = { slots, SLOTS, 0 },
		.limits = { .recipients = 4, .edits = 8 },
		.moves_senders = true,
	};
	const struct policy_domain *earlier;

	/* From the second call on they are there already. */
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		policy_domain_add(&made.domains, &entries[i], &earlier);
	return &made;
}

struct player {
	struct dialog dialog;
	struct arena arena;
	char *arena_bytes;
	char output[OUTPUT_BYTES];
	struct outbuf out;
	bool busy; /* every message is turned away */
	bool lent;
};

static void give_back(struct player *p)
{
	if (dialog_reclaim(&p->dialog))
		p->lent = false;
}

static void send(struct player *p)
{
	const struct session_answer *answer = dialog_answer(&p->dialog);

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

		give_back(p);
		if (want == DIALOG_CLOSE)
			return false;
		if (want == DIALOG_SEND) {
			send(p);
		} else if (want == DIALOG_LEND && p->busy) {
			dialog_turn_away(&p->dialog);
		} else if (want == DIALOG_LEND) {
			assert(!p->lent || p->dialog.arena == &p->arena);
			p->lent = true;
			dialog_lend(&p->dialog, &p->arena);
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
	p->out = outbuf_over(p->output, sizeof(p->output));
	arena_init(&p->arena, p->arena_bytes, ARENA_BYTES);
	dialog_init(&p->dialog, policy());
	if (feed(p, offer, sizeof(offer) - 1) && feed(p, (const char *)data, cut))
		feed(p, (const char *)data + cut, size - cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct player whole, cut;

	if (!whole.arena_bytes) {
		whole.arena_bytes = malloc(ARENA_BYTES);
		cut.arena_bytes = malloc(ARENA_BYTES);
		assert(whole.arena_bytes && cut.arena_bytes);
	}
	for (int busy = 0; busy <= 1; busy++) {
		whole.busy = cut.busy = busy;
		play(&whole, data, size, size);
		play(&cut, data, size, size / 2);
		assert(span_eq(outbuf_span(&whole.out), outbuf_span(&cut.out)));
	}
	return 0;
}
