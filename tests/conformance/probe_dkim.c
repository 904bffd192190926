// SPDX-License-Identifier: Apache-2.0
/*
 * What the DKIM modules say, of:
 *
 *	tags LIST		dkim_tag.h
 *	signature VALUE		dkim_sig.h
 *	key RECORD		dkim_key.h, with the key decoded
 *	record RECORD		the same without it
 *	header FIELDS CANON	dkim_header.h: whole lines in, canonical ones out
 *	body BODY HOW		dkim_body.h; HOW is CANON[/CUT][#LIMIT][+]: in chunks of CUT
 *				octets, up to LIMIT, with AVX2 (+) if the CPU has it
 *	message MESSAGE OPTIONS	dkim_check.h; OPTIONS is "NOW MAX_SIGNATURES CUT", then a line for
 *				each TXT record, "NAME RECORD-IN-HEX", or "NAME !RCODE"
 */
#include <ctype.h>

#include "cpu.h"
#include "dkim_body.h"
#include "dkim_check.h"
#include "dkim_header.h"
#include "dkim_tag.h"
#include "idn.h"
#include "openssl_dkim.h"

#include "probe.h"

#define MIN_RSA_BITS 1024
#define ARENA_BYTES  ((size_t)2 << 20)

static struct openssl_dkim *openssl;

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

/* --- lists ------------------------------------------------------------------------------------ */

static void answer_tags(struct span list)
{
	struct dkim_tags tags;
	const char *comma = "";

	if (dkim_tags_parse(list, &tags) != PARSE_OK) {
		printf("{\"ok\": false}");
		return;
	}
	printf("{\"ok\": true, \"tags\": [");
	for (size_t i = 0; i < tags.n; i++) {
		printf("%s{", comma);
		probe_put("name", tags.items[i].name);
		printf(", ");
		probe_put("value", tags.items[i].value);
		printf("}");
		comma = ", ";
	}
	printf("]}");
}

static void put_why(enum dkim_why why)
{
	struct span word = dkim_why_word(why);

	printf("\"why\": \"%.*s\"", (int)word.len, word.p);
}

static void answer_signature(struct span value)
{
	static struct dkim_sig sig;
	enum dkim_why why;

	if (dkim_sig_parse(value, idn_to_ascii, &sig, &why) != PARSE_OK) {
		printf("{\"ok\": false, ");
		put_why(why);
		printf("}");
		return;
	}
	printf("{\"ok\": true, ");
	probe_put("d", domain_span(&sig.domain));
	printf(", ");
	probe_put("s", domain_span(&sig.selector));
	printf("}");
}

static bool decodes(const struct dkim_key *key, enum dkim_why *why)
{
	const struct dkim_crypto *crypto = openssl_dkim_crypto(openssl);
	const struct dkim_claim claim = {
		.type = key->type,
		.key = key->text,
		.min_bits = MIN_RSA_BITS,
	};

	*why = DKIM_WHY_KEY_UNUSABLE;
	return crypto->judge_key(crypto->self, &claim) == DKIM_CRYPTO_VERIFIED;
}

static void answer_key(struct span record, bool decode)
{
	struct dkim_key key;
	enum dkim_why why;

	if (dkim_key_parse(record, &key, &why) != PARSE_OK || (decode && !decodes(&key, &why))) {
		printf("{\"ok\": false, ");
		put_why(why);
		printf("}");
		return;
	}
	printf("{\"ok\": true, \"testing\": %s, \"no_subdomains\": %s}", boolean(key.testing),
	       boolean(key.no_subdomains));
}

/* --- canonical forms: a "hash" that keeps what it is given ------------------------------------ */

struct dkim_hash {
	char *bytes;
	size_t len;
};

static void keep(struct dkim_hash *hash, struct span bytes)
{
	hash->bytes = realloc(hash->bytes, hash->len + bytes.len + 1);
	if (!hash->bytes)
		probe_fail("out of memory");
	memcpy(hash->bytes + hash->len, bytes.p, bytes.len);
	hash->len += bytes.len;
}

static void put_kept(struct dkim_sink *sink, struct dkim_hash *hash)
{
	dkim_sink_flush(sink);
	probe_put("out", span_of(hash->bytes, hash->len));
	free(hash->bytes);
}

static enum dkim_canon canon_of(struct span name)
{
	return name.len && name.p[0] == 'r' ? DKIM_RELAXED : DKIM_SIMPLE;
}

