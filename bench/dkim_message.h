/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_message - a message that is signed for the bench, and what OpenSSL alone would have of it.
 */
#ifndef EXOGATE_BENCH_DKIM_MESSAGE_H
#define EXOGATE_BENCH_DKIM_MESSAGE_H

#include <openssl/evp.h>

#include "bytes.h"
#include "dkim_options.h"
#include "header_index.h"

enum dkim_message_kind {
	DKIM_MESSAGE_BASE64, /* lines of 76 letters: attachments */
	DKIM_MESSAGE_TEXT,   /* words with single blanks, lines of some 70 octets */
	DKIM_MESSAGE_HTML,   /* indented lines, some of them empty */
	DKIM_MESSAGE_KINDS,
};

struct dkim_message {
	struct header_index
		headers;    /* about as Exchange Online writes them; the signature is one */
	struct arena arena; /* holds the index */
	char *value;	    /* of the signature's field */
	struct bytes body;
	struct bytes canonical_body;
	struct bytes canonical_header; /* what the signature is over */
	unsigned char signature[512];
	size_t signature_len;
	struct bytes record;
};

/*
 * Signs with the RSA key, relaxed/relaxed.  False without memory or if OpenSSL fails;
 * dkim_message_free() frees in either case.
 */
bool dkim_message_make(struct dkim_message *out, enum dkim_message_kind kind, size_t body_bytes,
		       EVP_PKEY *key);

void dkim_message_free(struct dkim_message *message);

const char *dkim_message_kind_name(enum dkim_message_kind kind);

#endif
