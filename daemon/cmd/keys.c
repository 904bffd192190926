// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include <stdio.h>

#include "output.h"
#include "settings_table.h"

int keys_run(const struct invocation *invocation)
{
	(void)invocation;
	settings_table_print(stdout);
	return output_flush();
}
