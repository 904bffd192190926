/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - what an operator should know before the filter is attached: lines of warning, no more.
 */
#ifndef EXOGATE_GUARD_H
#define EXOGATE_GUARD_H

#include "exogate_abi.h"
#include "list.h"

/*
 * Warns, unless in monitor mode, if
 *  - the caller's ssh connection comes from an address that is not admitted, to an endpoint that
 *    is to be protected (SSH_CONNECTION of this process or of one of its ancestors: sudo drops it);
 *  - every address's port 25 is to be protected, but this host's Postfix receives mail for domains
 *    of its own, or for those of a table (postconf(1)): the world could not deliver it any more;
 *  - an address to be protected is none of this host's.
 * advice is what follows on "--allow ADDRESS" in the first line: what else the caller's command
 * can do about it.
 */
void guard_warn(const struct exogate_config *config, const struct list *list, const char *advice);

/* The first of these alone, for a list that replaces another. */
void guard_warn_of_ssh(const struct exogate_config *config, const struct list *list,
		       const char *advice);

/* The second of these alone, whatever the mode, for what filters by other means.  advice is what
 * follows on "protect one address instead". */
void guard_warn_of_mx(const struct exogate_config *config, const char *advice);

#define GUARD_PROTECT_ONE ": --protect ADDR:25"

/*
 * Warns of what was in force on an interface and will not be: prefixes of the operator's, protected
 * endpoints, monitor mode.  An attachment is what its options say, and not what was before.
 */
void guard_warn_of_change(const char *interface, const struct exogate_config *before,
			  const struct list *list_before, const struct exogate_config *after,
			  const struct list *list_after);

#endif
