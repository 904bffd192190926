/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_sink - gathers small pieces for a hash, so that it is not called for each of them.
 *
 * Pieces of DKIM_SINK_DIRECT and more octets are handed on where they lie.
 */
#ifndef EXOGATE_DKIM_SINK_H
#define EXOGATE_DKIM_SINK_H

#include "dkim_crypto.h"

#define DKIM_SINK_BYTES	 1024
#define DKIM_SINK_DIRECT 512

struct dkim_sink {
	const struct dkim_crypto *crypto;
	struct dkim_hash *hash;
	size_t len;
	char bytes[DKIM_SINK_BYTES];
};

static inline void dkim_sink_init(struct dkim_sink *sink, const struct dkim_crypto *crypto,
				  struct dkim_hash *hash)
{
	sink->crypto = crypto;
	sink->hash = hash;
	sink->len = 0;
}

static inline void dkim_sink_flush(struct dkim_sink *sink)
{
	if (sink->len)
		sink->crypto->hash_update(sink->hash, span_of(sink->bytes, sink->len));
	sink->len = 0;
}

static inline void dkim_sink_put(struct dkim_sink *sink, struct span bytes)
{
	if (bytes.len > DKIM_SINK_BYTES - sink->len || bytes.len >= DKIM_SINK_DIRECT)
		dkim_sink_flush(sink);
	if (bytes.len >= DKIM_SINK_DIRECT) {
		sink->crypto->hash_update(sink->hash, bytes);
		return;
	}
	if (bytes.len)
		memcpy(sink->bytes + sink->len, bytes.p, bytes.len);
	sink->len += bytes.len;
}

static inline void dkim_sink_put_byte(struct dkim_sink *sink, char byte)
{
	if (sink->len == DKIM_SINK_BYTES)
		dkim_sink_flush(sink);
	sink->bytes[sink->len++] = byte;
}

#endif
