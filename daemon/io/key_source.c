// SPDX-License-Identifier: Apache-2.0
#include "key_source.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "lookup_cache.h"
#include "resolver_poll.h"

struct key_source {
	json_t *records; /* of a file; NULL: servers are asked */
	struct resolver_poll poll;
	struct resolver_waiter waiter; /* for the answer of one question */
	bool told;
	struct dns_answer answer;
	char texts[LOOKUP_TEXT_BYTES];
};

/* --- files ------------------------------------------------------------------------------------ */

static const struct {
	const char *word;
	enum dns_status status;
} outcomes[] = {
	{ "NXDOMAIN", DNS_NO_NAME },
	{ "NODATA", DNS_NO_DATA },
	{ "SERVFAIL", DNS_FAILED },
};

#define N_OUTCOMES (sizeof(outcomes) / sizeof(outcomes[0]))

/* N_OUTCOMES if it is none. */
static size_t find_outcome(const json_t *value)
{
	const char *word = json_string_value(json_object_get(value, "rcode"));
	size_t i = 0;

	while (i < N_OUTCOMES && !(word && strcmp(word, outcomes[i].word) == 0))
		i++;
	return i;
}

static bool is_record_list(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return json_is_array(value) && json_array_size(value) <= DNS_TEXTS_MAX;
}

static bool is_answer(const json_t *value)
{
	return json_is_string(value) || is_record_list(value) || find_outcome(value) < N_OUTCOMES;
}

static bool check_records(const char *path, json_t *records, FILE *errors)
{
	const char *name;
	json_t *value;

	if (!json_is_object(records)) {
		fprintf(errors, "exogated: %s: not a JSON object of names and their records\n",
			path);
		return false;
	}
	json_object_foreach(records, name, value)
	{
		if (is_answer(value))
			continue;
		fprintf(errors,
			"exogated: %s: \"%s\": neither a TXT record, nor a list of at most %d, nor "
			"{\"rcode\": \"NXDOMAIN\"}, \"NODATA\" or \"SERVFAIL\"\n",
			path, name, DNS_TEXTS_MAX);
		return false;
	}
	return true;
}

static bool open_file(struct key_source *source, const char *path, FILE *errors)
{
	json_error_t error;

	source->records = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!source->records) {
		if (error.line > 0)
			fprintf(errors, "exogated: %s:%d: %s\n", path, error.line, error.text);
		else
			fprintf(errors, "exogated: %s\n", error.text);
		return false;
	}
	return check_records(path, source->records, errors);
}

static const json_t *find_record(json_t *records, struct span wanted)
{
	const char *name;
	json_t *value;

	json_object_foreach(records, name, value)
	{
		struct span found = span_of_string(name);

		if (found.len && found.p[found.len - 1] == '.')
			found.len--;
		if (span_eq_nocase(found, wanted))
			return value;
	}
	return NULL;
}

static struct span text_of(const json_t *string)
{
	return span_of(json_string_value(string), json_string_length(string));
}

static void read_answer(const json_t *value, struct dns_answer *out)
{
	size_t outcome = find_outcome(value);

	*out = (struct dns_answer){ .status = DNS_FOUND };
	if (json_is_string(value))
		out->texts[out->n++] = text_of(value);
	for (size_t i = 0; i < json_array_size(value); i++)
		out->texts[out->n++] = text_of(json_array_get(value, i));
	if (out->n == 0)
		out->status = outcome < N_OUTCOMES ? outcomes[outcome].status : DNS_NO_DATA;
	if (!value)
		out->status = DNS_NO_NAME;
}

/* --- servers ---------------------------------------------------------------------------------- */

static void on_told(struct resolver_waiter *waiter, const struct dns_answer *answer)
{
	struct key_source *source =
		(struct key_source *)((char *)waiter - offsetof(struct key_source, waiter));

	assert(dns_answer_bytes(answer) <= sizeof(source->texts));
	source->told = true;
	source->answer = *answer;
	dns_answer_copy_texts(&source->answer, source->texts);
}

static const struct dns_answer *ask(struct key_source *source, struct span name)
{
	const struct dns_answer *known;

	source->told = false;
	source->waiter = (struct resolver_waiter){ .told = on_told };
	known = resolver_ask(source->poll.resolver, name, DKIM_CARE_TENANT, &source->waiter);
	while (!known && !source->told)
		resolver_poll_wait(&source->poll, -1);
	return known ? known : &source->answer;
}

/* --- both ------------------------------------------------------------------------------------- */

#define CACHE_ENTRIES 64 /* for the signatures of messages that are explained together */

struct key_source *key_source_open(const struct key_source_options *options, FILE *errors)
{
	const struct resolver_options servers = {
		.servers = options->servers,
		.timeout_ms = options->timeout_ms,
		.answers_max = CACHE_ENTRIES,
		.messages_max = 1,
	};
	struct key_source *source = calloc(1, sizeof(*source));
	bool ok;

	if (!source) {
		fprintf(errors, "exogated: not enough memory\n");
		return NULL;
	}
	ok = options->file ? open_file(source, options->file, errors) :
			     resolver_poll_open(&source->poll, &servers, errors);
	if (ok)
		return source;
	key_source_close(source);
	return NULL;
}

void key_source_close(struct key_source *source)
{
	if (!source)
		return;
	json_decref(source->records);
	resolver_poll_close(&source->poll);
	free(source);
}

const struct dns_answer *key_source_find(struct key_source *source, struct span name)
{
	if (!source->records)
		return ask(source, name);
	read_answer(find_record(source->records, name), &source->answer);
	return &source->answer;
}
