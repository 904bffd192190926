/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tenant - which Microsoft 365 tenant does the message say that it comes from?
 *
 * Reads the fields that Exchange Online stamps on outgoing mail.  They are text: that they count at
 * all is for the gates (client address, certificate) and the proofs (proof.h) to decide.  The bytes
 * are hostile; spans borrow from the header index.
 */
#ifndef EXOGATE_TENANT_H
#define EXOGATE_TENANT_H

#include "address.h"
#include "domain.h"
#include "header_index.h"

/* One stamped value, blanks at its ends trimmed. */
struct tenant_stamp {
	uint32_t n;	   /* fields that carry it; 0 means absent, and value is empty */
	bool differs;	   /* they do not all say the same, but for case */
	struct span value; /* of the first field */
};

struct tenant_stamps {
	struct tenant_stamp id;		    /* X-MS-Exchange-CrossTenant-Id: a GUID */
	struct tenant_stamp originator_org; /* X-OriginatorOrg: an accepted domain */
	struct domain org; /* its value, if it is one; else len 0.  Microsoft adds no last dot */
	struct tenant_stamp attributed;	 /* TenantId= of ...OriginalAttributedTenantConnectingIp */
	struct tenant_stamp auth_as;	 /* ...AuthAs: Internal, Anonymous, ... */
	struct tenant_stamp from_entity; /* ...FromEntityHeader: Hosted, HybridOnPrem, ... */
	struct address connecting_ip;	 /* Ip= of the attributed field; NONE unless it is one */
};

/* The id that they name: the first one, or else that of the attributed field. */
static inline struct span tenant_stamps_id(const struct tenant_stamps *stamps)
{
	return stamps->id.n ? stamps->id.value : stamps->attributed.value;
}

/* Whether it is there, and says something else; without regard to case. */
bool tenant_stamp_other_than(const struct tenant_stamp *stamp, struct span value);

/*
 * A field of ...OriginalAttributedTenantConnectingIp that is there without a TenantId= counts with
 * an empty value, which names no tenant.  False if there was no memory to read a U-label (to_ascii
 * of domain.h); all else is read then, too.
 */
bool tenant_stamps_read(const struct header_index *headers, domain_to_ascii *to_ascii,
			struct tenant_stamps *out);

#endif
