// SPDX-License-Identifier: Apache-2.0
#include "dkim.h"

#include <getopt.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dkim_check.h"
#include "dkim_message.h"
#include "openssl_dkim.h"
#include "option.h"

#define RUNS		7
#define RUN_BYTES	(24u << 20) /* of bodies, in one run */
#define RUN_MESSAGES	2000u	    /* at most */
#define CHUNK_BYTES	65535u	    /* of a milter's packets */
#define QUICK_SIZES	2
#define DKIM_BENCH_BITS 2048

static const size_t sizes[] = { 4000, 100000, 1000000, 25000000 };

/* What OpenSSL needs for itself. */
struct bare {
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	EVP_PKEY_CTX *key;
};

struct subject {
	struct dkim_message message;
	struct dkim_options options;
	struct bare bare;
	unsigned int n; /* messages in a run */
	bool quick;
};

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* --- allocations ------------------------------------------------------------------------------ */

static uint64_t n_allocations; /* of OpenSSL */

static void *count_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	n_allocations++;
	return malloc(size);
}

static void *count_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	n_allocations++;
	return realloc(p, size);
}

static void count_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* --- the two ways ----------------------------------------------------------------------------- */

static bool verify_native(struct subject *s)
{
	struct dkim_message *m = &s->message;
	const struct dns_answer answer = {
		.status = DNS_FOUND,
		.n = 1,
		.texts = { { m->record.p, m->record.len } },
	};
	size_t before = m->arena.high;
	const struct dkim_signature *signature;
	struct dkim_check *check = dkim_check_begin(&s->options, &m->headers, &m->arena);
	struct span rest = span_of(m->body.p, m->body.len);
	bool ok = check && dkim_check_answer(check, 0, &answer);

	while (ok && rest.len) {
		size_t n = rest.len < CHUNK_BYTES ? rest.len : CHUNK_BYTES;

		dkim_check_body(check, span_of(rest.p, n));
		rest = span_after(rest, n);
	}
	if (ok) {
		dkim_check_end(check);
		ok = dkim_check_signature(check, 0, &signature) &&
		     signature->why == DKIM_WHY_VERIFIED;
	}
	m->arena.high = before;
	return ok;
}

static bool hash_bare(struct bare *bare, const struct bytes *bytes, unsigned char digest[32])
{
	return EVP_DigestInit_ex2(bare->hash, bare->sha256, NULL) == 1 &&
	       EVP_DigestUpdate(bare->hash, bytes->p, bytes->len) == 1 &&
	       EVP_DigestFinal_ex(bare->hash, digest, NULL) == 1;
}

static bool verify_bare(struct subject *s)
{
	struct dkim_message *m = &s->message;
	unsigned char digest[32];

	return hash_bare(&s->bare, &m->canonical_body, digest) &&
	       hash_bare(&s->bare, &m->canonical_header, digest) &&
	       EVP_PKEY_verify(s->bare.key, m->signature, m->signature_len, digest,
			       sizeof(digest)) == 1;
}

/* --- measuring -------------------------------------------------------------------------------- */

static bool run_once(struct subject *s, bool (*verify)(struct subject *s), double *us)
{
	double start = cpu_us();

	for (unsigned int i = 0; i < s->n; i++)
		if (!verify(s))
			return false;
	*us = (cpu_us() - start) / s->n;
	return true;
}

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double values[RUNS])
{
	qsort(values, RUNS, sizeof(values[0]), compare_doubles);
	return values[RUNS / 2];
}

/* In turns, so that both have the same share of what else the machine does. */
static bool measure(struct subject *s, double *native, double *bare)
{
	double of_native[RUNS], of_bare[RUNS], unused;

	if (!run_once(s, verify_native, &unused) || !run_once(s, verify_bare, &unused))
		return false;
	for (size_t i = 0; i < RUNS; i++)
		if (!run_once(s, verify_native, &of_native[i]) ||
		    !run_once(s, verify_bare, &of_bare[i]))
			return false;
	*native = median(of_native);
	*bare = median(of_bare);
	return true;
}

