// SPDX-License-Identifier: Apache-2.0
#include "settings_nearest.h"

#include <string.h>

#define LIST_BYTES 512

static size_t least(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/*
 * Levenshtein's distance: how many letters must be put in, taken out or replaced.  Both are at most
 * SETTINGS_KEY_MAX long.
 */
static size_t distance(const char *a, const char *b)
{
	size_t row[SETTINGS_KEY_MAX + 1], diagonal, above;

	for (size_t j = 0; j <= strlen(b); j++)
		row[j] = j;
	for (size_t i = 1; i <= strlen(a); i++) {
		diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= strlen(b); j++) {
			above = row[j];
			row[j] =
				least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[strlen(b)];
}

/* A slip changes up to a third of the letters; what differs more was meant otherwise. */
static const char *nearest(const struct settings_scope *scope, const char *key)
{
	size_t best = strlen(key) / 3 + 1, d;
	const char *found = NULL;

	if (strlen(key) > SETTINGS_KEY_MAX)
		return NULL;
	for (size_t i = 0; i < scope->n_rows; i++) {
		d = distance(key, scope->rows[i].key);
		if (d > best || (d == best && found))
			continue;
		best = d;
		found = scope->rows[i].key;
	}
	return found;
}

static const char *list_keys(const struct settings_scope *scope, char out[static LIST_BYTES])
{
	size_t len = 0;

	for (size_t i = 0; i < scope->n_rows && len < LIST_BYTES; i++)
		len += (size_t)snprintf(out + len, LIST_BYTES - len, "%s%s", i ? ", " : "",
					scope->rows[i].key);
	return out;
}

const struct settings_row *settings_nearest_known(struct settings_report *report,
						  const struct settings_scope *scope,
						  const char *key,
						  const struct settings_place *place)
{
	char known[LIST_BYTES];
	const char *meant;

	for (size_t i = 0; i < scope->n_rows; i++)
		if (!strcmp(scope->rows[i].key, key))
			return &scope->rows[i];
	meant = nearest(scope, key);
	if (meant)
		settings_report_error(report, place, "unknown key; did you mean \"%s\"?", meant);
	else
		settings_report_error(report, place, "unknown key; known here: %s",
				      list_keys(scope, known));
	return NULL;
}
