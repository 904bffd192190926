// SPDX-License-Identifier: Apache-2.0
#include "policy_domains.h"

#include <assert.h>

#include "address_map.h"

#define BATCH_DOMAINS 512

/* Some of the table's entries, and where they were written. */
struct domain_batch {
	struct domain_batch *next;
	size_t n;
	struct policy_domain *domains; /* lasting, as the table points to them */
	struct settings_place places[BATCH_DOMAINS];
};

struct domain_moves {
	struct domain_moves *next;
	struct policy_tenant *tenant;
	struct settings_value path;
	struct address_map map;
};

/* --- noting ----------------------------------------------------------------------------------- */

static bool make_room(struct policy_domains *d)
{
	struct domain_batch *batch;

	if (d->batches && d->batches->n < BATCH_DOMAINS)
		return true;
	batch = settings_pool_array(d->context->scratch, 1, sizeof(*batch));
	if (!batch)
		return false;
	batch->domains =
		settings_pool_array(d->context->keep, BATCH_DOMAINS, sizeof(*batch->domains));
	batch->next = d->batches;
	d->batches = batch;
	return batch->domains;
}

/* The domain that the text ("example.com" or ".example.com") stands for; NULL without memory. */
static const struct policy_domain *note(struct policy_domains *d, struct span text,
					const struct policy_tenant *tenant,
					const struct settings_place *place)
{
	bool subdomains = text.len && text.p[0] == '.';
	struct domain_batch *batch;

	if (!make_room(d))
		return NULL;
	batch = d->batches;
	batch->places[batch->n] = *place;
	batch->domains[batch->n] = (struct policy_domain){
		.name = span_after(text, subdomains),
		.subdomains = subdomains,
		.use = tenant ? POLICY_DOMAIN_TENANT : POLICY_DOMAIN_HOSTED,
		.tenant = tenant,
	};
	d->n_written++;
	return &batch->domains[batch->n++];
}

static void note_map(struct policy_domains *d, struct policy_tenant *tenant,
		     const struct settings_value *path)
{
	struct domain_moves *moves = settings_pool_array(d->context->scratch, 1, sizeof(*moves));

	if (!moves)
		return;
	*moves = (struct domain_moves){ .next = d->moves, .tenant = tenant, .path = *path };
	address_map_read(d->context, path, &moves->map);
	d->moves = moves;
	d->n_written += moves->map.n;
}

void policy_domains_add(struct policy_domains *d, struct policy_tenant *tenant,
			const struct settings_tree_tenant *written)
{
	const struct settings_value *path = &written->rewrite.map;

	for (size_t i = 0; i < written->domains.n; i++)
		note(d, written->domains.items[i].text, tenant, &written->domains.items[i].place);
	if (settings_value_is_given(path))
		note_map(d, tenant, path);
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct settings_place *place_of(const struct policy_domains *d,
					     const struct policy_domain *domain)
{
	const struct domain_batch *batch = d->batches;

	while (domain < batch->domains || domain >= batch->domains + batch->n) {
		batch = batch->next;
		assert(batch); /* every entry of the table is in one */
	}
	return &batch->places[domain - batch->domains];
}

static void report_claimed(struct policy_domains *d, const struct policy_domain *domain,
			   const struct policy_domain *earlier)
{
	const struct settings_place *before = place_of(d, earlier);

	settings_report_error(&d->context->report, place_of(d, domain),
			      "\"%s%s\" is already the domain of tenant \"%s\" (%s:%u)",
			      domain->subdomains ? "." : "", domain->name.p,
			      earlier->tenant->name.p,
			      settings_report_file(&d->context->report, before),
			      settings_report_line_of(before));
}

static void enter(struct policy_domains *d, const struct policy_domain *domain)
{
	const struct policy_domain *earlier;

	if (policy_domain_add(&d->policy->domains, domain, &earlier))
		d->n += domain->use == POLICY_DOMAIN_TENANT;
	else if (domain->use == POLICY_DOMAIN_TENANT)
		report_claimed(d, domain, earlier);
}

/* In the order in which they were written, so that of two the later one is to blame. */
static void enter_all(struct policy_domains *d)
{
	struct domain_batch *batch = d->batches, *next, *oldest = NULL;

	for (; batch; batch = next) {
		next = batch->next;
		batch->next = oldest;
		oldest = batch;
	}
	d->batches = oldest;
	for (batch = oldest; batch; batch = batch->next)
		for (size_t i = 0; i < batch->n; i++)
			enter(d, &batch->domains[i]);
}

static bool make_table(struct policy_domains *d)
{
	struct policy_domain_table *table = &d->policy->domains;
	size_t n_slots = 2;

	while (n_slots < 2 * d->n_written)
		n_slots *= 2;
	table->slots = settings_pool_array(d->context->keep, n_slots, sizeof(*table->slots));
	if (!table->slots)
		return false;
	table->n_slots = n_slots;
	return true;
}

/* --- rewriting -------------------------------------------------------------------------------- */

static bool move_allowed(const struct policy_domains *d, const struct domain_moves *moves,
			 const struct address_map_row *row)
{
	const struct policy_tenant *target = policy_tenant_of(d->policy, row->to);
	struct settings_report *report = &d->context->report;

	if (target && target != moves->tenant) {
		settings_report_line(report, moves->path.text.p, row->line,
				     "@%s belongs to tenant \"%s\", not to \"%s\"", row->to.p,
				     target->name.p, moves->tenant->name.p);
		return false;
	}
	if (policy_tenant_of(d->policy, row->from) == moves->tenant)
		return true;
	settings_report_line(report, moves->path.text.p, row->line,
			     "@%s is no domain of tenant \"%s\"; add it to the tenant's domains",
			     row->from.p, moves->tenant->name.p);
	return false;
}

/* All rows are checked before the first target counts as the tenant's: rows do not chain. */
static size_t take_moves(const struct policy_domains *d, const struct domain_moves *moves,
			 struct policy_domain_move *out)
{
	size_t n = 0;

	for (size_t i = 0; i < moves->map.n; i++) {
		const struct address_map_row *row = &moves->map.rows[i];

		if (move_allowed(d, moves, row))
			out[n++] = (struct policy_domain_move){ row->from, row->to };
	}
	return n;
}

static void enter_moves(struct policy_domains *d, const struct domain_moves *moves)
{
	struct policy_tenant *tenant = moves->tenant;
	struct policy_domain_move *rows =
		settings_pool_array(d->context->keep, moves->map.n, sizeof(*rows));
	const struct policy_domain *domain;

	if (!rows)
		return;
	tenant->n_moves = take_moves(d, moves, rows);
	tenant->moves = rows;
	for (size_t i = 0; i < tenant->n_moves; i++) {
		if (policy_tenant_of(d->policy, rows[i].to) == tenant)
			continue;
		domain = note(d, rows[i].to, tenant, &moves->path.place);
		if (domain)
			enter(d, domain);
	}
}

static struct domain_moves *in_written_order(struct domain_moves *moves)
{
	struct domain_moves *next, *oldest = NULL;

	for (; moves; moves = next) {
		next = moves->next;
		moves->next = oldest;
		oldest = moves;
	}
	return oldest;
}

/* --- all of it -------------------------------------------------------------------------------- */

void policy_domains_build(struct policy_domains *d, const struct settings_value *hosted)
{
	for (size_t i = 0; i < hosted->n; i++)
		note(d, hosted->items[i].text, NULL, &hosted->items[i].place);
	if (!make_table(d))
		return;
	enter_all(d);
	for (const struct domain_moves *m = in_written_order(d->moves); m; m = m->next)
		enter_moves(d, m);
}
