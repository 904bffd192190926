// SPDX-License-Identifier: Apache-2.0
#include "filter_answer.h"

#include <string.h>

#include "milter_answer.h"
#include "milter_frame.h"
#include "milter_reply.h"
#include "milter_wire.h"

static bool give_edit(SMFICTX *ctx, char *packet)
{
	char *data = packet + 1, *name = data + sizeof(uint32_t);
	int index = (int)milter_get_u32(data);

	switch (packet[0]) {
	case MILTER_CHANGE_HEADER:
		return smfi_chgheader(ctx, name, index, name + strlen(name) + 1) == MI_SUCCESS;
	case MILTER_INSERT_HEADER:
		return smfi_insheader(ctx, index, name, name + strlen(name) + 1) == MI_SUCCESS;
	case MILTER_CHANGE_FROM:
		return smfi_chgfrom(ctx, data, NULL) == MI_SUCCESS;
	case MILTER_QUARANTINE:
		return smfi_quarantine(ctx, data) == MI_SUCCESS;
	default:
		return false;
	}
}

/* The words of each line; of those that are not there, NULL. */
static void split_reply(char *text, size_t codes_len, char *lines[static MILTER_REPLY_LINES_MAX])
{
	size_t n = 0;

	for (char *end; text && n < MILTER_REPLY_LINES_MAX; text = end) {
		end = strstr(text, "\r\n");
		if (end) {
			*end = '\0';
			end += strlen("\r\n");
		}
		lines[n++] = text + codes_len;
	}
}

#define EIGHT(lines, i)                                                                     \
	(lines)[i], (lines)[(i) + 1], (lines)[(i) + 2], (lines)[(i) + 3], (lines)[(i) + 4], \
		(lines)[(i) + 5], (lines)[(i) + 6], (lines)[(i) + 7]

/*
 * Each line is "CODE ENHANCED-CODE WORDS", with '-' for the first blank in all but the last.
 * Should libmilter not take it, the verdict stands.
 */
static sfsistat give_reply(SMFICTX *ctx, char *text)
{
	char *lines[MILTER_REPLY_LINES_MAX] = { NULL }, *enhanced = text + strlen("550 ");
	size_t enhanced_len = strcspn(enhanced, " ");

	split_reply(text, strlen("550 ") + enhanced_len + 1, lines);
	text[3] = enhanced[enhanced_len] = '\0';
	smfi_setmlreply(ctx, text, enhanced, EIGHT(lines, 0), EIGHT(lines, 8), EIGHT(lines, 16),
			EIGHT(lines, 24), (char *)NULL);
	return text[0] == '5' ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

/* Gives edits as calls, and returns the verdict; SMFIS_CONTINUE if an edit was not taken. */
static sfsistat give(SMFICTX *ctx, const struct outbuf *composed)
{
	size_t at = 0, wanted;
	struct span packet;

	while (milter_frame_next(span_after(outbuf_span(composed), at), &packet, &wanted) ==
	       PARSE_OK) {
		char *start = composed->p + at + MILTER_LENGTH_BYTES;

		if (packet.p[0] == MILTER_ACCEPT)
			return SMFIS_ACCEPT;
		if (packet.p[0] == MILTER_REPLY_CODE)
			return give_reply(ctx, start + 1);
		if (!give_edit(ctx, start))
			return SMFIS_CONTINUE;
		at += MILTER_LENGTH_BYTES + packet.len;
	}
	return SMFIS_CONTINUE;
}

sfsistat filter_answer_give(SMFICTX *ctx, struct session_answer *answer, struct arena *arena)
{
	char refusal[MILTER_ANSWER_REFUSAL_BYTES];
	struct outbuf composed = milter_answer_compose(answer, arena, refusal);
	sfsistat verdict = give(ctx, &composed);

	if (verdict != SMFIS_CONTINUE)
		return verdict;
	session_defer(answer, REASON_EDITS_REFUSED);
	composed = milter_answer_compose(answer, NULL, refusal);
	return give(ctx, &composed);
}
