// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "explain_json.h"
#include "explain_text.h"
#include "key_source.h"
#include "openssl_dkim.h"
#include "output.h"

static bool out_of_memory(void)
{
	fputs("exogated: not enough memory\n", stderr);
	return false;
}

static bool print(const struct invocation *invocation, const char *path,
		  const struct explanation *explanation)
{
	return invocation->json ? explain_json(stdout, path, explanation) :
				  explain_text(stdout, path, explanation);
}

/* What all messages of a command line are judged with. */
struct judge {
	const struct invocation *invocation;
	struct settings *settings;
	struct openssl_dkim *openssl;
	struct key_source *keys;
	struct explanation_verifier verifier;
};

static bool explain_message(const struct judge *judge, const char *path,
			    const struct message_file *message)
{
	const struct invocation *invocation = judge->invocation;
	const struct circumstances_given given = {
		.client = invocation->client,
		.certificate = invocation->certificate,
		.user = invocation->user,
		.helo = invocation->helo,
		.mail_from = invocation->mail_from,
		.rcpts = invocation->rcpts,
		.n_rcpts = invocation->n_rcpts,
	};
	struct circumstances circumstances;
	struct explanation *explanation = calloc(1, sizeof(*explanation));
	bool ok = circumstances_of(&given, &judge->settings->policy, message, &circumstances) &&
		  explanation &&
		  explanation_make(judge->settings, message, &circumstances, &judge->verifier,
				   explanation) &&
		  print(invocation, path, explanation);

	if (explanation)
		explanation_free(explanation);
	free(explanation);
	circumstances_free(&circumstances);
	return ok || out_of_memory();
}

static bool explain_file(const struct judge *judge, const char *path)
{
	struct message_file message;
	bool ok;

	if (!message_file_read(path, stderr, &message))
		return false;
	ok = explain_message(judge, path, &message);
	message_file_free(&message);
	return ok;
}

static const struct dns_answer *find_key(void *keys, struct span name)
{
	return key_source_find(keys, name);
}

static bool open_verifier(struct judge *judge)
{
	const struct invocation *invocation = judge->invocation;
	const struct settings *settings = judge->settings;
	const struct key_source_options options = {
		.file = invocation->dns_file,
		.servers = invocation->dns_server ? invocation->dns_server : settings->dns_servers,
		.timeout_ms = settings->dns_timeout_ms,
	};

	judge->openssl = openssl_dkim_open(1);
	judge->keys = key_source_open(&options, stderr);
	if (!judge->openssl)
		return out_of_memory();
	judge->verifier = (struct explanation_verifier){
		.crypto = openssl_dkim_crypto(judge->openssl),
		.now = invocation->now ? strtoull(invocation->now, NULL, 10) : clock_unix_s(),
		.find_key = find_key,
		.keys = judge->keys,
	};
	return judge->keys;
}

static bool explain_all(const struct judge *judge)
{
	const struct invocation *invocation = judge->invocation;
	bool ok = true;

	for (size_t i = 0; i < invocation->n_arguments; i++) {
		if (i && !invocation->json)
			putchar('\n');
		ok &= explain_file(judge, invocation->arguments[i]);
	}
	return ok;
}

int explain_run(const struct invocation *invocation)
{
	struct judge judge = { .invocation = invocation };
	bool ok = false;
	int written;

	judge.settings = settings_load(invocation->settings, stderr);
	if (judge.settings && open_verifier(&judge))
		ok = explain_all(&judge);
	key_source_close(judge.keys);
	openssl_dkim_close(judge.openssl);
	settings_free(judge.settings);
	written = output_flush();
	return ok ? written : EXIT_FAILURE;
}
