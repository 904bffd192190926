// SPDX-License-Identifier: Apache-2.0
#include "dkim_message.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "dkim_body.h"
#include "dkim_header.h"
#include "rng.h"

#define ARENA_BYTES ((size_t)256 * 1024)
#define VALUE_MAX   2048

/* What Exchange Online signs by default. */
#define SIGNED "From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck"

static const struct {
	const char *name;
	const char *value;
} fields[] = {
	{ "From", " Alice Example <alice@contoso.com>" },
	{ "To", " Bob Example <bob@elsewhere.example>" },
	{ "Subject", " Quarterly figures, and what they mean for us" },
	{ "Thread-Topic", " Quarterly figures, and what they mean for us" },
	{ "Date", " Tue, 24 Nov 2026 10:11:12 +0000" },
	{ "Message-ID",
	  "\n <AM0PR01MB1234567890ABCDEF@AM0PR01MB1234.eurprd01.prod.exchangelabs.com>" },
	{ "Accept-Language", " en-GB, en-US" },
	{ "Content-Language", " en-GB" },
	{ "X-MS-Has-Attach", "" },
	{ "X-MS-TNEF-Correlator", "" },
	{ "x-ms-publictraffictype", " Email" },
	{ "x-ms-office365-filtering-correlation-id", " 9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11" },
	{ "x-ms-exchange-senderadcheck", " 1" },
	{ "x-ms-exchange-antispam-relay", " 0" },
	{ "x-microsoft-antispam", " BCL:0;ARA:13230040|1800799024|376014|366016|38070700018;" },
	{ "Content-Type", " multipart/alternative;\n\tboundary=\"_000_AM0PR01MB1234567890_\"" },
	{ "MIME-Version", " 1.0" },
	{ "X-OriginatorOrg", " contoso.com" },
	{ "X-MS-Exchange-CrossTenant-AuthAs", " Internal" },
	{ "X-MS-Exchange-CrossTenant-FromEntityHeader", " Hosted" },
	{ "X-MS-Exchange-CrossTenant-Id", " 1234abcd-18c5-45e8-88de-123456789abc" },
	{ "X-MS-Exchange-Transport-CrossTenantHeadersStamped", " AM0PR01MB1234" },
};

#define FIELDS_N (sizeof(fields) / sizeof(fields[0]))

const char *dkim_message_kind_name(enum dkim_message_kind kind)
{
	static const char *const names[] = { "base64", "text", "html" };

	return names[kind];
}

/* --- bodies ----------------------------------------------------------------------------------- */

static void put_letters(struct bytes *out, struct rng *rng, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char letter = (char)('a' + rng_below(rng, 26));

		bytes_put(out, &letter, 1);
	}
}

static void put_line(struct bytes *out, struct rng *rng, enum dkim_message_kind kind)
{
	size_t start = out->len;

	if (kind == DKIM_MESSAGE_BASE64) {
		put_letters(out, rng, 76);
	} else {
		if (kind == DKIM_MESSAGE_HTML && rng_below(rng, 10))
			bytes_put(out, "            ", (size_t)2 * rng_below(rng, 6));
		while (out->len - start < 64) {
			put_letters(out, rng, 1 + rng_below(rng, 9));
			bytes_put(out, out->len - start < 60 ? " " : ".", 1);
		}
	}
	bytes_put(out, "\r\n", 2);
	if (kind == DKIM_MESSAGE_HTML && !rng_below(rng, 10))
		bytes_put(out, "\r\n", 2);
}

/* --- canonical forms, kept -------------------------------------------------------------------- */

struct dkim_hash {
	struct bytes *kept;
};

static void keep(struct dkim_hash *hash, struct span bytes)
{
	bytes_put(hash->kept, bytes.p, bytes.len);
}

static const struct dkim_crypto keeper = { .hash_update = keep };

static void keep_body(struct dkim_message *m)
{
	struct dkim_hash hash = { &m->canonical_body };
	struct dkim_sink sink;
	struct dkim_body body;

	dkim_sink_init(&sink, &keeper, &hash);
	dkim_body_begin(&body, DKIM_RELAXED, &sink, UINT64_MAX);
	dkim_body_chunk(&body, span_of(m->body.p, m->body.len));
	dkim_body_end(&body);
	dkim_sink_flush(&sink);
}

