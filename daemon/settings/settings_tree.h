/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_tree - the settings file key by key, each value checked by itself.
 *
 * The shape of the file: settings_table.c says which key goes where.  Lives as long as libconfig's
 * tree, to which the places of its values point.
 */
#ifndef EXOGATE_SETTINGS_TREE_H
#define EXOGATE_SETTINGS_TREE_H

#include "settings_value.h"

struct settings_tree_socket {
	struct settings_value mode; /* number: mode_t */
	struct settings_value group;
};

struct settings_tree_acl {
	struct settings_value check; /* enum policy_acl_check */
	struct settings_value source;
	struct settings_value instance;	     /* enum instance_id */
	struct settings_value relay_pool;    /* bool: it counts */
	struct settings_value allow;	     /* prefixes */
	struct settings_value other_clients; /* enum policy_other_clients */
};

struct settings_tree_certificate {
	struct settings_value check; /* enum policy_certificate_check */
	struct settings_value names;
	struct settings_value exempt;  /* prefixes */
	struct settings_value missing; /* enum policy_missing_certificate */
};

struct settings_tree_dkim {
	struct settings_value source; /* enum policy_dkim_source */
	struct settings_value trusted_authserv_id;
	struct settings_value signatures;
	struct settings_value min_rsa_bits;
	struct settings_value partial_body; /* bool: it counts */
};

struct settings_tree_dns {
	struct settings_value servers;
	struct settings_value timeout;
	struct settings_value cache;
};

struct settings_tree_exota {
	struct settings_value reject_message;
	struct settings_value tempfail_message;
	struct settings_value authserv_id;
};

struct settings_tree_hosted {
	struct settings_value domains;
};

struct settings_tree_rewrite {
	struct settings_value map;
};

struct settings_tree_secret_header {
	struct settings_value name;
	struct settings_value values; /* the path of a file */
};

struct settings_tree_rate_limit {
	struct settings_value messages_minute;
	struct settings_value messages_hour;
	struct settings_value recipients_minute;
	struct settings_value recipients_hour;
};

struct settings_tree_tenant {
	struct settings_value name;
	struct settings_value ids;
	struct settings_value unknown_ids; /* enum policy_unknown_ids */
	struct settings_value domains;
	struct settings_value originator_orgs;
	struct settings_value dkim_domains;
	struct settings_tree_secret_header secret_header;
	struct settings_value proofs;
	struct settings_value proofs_reason;
	struct settings_value required; /* choices: enum policy_proof */
	struct settings_value relay_addresses;
	struct settings_value forwarding; /* enum policy_forwarding */
	struct settings_value mode;	  /* enum policy_mode */
	struct settings_value refusal;	  /* enum policy_refusal */
	struct settings_tree_rate_limit rate_limit;
	struct settings_tree_rewrite rewrite;
};

struct settings_tree_reply {
	struct settings_value reason; /* enum reason */
	struct settings_value text;
};

struct settings_tree_limits {
	struct settings_value connections;
	struct settings_value messages;
	struct settings_value message_wait;
	struct settings_value message_header;
	struct settings_value recipients;
	struct settings_value edits;
	struct settings_value idle;
	struct settings_value message_idle;
};

struct settings_tree {
	struct settings_value listen;
	struct settings_tree_socket socket;
	struct settings_value control;
	struct settings_value user;
	struct settings_value workers;
	struct settings_value authserv_id;
	struct settings_value mode;	    /* enum policy_mode */
	struct settings_value log_messages; /* enum policy_log */
	struct settings_tree_acl acl;
	struct settings_tree_certificate certificate;
	struct settings_tree_dkim dkim;
	struct settings_tree_dns dns;
	struct settings_tree_hosted hosted;
	struct settings_value replies; /* groups: struct settings_tree_reply */
	struct settings_value reason_header;
	struct settings_tree_exota exota;
	struct settings_tree_rate_limit rate_limit;
	struct settings_value tenant_table;
	struct settings_value tenants; /* groups: struct settings_tree_tenant */
	struct settings_tree_limits limits;
};

#endif
