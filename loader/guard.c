// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include "list_change.h"
#include "log.h"
#include "postconf.h"
#include "protect.h"
#include "ssh_peer.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#define SMTP_PORT     25
#define ENTRIES_SIZE  4096
#define HOSTNAME_SIZE 256

/* --- ssh -------------------------------------------------------------------------------------- */

static bool is_protected(const struct exogate_config *config, const struct ssh_peer *peer)
{
	for (__u32 i = 0; i < config->protected_n; i++) {
		const struct exogate_endpoint *endpoint = &config->protected[i];

		if (endpoint->port == peer->port &&
		    (!endpoint->family ||
		     (endpoint->family == peer->server.family &&
		      memcmp(endpoint->addr, peer->server.addr, sizeof(endpoint->addr)) == 0)))
			return true;
	}
	return false;
}

void guard_warn_of_ssh(const struct exogate_config *config, const struct list *list,
		       const char *advice)
{
	char text[PREFIX_TEXT_SIZE];
	struct ssh_peer peer;

	if (config->monitor || !ssh_peer_find(&peer) || !is_protected(config, &peer) ||
	    list_admits(list, peer.client.family, peer.client.addr))
		return;
	prefix_format(&peer.client, text);
	log_warn("your own ssh connection from %s comes to port %u, which drops it from now on: "
		 "--allow %s%s",
		 text, peer.port, text, advice);
}

/* --- MX --------------------------------------------------------------------------------------- */

static bool protects_any_smtp(const struct exogate_config *config)
{
	for (__u32 i = 0; i < config->protected_n; i++) {
		if (!config->protected[i].family && config->protected[i].port == SMTP_PORT)
			return true;
	}
	return false;
}

/* A table (type:name) or a file of domains, not a domain. */
static bool is_table(const char *entry)
{
	return entry[0] == '/' || strchr(entry, ':');
}

/* Domains that every Postfix has and nobody delivers to from outside. */
static bool is_of_the_host(const char *domain, const char *hostname)
{
	return !strchr(domain, '.') || strncmp(domain, "localhost.", strlen("localhost.")) == 0 ||
	       strcmp(domain, hostname) == 0;
}

/* The first entry of a parameter that mail comes to from outside, or may: what is in a table is
 * not looked at.  NULL if there is none. */
static const char *foreign_entry(char *entries, const char *hostname)
{
	char *rest = NULL;

	for (char *entry = strtok_r(entries, ", \t", &rest); entry;
	     entry = strtok_r(NULL, ", \t", &rest)) {
		if (entry[0] != '!' && (is_table(entry) || !is_of_the_host(entry, hostname)))
			return entry;
	}
	return NULL;
}

void guard_warn_of_mx(const struct exogate_config *config, const char *advice)
{
	static const char *const parameters[] = { "mydestination", "relay_domains",
						  "virtual_alias_domains",
						  "virtual_mailbox_domains" };
	char hostname[HOSTNAME_SIZE], entries[ENTRIES_SIZE];
	const char *entry = NULL;

	if (!protects_any_smtp(config) || !postconf_read("myhostname", hostname, sizeof(hostname)))
		return;
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]) && !entry; i++) {
		if (postconf_read(parameters[i], entries, sizeof(entries)))
			entry = foreign_entry(entries, hostname);
		if (entry)
			log_warn("this host's Postfix receives mail for %s%.80s%s (%s): if it is "
				 "its MX, the world cannot deliver any more; protect one address "
				 "instead%s",
				 is_table(entry) ? "what " : "", entry,
				 is_table(entry) ? " lists" : "", parameters[i], advice);
	}
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool has_address(const struct ifaddrs *addresses, const struct exogate_endpoint *endpoint)
{
	for (; addresses; addresses = addresses->ifa_next) {
		const struct sockaddr *sa = addresses->ifa_addr;

		if (sa && sa->sa_family == AF_INET && endpoint->family == 4 &&
		    !memcmp(&((const struct sockaddr_in *)sa)->sin_addr, endpoint->addr, 4))
			return true;
		if (sa && sa->sa_family == AF_INET6 && endpoint->family == 6 &&
		    !memcmp(&((const struct sockaddr_in6 *)sa)->sin6_addr, endpoint->addr, 16))
			return true;
	}
	return false;
}

static void warn_of_foreign_addresses(const struct exogate_config *config)
{
	char text[PROTECT_TEXT_SIZE];
	struct ifaddrs *addresses;

	if (getifaddrs(&addresses))
		return;
	for (__u32 i = 0; i < config->protected_n; i++) {
		const struct exogate_endpoint *endpoint = &config->protected[i];

		if (endpoint->family && !has_address(addresses, endpoint))
			log_warn("%s is no address of this host: only what it forwards there is "
				 "filtered",
				 protect_format(endpoint, text));
	}
	freeifaddrs(addresses);
}

/* --- changes ---------------------------------------------------------------------------------- */

static void warn_of_lost_prefix(void *interface, const struct prefix *before,
				const struct prefix *after)
{
	char text[PREFIX_TEXT_SIZE];

	(void)after;
	if (before && before->source == PREFIX_OPERATOR)
		log_warn("%s: %s of the operator's is not in the list any more",
			 (const char *)interface, prefix_format(before, text));
}

void guard_warn_of_change(const char *interface, const struct exogate_config *before,
			  const struct list *list_before, const struct exogate_config *after,
			  const struct list *list_after)
{
	char text[PROTECT_TEXT_SIZE];

	list_change_each(list_before, list_after, warn_of_lost_prefix, (void *)interface);
	for (__u32 i = 0; i < before->protected_n; i++) {
		if (!protect_has(after, &before->protected[i]))
			log_warn("%s: %s is not protected any more", interface,
				 protect_format(&before->protected[i], text));
	}
	if (before->monitor && !after->monitor)
		log_warn("%s: monitor mode ends, packets are dropped from now on", interface);
}

void guard_warn(const struct exogate_config *config, const struct list *list, const char *advice)
{
	guard_warn_of_ssh(config, list, advice);
	if (!config->monitor)
		guard_warn_of_mx(config, GUARD_PROTECT_ONE);
	warn_of_foreign_addresses(config);
}
