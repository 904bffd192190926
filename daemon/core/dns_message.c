// SPDX-License-Identifier: Apache-2.0
#include "dns_message.h"

/* RFC 1035 4.1.1 */
#define HEADER_BYTES   12
#define FLAGS_RESPONSE 0x8000u
#define FLAGS_OPCODE   0x7800u
#define FLAGS_CUT_OFF  0x0200u
#define FLAGS_RCODE    0x000fu

#define RCODE_NO_ERROR 0
#define RCODE_NO_NAME  3

/* RFC 1035 3.2.2 and 3.2.4 */
#define TYPE_NS	   2
#define TYPE_CNAME 5
#define TYPE_SOA   6
#define TYPE_TXT   16
#define CLASS_IN   1

/* RFC 1035 4.1.4: a label's length, or a pointer to where the name goes on. */
#define LABEL_KIND    0xc0u
#define LABEL_POINTER 0xc0u
#define POINTER_BITS  0x3fffu

#define TTL_MAX 0x7fffffffu /* RFC 2181 8: with the highest bit set it means 0 */

const char *dns_status_word(enum dns_status status)
{
	static const char *const words[] = {
#define DNS_WORD(status, word) [status] = (word),
		DNS_STATUSES(DNS_WORD)
#undef DNS_WORD
	};

	return words[status];
}

struct reader {
	struct span message;
	size_t at;
	bool bad; /* reads beyond the end give 0 */
};

struct record {
	size_t name; /* where it begins */
	unsigned int type, class;
	uint32_t ttl_s;
	size_t data, data_len;
};

/* --- numbers ---------------------------------------------------------------------------------- */

static unsigned int read_u8(struct reader *r)
{
	if (r->bad || r->at >= r->message.len) {
		r->bad = true;
		return 0;
	}
	return (unsigned char)r->message.p[r->at++];
}

static unsigned int read_u16(struct reader *r)
{
	unsigned int high = read_u8(r);

	return high << 8 | read_u8(r);
}

static uint32_t read_u32(struct reader *r)
{
	uint32_t high = read_u16(r);

	return high << 16 | read_u16(r);
}

static void skip(struct reader *r, size_t n)
{
	if (r->bad || n > r->message.len - r->at)
		r->bad = true;
	else
		r->at += n;
}

/* --- names ------------------------------------------------------------------------------------ */

/* Where a name has led so far. */
struct trail {
	size_t lowest;
	unsigned int n_pointers;
};

/* Each pointer must point further back than the last, so that the walk ends. */
static bool follow_pointer(struct reader *r, unsigned int kind, struct trail *trail)
{
	size_t target = (size_t)((kind << 8 | read_u8(r)) & POINTER_BITS);

	if (r->bad || target >= trail->lowest || ++trail->n_pointers > DNS_POINTERS_MAX)
		return false;
	trail->lowest = target;
	r->at = target;
	return true;
}

static bool put_label(struct reader *r, unsigned int len, struct outbuf *text)
{
	size_t start = r->at;

	skip(r, len);
	if (r->bad || memchr(r->message.p + start, '.', len))
		return false;
	if (text->len)
		outbuf_put_byte(text, '.');
	outbuf_put(text, span_of(r->message.p + start, len));
	return outbuf_ok(text);
}

/*
 * Reads the name that begins at `at` as text.  False, too, for one that has a dot within a label,
 * which would look like two labels.
 */
static bool read_name(struct span message, size_t at, struct outbuf *text)
{
	struct reader r = { .message = message, .at = at };
	struct trail trail = { .lowest = at };
	unsigned int len;

	while ((len = read_u8(&r))) {
		if ((len & LABEL_KIND) == LABEL_POINTER) {
			if (!follow_pointer(&r, len, &trail))
				return false;
		} else if (len & LABEL_KIND || !put_label(&r, len, text)) {
			return false;
		}
	}
	return !r.bad;
}

static void skip_name(struct reader *r)
{
	unsigned int len;

	while ((len = read_u8(r))) {
		if ((len & LABEL_KIND) == LABEL_POINTER) {
			skip(r, 1);
			return;
		}
		if (len & LABEL_KIND)
			r->bad = true;
		else
			skip(r, len);
	}
}

