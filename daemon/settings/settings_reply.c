// SPDX-License-Identifier: Apache-2.0
#include "settings_value.h"
#include "verdict.h"

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~' && c != '%';
}

static const char *parse_message(const struct settings_input *in, struct settings_value *out)
{
	if (in->text.len == 0 || in->text.len > POLICY_EXOTA_MESSAGE_MAX)
		return "not a text of 1 to 200 bytes";
	for (size_t i = 0; i < in->text.len; i++)
		if (!is_printable(in->text.p[i]))
			return "a reply holds printable ASCII alone, without \"%\", which mail "
			       "servers take for something else; leave out what is not";
	out->text = settings_pool_text(in->pool, in->text);
	return NULL;
}

_Static_assert(POLICY_EXOTA_MESSAGE_MAX == 200, "the message above says how long it can be");

/* Why the text is no reply; its lines are parted by LF. */
static const char *fault_of(struct span text)
{
	size_t n_lines = 1, line = 0;

	if (text.len == 0 || text.len > POLICY_REPLY_MAX)
		return "not a text of 1 to 400 bytes";
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] != '\n' && !is_printable(text.p[i]))
			return "a reply holds printable ASCII alone, without \"%\", which mail "
			       "servers take for something else; leave out what is not";
		if (text.p[i] != '\n')
			continue;
		if (i == line)
			return "a reply has no empty lines; take them out";
		n_lines++;
		line = i + 1;
	}
	if (line == text.len)
		return "ends in a line break; take it out";
	return n_lines > POLICY_REPLY_LINES_MAX ? "more than 6 lines; say it in fewer" : NULL;
}

_Static_assert(POLICY_REPLY_MAX == 400, "the message above says how long it can be");
_Static_assert(POLICY_REPLY_LINES_MAX == 6, "the message above says how many lines it can have");

static const char *parse_reply(const struct settings_input *in, struct settings_value *out)
{
	const char *fault = fault_of(in->text);

	if (!fault)
		out->text = settings_pool_text(in->pool, in->text);
	return fault;
}

/* What the table decides, or else a limit. */
static bool is_refused(enum reason reason)
{
	bool of_table = false;

	for (size_t i = 0; i < verdict_n_rules(); i++) {
		struct verdict_rule rule = verdict_rule(i);

		if (rule.reason == reason && rule.decision != VERDICT_ACCEPT)
			return true;
		of_table |= rule.reason == reason;
	}
	return !of_table;
}

static const char *parse_reason(const struct settings_input *in, struct settings_value *out)
{
	int reason = 0;

	while (reason < REASON_N && !span_eq(reason_word((enum reason)reason), in->text))
		reason++;
	if (reason == REASON_N)
		return "no reason of exogate's; exogated(8) has them";
	if (!is_refused((enum reason)reason))
		return "what is accepted has no reply; take it out";
	out->text = settings_pool_text(in->pool, in->text);
	out->number = (uint64_t)reason;
	return NULL;
}

const struct settings_type settings_type_message = { "a text", "a string", false, false,
						     parse_message };
const struct settings_type settings_type_reason = { "a reason", "a string", false, false,
						    parse_reason };
const struct settings_type settings_type_reply = { "a text of lines", "a string", false, false,
						   parse_reply };
