// SPDX-License-Identifier: Apache-2.0
#include "words.h"

const char *words_answer(enum verdict_decision decision)
{
	static const char *const words[] = {
		[VERDICT_ACCEPT] = "accept",
		[VERDICT_REJECT] = "550",
		[VERDICT_TEMPFAIL] = "451",
		[VERDICT_HOLD] = "hold",
	};

	return words[decision];
}

const char *words_proof(enum proof_state state)
{
	static const char *const words[] = {
		[PROOF_ABSENT] = "absent",	[PROOF_AGREES] = "agree",
		[PROOF_CONFLICTS] = "conflict", [PROOF_UNKNOWN] = "unknown",
		[PROOF_FAILED] = "failed",
	};

	return words[state];
}

const char *words_note(enum message_note_kind kind)
{
	static const char *const words[] = {
		[MESSAGE_MAILBOX_LINE] = "mailbox-line",
		[MESSAGE_NUL] = "nul",
	};

	return words[kind];
}

const char *words_edit(enum edit_op op)
{
	static const char *const words[] = {
		[EDIT_CHANGE_HEADER] = "change_header", [EDIT_DELETE_HEADER] = "delete_header",
		[EDIT_INSERT_HEADER] = "insert_header", [EDIT_CHANGE_FROM] = "change_from",
		[EDIT_QUARANTINE] = "quarantine",
	};

	return words[op];
}

const char *words_rule(enum edit_rule rule)
{
	static const char *const words[] = {
		[EDIT_RULE_FORGED_RESULT] = "forged-result",
		[EDIT_RULE_TRUST_FIELD] = "trust-field",
		[EDIT_RULE_NAMED] = "named-field",
		[EDIT_RULE_DOMAIN] = "domain",
		[EDIT_RULE_RESULT] = "result",
		[EDIT_RULE_REASON] = "reason",
		[EDIT_RULE_HOLD] = "hold",
	};

	return words[rule];
}

const char *words_direction(enum reason reason)
{
	switch (reason) {
	case REASON_ROLE:
	case REASON_INBOUND:
	case REASON_INBOUND_OWN:
		return "inbound";
	case REASON_FORWARDED:
		return "forwarded";
	case REASON_CLIENT_OTHER:
	case REASON_CLIENT_UNLISTED:
		return "other";
	default:
		return "outbound";
	}
}

const char *words_algorithm(enum dkim_algorithm algorithm)
{
	switch (algorithm) {
	case DKIM_RSA_SHA1:
		return "rsa-sha1";
	case DKIM_RSA_SHA256:
		return "rsa-sha256";
	case DKIM_ED25519_SHA256:
		return "ed25519-sha256";
	}
	return NULL;
}
