/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_image - a list as the program looks it up (exogate_list.h): its table, and the entries of
 * its tries.
 */
#ifndef EXOGATE_LIST_IMAGE_H
#define EXOGATE_LIST_IMAGE_H

#include "list.h"

struct list_entry {
	struct prefix prefix; /* its source is of no meaning here */
	struct exogate_prefix value;
};

struct list_image {
	struct exogate_list table; /* tries is 0 */
	size_t n;
	struct list_entry entries[];
};

/* Makes the image of a sorted list; the caller frees it.  NULL with errno if memory is short. */
struct list_image *list_image_make(const struct list *list);

#endif
