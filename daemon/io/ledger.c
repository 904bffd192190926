// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

struct ledger *ledger_new(size_t n)
{
	struct ledger *ledgers = mmap(NULL, n * sizeof(*ledgers), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t seed = 0;

	if (ledgers == MAP_FAILED)
		return NULL;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uintptr_t)ledgers; /* the kernel has none yet: placed at random too */
	for (size_t i = 0; i < n; i++)
		ledgers[i].observed.seed = seed;
	return ledgers;
}

void ledger_free(struct ledger *ledgers, size_t n)
{
	if (ledgers)
		munmap(ledgers, n * sizeof(*ledgers));
}

void ledger_sum(const struct ledger *ledgers, size_t n, struct counters *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		counters_add(&ledgers[i].counters, out);
}

/* --- alarms ----------------------------------------------------------------------------------- */

static void raise_alarm(struct ledger *ledger, enum alarm alarm, const char *about, uint64_t now_ns)
{
	counters_count(&ledger->counters.alarms[alarm]);
	alarm_say(&ledger->alarms, alarm, about, now_ns);
}

static unsigned int stamps_of(const struct tenant_stamps *stamps)
{
	return (stamps->id.n ? STAMP_WATCH_ID : 0u) |
	       (stamps->originator_org.n ? STAMP_WATCH_ORIGINATOR_ORG : 0u) |
	       (stamps->attributed.value.len ? STAMP_WATCH_ATTRIBUTED : 0u);
}

/*
 * Mail that came through the gates and is the tenant's as far as stamps say: others' mail says
 * nothing of what Microsoft writes into this one's.
 */
static bool tells_of_stamps(const struct session_answer *answer)
{
	const struct verdict *verdict = &answer->verdict;

	return answer->facts && verdict->tenant &&
	       answer->facts->client_class == FACTS_CLIENT_EXO &&
	       verdict->proofs.stamp != PROOF_CONFLICTS && verdict->reason != REASON_CERT_MISSING &&
	       verdict->reason != REASON_CERT_UNTRUSTED;
}

static void watch_stamps(struct ledger *ledger, const struct session_answer *answer,
			 uint64_t now_ns)
{
	static const char *const fields[STAMP_WATCH_N] = {
		"X-MS-Exchange-CrossTenant-Id",
		"X-OriginatorOrg",
		"TenantId of X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp",
	};
	struct span tenant;
	unsigned int vanished;
	char about[200];

	if (!tells_of_stamps(answer))
		return;
	tenant = answer->verdict.tenant->name;
	vanished = stamp_watch_note(&ledger->stamps, tenant, stamps_of(&answer->facts->stamps));
	for (unsigned int i = 0; i < STAMP_WATCH_N; i++) {
		if (!(vanished >> i & 1))
			continue;
		snprintf(about, sizeof(about), "tenant %.*s, %s", (int)tenant.len, tenant.p,
			 fields[i]);
		raise_alarm(ledger, ALARM_STAMP_VANISHED, about, now_ns);
	}
}

static void raise_of_client(struct ledger *ledger, enum alarm alarm,
			    const struct session_answer *answer, uint64_t now_ns)
{
	char client[ADDRESS_TEXT_MAX];

	address_format(&answer->client, client);
	raise_alarm(ledger, alarm, client, now_ns);
}

static void raise_of_tenant(struct ledger *ledger, enum alarm alarm,
			    const struct session_answer *answer, uint64_t now_ns)
{
	struct span tenant = answer->verdict.tenant->name;
	char about[100];

	snprintf(about, sizeof(about), "tenant %.*s", (int)tenant.len, tenant.p);
	raise_alarm(ledger, alarm, about, now_ns);
}

void ledger_note(struct ledger *ledger, const struct session_answer *answer, uint64_t now_ns)
{
	counters_count_answer(&ledger->counters, answer);
	observed_note(&ledger->observed, answer, now_ns);
	watch_stamps(ledger, answer, now_ns);
	if (answer->verdict.reason == REASON_CLIENT_UNLISTED)
		raise_of_client(ledger, ALARM_CLIENT_UNLISTED, answer, now_ns);
	else if (answer->verdict.reason == REASON_CERT_MISSING)
		raise_of_client(ledger, ALARM_CERT_MISSING, answer, now_ns);
	else if (answer->verdict.reason == REASON_RATE_LIMIT)
		raise_of_tenant(ledger, ALARM_RATE_LIMIT, answer, now_ns);
}
