// SPDX-License-Identifier: Apache-2.0
/*
 * A whole message: fields, a blank line, the body; key records are lines of the body.  Every
 * signature that was tried has a result, and every hash is given back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "dkim_check.h"
#include "idn.h"
#include "stub_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_BYTES ((size_t)256 * 1024)
#define RECORDS	    3

static struct span take_line(struct span *rest)
{
	const char *at = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
	struct span line = span_of(rest->p, at ? (size_t)(at - rest->p) : rest->len);

	*rest = span_after(*rest, at ? line.len + 1 : line.len);
	return line;
}

/* A field ends at a line end that no blank follows. */
static void read_fields(struct span *rest, struct arena *arena, struct header_index *headers)
{
	while (rest->len && rest->p[0] != '\n') {
		const char *start = rest->p, *colon;
		struct span field;

		do
			take_line(rest);
		while (rest->len && (rest->p[0] == ' ' || rest->p[0] == '\t'));
		field = span_of(start, (size_t)(rest->p - start));
		if (field.len && field.p[field.len - 1] == '\n')
			field.len--;
		colon = memchr(field.p, ':', field.len);
		if (colon)
			header_index_add(headers, arena, span_of(start, (size_t)(colon - start)),
					 span_after(field, (size_t)(colon - start) + 1));
	}
}

static void answer_names(struct dkim_check *check, struct span body)
{
	struct span name;

	for (size_t i = 0; dkim_check_name(check, i, &name); i++) {
		struct dns_answer answer = { .n = RECORDS };

		for (size_t k = 0; k < RECORDS; k++)
			answer.texts[k] = take_line(&body);
		answer.status = (enum dns_status)(answer.texts[0].len % DNS_N_STATUSES);
		if (!dkim_check_answer(check, i, &answer))
			return;
	}
}

static void check_all(struct dkim_check *check, struct span body)
{
	const struct dkim_signature *signature;

	dkim_check_body(check, body);
	answer_names(check, body);
	if (dkim_check_waits(check)) {
		dkim_check_abandon(check);
		return;
	}
	dkim_check_end(check);
	for (size_t i = 0; dkim_check_signature(check, i, &signature); i++)
		assert(!dkim_signature_is_open(signature));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of((const char *)data, size);
	struct dkim_options options = {
		.crypto = &stub_crypto,
		.now = 1000000,
		.max_signatures = 4,
		.min_rsa_bits = DKIM_RSA_BITS_MIN,
		.to_ascii = idn_to_ascii,
		.leading_space = size & 1,
	};
	struct header_index headers;
	struct dkim_check *check;
	struct arena arena;
	char *block = malloc(ARENA_BYTES);

	arena_init(&arena, block, ARENA_BYTES);
	header_index_init(&headers, NULL);
	read_fields(&rest, &arena, &headers);
	check = dkim_check_begin(&options, &headers, &arena);
	if (check)
		check_all(check, rest);
	assert(stub_crypto_hashes() == 0);
	free(block);
	return 0;
}
