/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_export - a list in the form that others read: Postfix, nftables, ipset, scripts.
 *
 * What is written is complete by itself, and loading it replaces what was loaded before in one
 * step: `nft -f FILE`, `ipset restore -f FILE`.  The relay pool is in it only if it is admitted.
 */
#ifndef EXOGATE_LIST_EXPORT_H
#define EXOGATE_LIST_EXPORT_H

#include "exogate_abi.h"
#include "list.h"

#include <stdio.h>

enum list_format {
	LIST_POSTFIX_CIDR, /* cidr_table(5), OK for each prefix */
	LIST_NFT,	   /* table inet exogate, which drops as the XDP program does */
	LIST_IPSET,	   /* sets exogate4 and exogate6, for rules of one's own */
	LIST_JSON,
	LIST_FORMAT_N,
};

/* "postfix-cidr" and its like, by enum list_format. */
extern const char *const list_format_names[LIST_FORMAT_N];

/* The list must be sorted; config says what the rules of LIST_NFT protect. */
void list_export(FILE *out, enum list_format format, const struct list *list,
		 const struct exogate_config *config);

#endif
