/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup_cache - which questions have been asked of DNS, and what is known of them?
 *
 * Bounded in answers, each of at most LOOKUP_TEXT_BYTES of text: the least recently used one makes
 * room for another, and those that say that nothing is known do so first, so that they push out
 * one at most of the others.  An answer is kept as long as its records allow (RFC 1035 4.1.3, RFC
 * 2308), and never beyond: nothing stale is served.  A question is entered when it is asked, so
 * that whoever asks it meanwhile waits for the same answer; questions have a bound of their own,
 * and push out no answer.  One that nobody waits for any longer is kept, for its answer may be of
 * use, until a question that somebody asks needs its place.  Memory is touched as it comes into
 * use.  One thread.
 */
#ifndef EXOGATE_LOOKUP_CACHE_H
#define EXOGATE_LOOKUP_CACHE_H

#include "dkim_options.h"
#include "dns_message.h"

/* Of all records of one answer; keys of 4096 bits take 1 KiB. */
#define LOOKUP_TEXT_BYTES 8192

/* However long an answer may be kept, after that it is asked for again. */
#define LOOKUP_TTL_MAX_S	  86400
#define LOOKUP_NEGATIVE_TTL_MAX_S 300

/* A server that fails is not asked the same thing by each message (RFC 2308 7.1). */
#define LOOKUP_FAILED_TTL_S 5

struct lookup {
	struct lookup *hash_next;
	struct lookup *newer, *older; /* in a list of questions, or of answers */
	struct resolver_waiter *waiters;
	struct resolver_query *query; /* of one that is not settled */
	enum dkim_care care;	      /* the most of those who asked it */
	struct dns_answer answer;
	char *texts;	     /* what the answer's spans point to, or NULL */
	uint64_t expires_ns; /* the answer; or the time to wait for it, set by whoever asks */
	bool settled;
	bool abandoned; /* a question that nobody waits for */
	bool in_use;	/* whoever reads the answer: stays although it may be over */
	unsigned char name_len;
	char name[DNS_NAME_MAX + 1]; /* in lower case, with NUL */
};

struct lookup_list {
	struct lookup *newest, *oldest;
};

struct lookup_cache {
	struct lookup *entries;
	size_t n_entries, n_used; /* those after them were never used */
	size_t answers_max, questions_max;
	size_t n_answers, n_questions, n_abandoned; /* n_questions: that somebody waits for */
	struct lookup **buckets;
	size_t n_buckets;
	struct lookup *free;	      /* that were used */
	struct lookup_list answers;   /* in the order in which they stay */
	struct lookup_list questions; /* in the order in which they were asked */
	struct lookup_list abandoned; /* in the order in which they became so */
};

/* Room for so many of both.  False without memory, and then there is nothing to close. */
bool lookup_cache_open(struct lookup_cache *cache, size_t answers_max, size_t questions_max);
void lookup_cache_close(struct lookup_cache *cache);

/* The question, asked or answered; NULL if it is to be asked (anew).  The name has no capitals. */
struct lookup *lookup_cache_find(struct lookup_cache *cache, struct span name, uint64_t now_ns);

/*
 * Enters a question that lookup_cache_find() did not find.  NULL if so many, at most as many as
 * there is room for, are waited for already, or if lookup_cache_surplus() is not dropped before.
 */
struct lookup *lookup_cache_add(struct lookup_cache *cache, struct span name, size_t questions_max);

/* The abandoned question whose place lookup_cache_add() needs; NULL if it needs none. */
struct lookup *lookup_cache_surplus(const struct lookup_cache *cache, size_t questions_max);

/* Nobody waits for the question any longer. */
void lookup_cache_abandon(struct lookup_cache *cache, struct lookup *lookup);

/* Somebody waits for it again, as if it were asked now.  False if so many are waited for. */
bool lookup_cache_resume(struct lookup_cache *cache, struct lookup *lookup, size_t questions_max);

/* Forgets an answer that is not in use, or an abandoned question. */
void lookup_cache_drop(struct lookup_cache *cache, struct lookup *lookup);

/* Settles a question; copies the texts.  Without memory for them the answer is DNS_FAILED. */
void lookup_cache_settle(struct lookup_cache *cache, struct lookup *lookup,
			 const struct dns_answer *answer, uint64_t now_ns);

#endif
