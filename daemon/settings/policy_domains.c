// SPDX-License-Identifier: Apache-2.0
#include "policy_domains.h"

#include <stddef.h>

#include "address_map.h"

/* An entry of the table, with where it was written. */
struct entry {
	struct policy_domain domain;
	const config_setting_t *at;
};

struct builder {
	struct settings_context *context;
	const struct settings_tree_tenant *written;
	struct policy_tenant *tenants;
	struct address_map *maps; /* of the tenants */
	size_t n_tenants;
	struct policy *policy;
	size_t n_domains; /* of tenants */
};

/* --- the table -------------------------------------------------------------------------------- */

static void report_claimed(struct builder *b, const struct settings_value *value,
			   const struct policy_domain *earlier)
{
	const struct entry *entry =
		(const void *)((const char *)earlier - offsetof(struct entry, domain));

	settings_report_error(&b->context->report, &value->place,
			      "\"%s\" is already the domain of tenant \"%s\" (%s:%u)",
			      value->text.p, earlier->tenant->name.p,
			      settings_report_file(&b->context->report, entry->at),
			      config_setting_source_line(entry->at));
}

/* The domain that the text ("example.com" or ".example.com") stands for. */
static struct policy_domain domain_of(struct span text, enum policy_domain_use use)
{
	bool subdomains = text.len && text.p[0] == '.';

	return (struct policy_domain){
		.name = span_after(text, subdomains),
		.subdomains = subdomains,
		.use = use,
	};
}

static const struct policy_domain *add_domain(struct builder *b, const struct policy_domain *domain,
					      const config_setting_t *at)
{
	struct entry *entry = settings_pool_array(b->context->keep, 1, sizeof(*entry));
	const struct policy_domain *earlier = NULL;

	if (!entry)
		return NULL;
	*entry = (struct entry){ *domain, at };
	if (policy_domain_add(&b->policy->domains, &entry->domain, &earlier))
		b->n_domains += domain->use == POLICY_DOMAIN_TENANT;
	return earlier;
}

static void add_hosted(struct builder *b, const struct settings_value *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct settings_value *item = &list->items[i];
		struct policy_domain domain = domain_of(item->text, POLICY_DOMAIN_HOSTED);

		add_domain(b, &domain, item->place.at);
	}
}

static void add_written(struct builder *b, const struct policy_tenant *tenant,
			const struct settings_value *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct settings_value *item = &list->items[i];
		struct policy_domain domain = domain_of(item->text, POLICY_DOMAIN_TENANT);
		const struct policy_domain *earlier;

		domain.tenant = tenant;
		earlier = add_domain(b, &domain, item->place.at);
		if (earlier)
			report_claimed(b, item, earlier);
	}
}

/* --- rewriting -------------------------------------------------------------------------------- */

static bool move_allowed(struct builder *b, const struct policy_tenant *tenant,
			 const struct address_map_row *row, const char *path)
{
	const struct policy_tenant *target = policy_tenant_of(b->policy, row->to);
	struct settings_report *report = &b->context->report;

	if (target && target != tenant) {
		settings_report_line(report, path, row->line,
				     "@%s belongs to tenant \"%s\", not to \"%s\"", row->to.p,
				     target->name.p, tenant->name.p);
		return false;
	}
	if (policy_tenant_of(b->policy, row->from) == tenant)
		return true;
	settings_report_line(report, path, row->line,
			     "@%s is no domain of tenant \"%s\"; add it to the tenant's domains",
			     row->from.p, tenant->name.p);
	return false;
}

/* All rows are checked before the first target counts as the tenant's: rows do not chain. */
static size_t take_moves(struct builder *b, const struct policy_tenant *tenant,
			 const struct settings_value *path, struct policy_domain_move *moves)
{
	const struct address_map *map = &b->maps[tenant - b->tenants];
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++)
		if (move_allowed(b, tenant, &map->rows[i], path->text.p))
			moves[n++] =
				(struct policy_domain_move){ map->rows[i].from, map->rows[i].to };
	return n;
}

static void add_moves(struct builder *b, struct policy_tenant *tenant,
		      const struct settings_value *path)
{
	size_t most = b->maps[tenant - b->tenants].n;
	struct policy_domain_move *moves =
		settings_pool_array(b->context->keep, most, sizeof(*moves));

	if (!moves)
		return;
	tenant->n_moves = take_moves(b, tenant, path, moves);
	tenant->moves = moves;
	for (size_t i = 0; i < tenant->n_moves; i++) {
		struct policy_domain domain = domain_of(moves[i].to, POLICY_DOMAIN_TENANT);

		domain.tenant = tenant;
		if (policy_tenant_of(b->policy, domain.name) != tenant)
			add_domain(b, &domain, path->place.at);
	}
}

/* --- all of it -------------------------------------------------------------------------------- */

static void read_maps(struct builder *b)
{
	for (size_t i = 0; i < b->n_tenants; i++) {
		const struct settings_value *path = &b->written[i].rewrite.map;

		if (settings_value_is_given(path))
			address_map_read(b->context, path, &b->maps[i]);
	}
}

static bool make_table(struct builder *b, size_t n_hosted)
{
	struct policy_domain_table *table = &b->policy->domains;
	size_t n = n_hosted, n_slots = 2;

	for (size_t i = 0; i < b->n_tenants; i++)
		n += b->written[i].domains.n + b->maps[i].n;
	while (n_slots < 2 * n)
		n_slots *= 2;
	table->slots = settings_pool_array(b->context->keep, n_slots,
					   sizeof(const struct policy_domain *));
	if (!table->slots)
		return false;
	table->n_slots = n_slots;
	return true;
}

void policy_domains_build(struct settings_context *context, const struct settings_tree *tree,
			  struct policy_tenant *tenants, struct settings *settings)
{
	struct builder b = {
		.context = context,
		.written = tree->tenants.groups,
		.tenants = tenants,
		.n_tenants = tree->tenants.n_groups,
		.policy = &settings->policy,
	};

	b.maps = settings_pool_array(context->scratch, b.n_tenants, sizeof(*b.maps));
	if (!b.maps)
		return;
	read_maps(&b);
	if (!make_table(&b, tree->hosted.domains.n))
		return;
	add_hosted(&b, &tree->hosted.domains);
	for (size_t i = 0; i < b.n_tenants; i++)
		add_written(&b, &tenants[i], &b.written[i].domains);
	for (size_t i = 0; i < b.n_tenants; i++)
		add_moves(&b, &tenants[i], &b.written[i].rewrite.map);
	settings->n_domains = b.n_domains;
}
