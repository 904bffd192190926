// SPDX-License-Identifier: Apache-2.0
#include "lookup_cache.h"

#include <assert.h>
#include <stdlib.h>

#include "clock.h"

bool lookup_cache_open(struct lookup_cache *cache, size_t answers_max, size_t questions_max)
{
	size_t n = answers_max + questions_max, n_buckets = 1;

	while (n_buckets < n)
		n_buckets *= 2;
	*cache = (struct lookup_cache){
		.entries = calloc(n, sizeof(*cache->entries)),
		.n_entries = n,
		.answers_max = answers_max,
		.questions_max = questions_max,
		.buckets = calloc(n_buckets, sizeof(struct lookup *)),
		.n_buckets = n_buckets,
	};
	if (cache->entries && cache->buckets)
		return true;
	free(cache->entries);
	free(cache->buckets);
	return false;
}

void lookup_cache_close(struct lookup_cache *cache)
{
	for (struct lookup *l = cache->answers.newest; l; l = l->older)
		free(l->texts);
	free(cache->entries);
	free(cache->buckets);
	*cache = (struct lookup_cache){ 0 };
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool is_failure(const struct lookup *l)
{
	return l->answer.status == DNS_FAILED || l->answer.status == DNS_UNREADABLE;
}

static void link_newest(struct lookup_list *list, struct lookup *l)
{
	l->newer = NULL;
	l->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = l;
	list->newest = l;
}

static void link_oldest(struct lookup_list *list, struct lookup *l)
{
	l->older = NULL;
	l->newer = list->oldest;
	*(list->oldest ? &list->oldest->older : &list->newest) = l;
	list->oldest = l;
}

static void unlink_from(struct lookup_list *list, struct lookup *l)
{
	*(l->newer ? &l->newer->older : &list->newest) = l->older;
	*(l->older ? &l->older->newer : &list->oldest) = l->newer;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* Names come from hostile messages, but the seed is not theirs to know: it is an address. */
static struct lookup **bucket_of(const struct lookup_cache *cache, struct span name)
{
	uint64_t hash = span_hash_nocase(name, (uint64_t)(uintptr_t)cache->entries);

	return &cache->buckets[(hash ^ hash >> 32) & (cache->n_buckets - 1)];
}

static struct span name_of(const struct lookup *l)
{
	return span_of(l->name, l->name_len);
}

/* From the list that it is in, and from those that are counted there. */
static void leave_list(struct lookup_cache *cache, struct lookup *l)
{
	if (l->settled) {
		unlink_from(&cache->answers, l);
		cache->n_answers--;
	} else if (l->abandoned) {
		unlink_from(&cache->abandoned, l);
		cache->n_abandoned--;
	} else {
		unlink_from(&cache->questions, l);
		cache->n_questions--;
	}
}

static void enter_questions(struct lookup_cache *cache, struct lookup *l)
{
	link_newest(&cache->questions, l);
	cache->n_questions++;
}

void lookup_cache_drop(struct lookup_cache *cache, struct lookup *l)
{
	struct lookup **link = bucket_of(cache, name_of(l));

	assert((l->settled && !l->in_use) || l->abandoned);
	while (*link != l)
		link = &(*link)->hash_next;
	*link = l->hash_next;
	leave_list(cache, l);
	free(l->texts);
	*l = (struct lookup){ .hash_next = cache->free };
	cache->free = l;
}

struct lookup *lookup_cache_find(struct lookup_cache *cache, struct span name, uint64_t now_ns)
{
	struct lookup *l = *bucket_of(cache, name);

	while (l && !span_eq(name_of(l), name))
		l = l->hash_next;
	if (!l)
		return NULL;
	if (l->settled && !l->in_use && l->expires_ns <= now_ns) {
		lookup_cache_drop(cache, l);
		return NULL;
	}
	if (l->settled && !is_failure(l)) {
		unlink_from(&cache->answers, l);
		link_newest(&cache->answers, l);
	}
	return l;
}

/* One that is not in use goes, if there is one. */
static void make_room(struct lookup_cache *cache)
{
	struct lookup *l = cache->answers.oldest;

	while (l && l->in_use)
		l = l->newer;
	if (l)
		lookup_cache_drop(cache, l);
}

/* Fresh ones only once none is left that was used before: their memory is not touched yet. */
static struct lookup *take_free(struct lookup_cache *cache)
{
	struct lookup *l = cache->free;

	if (l)
		cache->free = l->hash_next;
	else if (cache->n_used < cache->n_entries)
		l = &cache->entries[cache->n_used++];
	return l;
}

static bool is_full(const struct lookup_cache *cache)
{
	return cache->n_questions + cache->n_abandoned == cache->questions_max;
}

struct lookup *lookup_cache_surplus(const struct lookup_cache *cache, size_t questions_max)
{
	assert(questions_max <= cache->questions_max);
	return cache->n_questions < questions_max && is_full(cache) ? cache->abandoned.oldest :
								      NULL;
}

struct lookup *lookup_cache_add(struct lookup_cache *cache, struct span name, size_t questions_max)
{
	struct lookup **bucket = bucket_of(cache, name), *l = NULL;

	assert(name.len <= DNS_NAME_MAX && questions_max <= cache->questions_max);
	if (cache->n_questions < questions_max && !is_full(cache))
		l = take_free(cache);
	if (!l)
		return NULL;
	*l = (struct lookup){ .hash_next = *bucket, .name_len = (unsigned char)name.len };
	memcpy(l->name, name.p, name.len);
	*bucket = l;
	enter_questions(cache, l);
	return l;
}

void lookup_cache_abandon(struct lookup_cache *cache, struct lookup *l)
{
	assert(!l->settled && !l->abandoned);
	leave_list(cache, l);
	l->abandoned = true;
	link_newest(&cache->abandoned, l);
	cache->n_abandoned++;
}

bool lookup_cache_resume(struct lookup_cache *cache, struct lookup *l, size_t questions_max)
{
	assert(l->abandoned);
	if (cache->n_questions >= questions_max)
		return false;
	leave_list(cache, l);
	l->abandoned = false;
	enter_questions(cache, l);
	return true;
}

/* --- answers ---------------------------------------------------------------------------------- */

static uint32_t capped_ttl_s(const struct dns_answer *answer)
{
	uint32_t most = answer->status == DNS_FOUND ? LOOKUP_TTL_MAX_S : LOOKUP_NEGATIVE_TTL_MAX_S;

	if (answer->status == DNS_FAILED || answer->status == DNS_UNREADABLE)
		return LOOKUP_FAILED_TTL_S;
	return answer->ttl_s < most ? answer->ttl_s : most;
}

static bool keep_texts(struct lookup *l)
{
	l->texts = malloc(dns_answer_bytes(&l->answer) + 1);
	if (l->texts)
		dns_answer_copy_texts(&l->answer, l->texts);
	return l->texts;
}

void lookup_cache_settle(struct lookup_cache *cache, struct lookup *l,
			 const struct dns_answer *answer, uint64_t now_ns)
{
	leave_list(cache, l);
	l->abandoned = false;
	l->answer = *answer;
	if (answer->n && !keep_texts(l))
		l->answer = (struct dns_answer){ .status = DNS_FAILED };
	l->settled = true;
	l->expires_ns = now_ns + capped_ttl_s(&l->answer) * CLOCK_SECOND_NS;
	if (cache->n_answers == cache->answers_max)
		make_room(cache);
	cache->n_answers++;
	if (is_failure(l))
		link_oldest(&cache->answers, l);
	else
		link_newest(&cache->answers, l);
}