/* Bytes of the first field, with its last line end. */
static size_t field_len(struct span lines)
{
	const char *end = lines.p;

	do {
		end = memchr(end, '\n', lines.len - (size_t)(end - lines.p));
		if (!end)
			return lines.len;
		end++;
	} while ((size_t)(end - lines.p) < lines.len && (*end == ' ' || *end == '\t'));
	return (size_t)(end - lines.p);
}

/* A field as a milter with leading space delivers it; false for a line without a colon. */
static bool split_field(struct span line, struct span *name, struct span *value)
{
	const char *colon = memchr(line.p, ':', line.len);

	if (!colon)
		return false;
	if (line.len && line.p[line.len - 1] == '\n')
		line.len--;
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	*name = span_of(line.p, (size_t)(colon - line.p));
	*value = span_after(line, name->len + 1);
	return true;
}

static void answer_header(struct span lines, enum dkim_canon canon)
{
	const struct dkim_crypto keeper = { .hash_update = keep };
	struct dkim_hash kept = { NULL, 0 };
	struct dkim_sink sink;
	struct dkim_header header;
	struct span name, value;

	dkim_sink_init(&sink, &keeper, &kept);
	while (lines.len) {
		size_t n = field_len(lines);

		if (split_field(span_of(lines.p, n), &name, &value)) {
			dkim_header_begin(&header, canon, &sink, name);
			dkim_header_value(&header, value);
			dkim_header_end(&header);
		}
		lines = span_after(lines, n);
	}
	printf("{");
	put_kept(&sink, &kept);
	printf("}");
}

static size_t number_after(struct span text, char mark, size_t otherwise)
{
	const char *at = text.len ? memchr(text.p, mark, text.len) : NULL;
	size_t number = 0;

	if (!at)
		return otherwise;
	for (at++; at < text.p + text.len && isdigit((unsigned char)*at); at++)
		number = number * 10 + (size_t)(*at - '0');
	return number;
}

static struct span copy_of(struct span s)
{
	char *bytes = malloc(s.len ? s.len : 1);

	if (!bytes)
		probe_fail("out of memory");
	return span_of(memcpy(bytes, s.p, s.len), s.len);
}

/* Each chunk in memory of its own. */
static void answer_body(struct span body, struct span how)
{
	size_t cut = number_after(how, '/', body.len ? body.len : 1);
	const struct dkim_crypto crypto = {
		.hash_update = keep,
		.cpu_has_avx2 = memchr(how.p, '+', how.len) && cpu_has_avx2(),
	};
	struct dkim_hash kept = { NULL, 0 };
	struct dkim_sink sink;
	struct dkim_body state;

	dkim_sink_init(&sink, &crypto, &kept);
	dkim_body_begin(&state, canon_of(how), &sink, number_after(how, '#', UINT64_MAX));
	while (body.len) {
		struct span chunk = copy_of(span_of(body.p, body.len < cut ? body.len : cut));

		dkim_body_chunk(&state, chunk);
		free((void *)chunk.p);
		body = span_after(body, chunk.len);
	}
	dkim_body_end(&state);
	printf("{");
	put_kept(&sink, &kept);
	printf(", \"beyond\": %s}", boolean(state.beyond));
}

/* --- messages --------------------------------------------------------------------------------- */

static bool next_line(struct span *rest, struct span *line)
{
	const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
	size_t n = end ? (size_t)(end - rest->p) : rest->len;

	*line = span_of(rest->p, n);
	*rest = span_after(*rest, end ? n + 1 : n);
	return line->len > 0;
}

static enum dns_status status_of(struct span rcode)
{
	if (span_eq(rcode, SPAN("NXDOMAIN")))
		return DNS_NO_NAME;
	return span_eq(rcode, SPAN("NODATA")) ? DNS_NO_DATA : DNS_FAILED;
}

static void add_line(struct dns_answer *found, struct span text)
{
	char hex[65536 * 2 + 1];

	if (text.len && text.p[0] == '!') {
		found->status = status_of(span_after(text, 1));
		return;
	}
	if (found->n == DNS_TEXTS_MAX || text.len >= sizeof(hex))
		probe_fail("too many records");
	memcpy(hex, text.p, text.len);
	hex[text.len] = '\0';
	found->texts[found->n++] = probe_decode(hex);
	found->status = DNS_FOUND;
}

