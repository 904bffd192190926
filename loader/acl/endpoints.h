/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints - from Microsoft's endpoint list to the prefixes that Exchange Online sends mail from.
 *
 * The JSON is what https://endpoints.office.com/endpoints/INSTANCE answers: an array of entries.
 * Those with serviceArea "Exchange" and 25 among their tcpPorts (a string such as "25, 443")
 * count; ids differ between instances and do not.  Nothing is ever fetched.
 *
 * The text is treated as hostile, since a wrong prefix opens the relay.  Refused: text that is no
 * JSON, another shape, no such entry or no address in them, a malformed prefix or one with host
 * bits, one that reaches into ranges that no mail of Microsoft's comes from (private, loopback,
 * link-local, multicast, reserved), one shorter than /8 (IPv4) or /24 (IPv6), and prefixes that
 * together cover more than 1 % of IPv4, or of IPv6 more than a /20: no list may admit much of the
 * Internet, by few prefixes or by many.
 *
 * Both functions return 0, or -1 with one line in err that names what is wrong and where (the line
 * of a syntax error, the id of an entry, the file).  out and *n are written in both cases, and
 * are of use only with 0.  Prefixes are as listed: neither sorted nor merged.  Uses the heap for
 * the parsed tree, and gives it back.
 */
#ifndef EXOGATE_ENDPOINTS_H
#define EXOGATE_ENDPOINTS_H

#include "prefix.h"

#define ENDPOINTS_BYTES_MAX    (4u << 20) /* the worldwide list is some 60 KB */
#define ENDPOINTS_PREFIXES_MAX 4096u	  /* it has 6 */
#define ENDPOINTS_ERROR_SIZE   320

/* len at most ENDPOINTS_BYTES_MAX; out has room for max prefixes. */
int endpoints_parse(const char *json, size_t len, struct prefix *out, size_t max, size_t *n,
		    char *err, size_t err_size);

/* The same for a regular file, which is read whole. */
int endpoints_read(const char *path, struct prefix *out, size_t max, size_t *n, char *err,
		   size_t err_size);

#endif
