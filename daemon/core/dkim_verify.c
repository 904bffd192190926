// SPDX-License-Identifier: Apache-2.0
#include "dkim_verify.h"

#include "dkim_header.h"
#include "dkim_tag.h"

/* Where the value of b= and the blanks around it begin and end (3.7). */
static void find_cut(const struct dkim_signature *signature, size_t *start, size_t *end)
{
	struct span value = signature->field->value, b = signature->sig.b_value;

	*start = (size_t)(b.p - value.p);
	*end = *start + b.len;
	while (span_is_blank(value.p[*start - 1]))
		--*start;
	while (*end < value.len && span_is_blank(value.p[*end]))
		++*end;
}

static void begin_field(const struct dkim_options *options, struct dkim_header *line,
			enum dkim_canon canon, struct dkim_sink *sink,
			const struct header_field *field)
{
	dkim_header_begin(line, canon, sink, field->name);
	if (!options->leading_space)
		dkim_header_value(line, SPAN(" "));
}

static void put_fields(const struct dkim_options *options, struct dkim_signed *fields,
		       const struct dkim_signature *signature, struct dkim_sink *sink)
{
	struct span rest = signature->sig.headers, name;
	struct dkim_header line;

	dkim_signed_begin(fields);
	while (dkim_tag_next_item(&rest, &name)) {
		const struct header_field *field = dkim_signed_next(fields, name);

		/* A signature never signs itself, but others of its kind (3.5, h=). */
		if (field && field == signature->field)
			field = dkim_signed_next(fields, name);
		if (!field)
			continue;
		begin_field(options, &line, signature->sig.header_canon, sink, field);
		dkim_header_value(&line, field->value);
		dkim_header_end(&line);
	}
}

static void put_own_field(const struct dkim_options *options,
			  const struct dkim_signature *signature, struct dkim_sink *sink)
{
	struct span value = signature->field->value;
	struct dkim_header line;
	size_t start, end;

	find_cut(signature, &start, &end);
	begin_field(options, &line, signature->sig.header_canon, sink, signature->field);
	dkim_header_value(&line, span_of(value.p, start));
	dkim_header_value(&line, span_after(value, end));
}

enum dkim_why dkim_verify_hash(const struct dkim_options *options, struct dkim_signed *fields,
			       const struct dkim_signature *signature,
			       unsigned char digest[DKIM_HASH_BYTES])
{
	const struct dkim_crypto *crypto = options->crypto;
	struct dkim_hash *hash = crypto->hash_begin(crypto->self);
	struct dkim_sink sink;

	if (!hash)
		return DKIM_WHY_INTERNAL;
	dkim_sink_init(&sink, crypto, hash);
	put_fields(options, fields, signature, &sink);
	put_own_field(options, signature, &sink);
	dkim_sink_flush(&sink);
	if (!crypto->hash_end(crypto->self, hash, digest))
		return DKIM_WHY_INTERNAL;
	return dkim_signed_exhausted(fields) ? DKIM_WHY_COMPLEX : DKIM_WHY_VERIFIED;
}

static enum dkim_why why_of(enum dkim_crypto_status status)
{
	switch (status) {
	case DKIM_CRYPTO_VERIFIED:
		return DKIM_WHY_VERIFIED;
	case DKIM_CRYPTO_WRONG:
		return DKIM_WHY_SIGNATURE;
	case DKIM_CRYPTO_UNUSABLE:
		return DKIM_WHY_KEY_UNUSABLE;
	case DKIM_CRYPTO_SHORT:
		return DKIM_WHY_KEY_SHORT;
	case DKIM_CRYPTO_LONG:
		return DKIM_WHY_KEY_LONG;
	case DKIM_CRYPTO_ERROR:
		break;
	}
	return DKIM_WHY_INTERNAL;
}

static struct dkim_claim claim_of(const struct dkim_options *options, const struct dkim_sig *sig,
				  const struct dkim_key *key)
{
	return (struct dkim_claim){
		.type = key->type,
		.key = key->text,
		.min_bits = options->min_rsa_bits,
		.signature = span_of((const char *)sig->signature, sig->signature_len),
	};
}

enum dkim_why dkim_verify_judge_key(const struct dkim_options *options, const struct dkim_sig *sig,
				    const struct dkim_key *key)
{
	const struct dkim_crypto *crypto = options->crypto;
	const struct dkim_claim claim = claim_of(options, sig, key);
	enum dkim_why why;

	if (!dkim_key_suits(key, sig, &why))
		return why;
	return why_of(crypto->judge_key(crypto->self, &claim));
}

enum dkim_why dkim_verify_key(const struct dkim_options *options, const struct dkim_sig *sig,
			      const struct dkim_key *key, const unsigned char *digest)
{
	const struct dkim_crypto *crypto = options->crypto;
	struct dkim_claim claim = claim_of(options, sig, key);
	enum dkim_why why;

	if (!dkim_key_suits(key, sig, &why))
		return why;
	claim.digest = digest;
	return why_of(crypto->verify(crypto->self, &claim));
}
