// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "escape.h"
#include "log_sink.h"

#define LINE_MAX_BYTES	1024
#define VALUE_MAX_BYTES 200 /* of a message's own bytes, before they are escaped */
#define STAMP_MAX_BYTES 64  /* of what stamps it; an id has 36 */

/* Of a message's line: what may be its own, each byte as \xHH, and the rest. */
#define MESSAGE_LINE_MAX_BYTES (4 * (3 * VALUE_MAX_BYTES + 2 * STAMP_MAX_BYTES) + LINE_MAX_BYTES)

void log_line(const char *format, ...)
{
	char text[LINE_MAX_BYTES - 16], buffer[LINE_MAX_BYTES];
	struct outbuf line = outbuf_over(buffer, sizeof(buffer));
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	outbuf_put(&line, SPAN("exogated: "));
	outbuf_put(&line, span_of_string(text));
	outbuf_put_byte(&line, '\n');
	log_sink_write(line.p, line.len);
}

static void put_cut(struct outbuf *line, struct span key, struct span value, size_t max)
{
	outbuf_put_byte(line, ' ');
	outbuf_put(line, key);
	outbuf_put_byte(line, '=');
	escape_put(line, value.len ? value : SPAN("-"), max);
}

static void put_pair(struct outbuf *line, struct span key, struct span value)
{
	put_cut(line, key, value, VALUE_MAX_BYTES);
}

static void put_proof(struct outbuf *proofs, struct span name, enum proof_state state)
{
	static const struct span signs[] = {
		[PROOF_AGREES] = { "", 0 },
		[PROOF_CONFLICTS] = { "-", 1 },
		[PROOF_UNKNOWN] = { "?", 1 },
		[PROOF_FAILED] = { "!", 1 },
	};

	if (state == PROOF_ABSENT)
		return;
	if (proofs->len)
		outbuf_put_byte(proofs, ',');
	outbuf_put(proofs, signs[state]);
	outbuf_put(proofs, name);
}

/* Whose stamps they are is of interest where that is not the tenant in question. */
static void put_stamps(struct outbuf *line, const struct session_answer *answer)
{
	const enum reason reason = answer->verdict.reason;
	const struct tenant_stamps *stamps;

	if (!answer->facts || (reason != REASON_TENANT_CONFLICT && reason != REASON_TENANT_UNKNOWN))
		return;
	stamps = &answer->facts->stamps;
	put_cut(line, SPAN("id"), tenant_stamps_id(stamps), STAMP_MAX_BYTES);
	put_cut(line, SPAN("org"), stamps->originator_org.value, STAMP_MAX_BYTES);
}

static void put_facts(struct outbuf *line, const struct session_answer *answer)
{
	const struct policy_tenant *tenant = answer->verdict.tenant;
	const struct facts *facts = answer->facts;
	char buffer[64], client[ADDRESS_TEXT_MAX];
	struct outbuf proofs = outbuf_over(buffer, sizeof(buffer));
	bool from = facts && facts->from_state == FACTS_FROM_ONE;

	address_format(&answer->client, client);
	put_proof(&proofs, SPAN("stamp"), answer->verdict.proofs.stamp);
	put_proof(&proofs, SPAN("signature"), answer->verdict.proofs.signature);
	put_proof(&proofs, SPAN("secret"), answer->verdict.proofs.secret);
	put_pair(line, SPAN("tenant"), tenant ? tenant->name : SPAN(""));
	put_pair(line, SPAN("from"), from ? domain_span(&facts->from.domain) : SPAN(""));
	put_pair(line, SPAN("client"), span_of_string(client));
	put_pair(line, SPAN("proofs"), outbuf_span(&proofs));
	put_stamps(line, answer);
	put_pair(line, SPAN("msgid"), answer->message_id);
	put_pair(line, SPAN("netid"), answer->network_message_id);
}

/* Milliseconds with three decimals, without what printf(3) costs. */
static void put_duration(struct outbuf *line, uint64_t us)
{
	char text[24]; /* 2^64 has 20 digits */
	size_t at = sizeof(text);

	for (int digit = 0; digit < 4 || us; digit++) {
		if (digit == 3)
			text[--at] = '.';
		text[--at] = (char)('0' + us % 10);
		us /= 10;
	}
	outbuf_put(line, span_of(text + at, sizeof(text) - at));
}

static void put_message(struct outbuf *line, const struct session_answer *answer,
			uint64_t duration_ns)
{
	escape_put(line, answer->queue_id.len ? answer->queue_id : SPAN("noqueue"),
		   VALUE_MAX_BYTES);
	outbuf_put_byte(line, ':');
	put_pair(line, SPAN("verdict"), verdict_decision_word(answer->verdict.decision));
	if (answer->verdict.would_reject)
		put_pair(line, SPAN("would"), SPAN("reject"));
	put_pair(line, SPAN("reason"), reason_word(answer->verdict.reason));
	if (answer->verdict.reason == REASON_LIMIT)
		put_pair(line, SPAN("limit"), answer->limit);
	put_facts(line, answer);
	outbuf_put(line, SPAN(" ms="));
	put_duration(line, duration_ns / 1000);
	outbuf_put_byte(line, '\n');
}

static bool is_wanted(const struct session_answer *answer)
{
	return answer->policy->log_messages == POLICY_LOG_ALL || answer->verdict.would_reject ||
	       answer->verdict.decision != VERDICT_ACCEPT;
}

void log_message(const struct session_answer *answer, uint64_t duration_ns)
{
	char buffer[MESSAGE_LINE_MAX_BYTES];
	struct outbuf line = outbuf_over(buffer, sizeof(buffer));

	if (!is_wanted(answer))
		return;
	put_message(&line, answer, duration_ns);
	log_sink_write(line.p, line.len);
}

/* --- many lines ------------------------------------------------------------------------------- */

_Static_assert(MESSAGE_LINE_MAX_BYTES <= LOG_LINES_BYTES, "a line fits");

/* False if it has no room there. */
static bool add(struct log_lines *lines, const struct session_answer *answer, uint64_t duration_ns)
{
	struct outbuf rest =
		outbuf_over(lines->bytes + lines->len, sizeof(lines->bytes) - lines->len);

	put_message(&rest, answer, duration_ns);
	if (!outbuf_ok(&rest))
		return false;
	lines->len += rest.len;
	return true;
}

void log_lines_add(struct log_lines *lines, const struct session_answer *answer,
		   uint64_t duration_ns)
{
	if (!is_wanted(answer) || add(lines, answer, duration_ns))
		return;
	log_lines_write(lines);
	add(lines, answer, duration_ns);
}

void log_lines_write(struct log_lines *lines)
{
	if (lines->len)
		log_sink_write(lines->bytes, lines->len);
	lines->len = 0;
}
