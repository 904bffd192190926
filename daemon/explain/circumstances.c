// SPDX-License-Identifier: Apache-2.0
#include "circumstances.h"

#include <stdlib.h>

#include "address.h"
#include "mailbox.h"

#define HELO	       "mail.outbound.protection.outlook.com"
#define FOREIGN_RCPT   "recipient@elsewhere.invalid" /* RFC 2606: nobody's */
#define OLD_EXO_SUBNET "40.92.0.1"		     /* in Microsoft's list for a decade */

/* --- the client ------------------------------------------------------------------------------- */

static bool read_client(const char *text, struct address *out)
{
	*out = (struct address){ .family = ADDRESS_NONE };
	if (!strcmp(text, "unknown"))
		return true;
	return address_parse(strchr(text, ':') ? '6' : '4', span_of_string(text), out) == PARSE_OK;
}

bool circumstances_client_valid(const char *text)
{
	struct address client;

	return read_client(text, &client);
}

/* Of IPv4 if there is one. */
static const struct prefix *first_prefix(const struct prefix_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i].family == ADDRESS_V4)
			return &set->items[i];
	return set->n ? &set->items[0] : NULL;
}

static void assume_client(const struct policy *policy, struct circumstances *out)
{
	const struct prefix *prefix = first_prefix(&policy->microsoft);
	size_t last;

	out->client_assumed = true;
	if (!prefix) {
		(void)read_client(OLD_EXO_SUBNET, &out->client);
		return;
	}
	out->client.family = prefix->family;
	memcpy(out->client.bytes, prefix->addr, sizeof(prefix->addr));
	last = prefix->family == ADDRESS_V4 ? 3 : 15;
	if (prefix->length < 8 * (last + 1))
		out->client.bytes[last] |= 1;
}

static void assume_certificate(const struct policy *policy, struct circumstances *out)
{
	out->certificate_assumed = true;
	if (policy->certificate_names.n)
		out->certificate = policy->certificate_names.items[0];
}

/* --- the envelope ----------------------------------------------------------------------------- */

static struct span without_brackets(struct span path)
{
	path = span_trim(path);
	if (path.len >= 2 && path.p[0] == '<' && path.p[path.len - 1] == '>')
		return span_of(path.p + 1, path.len - 2);
	return path;
}

/* The one address of the first From field; false if there is none, or several. */
static bool author_of(const struct message_file *message, struct span *out)
{
	struct mailbox box;
	size_t n;

	for (size_t i = 0; i < message->n_fields; i++) {
		if (!span_eq_nocase(message->fields[i].name, SPAN("From")))
			continue;
		if (mailbox_list_parse(message->fields[i].value, NULL, &box, 1, &n) != PARSE_OK ||
		    n != 1)
			return false;
		*out = box.address;
		return true;
	}
	return false;
}

static void assume_mail_from(const struct message_file *message, struct circumstances *out)
{
	if (message->return_path.line) {
		out->sender = CIRCUMSTANCES_SENDER_RETURN_PATH;
		out->mail_from = without_brackets(message->return_path.value);
	} else if (author_of(message, &out->mail_from)) {
		out->sender = CIRCUMSTANCES_SENDER_FROM;
	} else {
		out->sender = CIRCUMSTANCES_SENDER_NONE;
	}
}

static bool take_rcpts(const struct circumstances_given *given, struct circumstances *out)
{
	static const struct span foreign = { FOREIGN_RCPT, sizeof(FOREIGN_RCPT) - 1 };

	out->rcpts = &foreign;
	out->n_rcpts = 1;
	out->rcpts_assumed = !given->n_rcpts;
	if (out->rcpts_assumed)
		return true;
	out->given_rcpts = calloc(given->n_rcpts, sizeof(*out->given_rcpts));
	if (!out->given_rcpts)
		return false;
	for (size_t i = 0; i < given->n_rcpts; i++)
		out->given_rcpts[i] = without_brackets(span_of_string(given->rcpts[i]));
	out->rcpts = out->given_rcpts;
	out->n_rcpts = given->n_rcpts;
	return true;
}

bool circumstances_of(const struct circumstances_given *given, const struct policy *policy,
		      const struct message_file *message, struct circumstances *out)
{
	*out = (struct circumstances){
		.certificate = SPAN(""),
		.helo = SPAN(HELO),
		.mail_from = SPAN(""),
	};
	if (given->client)
		(void)read_client(given->client, &out->client);
	else
		assume_client(policy, out);
	if (given->certificate)
		out->certificate = span_of_string(given->certificate);
	else
		assume_certificate(policy, out);
	if (given->user)
		out->user = span_of_string(given->user);
	if (given->helo)
		out->helo = span_of_string(given->helo);
	if (given->mail_from)
		out->mail_from = without_brackets(span_of_string(given->mail_from));
	else
		assume_mail_from(message, out);
	return take_rcpts(given, out);
}

void circumstances_free(struct circumstances *circumstances)
{
	free(circumstances->given_rcpts);
}
