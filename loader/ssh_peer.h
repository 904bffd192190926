/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_peer - the ssh connection that the caller sits at.
 *
 * SSH_CONNECTION (ssh(1)) of this process, or of one of its ancestors, since sudo drops it.
 */
#ifndef EXOGATE_SSH_PEER_H
#define EXOGATE_SSH_PEER_H

#include "prefix.h"

struct ssh_peer {
	struct prefix client, server; /* whole addresses, IPv4 inside IPv6 as IPv4 */
	unsigned port;		      /* of the server */
};

/* False if there is none, or if it cannot be known. */
bool ssh_peer_find(struct ssh_peer *out);

#endif
