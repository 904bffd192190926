/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_wire - the constants of the milter protocol, version 2 to 6.
 *
 * Source: Sendmail's include/libmilter/mfdef.h and Postfix's src/milter/milter8.c, whose numbers
 * these are.  A packet is a 32-bit big-endian length, which counts the command byte, the command
 * byte, and its data.
 */
#ifndef EXOGATE_MILTER_WIRE_H
#define EXOGATE_MILTER_WIRE_H

#include <stdint.h>

#define MILTER_VERSION_MIN 2
#define MILTER_VERSION_MAX 6
#define MILTER_PACKET_MAX_BYTES \
	(1024u * 1024u) /* command byte and data; Postfix stays under 64 KiB */
#define MILTER_LENGTH_BYTES 4u

/* What the MTA says. */
enum milter_command {
	MILTER_ABORT = 'A',
	MILTER_BODY = 'B',
	MILTER_CONNECT = 'C',
	MILTER_MACROS = 'D',
	MILTER_END_OF_MESSAGE = 'E',
	MILTER_HELO = 'H',
	MILTER_QUIT_NEW_CONNECTION = 'K',
	MILTER_HEADER = 'L',
	MILTER_MAIL = 'M',
	MILTER_END_OF_HEADERS = 'N',
	MILTER_NEGOTIATE = 'O',
	MILTER_QUIT = 'Q',
	MILTER_RCPT = 'R',
	MILTER_DATA = 'T',
	MILTER_UNKNOWN = 'U',
};

/* What the filter answers, as far as exogate does. */
enum milter_response {
	MILTER_ACCEPT = 'a',
	MILTER_CONTINUE = 'c',
	MILTER_CHANGE_FROM = 'e',
	MILTER_INSERT_HEADER = 'i',
	MILTER_CHANGE_HEADER = 'm',
	MILTER_QUARANTINE = 'q',
	MILTER_PROGRESS = 'p',
	MILTER_REPLY_CODE = 'y',
};

/* What a filter may do at end of message, as far as exogate does; SMFIF_* in mfapi.h. */
enum milter_action {
	MILTER_ACT_ADD_HEADERS = 0x01,
	MILTER_ACT_CHANGE_HEADERS = 0x10,
	MILTER_ACT_QUARANTINE = 0x20,
	MILTER_ACT_CHANGE_FROM = 0x40,
};

/* What the MTA need not send (NO), not wait for (NR), and how headers look; SMFIP_*, those used. */
enum milter_step {
	MILTER_NO_BODY = 0x10,
	MILTER_NO_END_OF_HEADERS = 0x40,
	MILTER_NR_HEADER = 0x80,
	MILTER_NO_UNKNOWN = 0x100,
	MILTER_NO_DATA = 0x200,
	MILTER_NR_CONNECT = 0x1000,
	MILTER_NR_HELO = 0x2000,
	MILTER_NR_MAIL = 0x4000,
	MILTER_NR_RCPT = 0x8000,
	MILTER_NR_DATA = 0x10000,
	MILTER_NR_UNKNOWN = 0x20000,
	MILTER_NR_END_OF_HEADERS = 0x40000,
	MILTER_NR_BODY = 0x80000,
	MILTER_HEADER_LEADING_SPACE = 0x100000,
};

static inline uint32_t milter_get_u32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline void milter_put_u32(char *p, uint32_t value)
{
	p[0] = (char)(value >> 24);
	p[1] = (char)(value >> 16);
	p[2] = (char)(value >> 8);
	p[3] = (char)value;
}

#endif
