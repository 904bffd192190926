// SPDX-License-Identifier: Apache-2.0
#include "fixture_list.h"
#include "harness.h"
#include "list_change.h"

#include <string.h>

#define N(table) (sizeof(table) / sizeof((table)[0]))

#define MS(prefix)                       \
	{                                \
		prefix, PREFIX_MICROSOFT \
	}
#define OP(prefix)                      \
	{                               \
		prefix, PREFIX_OPERATOR \
	}

#define ROWS_MAX 8

static const struct fixture_row worldwide[] = {
	MS("40.92.0.0/15"),  MS("40.107.0.0/16"),      MS("52.100.0.0/14"),
	MS("104.47.0.0/17"), MS("2a01:111:f400::/48"), MS("2a01:111:f403::/48"),
};

/* From Microsoft's list to these. */
static const struct {
	const char *what;
	struct fixture_row rows[ROWS_MAX];
	size_t n;
	size_t prefixes;	/* lost */
	int percent4, percent6; /* of the addresses, rounded */
	bool sharp;
} losses[] = {
	{ "the same",
	  { MS("40.92.0.0/15"), MS("40.107.0.0/16"), MS("52.100.0.0/14"), MS("104.47.0.0/17"),
	    MS("2a01:111:f400::/48"), MS("2a01:111:f403::/48") },
	  6,
	  0,
	  0,
	  0,
	  false },
	{ "one small prefix less",
	  { MS("40.92.0.0/15"), MS("40.107.0.0/16"), MS("52.100.0.0/14"), MS("2a01:111:f400::/48"),
	    MS("2a01:111:f403::/48") },
	  5,
	  1,
	  7,
	  0,
	  false },
	{ "two prefixes less, but few addresses",
	  { MS("40.92.0.0/15"), MS("52.100.0.0/14"), MS("2a01:111:f400::/48"),
	    MS("2a01:111:f403::/48") },
	  4,
	  2,
	  20,
	  0,
	  true },
	{ "one prefix less, but half of the addresses",
	  { MS("40.92.0.0/15"), MS("40.107.0.0/16"), MS("104.47.0.0/17"), MS("2a01:111:f400::/48"),
	    MS("2a01:111:f403::/48") },
	  5,
	  1,
	  53,
	  0,
	  true },
	{ "half of the IPv6 addresses",
	  { MS("40.92.0.0/15"), MS("40.107.0.0/16"), MS("52.100.0.0/14"), MS("104.47.0.0/17"),
	    MS("2a01:111:f400::/48") },
	  5,
	  1,
	  0,
	  50,
	  true },
	{ "split and widened, with nothing lost",
	  { MS("40.92.0.0/16"), MS("40.93.0.0/16"), MS("40.107.0.0/16"), MS("52.96.0.0/11"),
	    MS("104.47.0.0/16"), MS("2a01:111:f400::/44") },
	  6,
	  0,
	  0,
	  0,
	  false },
	{ "the operator's do not count",
	  { OP("40.92.0.0/15"), OP("40.107.0.0/16"), OP("52.100.0.0/14"), OP("104.47.0.0/17"),
	    OP("2a01:111:f400::/48"), OP("2a01:111:f403::/48") },
	  6,
	  6,
	  100,
	  100,
	  true },
	{ "nothing", { MS("") }, 0, 6, 100, 100, true },
};

TEST(loss)
{
	struct list before = fixture_list(worldwide, N(worldwide));

	for (size_t i = 0; i < N(losses); i++) {
		struct list after = fixture_list(losses[i].rows, losses[i].n);
		struct list_loss loss;

		harness_row("%s", losses[i].what);
		list_loss_find(&before, &after, &loss);
		CHECK_EQ(loss.prefixes, losses[i].prefixes);
		CHECK_EQ(loss.prefixes_before, 6);
		CHECK_EQ(loss.share4 * 100 + 0.5, losses[i].percent4);
		CHECK_EQ(loss.share6 * 100 + 0.5, losses[i].percent6);
		CHECK_EQ(list_loss_is_sharp(&loss), losses[i].sharp);
		list_free(&after);
	}
	list_free(&before);
}

/* A quarter is allowed, more is not. */
TEST(a_quarter)
{
	static const struct fixture_row rows[] = { MS("10.0.0.0/24"), MS("10.0.1.0/24"),
						   MS("10.0.2.0/24"), MS("10.0.3.0/24") };
	struct list before = fixture_list(rows, 4);
	struct list after3 = fixture_list(rows, 3), after2 = fixture_list(rows, 2);
	struct list_loss loss;

	list_loss_find(&before, &after3, &loss);
	CHECK(!list_loss_is_sharp(&loss));
	list_loss_find(&before, &after2, &loss);
	CHECK(list_loss_is_sharp(&loss));
	list_free(&before);
	list_free(&after3);
	list_free(&after2);
}

TEST(from_nothing_nothing_is_lost)
{
	struct list before = { 0 }, after = fixture_list(worldwide, N(worldwide));
	struct list_loss loss;

	list_loss_find(&before, &after, &loss);
	CHECK(!list_loss_is_sharp(&loss));
	list_free(&after);
}

TEST(whole_address_space)
{
	static const struct fixture_row all[] = { MS("0.0.0.0/0"), MS("::/0") };
	static const struct fixture_row half[] = { MS("0.0.0.0/1"), MS("8000::/1") };
	struct list before = fixture_list(all, N(all)), after = fixture_list(half, N(half));
	struct list_loss loss;

	list_loss_find(&before, &after, &loss);
	CHECK_EQ(loss.share4 * 100, 50);
	CHECK_EQ(loss.share6 * 100, 50);
	list_free(&before);
	list_free(&after);
}

static void append(void *context, const struct prefix *before, const struct prefix *after)
{
	char *out = context;
	char text[PREFIX_TEXT_SIZE];

	strcat(out, before ? "-" : "+");
	strcat(out, prefix_format(before ? before : after, text));
	strcat(out, list_source_name((before ? before : after)->source));
	strcat(out, " ");
}

TEST(changes)
{
	static const struct fixture_row old[] = { MS("40.92.0.0/15"), MS("40.107.0.0/16"),
						  OP("192.0.2.0/24") };
	static const struct fixture_row new[] = { MS("40.92.0.0/15"), MS("192.0.2.0/24"),
						  MS("2a01:111:f400::/48") };
	static const char wanted[] = "-40.107.0.0/16microsoft +192.0.2.0/24microsoft "
				     "-192.0.2.0/24operator +2a01:111:f400::/48microsoft ";
	struct list before = fixture_list(old, N(old)), after = fixture_list(new, N(new));
	struct list_change_counts counts = list_change_count(&before, &after);
	char out[512] = "";

	list_change_each(&before, &after, append, out);
	CHECK_BYTES(out, strlen(out), wanted, strlen(wanted));
	CHECK_EQ(counts.added, 2);
	CHECK_EQ(counts.removed, 2);
	list_free(&before);
	list_free(&after);
}

HARNESS_MAIN