/* The lines of the question that are about one name. */
static void look_up(struct span zone, struct span name, struct dns_answer *found)
{
	struct span line;

	*found = (struct dns_answer){ .status = DNS_NO_NAME };
	while (next_line(&zone, &line)) {
		const char *blank = memchr(line.p, ' ', line.len);
		size_t n = blank ? (size_t)(blank - line.p) : line.len;

		if (blank && span_eq_nocase(span_of(line.p, n), name))
			add_line(found, span_after(line, n + 1));
	}
}

static void answer_names(struct dkim_check *check, struct span zone)
{
	struct dns_answer found;
	struct span name;

	for (size_t i = 0; dkim_check_name(check, i, &name); i++) {
		look_up(zone, name, &found);
		if (!dkim_check_answer(check, i, &found))
			probe_fail("the arena is exhausted");
		for (size_t k = 0; k < found.n; k++)
			free((void *)found.texts[k].p);
	}
}

/* Its header, without the lines that are no fields; the rest is the body. */
static struct span read_fields(struct span message, struct arena *arena,
			       struct header_index *headers)
{
	struct span name, value;

	header_index_init(headers, NULL);
	while (message.len && message.p[0] != '\n' &&
	       !(message.p[0] == '\r' && message.len > 1 && message.p[1] == '\n')) {
		size_t n = field_len(message);

		if (split_field(span_of(message.p, n), &name, &value) &&
		    !header_index_add(headers, arena, name, value))
			probe_fail("too many fields");
		message = span_after(message, n);
	}
	if (!message.len)
		return message;
	return span_after(message, message.p[0] == '\r' ? 2 : 1);
}

static void feed(struct dkim_check *check, struct span body, size_t cut)
{
	while (body.len) {
		struct span chunk = copy_of(span_of(body.p, body.len < cut ? body.len : cut));

		dkim_check_body(check, chunk);
		free((void *)chunk.p);
		body = span_after(body, chunk.len);
	}
}

static void put_signatures(const struct dkim_check *check)
{
	const struct dkim_signature *signature;
	const char *comma = "";

	printf("{\"signatures\": [");
	for (size_t i = 0; dkim_check_signature(check, i, &signature); i++) {
		struct span result = dkim_result_word(dkim_why_result(signature->why));

		printf("%s{\"i\": %u, \"result\": \"%.*s\", ", comma, signature->field->index,
		       (int)result.len, result.p);
		put_why(signature->why);
		printf(", ");
		probe_put("d", domain_span(&signature->sig.domain));
		printf(", \"testing\": %s, \"partial\": %s}", boolean(signature->testing),
		       boolean(signature->partial));
		comma = ", ";
	}
	printf("]}");
}

static void answer_message(struct span message, struct span question)
{
	struct span line;
	struct dkim_options options = {
		.crypto = openssl_dkim_crypto(openssl),
		.min_rsa_bits = MIN_RSA_BITS,
		.to_ascii = idn_to_ascii,
		.leading_space = true,
	};
	struct header_index headers;
	struct dkim_check *check;
	struct arena arena;
	struct span body;
	unsigned long long now;
	size_t cut;
	char *block = malloc(ARENA_BYTES);

	arena_init(&arena, block, ARENA_BYTES);
	next_line(&question, &line);
	if (sscanf(line.p, "%llu %u %zu", &now, &options.max_signatures, &cut) != 3)
		probe_fail("no options");
	options.now = now;
	body = read_fields(message, &arena, &headers);
	check = dkim_check_begin(&options, &headers, &arena);
	if (!check)
		probe_fail("the arena is exhausted");
	feed(check, body, cut ? cut : body.len);
	answer_names(check, question);
	dkim_check_end(check);
	put_signatures(check);
	free(block);
}

static void answer(const struct probe_question *question)
{
	struct span a = question->a, b = question->b, verb = question->verb;

	if (span_eq(verb, SPAN("tags")))
		answer_tags(a);
	else if (span_eq(verb, SPAN("signature")))
		answer_signature(a);
	else if (span_eq(verb, SPAN("key")) || span_eq(verb, SPAN("record")))
		answer_key(a, verb.p[0] == 'k');
	else if (span_eq(verb, SPAN("header")))
		answer_header(a, canon_of(b));
	else if (span_eq(verb, SPAN("body")))
		answer_body(a, b);
	else if (span_eq(verb, SPAN("message")))
		answer_message(a, b);
	else
		probe_fail("unknown verb");
}

int main(void)
{
	int status;

	openssl = openssl_dkim_open(1);
	if (!openssl)
		probe_fail("no OpenSSL");
	status = probe_run(answer);
	openssl_dkim_close(openssl);
	return status;
}
