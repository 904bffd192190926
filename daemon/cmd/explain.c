// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "explain_json.h"
#include "explain_text.h"
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

static bool explain_message(const struct invocation *invocation, const struct settings *settings,
			    const char *path, const struct message_file *message)
{
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
	bool ok = circumstances_of(&given, &settings->policy, message, &circumstances) &&
		  explanation && explanation_make(settings, message, &circumstances, explanation) &&
		  print(invocation, path, explanation);

	if (explanation)
		explanation_free(explanation);
	free(explanation);
	circumstances_free(&circumstances);
	return ok || out_of_memory();
}

static bool explain_file(const struct invocation *invocation, const struct settings *settings,
			 const char *path)
{
	struct message_file message;
	bool ok;

	if (!message_file_read(path, stderr, &message))
		return false;
	ok = explain_message(invocation, settings, path, &message);
	message_file_free(&message);
	return ok;
}

int explain_run(const struct invocation *invocation)
{
	struct settings *settings = settings_load(invocation->settings, stderr);
	bool ok = true;
	int written;

	if (!settings)
		return EXIT_FAILURE;
	for (size_t i = 0; i < invocation->n_arguments; i++) {
		if (i && !invocation->json)
			putchar('\n');
		ok &= explain_file(invocation, settings, invocation->arguments[i]);
	}
	settings_free(settings);
	written = output_flush();
	return ok ? written : EXIT_FAILURE;
}