/* Of one message, when all that is kept has been made. */
static double count_allocations(struct subject *s, bool (*verify)(struct subject *s))
{
	const uint64_t before = n_allocations;

	for (unsigned int i = 0; i < s->n; i++)
		verify(s);
	return (double)(n_allocations - before) / s->n;
}

static unsigned int messages_of(const struct subject *s, size_t body_bytes)
{
	size_t n = (s->quick ? RUN_BYTES / 64 : RUN_BYTES) / body_bytes;

	return n > RUN_MESSAGES ? RUN_MESSAGES : n ? (unsigned int)n : 1;
}

static bool measure_size(struct subject *s, EVP_PKEY *key, enum dkim_message_kind kind, size_t size)
{
	double native, bare;
	bool ok = dkim_message_make(&s->message, kind, size, key);

	s->n = messages_of(s, size);
	ok = ok && measure(s, &native, &bare);
	if (ok)
		printf("%-6s %9zu bytes  verified %10.1f us  bare OpenSSL %10.1f us  ratio %.3f  "
		       "allocations %.1f, bare %.1f\n",
		       dkim_message_kind_name(kind), s->message.body.len, native, bare,
		       native / bare, count_allocations(s, verify_native),
		       count_allocations(s, verify_bare));
	dkim_message_free(&s->message);
	return ok;
}

static bool measure_all(struct subject *s, EVP_PKEY *key)
{
	size_t n = s->quick ? QUICK_SIZES : sizeof(sizes) / sizeof(sizes[0]);

	for (int kind = 0; kind < DKIM_MESSAGE_KINDS; kind++)
		for (size_t i = 0; i < n; i++)
			if (!measure_size(s, key, (enum dkim_message_kind)kind, sizes[i]))
				return false;
	return true;
}

static bool open_bare(struct bare *bare, EVP_PKEY *key)
{
	bare->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	bare->hash = EVP_MD_CTX_new();
	bare->key = EVP_PKEY_CTX_new(key, NULL);
	return bare->sha256 && bare->hash && bare->key && EVP_PKEY_verify_init(bare->key) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(bare->key, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(bare->key, EVP_sha256()) == 1;
}

static void close_bare(struct bare *bare)
{
	EVP_PKEY_CTX_free(bare->key);
	EVP_MD_CTX_free(bare->hash);
	EVP_MD_free(bare->sha256);
}

static int run(bool quick)
{
	struct openssl_dkim *openssl = openssl_dkim_open(1);
	EVP_PKEY *key = EVP_RSA_gen(DKIM_BENCH_BITS);
	struct subject subject = { .quick = quick };
	bool ok = openssl && key && open_bare(&subject.bare, key);

	if (ok) {
		subject.options = (struct dkim_options){
			.crypto = openssl_dkim_crypto(openssl),
			.max_signatures = 8,
			.min_rsa_bits = DKIM_RSA_BITS_MIN,
			.leading_space = true,
		};
		printf("CPU time a message, rsa-sha256 of %d bits, relaxed/relaxed, key cached\n",
		       DKIM_BENCH_BITS);
		ok = measure_all(&subject, key);
	}
	if (!ok)
		fprintf(stderr, "exogate-bench: a signature did not verify, or OpenSSL failed\n");
	close_bare(&subject.bare);
	EVP_PKEY_free(key);
	openssl_dkim_close(openssl);
	return ok ? 0 : 1;
}

/* --- options ---------------------------------------------------------------------------------- */

static void print_usage(void)
{
	printf("Usage: exogate-bench dkim [OPTION]\n\n"
	       "Measures the CPU time of verifying a DKIM signature, for bodies of 4 KB to 25 MB,\n"
	       "beside what OpenSSL takes to hash the canonical bytes and verify the signature;\n"
	       "and OpenSSL's allocations for one message.\n\n"
	       "      --quick  two sizes, few messages: does it work?\n"
	       "  -h, --help   print this and exit\n");
}

int dkim_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool quick = false;
	int option;

	CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free);
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == '?')
			return option_misused("unknown option", argv[optind - 1]);
		if (option == 'h') {
			print_usage();
			return 0;
		}
		quick = true;
	}
	if (optind < argc)
		return option_misused("unexpected argument", argv[optind]);
	return run(quick);
}
