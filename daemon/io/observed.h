/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observed - which tenants' mail was seen, and how it was judged: what an operator needs to see
 * before mail is refused.
 *
 * A row is a tenant id, an OriginatorOrg and a domain in From that came together.  Only mail that
 * is taken for Exchange Online's has one, and what comes with its certificate from an address that
 * is not listed: strangers cannot fill the memory.
 *
 * Fixed memory: OBSERVED_ROWS rows in sets of OBSERVED_WAYS, found by a hash with a secret seed.
 * In a full set who comes new takes the place of the lightest row, and its weight (the algorithm
 * "space-saving"): so whoever has more than 1/OBSERVED_WAYS of a set's mail is in it, whatever
 * others send.  What a row counts is only what was counted since it came.
 *
 * One thread writes an object; others, also other processes, read it meanwhile.
 */
#ifndef EXOGATE_OBSERVED_H
#define EXOGATE_OBSERVED_H

#include <stdatomic.h>

#include "counters.h"
#include "session.h"

#define OBSERVED_ROWS	    2048
#define OBSERVED_WAYS	    8
#define OBSERVED_ID_SIZE    48	/* with NUL; a GUID has 36 octets */
#define OBSERVED_NAME_SIZE  48	/* of a tenant of the policy */
#define OBSERVED_VALUE_SIZE 128 /* of domains */

enum observed_stamp {
	OBSERVED_ID,
	OBSERVED_ORIGINATOR_ORG,
	OBSERVED_ATTRIBUTED,
	OBSERVED_N_STAMPS,
};

enum observed_proof {
	OBSERVED_STAMP,
	OBSERVED_SIGNATURE,
	OBSERVED_SECRET,
	OBSERVED_N_PROOFS,
};

#define OBSERVED_N_STATES (PROOF_FAILED + 1)

/* Texts are escaped (escape.h) and cut to fit; empty if there was none. */
struct observed_row {
	uint64_t key;	 /* 0: a free row */
	uint64_t weight; /* against other rows of its set */
	uint64_t seen_ns;
	char id[OBSERVED_ID_SIZE]; /* CrossTenant-Id, else the attributed TenantId */
	char originator_org[OBSERVED_VALUE_SIZE];
	char from_domain[OBSERVED_VALUE_SIZE]; /* of the one mailbox in From */
	char tenant[OBSERVED_NAME_SIZE];       /* whose the domain was at the last message */
	enum policy_mode mode;		       /* likewise */
	/* Messages: that carried it; in which it was so, but for stamp and secret of no tenant; by
	 * answer. */
	uint32_t stamps[OBSERVED_N_STAMPS];
	uint32_t proofs[OBSERVED_N_PROOFS][OBSERVED_N_STATES];
	uint32_t answers[REASON_N][COUNTERS_N_OUTCOMES];
};

struct observed_slot {
	atomic_uint changing; /* odd: the row is being written */
	struct observed_row row;
};

/* To be zeroed but for the seed, which is the same wherever rows are to be merged. */
struct observed {
	uint64_t seed;
	counter forgotten; /* rows that made room for another */
	struct observed_slot slots[OBSERVED_ROWS];
};

void observed_note(struct observed *observed, const struct session_answer *answer, uint64_t now_ns);

/* Copies the rows in use to rows, which has room for OBSERVED_ROWS; returns how many. */
size_t observed_read(const struct observed *observed, struct observed_row *rows);

/* Adds up rows with the same key, most messages first; returns how many are left. */
size_t observed_merge(struct observed_row *rows, size_t n);

uint64_t observed_messages(const struct observed_row *row);

#endif
