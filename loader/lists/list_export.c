// SPDX-License-Identifier: Apache-2.0
#include "list_export.h"

#include "json_text.h"

#include <arpa/inet.h>
#include <inttypes.h>

const char *const list_format_names[LIST_FORMAT_N] = {
	[LIST_POSTFIX_CIDR] = "postfix-cidr",
	[LIST_NFT] = "nft",
	[LIST_IPSET] = "ipset",
	[LIST_JSON] = "json",
};

static void export_heading(FILE *out, const struct list *list)
{
	char version[LIST_VERSION_SIZE];

	fprintf(out, "# exogate: list version %s\n", list_version_text(&list->origin, version));
}

/* --- Postfix ---------------------------------------------------------------------------------- */

static void export_postfix(FILE *out, const struct list *list)
{
	char text[PREFIX_TEXT_SIZE];

	export_heading(out, list);
	for (unsigned source = EXOGATE_SOURCE_MICROSOFT; source <= EXOGATE_SOURCE_RELAY_POOL;
	     source++) {
		if (list->origin.counts[source])
			fprintf(out, "# %s\n", list_source_name(source));
		for (size_t i = 0; i < list->n; i++) {
			if (list->items[i].source == source)
				fprintf(out, "%s OK\n", prefix_format(&list->items[i], text));
		}
	}
}

/* --- nftables --------------------------------------------------------------------------------- */

static void export_nft_set(FILE *out, const struct list *list, uint8_t family)
{
	struct list_walk walk = { .list = list, .family = family, .sources = LIST_ADMITTED };
	const char *separator = "\t\telements = {\n\t\t\t";
	const struct prefix *item;
	char text[PREFIX_TEXT_SIZE];

	fprintf(out, "\tset senders%u {\n\t\ttype ipv%u_addr\n\t\tflags interval\n", family,
		family);
	while ((item = list_walk_next(&walk))) {
		fprintf(out, "%s%s", separator, prefix_format(item, text));
		separator = ",\n\t\t\t";
	}
	fputs(walk.last ? "\n\t\t}\n\t}\n" : "\t}\n", out);
}

static void export_nft_rule(FILE *out, const struct exogate_endpoint *endpoint, uint8_t family)
{
	const char *protocol = family == 4 ? "ip" : "ip6";
	char address[INET6_ADDRSTRLEN];

	if (endpoint->family && endpoint->family != family)
		return;
	fputs("\t\t", out);
	if (endpoint->family)
		fprintf(out, "%s daddr %s ", protocol,
			inet_ntop(family == 4 ? AF_INET : AF_INET6, endpoint->addr, address,
				  sizeof(address)));
	fprintf(out, "tcp dport %" PRIu32 " %s saddr != @senders%u counter drop\n", endpoint->port,
		protocol, family);
}

/* In the input hook fragments are whole again, so that every packet has its port. */
static void export_nft(FILE *out, const struct list *list, const struct exogate_config *config)
{
	fputs("#!/usr/sbin/nft -f\n", out);
	export_heading(out, list);
	fputs("table inet exogate\ndelete table inet exogate\ntable inet exogate {\n", out);
	export_nft_set(out, list, 4);
	export_nft_set(out, list, 6);
	fputs("\tchain input {\n\t\ttype filter hook input priority filter - 10; policy accept\n"
	      "\t\tiifname \"lo\" accept\n",
	      out);
	for (__u32 i = 0; i < config->protected_n; i++) {
		export_nft_rule(out, &config->protected[i], 4);
		export_nft_rule(out, &config->protected[i], 6);
	}
	fputs("\t}\n}\n", out);
}

/* --- ipset ------------------------------------------------------------------------------------ */

/* The set is filled beside the one in use and then takes its place. */
static void export_ipset_family(FILE *out, const struct list *list, uint8_t family)
{
	const char *inet = family == 4 ? "inet" : "inet6";
	struct list_walk walk = { .list = list, .family = family, .sources = LIST_ADMITTED };
	const struct prefix *item;
	char text[PREFIX_TEXT_SIZE];

	fprintf(out, "create exogate%u hash:net family %s maxelem %u -exist\n", family, inet,
		LIST_PREFIXES_MAX);
	fprintf(out, "create exogate%u-new hash:net family %s maxelem %u -exist\n", family, inet,
		LIST_PREFIXES_MAX);
	fprintf(out, "flush exogate%u-new\n", family);
	while ((item = list_walk_next(&walk)))
		fprintf(out, "add exogate%u-new %s\n", family, prefix_format(item, text));
	fprintf(out, "swap exogate%u-new exogate%u\n", family, family);
	fprintf(out, "destroy exogate%u-new\n", family);
}

static void export_ipset(FILE *out, const struct list *list)
{
	export_heading(out, list);
	export_ipset_family(out, list, 4);
	export_ipset_family(out, list, 6);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void export_json(FILE *out, const struct list *list)
{
	json_t *prefixes = json_array();
	char version[LIST_VERSION_SIZE];

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].source != PREFIX_RELAY_POOL_OFF)
			json_array_append_new(prefixes, json_prefix(&list->items[i]));
	}
	list_version_text(&list->origin, version);
	json_write(out, json_pack("{s:s,s:o}", "version", version, "prefixes", prefixes));
}

void list_export(FILE *out, enum list_format format, const struct list *list,
		 const struct exogate_config *config)
{
	switch (format) {
	case LIST_POSTFIX_CIDR:
		export_postfix(out, list);
		break;
	case LIST_NFT:
		export_nft(out, list, config);
		break;
	case LIST_IPSET:
		export_ipset(out, list);
		break;
	default:
		export_json(out, list);
		break;
	}
}
