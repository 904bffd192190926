// SPDX-License-Identifier: Apache-2.0
/* "parse VALUE" and "claims VALUE ID": what authres.h says of them. */
#include "authres.h"

#include "probe.h"

static void put_properties(struct authres *authres)
{
	struct authres_property prop;
	const char *comma = "";

	while (authres_next_property(authres, &prop)) {
		printf("%s{", comma);
		probe_put("ptype", prop.ptype);
		printf(", ");
		probe_put("property", prop.property);
		printf(", ");
		probe_put("value", prop.value);
		putchar('}');
		comma = ", ";
	}
}

static void put_results(struct authres *authres)
{
	struct authres_result result;
	const char *comma = "";

	while (authres_next_result(authres, &result)) {
		printf("%s{", comma);
		probe_put("method", result.method);
		printf(", \"method_version\": %u, ", result.method_version);
		probe_put("result", result.result);
		printf(", ");
		probe_put("reason", result.reason);
		printf(", \"properties\": [");
		put_properties(authres);
		printf("]}");
		comma = ", ";
	}
}

static void answer(const struct probe_question *question)
{
	struct authres authres;

	if (span_eq(question->verb, SPAN("claims"))) {
		printf("{\"claims\": %s}",
		       authres_claims(question->a, question->b) ? "true" : "false");
		return;
	}
	if (authres_parse(question->a, &authres) != PARSE_OK) {
		printf("{\"ok\": false}");
		return;
	}
	printf("{\"ok\": true, ");
	probe_put("authserv_id", authres.authserv_id);
	printf(", \"version\": %u, \"results\": [", authres.version);
	put_results(&authres);
	printf("]}");
}

int main(void)
{
	return probe_run(answer);
}
