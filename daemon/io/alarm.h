/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm - what an operator is to be told at once, since mail waits or will be refused by it.
 *
 * Each is counted, and has a line in the log: the first of its kind, then one a minute at most for
 * each thread that serves, with how many there were.
 */
#ifndef EXOGATE_ALARM_H
#define EXOGATE_ALARM_H

#include <stdint.h>

#include "span.h"

#define ALARMS(X)                                                                                 \
	X(ALARM_CLIENT_UNLISTED, "client-unlisted",                                               \
	  "a trusted certificate from an address that is not listed; is the list stale?")         \
	X(ALARM_CERT_MISSING, "cert-missing",                                                     \
	  "mail of a tenant without a verified client certificate")                               \
	X(ALARM_RATE_LIMIT, "rate-limit",                                                         \
	  "mail beyond what it may send is deferred; is an account of it in other hands?")        \
	X(ALARM_STAMP_VANISHED, "stamp-vanished", "a stamp that used to come is no longer there") \
	X(ALARM_NAME_SERVER, "name-server",                                                       \
	  "a tenant's key cannot be had for now; mail that needs it is put off")                  \
	X(ALARM_DNS_FULL, "dns-full",                                                             \
	  "too many questions wait for name servers; the key of a signature is not asked for")

enum alarm {
#define ALARM_ENUM(alarm, word, text) alarm,
	ALARMS(ALARM_ENUM)
#undef ALARM_ENUM
	ALARM_N,
};

struct span alarm_word(enum alarm alarm);

/* What one thread has said of each; zeroed, nothing. */
struct alarm_log {
	uint64_t said_ns[ALARM_N]; /* 0: never */
	uint64_t unsaid[ALARM_N];
};

/* Says it, if it is time; about names whom it concerns, and is harmless to show. */
void alarm_say(struct alarm_log *log, enum alarm alarm, const char *about, uint64_t now_ns);

#endif
