// SPDX-License-Identifier: Apache-2.0
#include "cidr_file.h"

#include "text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (16u << 20)
#define QUOTE_MAX      48 /* shown of a bad line; longer than any prefix */

#define TEXT(number) #number
#define BITS(number) "/" TEXT(number)
#define LEAST4	     BITS(PREFIX_OPERATOR_MIN4) " (IPv4)"
#define LEAST6	     BITS(PREFIX_OPERATOR_MIN6) " (IPv6)"

const char *cidr_read(const char *text, size_t len, struct prefix *out)
{
	struct prefix prefix;
	int status = prefix_parse(text, len, &prefix);

	if (status != PREFIX_OK)
		return prefix_error(status);
	if (prefix_too_wide(&prefix))
		return "shorter than " LEAST4 " or " LEAST6
		       "; to admit everyone, detach the filter";
	prefix.source = PREFIX_OPERATOR;
	*out = prefix;
	return NULL;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes blanks and the comment off. */
static void trim(const char **text, size_t *len)
{
	const char *comment = memchr(*text, '#', *len);

	if (comment)
		*len = (size_t)(comment - *text);
	while (*len && is_blank((*text)[*len - 1]))
		--*len;
	while (*len && is_blank(**text)) {
		++*text;
		--*len;
	}
}

static int add_line(const char *text, size_t len, size_t line, struct list *list,
		    char err[CIDR_FILE_ERROR_SIZE])
{
	char quoted[QUOTE_MAX + 1];
	struct prefix prefix;
	const char *wrong;

	trim(&text, &len);
	if (len == 0)
		return 0;
	wrong = cidr_read(text, len, &prefix);
	if (!wrong && list_add(list, &prefix, 1))
		wrong = errno == E2BIG ? "more prefixes than a list may have" : "out of memory";
	if (!wrong)
		return 0;
	snprintf(err, CIDR_FILE_ERROR_SIZE, "line %zu: \"%s\": %s", line,
		 text_file_quote(text, len, quoted, sizeof(quoted)), wrong);
	return -1;
}

int cidr_file_parse(const char *text, size_t len, struct list *list, char err[CIDR_FILE_ERROR_SIZE])
{
	const char *end = text + len;

	for (size_t line = 1; text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (!stop)
			stop = end;
		if (add_line(text, (size_t)(stop - text), line, list, err))
			return -1;
		text = stop + 1;
	}
	return 0;
}

int cidr_file_read(const char *path, struct list *list, char err[CIDR_FILE_ERROR_SIZE])
{
	char reason[CIDR_FILE_ERROR_SIZE];
	const char *why;
	size_t len;
	char *text = text_file_read(path, FILE_BYTES_MAX, &len, &why);
	int status;

	if (!text) {
		snprintf(err, CIDR_FILE_ERROR_SIZE, "cannot read %.200s: %s", path, why);
		return -1;
	}
	status = cidr_file_parse(text, len, list, reason);
	if (status)
		snprintf(err, CIDR_FILE_ERROR_SIZE, "%.150s: %.160s", path, reason);
	free(text);
	return status;
}
