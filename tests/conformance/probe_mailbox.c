// SPDX-License-Identifier: Apache-2.0
/* "list VALUE" and "path ADDRESS": what mailbox.h reads in them. */
#include "idn.h"
#include "mailbox.h"

#include "probe.h"

#define MAILBOXES_MAX 4096

static struct mailbox boxes[MAILBOXES_MAX];

static void put_mailbox(const struct mailbox *box, struct span value)
{
	printf("{\"offset\": %td, ", box->address.p - value.p);
	probe_put("address", box->address);
	printf(", ");
	probe_put("local", box->local);
	printf(", ");
	probe_put("domain_text", box->domain_text);
	printf(", ");
	probe_put("domain", domain_span(&box->domain));
	putchar('}');
}

static enum parse_status parse(const struct probe_question *question, size_t *n)
{
	*n = 1;
	if (span_eq(question->verb, SPAN("path")))
		return mailbox_path_parse(question->a, idn_to_ascii, boxes);
	return mailbox_list_parse(question->a, idn_to_ascii, boxes, MAILBOXES_MAX, n);
}

static void answer(const struct probe_question *question)
{
	enum parse_status status;
	size_t n;

	status = parse(question, &n);
	printf("{\"ok\": %s, \"mailboxes\": [", status == PARSE_OK ? "true" : "false");
	for (size_t i = 0; status == PARSE_OK && i < n && i < MAILBOXES_MAX; i++) {
		printf("%s", i ? ", " : "");
		put_mailbox(&boxes[i], question->a);
	}
	printf("]}");
}

int main(void)
{
	return probe_run(answer);
}
