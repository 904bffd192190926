// SPDX-License-Identifier: Apache-2.0
#include "exota_tenants.h"

#include "settings_value.h"

#define NAME_MAX_BYTES 64 /* of a tenant */

#define INDENT "    "

void exota_tenants_string(FILE *out, struct span text)
{
	putc('"', out);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

/* --- what is to be said of a tenant ----------------------------------------------------------- */

static bool has_initial_domain(const struct exota_tenant *tenant)
{
	for (size_t i = 0; i < tenant->n; i++)
		if (settings_value_is_initial(tenant->domains[i].name))
			return true;
	return false;
}

static size_t count_without_dkim(const struct exota_tenant *tenant)
{
	size_t n = 0;

	for (size_t i = 0; i < tenant->n; i++)
		n += !tenant->domains[i].dkim_enabled;
	return n;
}

static bool has_unaligned(const struct exota_tenant *tenant)
{
	for (size_t i = 0; i < tenant->n; i++)
		if (tenant->domains[i].dkim_enabled && !tenant->domains[i].alignment_required)
			return true;
	return false;
}

static void comment(FILE *out, const char *line)
{
	fprintf(out, INDENT "# %s\n", line);
}

static void comment_id(FILE *out, const struct exota_demands *demands)
{
	comment(out,
		"DECIDE: its tenant_id was empty. Write ids = [ \"...\" ], as Microsoft's admin");
	if (demands->tenant_id) {
		comment(out,
			"center shows it; until then all its mail that carries an id is refused.");
		return;
	}
	comment(out, "center shows it; until then X-OriginatorOrg alone tells whose the mail is.");
	fputs(INDENT "unknown_ids = \"ignore\";\n", out);
}

static void comment_dkim(FILE *out, const struct exota_tenant *tenant)
{
	size_t n = count_without_dkim(tenant);

	if (n == tenant->n) {
		comment(out, "DECIDE: dkim_enabled was false, so no signature is demanded, and");
		comment(out, "Microsoft's stamp is the only proof. Once the tenant signs, write");
		comment(out, "proofs = 2 and required = [ \"stamp\", \"signature\" ].");
	} else if (n) {
		comment(out,
			"DECIDE: dkim_enabled was false for some of these domains. Proofs are the");
		comment(out,
			"tenant's: a signature of any of its dkim_domains is demanded of all, of:");
		for (size_t i = 0; i < tenant->n; i++)
			if (!tenant->domains[i].dkim_enabled)
				fprintf(out, INDENT "#   %s\n", tenant->domains[i].name.p);
	}
}

static void comment_alignment(FILE *out, const struct exota_tenant *tenant,
			      const struct exota_demands *demands)
{
	if (demands->alignment && !has_unaligned(tenant))
		return;
	comment(out, "DECIDE: no alignment was required, so that any valid signature passed.");
	comment(out, "Here d= must be one of dkim_domains; by default these are the domains.");
}

/* --- its settings ----------------------------------------------------------------------------- */

/*
 * The first domain, its dots as underscores, which host names do not have; where that does not tell
 * it from every other, its number too.
 */
static void put_name(FILE *out, const struct exota_tenant *tenant)
{
	const struct exota_domain *first = &tenant->domains[0];
	char name[NAME_MAX_BYTES + 1];
	bool ambiguous = first->name.len > NAME_MAX_BYTES ||
			 memchr(first->name.p, '_', first->name.len);
	size_t len = ambiguous && first->name.len > 40 ? 40 : first->name.len;

	memcpy(name, first->name.p, len);
	name[len] = '\0';
	for (char *dot = name; (dot = strchr(dot, '.'));)
		*dot = '_';
	fprintf(out, INDENT "name = \"%s", name);
	if (ambiguous)
		fprintf(out, "-%zu", first->position + 1);
	fputs("\";\n", out);
}

static void put_domains(FILE *out, const struct exota_tenant *tenant)
{
	if (!has_initial_domain(tenant)) {
		comment(out, "DECIDE: add the tenant's own NAME.onmicrosoft.com: its notices come");
		comment(out, "from there, and it signs until DKIM is set up for the others.");
	}
	fputs(INDENT "domains = [", out);
	for (size_t i = 0; i < tenant->n; i++)
		fprintf(out, "%s\n" INDENT "  \"%s\"", i ? "," : "", tenant->domains[i].name.p);
	fputs("\n" INDENT "];\n", out);
}

static void put_proofs(FILE *out, const struct exota_tenant *tenant,
		       const struct exota_demands *demands)
{
	bool signature = demands->dkim && count_without_dkim(tenant) < tenant->n;
	bool stamp = demands->tenant_id || !signature;

	if (demands->dkim) {
		comment_dkim(out, tenant);
		if (signature)
			comment_alignment(out, tenant, demands);
	} else {
		comment(out,
			"DECIDE: DKIM was not looked at, so Microsoft's stamp is the only proof.");
	}
	fprintf(out, INDENT "proofs = %d;\n", signature + stamp);
	fprintf(out, INDENT "required = [ %s ];\n",
		signature && stamp ? "\"stamp\", \"signature\"" :
		signature	   ? "\"signature\"" :
				     "\"stamp\"");
}

static void put_tenant(FILE *out, const struct exota_tenant *tenant,
		       const struct exota_demands *demands)
{
	put_name(out, tenant);
	if (tenant->domains[0].id.len)
		fprintf(out, INDENT "ids = [ \"%s\" ];\n", tenant->domains[0].id.p);
	else
		comment_id(out, demands);
	put_domains(out, tenant);
	put_proofs(out, tenant, demands);
}

void exota_tenants_write(FILE *out, const struct exota_policy *policy,
			 const struct exota_demands *demands)
{
	fputs("tenants = (\n", out);
	for (size_t i = 0; i < policy->n; i++) {
		fputs("  {\n", out);
		put_tenant(out, &policy->tenants[i], demands);
		fprintf(out, "  }%s\n", i + 1 < policy->n ? "," : "");
	}
	fputs(");\n", out);
}
