// SPDX-License-Identifier: Apache-2.0
/* A chained hash table of the keys, and one list of all in the order of their use. */
#include "key_cache.h"

#include <stdlib.h>
#include <sys/random.h>

struct entry {
	struct entry *chain; /* of the bucket */
	struct entry *newer, *older;
	size_t bucket;
	enum dkim_key_type type;
	size_t len;
	struct public_key key;
	char text[PUBLIC_KEY_TEXT_MAX];
};

struct key_cache {
	uint64_t seed; /* so that nobody can choose what collides */
	size_t n_keys, n_used, n_buckets;
	struct entry *newest, *oldest;
	struct entry **buckets;
	struct entry entries[];
};

static const struct public_key too_long = { .state = DKIM_CRYPTO_UNUSABLE };

struct key_cache *key_cache_open(size_t n_keys)
{
	struct key_cache *cache = calloc(1, sizeof(*cache) + n_keys * sizeof(cache->entries[0]));

	if (!cache)
		return NULL;
	cache->n_keys = n_keys;
	cache->n_buckets = 2 * n_keys;
	cache->buckets = calloc(cache->n_buckets, sizeof(struct entry *));
	if (!cache->buckets || getrandom(&cache->seed, sizeof(cache->seed), 0) < 0) {
		key_cache_close(cache);
		return NULL;
	}
	return cache;
}

void key_cache_close(struct key_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->n_used; i++)
		public_key_free(&cache->entries[i].key);
	free(cache->buckets);
	free(cache);
}

/* Eight bytes at a time, since a text has hundreds; what is left over counts with zeroes. */
static size_t bucket_of(const struct key_cache *cache, struct span text)
{
	uint64_t hash = cache->seed ^ text.len, word = 0;

	for (; text.len >= sizeof(word); text = span_after(text, sizeof(word))) {
		memcpy(&word, text.p, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	word = 0;
	if (text.len)
		memcpy(&word, text.p, text.len);
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return (hash ^ hash >> 32) % cache->n_buckets;
}

static void unlink_use(struct key_cache *cache, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct key_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void unchain(struct key_cache *cache, struct entry *entry)
{
	struct entry **link = &cache->buckets[entry->bucket];

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
}

/* A fresh one, or the one that was used longest ago, emptied; it is in no list. */
static struct entry *take_entry(struct key_cache *cache)
{
	struct entry *entry = cache->oldest;

	if (cache->n_used < cache->n_keys)
		return &cache->entries[cache->n_used++];
	unlink_use(cache, entry);
	unchain(cache, entry);
	public_key_free(&entry->key);
	return entry;
}

static struct entry *add(struct key_cache *cache, size_t bucket, enum dkim_key_type type,
			 struct span text)
{
	struct entry *entry = take_entry(cache);

	entry->bucket = bucket;
	entry->type = type;
	entry->len = text.len;
	memcpy(entry->text, text.p, text.len);
	public_key_decode(&entry->key, type, text);
	entry->chain = cache->buckets[bucket];
	cache->buckets[bucket] = entry;
	return entry;
}

static bool is_of(const struct entry *entry, enum dkim_key_type type, struct span text)
{
	return entry->type == type && span_eq(span_of(entry->text, entry->len), text);
}

static struct entry *look_up(const struct key_cache *cache, size_t bucket, enum dkim_key_type type,
			     struct span text)
{
	struct entry *entry = cache->buckets[bucket];

	while (entry && !is_of(entry, type, text))
		entry = entry->chain;
	return entry;
}

const struct public_key *key_cache_find(struct key_cache *cache, enum dkim_key_type type,
					struct span text)
{
	struct entry *entry;
	size_t bucket;

	if (text.len > PUBLIC_KEY_TEXT_MAX)
		return &too_long;
	bucket = bucket_of(cache, text);
	entry = look_up(cache, bucket, type, text);
	if (entry)
		unlink_use(cache, entry);
	else
		entry = add(cache, bucket, type, text);
	link_newest(cache, entry);
	return &entry->key;
}
