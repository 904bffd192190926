// SPDX-License-Identifier: Apache-2.0
#include "settings_number.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit count_units[] = {
	{ "", 1 }, { "K", 1000 }, { "M", 1000000 }, { NULL, 0 }
};
static const struct unit size_units[] = {
	{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { NULL, 0 },
};
static const struct unit duration_units[] = {
	{ "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { NULL, 0 },
};

static const struct {
	const struct unit *units;
	const char *wrong;
} kinds[] = {
	[SETTINGS_NUMBER_COUNT] = { count_units, "not a number, with or without K or M" },
	[SETTINGS_NUMBER_SIZE] = { size_units, "not a number, with or without K, M or G" },
	[SETTINGS_NUMBER_DURATION] = { duration_units, "not a number with s, m, h or d" },
};

/* The factor of a unit of that kind, or 0. */
static uint64_t factor_of(enum settings_number_kind kind, struct span name)
{
	for (const struct unit *u = kinds[kind].units; u->name; u++)
		if (span_eq(name, span_of_string(u->name)))
			return u->factor;
	return 0;
}

const char *settings_number_parse(enum settings_number_kind kind, struct span text, uint64_t *out)
{
	uint64_t number = 0, factor;
	bool overflow = false;
	size_t digits = 0;

	for (; digits < text.len && text.p[digits] >= '0' && text.p[digits] <= '9'; digits++) {
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, text.p[digits] - '0', &number);
	}
	factor = factor_of(kind, span_after(text, digits));
	if (digits == 0 || factor == 0)
		return kinds[kind].wrong;
	overflow |= __builtin_mul_overflow(number, factor, &number);
	if (overflow)
		return SETTINGS_NUMBER_RANGE;
	*out = number;
	return NULL;
}
