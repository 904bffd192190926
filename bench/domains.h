/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domains - the command that measures what a policy of many domains costs: to load, to keep, and to
 * look a domain up in.
 */
#ifndef EXOGATE_BENCH_DOMAINS_H
#define EXOGATE_BENCH_DOMAINS_H

/* argv[0] is the command; returns an exit status. */
int domains_run(int argc, char **argv);

#endif
