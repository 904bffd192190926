/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idn - domain names in Unicode, through libidn2.
 *
 * Beside the settings, since their domains are read like those of mail; core calls it through
 * policy.h, for it allocates.
 */
#ifndef EXOGATE_IDN_H
#define EXOGATE_IDN_H

#include "domain.h"

/*
 * The domain_to_ascii of exogate.  Takes U-labels as they stand in mail (RFC 6531 3.3, RFC 5890
 * 2.3.2.1) and nothing that has to be mapped first: not the mapping of UTS 46, which makes of a
 * KELVIN SIGN a k, of a full-width letter an ASCII one, and of "node_1" beside a U-label "node1".
 * Refused are thus, outside ASCII, capitals, symbols and emoji; what RFC 5891 5.4 refuses a
 * look-up; an A-label beside them that does not decode to a U-label; and octets that are no UTF-8.
 * ASCII capitals, and what is not in normal form C, are read for what they are equivalent to.
 * PARSE_FAILED if there is no memory.  May be called by several threads at once.
 */
enum parse_status idn_to_ascii(struct span text, struct domain *out);

#endif
