// SPDX-License-Identifier: Apache-2.0
/* This file alone is compiled for AVX2, where there is such a thing (Makefile). */
#define dkim_block_run dkim_block_run_avx2
#include "dkim_block.c" // NOLINT(bugprone-suspicious-include)
