// SPDX-License-Identifier: Apache-2.0
#include "dkim_choice.h"

/* What the clock and RFC 8301 say of one that can be read. */
static enum dkim_why judge_sig(const struct dkim_sig *sig, uint64_t now)
{
	if (sig->algorithm == DKIM_RSA_SHA1)
		return DKIM_WHY_SHA1;
	if (sig->has_expiration && sig->expiration < now)
		return DKIM_WHY_EXPIRED;
	if (sig->has_timestamp && sig->timestamp > now + DKIM_CHOICE_SKEW_S)
		return DKIM_WHY_FUTURE;
	return DKIM_WHY_NOT_TRIED;
}

static enum dkim_care care_for(const struct dkim_options *options,
			       const struct dkim_signature *signature)
{
	if (!dkim_signature_is_open(signature) || !options->cares)
		return DKIM_CARE_NOBODY;
	return options->cares(options->whom, domain_span(&signature->sig.domain));
}

static unsigned int rank(const struct dkim_signature *signature)
{
	if (!dkim_signature_is_open(signature))
		return 0;
	return 1 + (signature->care != DKIM_CARE_NOBODY);
}

/* False if to_ascii has failed. */
static bool read_signature(const struct dkim_options *options, const struct header_field *field,
			   struct dkim_signature *out)
{
	bool may_be_unicode = field->index <= DKIM_CHOICE_UNICODE_MAX;
	enum parse_status status;

	out->field = field;
	out->testing = false;
	out->partial = false;
	status = dkim_sig_parse(field->value, may_be_unicode ? options->to_ascii : NULL, &out->sig,
				&out->why);
	if (status == PARSE_OK)
		out->why = judge_sig(&out->sig, options->now);
	return status != PARSE_FAILED;
}

/* The one that must go if there is a better one: the last of the lowest rank. */
static size_t find_worst(const struct dkim_choice *choice)
{
	size_t worst = 0;

	for (size_t i = 1; i < choice->n; i++)
		if (choice->items[i]->rank <= choice->items[worst]->rank)
			worst = i;
	return worst;
}

/* Takes it in, or in place of a worse one; what is left over is returned. */
static struct dkim_signature *admit(struct dkim_choice *choice, unsigned int max,
				    struct dkim_signature *signature)
{
	struct dkim_signature **items = choice->items, *left;
	size_t worst;

	if (choice->n < max) {
		items[choice->n++] = signature;
		return NULL;
	}
	worst = find_worst(choice);
	if (signature->rank <= items[worst]->rank)
		return signature;
	left = items[worst];
	memmove(items + worst, items + worst + 1,
		(choice->n - worst - 1) * sizeof(struct dkim_signature *));
	items[choice->n - 1] = signature;
	return left;
}

bool dkim_choice_make(struct dkim_choice *choice, const struct dkim_options *options,
		      const struct header_index *headers, struct arena *arena)
{
	const struct header_field *field = header_index_first(headers, HEADER_DKIM_SIGNATURE);
	const struct header_field *last = header_index_last(headers, HEADER_DKIM_SIGNATURE);
	bool crowded = last && last->index > options->max_signatures;
	struct dkim_signature *spare = NULL;

	choice->n = 0;
	for (; field; field = field->next) {
		if (!spare)
			spare = arena_record(arena, sizeof(*spare));
		if (!spare || !read_signature(options, field, spare))
			return false;
		spare->care = care_for(options, spare);
		spare->rank = crowded ? rank(spare) : 0;
		spare = admit(choice, options->max_signatures, spare);
	}
	return true;
}
