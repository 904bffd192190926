/* SPDX-License-Identifier: Apache-2.0 */
/*
 * milter_event - what does one packet from the MTA say?
 *
 * Decodes the command byte and data of one packet into a typed event.  The bytes are hostile; spans
 * of an event point into the packet and live as long as it does.  Which event may follow which is
 * not judged here (session.h).  Layouts: sendmail libmilter/comm.c and engine.c, Postfix
 * src/milter/milter8.c; where they differ the event holds what either sends.
 */
#ifndef EXOGATE_MILTER_EVENT_H
#define EXOGATE_MILTER_EVENT_H

#include <stdint.h>

#include "address.h"
#include "milter_wire.h"
#include "parse.h"
#include "span.h"

struct milter_offer {
	uint32_t version;
	uint32_t actions;
	uint32_t steps;
};

struct milter_event {
	enum milter_command type;
	union {
		struct milter_offer offer; /* NEGOTIATE */
		struct {
			char stage;	   /* the command that the macros are for */
			struct span pairs; /* for milter_macro_next() */
		} macros;
		struct {
			struct span host;
			struct address client; /* family NONE for a local or unknown client */
		} connect;
		struct span helo;
		struct {
			struct span address;	/* as sent, usually in angle brackets */
			struct span parameters; /* ESMTP parameters, each ended by a NUL */
		} path;				/* MAIL, RCPT */
		struct {
			struct span name;
			struct span value;
		} header;
		struct span chunk; /* BODY, END_OF_MESSAGE */
		struct span verb;  /* UNKNOWN */
	};
};

/*
 * PARSE_OK, or PARSE_BAD for an unknown command, a missing NUL, a truncated or inconsistent field.
 * A family '4' client called "unknown" (Postfix after XCLIENT ADDR=[UNAVAILABLE]) is an unknown
 * client, not an error; "IPv6:" before an address is dropped.
 */
enum parse_status milter_event_parse(struct span packet, struct milter_event *out);

/*
 * Takes the next macro off pairs; false when none is left.  A name comes without its braces: "{x}"
 * and "x" are one macro.  Of a last name without a value nothing is returned.
 */
bool milter_macro_next(struct span *pairs, struct span *name, struct span *value);

#endif
