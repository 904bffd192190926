// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include <stdio.h>

#include "output.h"
#include "settings_table.h"

int keys_run(const char *path)
{
	(void)path;
	settings_table_print(stdout);
	return output_flush();
}
