// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Version, actions and steps; false if the milter answers anything else. */
static bool read_agreement(int fd, uint32_t *steps)
{
	struct reply_reader reader = { 0 };
	struct reply reply;
	char byte;

	while (recv(fd, &byte, 1, 0) == 1) {
		const char *p = &byte;
		enum parse_status status = reply_next(&reader, &p, &byte + 1, &reply);

		if (status == PARSE_MORE)
			continue;
		*steps = milter_get_u32(reply.data + 8);
		return status == PARSE_OK && reply.command == MILTER_NEGOTIATE &&
		       reply.len >= REPLY_KEPT_BYTES;
	}
	return false;
}

static bool make_messages(const struct corpus *corpus, const struct stream_envelope *envelope,
			  struct script *out, FILE *errors)
{
	out->messages = calloc(corpus->n, sizeof(*out->messages));
	if (!out->messages)
		return false;
	for (out->n_messages = 0; out->n_messages < corpus->n; out->n_messages++) {
		const struct corpus_message *message = &corpus->messages[out->n_messages];
		struct stream_envelope own = *envelope;

		own.mail_from = message->mail_from;
		if (!stream_make_message(&message->text, &own, out->steps,
					 &out->messages[out->n_messages], errors))
			return false;
	}
	return true;
}

bool script_make(int fd, const struct corpus *corpus, const struct stream_envelope *envelope,
		 struct script *out, FILE *errors)
{
	memset(out, 0, sizeof(*out));
	stream_make_offer(&out->offer);
	if (send(fd, out->offer.bytes.p, out->offer.bytes.len, MSG_NOSIGNAL) < 0 ||
	    !read_agreement(fd, &out->steps)) {
		fprintf(errors, "exogate-bench: the milter does not negotiate\n");
		goto fail;
	}
	stream_make_opening(envelope, out->steps, &out->opening);
	stream_make_closing(&out->closing);
	if (make_messages(corpus, envelope, out, errors))
		return true;
fail:
	script_free(out);
	return false;
}

void script_free(struct script *script)
{
	stream_free(&script->offer);
	stream_free(&script->opening);
	stream_free(&script->closing);
	for (size_t i = 0; i < script->n_messages; i++)
		stream_free(&script->messages[i]);
	free(script->messages);
	memset(script, 0, sizeof(*script));
}
