/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene - what the programs are measured with: lists of sources, and frames.
 *
 * A list is Exchange Online's six prefixes and, beyond them, random ones of an operator: IPv4 /20
 * to /28 and IPv6 /32 to /64, no two of which overlap.  The same seed gives the same.
 */
#ifndef EXOGATE_SCENE_H
#define EXOGATE_SCENE_H

#include "frame.h"
#include "list.h"
#include "subjects_abi.h"

#define SCENE_PREFIXES_MIN 6

/* n prefixes, sorted; false without memory.  The caller frees the list. */
bool scene_list(size_t n, struct list *out);

enum scene_traffic {
	SCENE_DROP,	  /* one unlisted source */
	SCENE_PASS,	  /* one source in one of the six */
	SCENE_OTHER_PORT, /* an unlisted source, but another port */
	SCENE_COMMON,	  /* random sources in the six */
	SCENE_LISTED,	  /* random sources in random prefixes of the whole list */
	SCENE_UNLISTED,	  /* random sources in none */
	SCENE_TRAFFIC_N,
};

extern const char *const scene_traffic_names[SCENE_TRAFFIC_N];

static inline bool scene_is_pooled(enum scene_traffic traffic)
{
	return traffic >= SCENE_COMMON;
}

static inline bool scene_must_pass(enum scene_traffic traffic)
{
	return traffic != SCENE_DROP && traffic != SCENE_UNLISTED;
}

/* The frame of a traffic; where it is pooled, its source is to be replaced. */
void scene_frame(enum scene_traffic traffic, uint8_t family, struct frame *out);

/* Fills a pool with sources of a pooled traffic; false without memory, or if the list has none. */
bool scene_pool(const struct list *list, enum scene_traffic traffic, uint8_t family,
		uint8_t pool[SUBJECTS_POOL_N][16]);

#endif
