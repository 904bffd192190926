/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify - what a service manager is told of the daemon's life (systemd's sd_notify(3)).
 *
 * Without a service manager that wants to know, nothing is said.  Not for the threads that serve.
 */
#ifndef EXOGATE_NOTIFY_H
#define EXOGATE_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

/* That the daemon still does its work; to be said at least every notify_alive_interval_ms(). */
void notify_alive(void);

/* 0: nobody wants to hear it. */
int notify_alive_interval_ms(void);

#endif