static bool name_is(struct span message, size_t at, struct span name)
{
	char text[DNS_NAME_MAX];
	struct outbuf out = outbuf_over(text, sizeof(text));

	return read_name(message, at, &out) && span_eq_nocase(outbuf_span(&out), name);
}

/* --- records ---------------------------------------------------------------------------------- */

static bool read_record(struct reader *r, struct record *out)
{
	out->name = r->at;
	skip_name(r);
	out->type = read_u16(r);
	out->class = read_u16(r);
	out->ttl_s = read_u32(r);
	if (out->ttl_s > TTL_MAX)
		out->ttl_s = 0;
	out->data_len = read_u16(r);
	out->data = r->at;
	skip(r, out->data_len);
	return !r->bad;
}

struct response {
	struct span message;
	unsigned int rcode;
	size_t answers; /* where they begin */
	unsigned int n_answers, n_authorities;
	unsigned int n_names; /* that were compared */
};

/* The header, and the one question, which must be ours. */
static bool read_question(struct span message, struct span name, struct response *out)
{
	struct reader r = { .message = message };
	unsigned int flags, n_questions;

	skip(&r, 2);
	flags = read_u16(&r);
	n_questions = read_u16(&r);
	*out = (struct response){ .message = message, .rcode = flags & FLAGS_RCODE };
	out->n_answers = read_u16(&r);
	out->n_authorities = read_u16(&r);
	skip(&r, 2);
	if (r.bad || n_questions != 1 || !name_is(message, HEADER_BYTES, name))
		return false;
	skip_name(&r);
	if (read_u16(&r) != TYPE_TXT || read_u16(&r) != CLASS_IN || r.bad)
		return false;
	out->answers = r.at;
	return (flags & (FLAGS_RESPONSE | FLAGS_OPCODE | FLAGS_CUT_OFF)) == FLAGS_RESPONSE;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void shorten_ttl(struct dns_answer *answer, uint32_t ttl_s)
{
	if (ttl_s < answer->ttl_s)
		answer->ttl_s = ttl_s;
}

/* The strings of one TXT record (RFC 1035 3.3.14). */
static bool add_text(const struct response *response, const struct record *record,
		     struct outbuf *texts, struct dns_answer *answer)
{
	struct reader r = { .message =
				    span_of(response->message.p, record->data + record->data_len),
			    .at = record->data };
	size_t start = texts->len;

	if (answer->n == DNS_TEXTS_MAX || record->data_len == 0)
		return false;
	while (r.at < r.message.len) {
		unsigned int len = read_u8(&r);
		struct span string = span_of(r.message.p + r.at, len);

		skip(&r, len);
		if (r.bad)
			return false;
		outbuf_put(texts, string);
	}
	if (!outbuf_ok(texts))
		return false;
	answer->texts[answer->n++] = span_of(texts->p + start, texts->len - start);
	return true;
}

enum found {
	FOUND_NOTHING,
	FOUND_TEXTS,
	FOUND_ALIAS,
	FOUND_BAD,
};

/* What the answers hold of one name; *alias is where the name that it is an alias of begins. */
static enum found find_records(struct response *response, struct span name, struct outbuf *texts,
			       struct dns_answer *answer, size_t *alias)
{
	struct reader r = { .message = response->message, .at = response->answers };
	enum found found = FOUND_NOTHING;
	struct record record;

	for (unsigned int i = 0; i < response->n_answers; i++) {
		if (!read_record(&r, &record))
			return FOUND_BAD;
		if (record.class != CLASS_IN ||
		    (record.type != TYPE_TXT && record.type != TYPE_CNAME))
			continue;
		if (++response->n_names > DNS_NAMES_MAX)
			return FOUND_BAD;
		if (!name_is(response->message, record.name, name))
			continue;
		if (found == FOUND_ALIAS || (found && record.type == TYPE_CNAME))
			return FOUND_BAD; /* an alias has no other records (RFC 2181 10.1) */
		shorten_ttl(answer, record.ttl_s);
		found = record.type == TYPE_CNAME ? FOUND_ALIAS : FOUND_TEXTS;
		*alias = record.data;
		if (found == FOUND_TEXTS && !add_text(response, &record, texts, answer))
			return FOUND_BAD;
	}
	return found;
}

/* RFC 2308 5: the less of the SOA record's own TTL and of its last field. */
static uint32_t negative_ttl_s(struct span message, const struct record *soa)
{
	struct reader minimum = { .message = message };
	uint32_t ttl_s;

	skip(&minimum, soa->data + soa->data_len - sizeof(uint32_t));
	ttl_s = read_u32(&minimum);
	return soa->ttl_s < ttl_s ? soa->ttl_s : ttl_s;
}

/* What the authorities say of a name without such a record. */
static enum dns_status read_absence(const struct response *response, bool is_alias,
				    struct dns_answer *answer)
{
	struct reader r = { .message = response->message, .at = response->answers };
	const unsigned int n = response->n_answers + response->n_authorities;
	uint32_t ttl_s = DNS_TTL_UNSAID;
	bool has_soa = false, has_servers = false;
	struct record record;

	for (unsigned int i = 0; i < n && !has_soa && read_record(&r, &record); i++) {
		if (i < response->n_answers)
			continue;
		has_servers |= record.type == TYPE_NS;
		has_soa = record.type == TYPE_SOA && record.data_len >= sizeof(uint32_t);
		if (has_soa)
			ttl_s = negative_ttl_s(response->message, &record);
	}
	shorten_ttl(answer, ttl_s);
	if (response->rcode == RCODE_NO_NAME)
		return DNS_NO_NAME;
	return has_soa || !(has_servers || is_alias) ? DNS_NO_DATA : DNS_FAILED;
}

/* Follows the aliases from the name to its records. */
static enum dns_status find_texts(struct response *response, struct span name, struct outbuf *texts,
				  struct dns_answer *answer)
{
	char text[2][DNS_NAME_MAX];
	size_t alias;

	for (unsigned int n_aliases = 0; n_aliases <= DNS_ALIASES_MAX; n_aliases++) {
		struct outbuf next = outbuf_over(text[n_aliases % 2], DNS_NAME_MAX);

		switch (find_records(response, name, texts, answer, &alias)) {
		case FOUND_TEXTS:
			return response->rcode == RCODE_NO_ERROR ? DNS_FOUND : DNS_UNREADABLE;
		case FOUND_NOTHING:
			return read_absence(response, n_aliases > 0, answer);
		case FOUND_ALIAS:
			if (!read_name(response->message, alias, &next))
				return DNS_UNREADABLE;
			name = outbuf_span(&next);
			break;
		case FOUND_BAD:
			return DNS_UNREADABLE;
		}
	}
	return DNS_UNREADABLE;
}

static enum dns_status read_status(struct span message, struct span name, struct outbuf *texts,
				   struct dns_answer *answer)
{
	struct response response;

	if (!read_question(message, name, &response))
		return DNS_UNREADABLE;
	if (response.rcode != RCODE_NO_ERROR && response.rcode != RCODE_NO_NAME)
		return DNS_FAILED;
	return find_texts(&response, name, texts, answer);
}

void dns_message_read(struct span message, struct span name, struct outbuf *texts,
		      struct dns_answer *out)
{
	*out = (struct dns_answer){ .ttl_s = TTL_MAX };
	out->status = read_status(message, name, texts, out);
	if (out->status == DNS_FOUND)
		return;
	out->n = 0;
	if (out->status == DNS_FAILED || out->status == DNS_UNREADABLE)
		out->ttl_s = DNS_TTL_UNSAID;
}

/* --- answers ---------------------------------------------------------------------------------- */

size_t dns_answer_bytes(const struct dns_answer *answer)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->n; i++)
		n += answer->texts[i].len;
	return n;
}

void dns_answer_copy_texts(struct dns_answer *answer, char *texts)
{
	for (size_t i = 0; i < answer->n; i++) {
		struct span *text = &answer->texts[i];

		memcpy(texts, text->p, text->len);
		text->p = texts;
		texts += text->len;
	}
}
