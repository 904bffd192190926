/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse - what every parser of hostile bytes answers.
 *
 * Outputs are written on PARSE_OK only, unless the parser's own header says otherwise.
 */
#ifndef EXOGATE_PARSE_H
#define EXOGATE_PARSE_H

enum parse_status {
	PARSE_OK,
	PARSE_MORE,   /* a prefix of something valid: come back with more bytes */
	PARSE_BAD,    /* no continuation can make it valid */
	PARSE_FAILED, /* where the header says so: for want of memory, nothing is known of them */
};

#endif
