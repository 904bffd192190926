// SPDX-License-Identifier: Apache-2.0
/*
 * Canonical forms: of a body, whole, in pieces and byte by byte (which takes another way through
 * the code) they are equal, and canonical themselves; of a header field, in pieces, too.  The first
 * three bytes say how; with or without AVX2, if the CPU has it.
 *
 * So the code is compared with itself: a fault that all ways share is not seen here, but by
 * tests/conformance/test_dkim_properties.py, which has another's view of what is canonical.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "cpu.h"
#include "dkim_body.h"
#include "dkim_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct dkim_hash {
	char *bytes;
	size_t len;
	size_t capacity;
};

static void keep(struct dkim_hash *hash, struct span bytes)
{
	assert(bytes.len <= hash->capacity - hash->len);
	memcpy(hash->bytes + hash->len, bytes.p, bytes.len);
	hash->len += bytes.len;
}

static struct dkim_crypto crypto = { .hash_update = keep };

/* A LF may become two bytes, and a line end is added; a name is put before a field. */
static struct dkim_hash new_hash(size_t size)
{
	struct dkim_hash hash = { .capacity = 2 * size + 16 };

	hash.bytes = malloc(hash.capacity);
	return hash;
}

struct way {
	enum dkim_canon canon;
	uint64_t limit;
	size_t piece;
};

static struct dkim_hash canonical_body(struct way way, struct span text, bool *beyond)
{
	struct dkim_hash hash = new_hash(text.len);
	struct dkim_sink sink;
	struct dkim_body body;

	dkim_sink_init(&sink, &crypto, &hash);
	dkim_body_begin(&body, way.canon, &sink, way.limit);
	while (text.len) {
		size_t n = text.len < way.piece ? text.len : way.piece;

		dkim_body_chunk(&body, span_of(text.p, n));
		text = span_after(text, n);
	}
	dkim_body_end(&body);
	dkim_sink_flush(&sink);
	assert(body.put == hash.len && body.put <= way.limit);
	*beyond = body.beyond;
	return hash;
}

static void check_equal(const struct dkim_hash *a, const struct dkim_hash *b)
{
	assert(span_eq(span_of(a->bytes, a->len), span_of(b->bytes, b->len)));
}

static void check_body(struct way way, struct span text)
{
	struct way byte_by_byte = { way.canon, way.limit, 1 },
		   again = { way.canon, UINT64_MAX, 97 };
	bool beyond, slow_beyond, again_beyond;
	struct dkim_hash fast = canonical_body(way, text, &beyond);
	struct dkim_hash slow = canonical_body(byte_by_byte, text, &slow_beyond);
	struct dkim_hash twice =
		canonical_body(again, span_of(fast.bytes, fast.len), &again_beyond);

	check_equal(&fast, &slow);
	assert(beyond == slow_beyond && !again_beyond);
	if (way.limit == UINT64_MAX)
		check_equal(&fast, &twice);
	free(fast.bytes);
	free(slow.bytes);
	free(twice.bytes);
}

static struct dkim_hash canonical_header(enum dkim_canon canon, struct span value, size_t cut)
{
	struct dkim_hash hash = new_hash(value.len);
	struct dkim_header header;
	struct dkim_sink sink;

	dkim_sink_init(&sink, &crypto, &hash);
	dkim_header_begin(&header, canon, &sink, SPAN("Name"));
	dkim_header_value(&header, span_of(value.p, cut));
	dkim_header_value(&header, span_after(value, cut));
	dkim_header_end(&header);
	dkim_sink_flush(&sink);
	return hash;
}

static void check_header(enum dkim_canon canon, struct span value, size_t cut)
{
	struct dkim_hash whole = canonical_header(canon, value, 0), cut_once;

	if (cut && cut < value.len && value.p[cut - 1] == '\r')
		cut--;
	cut_once = canonical_header(canon, value, cut < value.len ? cut : value.len);
	if (cut < value.len || !value.len || value.p[value.len - 1] != '\r')
		check_equal(&whole, &cut_once);
	free(whole.bytes);
	free(cut_once.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text;
	struct way way;

	if (size < 3)
		return 0;
	crypto.cpu_has_avx2 = data[0] & 4 && cpu_has_avx2();
	text = span_of((const char *)data + 3, size - 3);
	way = (struct way){ .canon = data[0] & 1 ? DKIM_RELAXED : DKIM_SIMPLE,
			    .limit = data[0] & 2 ? data[1] : UINT64_MAX,
			    .piece = (size_t)data[2] + 1 };
	check_body(way, text);
	check_header(way.canon, text, data[2]);
	return 0;
}
