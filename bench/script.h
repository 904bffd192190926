/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script - all that is said to one milter, made before anything is measured: for the steps that
 * this milter negotiates.
 */
#ifndef EXOGATE_SCRIPT_H
#define EXOGATE_SCRIPT_H

#include "corpus.h"
#include "stream.h"

struct script {
	struct stream offer;
	struct stream opening;
	struct stream *messages; /* as many as the corpus has, in its order */
	size_t n_messages;
	struct stream closing;
	uint32_t steps; /* that the milter negotiated */
};

/*
 * Asks the milter behind a connected blocking socket, which stays the caller's, what it negotiates,
 * and makes the script.  False after a line on errors, and then nothing is held; else the caller
 * frees with script_free().
 */
bool script_make(int fd, const struct corpus *corpus, const struct stream_envelope *envelope,
		 struct script *out, FILE *errors);
void script_free(struct script *script);

#endif
