/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit - one change to a message, in the order in which it must be sent.
 *
 * The milter protocol's own numbering: a header index counts the fields of one name from 1 in the
 * message as delivered, and an inserted field's index counts all fields, the MTA's own Received
 * included, so that 0 is the top.
 */
#ifndef EXOGATE_EDIT_H
#define EXOGATE_EDIT_H

#include <stdint.h>

#include "span.h"

/* Postfix cuts longer field bodies without a word (src/cleanup/cleanup_milter.c). */
#define EDIT_VALUE_MAX 60000

enum edit_op {
	EDIT_CHANGE_HEADER,
	EDIT_DELETE_HEADER,
	EDIT_INSERT_HEADER,
	EDIT_CHANGE_FROM, /* the envelope sender */
	EDIT_QUARANTINE,  /* holds the message; value says why, to who looks at it */
};

/* Why; for those who explain it. */
enum edit_rule {
	EDIT_RULE_FORGED_RESULT, /* it claims to be our result, or reason */
	EDIT_RULE_TRUST_FIELD,	 /* nobody outside may set it */
	EDIT_RULE_NAMED,	 /* a secret, or a field that the policy names */
	EDIT_RULE_DOMAIN,	 /* the sender's domain moves */
	EDIT_RULE_RESULT,	 /* what was verified */
	EDIT_RULE_REASON,	 /* how it was judged */
	EDIT_RULE_HOLD,		 /* the tenant's policy holds what it refuses */
};

struct edit {
	enum edit_op op;
	enum edit_rule rule;
	struct span name;  /* of headers */
	uint32_t index;	   /* of headers */
	struct span value; /* field body, address or reason; empty for DELETE */
};

#endif
