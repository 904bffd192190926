/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - the command status: text or JSON from one struct.
 *
 * The JSON is an interface that scripts rely on: {"abi", "interfaces": [{"interface", "pin",
 * "ifindex", "state", "mode", "program": {"id", "name"}, "maps": {NAME: id}, "abi", "monitor",
 * "protected": ["any:25"], "confirm_s", "list": {"version", "instance", "file", "file_time",
 * "applied"}, "prefixes": {SOURCE: n}, "counters": {REASON: {"verdict", "packets",
 * "bytes", "monitored": {"packets", "bytes"}}}}]}.  interface is the present name, pin the path of
 * the link, which keeps the name of old; what is not UTF-8 in them is escaped, \xHH.  ifindex and
 * mode are null unless state is "attached", confirm_s unless it waits for confirmation (0:
 * overdue); what comes
 * after abi is null where the program's ABI version is not this one.  Times are Unix times:
 * when the file was changed last, and when its list was put in force.
 */
#ifndef EXOGATE_REPORT_H
#define EXOGATE_REPORT_H

#include "options.h"

/* Returns 0, or -1 after a line for each thing that went wrong. */
int report_run(const struct options *options);

#endif
