/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * endpoint - is this address, or this port of it, protected?
 *
 * The configuration is trusted and constant; it is read as volatile, since the loader writes it
 * after the program was compiled.  The address has 4 or 16 bytes by family (4 or 6), network
 * order.  Inlined and unrolled: the verifier knows the configuration, and takes out the comparisons
 * for which there is no endpoint.
 */
#ifndef EXOGATE_ENDPOINT_H
#define EXOGATE_ENDPOINT_H

#include "cursor.h"
#include "exogate_abi.h"

CURSOR_INLINE int endpoint_is_addr(const volatile __u8 *protected, const __u8 *addr, __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		if (protected[i] != addr[i])
			return 0;
	}
	return 1;
}

CURSOR_INLINE int endpoint_is_at(const volatile struct exogate_endpoint *endpoint, __u32 family,
				 const __u8 *addr)
{
	if (!endpoint->family)
		return 1;
	return endpoint->family == family &&
	       endpoint_is_addr(endpoint->addr, addr, family == 4 ? 4 : 16);
}

CURSOR_INLINE int endpoint_address_protected(const volatile struct exogate_config *config,
					     __u32 family, const __u8 *addr)
{
	CURSOR_UNROLL
	for (__u32 i = 0; i < EXOGATE_PROTECTED_MAX && i < config->protected_n; i++) {
		if (endpoint_is_at(&config->protected[i], family, addr))
			return 1;
	}
	return 0;
}

/* port: TCP, host order. */
CURSOR_INLINE int endpoint_port_protected(const volatile struct exogate_config *config,
					  __u32 family, const __u8 *addr, __u32 port)
{
	CURSOR_UNROLL
	for (__u32 i = 0; i < EXOGATE_PROTECTED_MAX && i < config->protected_n; i++) {
		if (config->protected[i].port == port &&
		    endpoint_is_at(&config->protected[i], family, addr))
			return 1;
	}
	return 0;
}

/* The same of whatever address of that family. */
CURSOR_INLINE int endpoint_port_protected_anywhere(const volatile struct exogate_config *config,
						   __u32 family, __u32 port)
{
	CURSOR_UNROLL
	for (__u32 i = 0; i < EXOGATE_PROTECTED_MAX && i < config->protected_n; i++) {
		const volatile struct exogate_endpoint *endpoint = &config->protected[i];

		if (endpoint->port == port && (!endpoint->family || endpoint->family == family))
			return 1;
	}
	return 0;
}

#endif
