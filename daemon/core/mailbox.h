/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailbox - which addresses does an address field name, and where in it do they stand?
 *
 * Reads the value of From, Sender, Resent-From and the like (RFC 5322 3.4 with the octets of RFC
 * 6532).  The one parser of exogate for it: what policy judges is what the rewriter edits.  The
 * bytes are hostile: what two readers could take for different authors is refused, not guessed.
 *
 * Of the obsolete forms (RFC 5322 4.4) dots in a display name and empty list elements are read,
 * since real mail has them and no reader finds another address in them.  Source routes, and blanks
 * or comments at the dots of a local part or domain, are refused, since readers do: of
 * "a . b@example.com" some show a.b@example.com, others b@example.com.  Beside '@' they are read:
 * with them it stays one address.  Encoded words are never decoded; in a local part, where RFC 2047
 * 5 (3) has none, they are refused: mail programs that decode them there show what was hidden in
 * them, another address say, in the place of the real one.
 *
 * U-labels are given to to_ascii (domain.h), which may be NULL: then they are no domain.
 *
 * Spans point into the value and live as long as it does.  Nothing is allocated but by to_ascii,
 * which is called once at most for each mailbox in out; time is linear in the length of the value;
 * comments nest up to MAILBOX_COMMENT_DEPTH, deeper is PARSE_BAD.
 */
#ifndef EXOGATE_MAILBOX_H
#define EXOGATE_MAILBOX_H

#include "cfws.h"
#include "domain.h"
#include "parse.h"
#include "span.h"

#define MAILBOX_COMMENT_DEPTH CFWS_COMMENT_DEPTH

struct mailbox {
	/* From the first byte of local to the last of domain_text, what is beside '@' included. */
	struct span address;
	/* As written; quotes, and folds between them, included. */
	struct span local;
	/* The domain as written, or the address literal. */
	struct span domain_text;
	/* Normalised; len 0 for an address literal, and what else is no domain name (domain.h). */
	struct domain domain;
};

/*
 * Parses an address-list (mailboxes and groups).  PARSE_OK: *n is the number of mailboxes in the
 * whole value, of which the first max are in out (so *n > max says that there are more); an empty
 * group counts none.  PARSE_BAD: not an address-list.  PARSE_FAILED: to_ascii did; out may hold
 * some of them.  Never PARSE_MORE.
 */
enum parse_status mailbox_list_parse(struct span value, domain_to_ascii *to_ascii,
				     struct mailbox *out, size_t max, size_t *n);

/*
 * Parses an envelope address as in MAIL FROM and RCPT TO (RFC 5321 4.1.2, RFC 6531 3.3), with or
 * without angle brackets and an obsolete source route, which is ignored.  PARSE_OK with address.len
 * 0 is the null reverse-path ("<>" or "").  The one address without a domain, "postmaster" in any
 * case (RFC 5321 4.5.1), is PARSE_OK with domain.len 0 and an empty domain_text.  The length of a
 * local part is not limited (RFC 5321 4.5.3.1): SRS makes them longer than 64 octets.  PARSE_FAILED
 * as above.
 */
enum parse_status mailbox_path_parse(struct span path, domain_to_ascii *to_ascii,
				     struct mailbox *out);

#endif
