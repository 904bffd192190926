/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim_key - what does a key record say, and may it verify this signature?
 *
 * Reads the tags of RFC 6376 3.6.1 and RFC 8463 4 out of a TXT record, whose strings have been
 * joined (3.6.2.2).  The bytes are hostile.  Spans point into the text and live as long as it does.
 * The key itself stays text here; the crypto behind dkim_check.h decodes it.
 */
#ifndef EXOGATE_DKIM_KEY_H
#define EXOGATE_DKIM_KEY_H

#include "dkim_sig.h"
#include "dkim_why.h"
#include "parse.h"
#include "span.h"

enum dkim_key_type {
	DKIM_KEY_RSA,
	DKIM_KEY_ED25519,
};

struct dkim_key {
	enum dkim_key_type type;
	bool sha256;	    /* h= lets signatures use it */
	bool email;	    /* s= */
	bool testing;	    /* t=y: its owner only tries, and it proves nothing (3.6.1) */
	bool no_subdomains; /* t=s */
	struct span text;   /* p=, in base64; not empty */
};

/* PARSE_OK, or PARSE_BAD with *why: malformed, of another version or type, or revoked. */
enum parse_status dkim_key_parse(struct span record, struct dkim_key *out, enum dkim_why *why);

/* Whether the key may be used for that signature; if not, *why says why not. */
bool dkim_key_suits(const struct dkim_key *key, const struct dkim_sig *sig, enum dkim_why *why);

#endif
