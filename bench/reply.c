// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include <string.h>

/* SMFIR_* that exogate never says itself; Sendmail's mfdef.h. */
enum other_response {
	RESPONSE_ADD_RCPT = '+',
	RESPONSE_ADD_RCPT_PARAMETERS = '2',
	RESPONSE_DELETE_RCPT = '-',
	RESPONSE_REPLACE_BODY = 'b',
	RESPONSE_ADD_HEADER = 'h',
	RESPONSE_PROGRESS = 'p',
	RESPONSE_QUARANTINE = 'q',
	RESPONSE_REJECT = 'r',
	RESPONSE_TEMPFAIL = 't',
};

enum parse_status reply_next(struct reply_reader *reader, const char **p, const char *end,
			     struct reply *out)
{
	for (; *p < end; (*p)++) {
		if (reader->have < sizeof(reader->head))
			reader->head[reader->have] = (unsigned char)**p;
		reader->have++;
		if (reader->have == MILTER_LENGTH_BYTES) {
			reader->len = milter_get_u32((const char *)reader->head);
			if (reader->len == 0 || reader->len > MILTER_PACKET_MAX_BYTES)
				return PARSE_BAD;
		}
		if (reader->have < MILTER_LENGTH_BYTES + 1 ||
		    reader->have < MILTER_LENGTH_BYTES + reader->len)
			continue;
		(*p)++;
		out->command = (char)reader->head[MILTER_LENGTH_BYTES];
		out->len = reader->len - 1;
		memcpy(out->data, reader->head + MILTER_LENGTH_BYTES + 1, sizeof(out->data));
		memset(reader, 0, sizeof(*reader));
		return PARSE_OK;
	}
	return PARSE_MORE;
}

bool reply_is_final(const struct reply *reply)
{
	switch (reply->command) {
	case MILTER_CHANGE_FROM:
	case MILTER_INSERT_HEADER:
	case MILTER_CHANGE_HEADER:
	case RESPONSE_ADD_RCPT:
	case RESPONSE_ADD_RCPT_PARAMETERS:
	case RESPONSE_DELETE_RCPT:
	case RESPONSE_REPLACE_BODY:
	case RESPONSE_ADD_HEADER:
	case RESPONSE_PROGRESS:
	case RESPONSE_QUARANTINE:
		return false;
	default:
		return true;
	}
}

enum reply_verdict reply_verdict(const struct reply *reply)
{
	switch (reply->command) {
	case MILTER_ACCEPT:
	case MILTER_CONTINUE:
		return REPLY_ACCEPT;
	case RESPONSE_REJECT:
		return REPLY_REJECT;
	case RESPONSE_TEMPFAIL:
		return REPLY_TEMPFAIL;
	case MILTER_REPLY_CODE:
		if (reply->len && reply->data[0] == '5')
			return REPLY_REJECT;
		return reply->len && reply->data[0] == '4' ? REPLY_TEMPFAIL : REPLY_OTHER;
	default:
		return REPLY_OTHER;
	}
}

static const char *const verdict_words[] = {
	[REPLY_ACCEPT] = "accept",
	[REPLY_REJECT] = "reject",
	[REPLY_TEMPFAIL] = "tempfail",
	[REPLY_OTHER] = "other",
};

const char *reply_verdict_word(enum reply_verdict verdict)
{
	return verdict_words[verdict];
}

bool reply_verdict_of(const char *word, enum reply_verdict *out)
{
	for (int i = REPLY_ACCEPT; i < REPLY_OTHER; i++) {
		if (strcmp(word, verdict_words[i]) != 0)
			continue;
		*out = (enum reply_verdict)i;
		return true;
	}
	return false;
}
