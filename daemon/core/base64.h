/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 - bytes written as letters (RFC 4648 4), as DKIM's tags hold them (RFC 6376 2.10).
 *
 * Blanks and folds may stand anywhere, and are skipped.  Any other octet, a length that is no
 * multiple of four, and padding that is not at the end make the whole text invalid.  Bits beyond
 * the last octet are not looked at (RFC 4648 3.5).
 */
#ifndef EXOGATE_BASE64_H
#define EXOGATE_BASE64_H

#include "parse.h"
#include "span.h"

/*
 * Decodes hostile text into out, which holds capacity bytes, and sets *len.  PARSE_BAD for what is
 * no base64 and for what does not fit; out may be overwritten then.  Linear time.
 */
enum parse_status base64_decode(struct span text, unsigned char *out, size_t capacity, size_t *len);

#endif
