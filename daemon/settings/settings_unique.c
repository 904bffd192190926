// SPDX-License-Identifier: Apache-2.0
#include "settings_unique.h"

void settings_unique(struct settings_context *c, const void *scope,
		     const struct settings_value *value, const char *what)
{
	const struct settings_place *earlier;

	if (!settings_value_is_given(value))
		return;
	earlier = settings_index_add(&c->index, scope, value->text, &value->place);
	if (earlier)
		settings_report_error(&c->report, &value->place, "\"%s\" is already %s (%s:%u)",
				      value->text.p, what,
				      settings_report_file(&c->report, earlier),
				      settings_report_line_of(earlier));
}
