// SPDX-License-Identifier: Apache-2.0
#include "header_index.h"

struct known_name {
	struct span name;
	enum header_kind kind;
};

static const struct known_name known_names[] = {
#define KNOWN_NAME(kind, name) { { name, sizeof(name) - 1 }, kind },
	HEADER_KINDS(KNOWN_NAME)
#undef KNOWN_NAME
};

static const struct span trust_prefixes[] = {
#define TRUST_PREFIX(prefix) { prefix, sizeof(prefix) - 1 },
	HEADER_TRUST_PREFIXES(TRUST_PREFIX)
#undef TRUST_PREFIX
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 5322 4.5 lets blanks stand before the colon: they do not make another field. */
static struct span without_trailing_blanks(struct span name)
{
	while (name.len && span_is_blank(name.p[name.len - 1]))
		name.len--;
	return name;
}

/* A bit for each length that a known name has: nearly every other name is told apart by it. */
#define LENGTH_BIT(kind, name) | UINT64_C(1) << (sizeof(name) - 1)
static const uint64_t known_lengths = 0 HEADER_KINDS(LENGTH_BIT);
#undef LENGTH_BIT

static bool has_known_length(struct span name)
{
	return name.len < 64 && (known_lengths >> name.len & 1);
}

static enum header_kind find_known(struct span name)
{
	for (size_t i = 0; i < N_ELEMENTS(known_names); i++)
		if (span_eq_nocase(name, known_names[i].name))
			return known_names[i].kind;
	return HEADER_OTHER;
}

static enum header_kind classify(struct span name, const struct name_set *named)
{
	enum header_kind kind = has_known_length(name) ? find_known(name) : HEADER_OTHER;

	if (kind != HEADER_OTHER)
		return kind;
	for (size_t i = 0; i < N_ELEMENTS(trust_prefixes); i++)
		if (span_starts_nocase(name, trust_prefixes[i]))
			return HEADER_TRUST;
	return named && name_set_has(named, name) ? HEADER_NAMED : HEADER_OTHER;
}

/*
 * From the newest on, since a name that repeats is found there at once; all names different, of
 * which there are HEADER_FIELDS_MAX at most, is the worst case.
 */
static uint32_t index_among_name(const struct header_index *headers,
				 const struct header_field *field)
{
	const struct header_field *f = headers->last[field->kind];

	while (f && !(f->name_hash == field->name_hash && span_eq_nocase(f->name, field->name)))
		f = f->previous;
	return f ? f->index + 1 : 1;
}

static bool has_many_names(enum header_kind kind)
{
	return kind == HEADER_TRUST || kind == HEADER_NAMED;
}

static uint32_t index_of_next(const struct header_index *headers, const struct header_field *field)
{
	if (field->kind == HEADER_OTHER)
		return 0;
	if (has_many_names(field->kind))
		return index_among_name(headers, field);
	return headers->last[field->kind] ? headers->last[field->kind]->index + 1 : 1;
}

void header_index_init(struct header_index *headers, const struct name_set *named)
{
	memset(headers, 0, sizeof(*headers));
	headers->named = named;
}

bool header_index_add(struct header_index *headers, struct arena *arena, struct span name,
		      struct span value)
{
	struct header_field *field;

	if (headers->n_fields == HEADER_FIELDS_MAX)
		return false;
	field = arena_record(arena, sizeof(*field));
	if (!field)
		return false;
	*field = (struct header_field){
		.name = name,
		.value = value,
		.position = headers->n_fields,
		.kind = classify(without_trailing_blanks(name), headers->named),
	};
	if (has_many_names(field->kind))
		field->name_hash = (uint32_t)span_hash_nocase(name, 0);
	field->index = index_of_next(headers, field);
	field->previous = headers->last[field->kind];
	if (headers->last[field->kind])
		headers->last[field->kind]->next = field;
	else
		headers->first[field->kind] = field;
	headers->last[field->kind] = field;
	headers->n_fields++;
	return true;
}
