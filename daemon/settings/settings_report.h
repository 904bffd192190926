/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_report - lines that tell the operator what is wrong, where, and the mend.
 *
 * `FILE:LINE: key.path: text`; FILE is the included file where the setting stands in one.  Control
 * characters are printed as "?", wherever they come from.
 */
#ifndef EXOGATE_SETTINGS_REPORT_H
#define EXOGATE_SETTINGS_REPORT_H

#include <libconfig.h>
#include <stdio.h>

#include "span.h"

/* Lines of one kind; more are only counted. */
#define SETTINGS_REPORT_MAX 100

/* Room for a value in a message, with its NUL; longer ones are cut. */
#define SETTINGS_REPORT_QUOTE 80

/* In the settings file, or in a row of the table of tenants (tenant_table.h). */
struct settings_place {
	const config_setting_t *at; /* NULL: in the table */
	const char *key;	    /* a member that `at` lacks and the line is about; else NULL */
	unsigned int line;	    /* of the table, where key is the row's; else 0 */
};

struct settings_report {
	FILE *out;
	const char *path;  /* of the settings file */
	const char *table; /* of tenants; NULL: none is open yet */
	unsigned int n_errors;
	unsigned int n_warnings;
};

/* About a place in the settings; NULL: about the file as a whole. */
void settings_report_error(struct settings_report *report, const struct settings_place *place,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));
void settings_report_warning(struct settings_report *report, const struct settings_place *place,
			     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* About a line of any file. */
void settings_report_line(struct settings_report *report, const char *path, unsigned int line,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The file and the line of a place. */
const char *settings_report_file(const struct settings_report *report,
				 const struct settings_place *place);
unsigned int settings_report_line_of(const struct settings_place *place);

/* Says how many lines were only counted. */
void settings_report_close(struct settings_report *report);

/* The text for use in a message: without control characters, cut if it is long. */
const char *settings_report_quote(struct span text, char out[static SETTINGS_REPORT_QUOTE]);

#endif
