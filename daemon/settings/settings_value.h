/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_value - what one key is set to, from the text that the operator wrote.
 *
 * A type reads text into a value, or says in a phrase why it is none of its kind.  It knows nothing
 * of libconfig but the place; nothing of other keys.
 */
#ifndef EXOGATE_SETTINGS_VALUE_H
#define EXOGATE_SETTINGS_VALUE_H

#include "domain.h"
#include "prefix.h"
#include "settings.h"
#include "settings_pool.h"
#include "settings_report.h"

#define SETTINGS_NAME_MAX 64 /* octets of a tenant's name */

enum settings_value_state {
	SETTINGS_VALUE_ABSENT,
	SETTINGS_VALUE_DEFAULT,
	SETTINGS_VALUE_GIVEN,
	SETTINGS_VALUE_BAD, /* given and reported: no conclusion may be drawn from it */
};

struct settings_value {
	enum settings_value_state state;
	struct settings_place place;
	/* In the form in which equal values are equal; NUL follows; empty if absent or bad. */
	struct span text;
	union {
		uint64_t number; /* of numbers and choices */
		struct prefix prefix;
		const struct settings_listener *listener;
		struct {
			struct settings_value *items; /* of lists; only good ones */
			size_t n;
		};
		struct {
			void *groups; /* of lists of groups: the structures of their scope */
			size_t n_groups;
		};
	};
};

static inline bool settings_value_is_given(const struct settings_value *value)
{
	return value->state == SETTINGS_VALUE_GIVEN;
}

/* Whether conclusions may be drawn from it: given without a fault, or the default. */
static inline bool settings_value_is_good(const struct settings_value *value)
{
	return value->state == SETTINGS_VALUE_GIVEN || value->state == SETTINGS_VALUE_DEFAULT;
}

struct settings_row;

struct settings_input {
	struct span text; /* NUL follows */
	const struct settings_row *row;
	struct settings_pool *pool; /* for what the value keeps */
};

struct settings_type {
	const char *noun;    /* "a path" */
	const char *expects; /* its shape in the file: "a string" */
	bool integer;	     /* written without quotes */
	bool hidden;	     /* no message shows the text, which may be a secret */
	/* NULL, *out filled in but for state and place; or why the text is none, *out as it was. */
	const char *(*parse)(const struct settings_input *in, struct settings_value *out);
};

extern const struct settings_type settings_type_account;
extern const struct settings_type settings_type_certificate; /* in lower case */
extern const struct settings_type settings_type_choice;	     /* one of row->choices */
extern const struct settings_type settings_type_content;     /* "<PATH": the path of a file */
extern const struct settings_type settings_type_count;	     /* within row->min and max, as below */
extern const struct settings_type settings_type_domain;	     /* normalised (domain.h), no suffix */
extern const struct settings_type settings_type_domains;     /* the same, or with a leading dot */
extern const struct settings_type settings_type_duration;    /* in seconds */
extern const struct settings_type settings_type_field_name;  /* of the operator's own */
extern const struct settings_type settings_type_group;	     /* of accounts */
extern const struct settings_type settings_type_guid;	     /* in lower case */
extern const struct settings_type settings_type_hostname;    /* as written, for RFC 8601 */
extern const struct settings_type settings_type_integer;
extern const struct settings_type settings_type_listener;
extern const struct settings_type settings_type_message; /* of a reply: policy_exota's */
extern const struct settings_type settings_type_mode;	 /* of a file */
extern const struct settings_type settings_type_name;
extern const struct settings_type settings_type_note;	     /* to people who read the settings */
extern const struct settings_type settings_type_name_server; /* as c-ares reads it */
extern const struct settings_type settings_type_socket;	     /* a path that fits sockaddr_un */
extern const struct settings_type settings_type_path;
extern const struct settings_type settings_type_reason; /* of refusals: enum reason */
extern const struct settings_type settings_type_reply;	/* policy's replies */
extern const struct settings_type settings_type_prefix;
extern const struct settings_type settings_type_size; /* in bytes */

/* A port in decimal digits, 0 if it is not from 1 to 65535; false if it is no number. */
bool settings_value_port(struct span text, uint16_t *out);

/* Whether it is a domain that a tenant of one of Microsoft's clouds has from the start. */
bool settings_value_is_initial(struct span domain);

/* A domain, U-labels included, with a reason: NULL, or why the text is no domain name. */
const char *settings_value_domain(struct span text, struct domain *out);

#endif
