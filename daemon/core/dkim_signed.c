// SPDX-License-Identifier: Apache-2.0
#include "dkim_signed.h"

/* A field; the last one of each name is in its bucket's chain. */
struct dkim_signed_field {
	const struct header_field *field;
	struct dkim_signed_field *above; /* of the same name */
	struct dkim_signed_field *chain;
	const struct dkim_signed_field
		*next; /* of the signature whose turn it is; else above all */
	unsigned int turn;
};

static struct span name_of(const struct header_field *field)
{
	struct span name = field->name;

	while (name.len && span_is_blank(name.p[name.len - 1]))
		name.len--;
	return name;
}

/* Few names of one message agree in their length and in three of their letters. */
static size_t bucket_of(struct span name)
{
	size_t hash = name.len;

	if (!name.len)
		return 0;
	hash = hash * 31 + (unsigned char)span_lower(name.p[0]);
	hash = hash * 31 + (unsigned char)span_lower(name.p[name.len / 2]);
	hash = hash * 31 + (unsigned char)span_lower(name.p[name.len - 1]);
	return (hash ^ hash >> 8) % DKIM_SIGNED_BUCKETS;
}

/* Where the last field of that name is linked, or would be. */
static struct dkim_signed_field **find(struct dkim_signed *index, struct span name)
{
	struct dkim_signed_field **link = &index->buckets[bucket_of(name)];

	while (*link && index->steps) {
		index->steps--;
		if (span_eq_nocase(name_of((*link)->field), name))
			return link;
		link = &(*link)->chain;
	}
	return link;
}

static void add(struct dkim_signed *index, struct dkim_signed_field *entry,
		const struct header_field *field)
{
	struct dkim_signed_field **link = find(index, name_of(field));

	*entry = (struct dkim_signed_field){
		.field = field,
		.above = *link,
		.chain = *link ? (*link)->chain : NULL,
	};
	*link = entry;
}

bool dkim_signed_init(struct dkim_signed *index, struct arena *arena,
		      const struct header_index *headers)
{
	struct dkim_signed_field *entries =
		arena_record(arena, headers->n_fields * sizeof(*entries));

	if (!entries)
		return false;
	*index = (struct dkim_signed){ .steps = DKIM_SIGNED_STEPS };
	for (int kind = 0; kind < HEADER_N_KINDS; kind++)
		for (const struct header_field *f = headers->first[kind]; f; f = f->next)
			add(index, entries++, f);
	return true;
}

void dkim_signed_begin(struct dkim_signed *index)
{
	index->turn++;
}

const struct header_field *dkim_signed_next(struct dkim_signed *index, struct span name)
{
	struct dkim_signed_field *last = *find(index, name);
	const struct dkim_signed_field *next;

	if (!last || !index->steps)
		return NULL;
	next = last->turn == index->turn ? last->next : last;
	last->turn = index->turn;
	last->next = next ? next->above : NULL;
	return next ? next->field : NULL;
}
