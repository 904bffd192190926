// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "harness.h"
#include "session.h"

#define ARENA_SIZE  (64u * 1024)
#define ALL_ACTIONS (MILTER_ACT_ADD_HEADERS | MILTER_ACT_CHANGE_HEADERS | MILTER_ACT_CHANGE_FROM)

static struct session session;
static struct session_answer answer;
static struct arena arena;

static enum session_result tell(const struct milter_event *event)
{
	return session_step(&session, event, &answer);
}

static void macros(enum milter_command stage, struct span pairs)
{
	tell(&(const struct milter_event){ .type = MILTER_MACROS,
					   .macros = { .stage = stage, .pairs = pairs } });
}

static void header(const char *name, const char *value)
{
	tell(&(const struct milter_event){
		.type = MILTER_HEADER,
		.header = { span_of_string(name), span_of_string(value) },
	});
}

static void connect_verified(void)
{
	struct milter_event connected = { .type = MILTER_CONNECT };

	CHECK_EQ(address_parse('4', SPAN(EXO_V4), &connected.connect.client), PARSE_OK);
	macros(MILTER_CONNECT, SPAN("v\0Postfix 3.7.11\0"));
	tell(&connected);
	macros(MILTER_HELO, SPAN("{tls_version}\0TLSv1.3\0{cert_subject}\0" CERTIFICATE_NAME "\0"));
	tell(&(const struct milter_event){ .type = MILTER_HELO, .helo = SPAN("helo.example") });
}

static void begin(const struct session_limiter *limiter)
{
	arena = fixture_arena(ARENA_SIZE);
	session_init(&session, fixture_policy());
	session_set_limiter(&session, limiter);
	session.actions = ALL_ACTIONS;
	session.leading_space = true;
	connect_verified();
}

/* A message with so many recipients, and the reason of its answer. */
static enum reason reason_of(unsigned int n_rcpts, const char *tenant_id)
{
	arena_reset(&arena);
	session_begin_message(&session, &arena);
	tell(&(const struct milter_event){ .type = MILTER_MAIL,
					   .path.address = SPAN("<alice@contoso.com>") });
	for (unsigned int i = 0; i < n_rcpts; i++)
		tell(&(const struct milter_event){ .type = MILTER_RCPT,
						   .path.address = SPAN("<bob@other.example>") });
	header("From", " alice@contoso.com");
	header("X-MS-Exchange-CrossTenant-Id", tenant_id);
	CHECK_EQ(tell(&(const struct milter_event){ .type = MILTER_END_OF_MESSAGE }),
		 SESSION_ANSWER);
	session_end_message(&session);
	return answer.verdict.reason;
}

struct asked {
	unsigned int n;
	uint32_t n_rcpts; /* at the last time */
	bool yes;
};

static bool admit(void *state, const struct policy_tenant *tenant, uint32_t n_rcpts)
{
	struct asked *asked = state;

	CHECK_BYTES(tenant->name.p, tenant->name.len, "contoso", strlen("contoso"));
	asked->n++;
	asked->n_rcpts = n_rcpts;
	return asked->yes;
}

TEST(authorised_mail_is_limited)
{
	struct asked asked = { .yes = true };
	const struct session_limiter limiter = { admit, &asked };

	begin(&limiter);
	CHECK_EQ(reason_of(2, CONTOSO_ID), REASON_AUTHORISED);
	CHECK_EQ(asked.n, 1);
	CHECK_EQ(asked.n_rcpts, 2);
	asked.yes = false;
	CHECK_EQ(reason_of(1, CONTOSO_ID), REASON_RATE_LIMIT);
	CHECK_EQ(answer.verdict.decision, VERDICT_TEMPFAIL);
	CHECK_EQ(answer.plan.n, 0);
	CHECK_EQ(asked.n, 2);
}

TEST(other_mail_is_not_counted)
{
	struct asked asked = { .yes = true };
	const struct session_limiter limiter = { admit, &asked };

	begin(&limiter);
	CHECK_EQ(reason_of(1, FABRIKAM_ID), REASON_TENANT_CONFLICT);
	session.actions = 0;
	CHECK_EQ(reason_of(1, CONTOSO_ID), REASON_EDITS_REFUSED);
	CHECK_EQ(asked.n, 0);
}

TEST(a_new_connection_keeps_its_limiter)
{
	struct asked asked = { .yes = false };
	const struct session_limiter limiter = { admit, &asked };

	begin(&limiter);
	tell(&(const struct milter_event){ .type = MILTER_QUIT_NEW_CONNECTION });
	connect_verified();
	CHECK_EQ(reason_of(1, CONTOSO_ID), REASON_RATE_LIMIT);
}

HARNESS_MAIN