static void keep_field(struct dkim_sink *sink, const char *name, const char *value, bool end)
{
	struct dkim_header header;

	dkim_header_begin(&header, DKIM_RELAXED, sink, span_of_string(name));
	dkim_header_value(&header, span_of_string(value));
	if (end)
		dkim_header_end(&header);
}

static void keep_named(struct dkim_sink *sink, struct span name)
{
	for (size_t i = 0; i < FIELDS_N; i++)
		if (span_eq_nocase(span_of_string(fields[i].name), name))
			keep_field(sink, fields[i].name, fields[i].value, true);
}

static void keep_header(struct dkim_message *m)
{
	struct dkim_hash hash = { &m->canonical_header };
	struct dkim_sink sink;
	const char *name = SIGNED, *end;

	dkim_sink_init(&sink, &keeper, &hash);
	for (; *name; name = *end ? end + 1 : end) {
		end = strchrnul(name, ':');
		keep_named(&sink, span_of(name, (size_t)(end - name)));
	}
	keep_field(&sink, "DKIM-Signature", m->value, false);
	dkim_sink_flush(&sink);
}

/* --- signing ---------------------------------------------------------------------------------- */

static bool sign(struct dkim_message *m, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok;

	m->signature_len = sizeof(m->signature);
	ok = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(context, m->signature, &m->signature_len,
			    (const unsigned char *)m->canonical_header.p,
			    m->canonical_header.len) == 1;
	EVP_MD_CTX_free(context);
	return ok;
}

/* The field with an empty b=, which is its last tag; then that is filled in. */
static bool write_signature(struct dkim_message *m, EVP_PKEY *key)
{
	unsigned char digest[32], text[48];

	EVP_Digest(m->canonical_body.p, m->canonical_body.len, digest, NULL, EVP_sha256(), NULL);
	EVP_EncodeBlock(text, digest, sizeof(digest));
	snprintf(m->value, VALUE_MAX,
		 " v=1; a=rsa-sha256; c=relaxed/relaxed; d=contoso.com;\n s=selector1;\n h=" SIGNED
		 ";\n bh=%s; b=",
		 (const char *)text);
	keep_header(m);
	if (!sign(m, key))
		return false;
	EVP_EncodeBlock((unsigned char *)m->value + strlen(m->value), m->signature,
			(int)m->signature_len);
	return true;
}

static bool write_record(struct dkim_message *m, EVP_PKEY *key)
{
	unsigned char *der = NULL, text[1024];
	int len = i2d_PUBKEY(key, &der);

	if (len <= 0 || len > 700)
		return false;
	bytes_put(&m->record, "v=DKIM1; k=rsa; p=", 18);
	bytes_put(&m->record, text, (size_t)EVP_EncodeBlock(text, der, len));
	OPENSSL_free(der);
	return true;
}

static bool index_fields(struct dkim_message *m)
{
	bool ok;

	header_index_init(&m->headers, NULL);
	ok = header_index_add(&m->headers, &m->arena, SPAN("DKIM-Signature"),
			      span_of_string(m->value));
	for (size_t i = 0; i < FIELDS_N; i++)
		ok = ok && header_index_add(&m->headers, &m->arena, span_of_string(fields[i].name),
					    span_of_string(fields[i].value));
	return ok;
}

bool dkim_message_make(struct dkim_message *out, enum dkim_message_kind kind, size_t body_bytes,
		       EVP_PKEY *key)
{
	struct rng rng = { 1 };
	char *block = malloc(ARENA_BYTES);

	*out = (struct dkim_message){ .value = malloc(VALUE_MAX) };
	arena_init(&out->arena, block, ARENA_BYTES);
	if (!block || !out->value)
		return false;
	while (out->body.len < body_bytes)
		put_line(&out->body, &rng, kind);
	keep_body(out);
	return write_signature(out, key) && write_record(out, key) && index_fields(out);
}

void dkim_message_free(struct dkim_message *m)
{
	free(m->arena.base);
	free(m->value);
	free(m->body.p);
	free(m->canonical_body.p);
	free(m->canonical_header.p);
	free(m->record.p);
}
