// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES	1024
#define VALUE_MAX_BYTES 200 /* of a message's own bytes, before they are escaped */

static void write_line(struct outbuf *line)
{
	ssize_t written;

	outbuf_put_byte(line, '\n');
	written = write(STDERR_FILENO, line->p, line->len);
	(void)written; /* where would we say so? */
}

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
	write_line(&line);
}

static void put_escaped(struct outbuf *line, struct span value)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < value.len && i < VALUE_MAX_BYTES; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c > ' ' && c < 0x7f && c != '\\') {
			outbuf_put_byte(line, (char)c);
		} else {
			outbuf_put(line, SPAN("\\x"));
			outbuf_put_byte(line, hex[c >> 4]);
			outbuf_put_byte(line, hex[c & 15]);
		}
	}
	if (value.len > VALUE_MAX_BYTES)
		outbuf_put(line, SPAN("..."));
}

static void put_pair(struct outbuf *line, struct span key, struct span value)
{
	outbuf_put_byte(line, ' ');
	outbuf_put(line, key);
	outbuf_put_byte(line, '=');
	put_escaped(line, value.len ? value : SPAN("-"));
}

static struct span decision_word(enum verdict_decision decision)
{
	switch (decision) {
	case VERDICT_ACCEPT:
		return SPAN("accept");
	case VERDICT_REJECT:
		return SPAN("reject");
	case VERDICT_TEMPFAIL:
		break;
	}
	return SPAN("tempfail");
}

static void put_proof(struct outbuf *proofs, struct span name, enum proof_state state)
{
	static const struct span signs[] = {
		[PROOF_AGREES] = { "", 0 },
		[PROOF_CONFLICTS] = { "-", 1 },
		[PROOF_UNKNOWN] = { "?", 1 },
	};

	if (state == PROOF_ABSENT)
		return;
	if (proofs->len)
		outbuf_put_byte(proofs, ',');
	outbuf_put(proofs, signs[state]);
	outbuf_put(proofs, name);
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
	put_pair(line, SPAN("tenant"), tenant ? tenant->name : SPAN(""));
	put_pair(line, SPAN("from"), from ? domain_span(&facts->from.domain) : SPAN(""));
	put_pair(line, SPAN("client"), span_of_string(client));
	put_pair(line, SPAN("proofs"), outbuf_span(&proofs));
	put_pair(line, SPAN("msgid"), answer->message_id);
	put_pair(line, SPAN("netid"), answer->network_message_id);
}

void log_message(const struct session_answer *answer, uint64_t duration_ns)
{
	char buffer[4 * VALUE_MAX_BYTES * 3 + LINE_MAX_BYTES], ms[32];
	struct outbuf line = outbuf_over(buffer, sizeof(buffer));

	put_escaped(&line, answer->queue_id.len ? answer->queue_id : SPAN("noqueue"));
	outbuf_put_byte(&line, ':');
	put_pair(&line, SPAN("verdict"), decision_word(answer->verdict.decision));
	if (answer->verdict.would_reject)
		put_pair(&line, SPAN("would"), SPAN("reject"));
	put_pair(&line, SPAN("reason"), reason_word(answer->verdict.reason));
	put_facts(&line, answer);
	snprintf(ms, sizeof(ms), "%.3f", (double)duration_ns / 1e6);
	put_pair(&line, SPAN("ms"), span_of_string(ms));
	write_line(&line);
}
