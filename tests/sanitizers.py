# SPDX-License-Identifier: Apache-2.0
"""How a program that a test starts ends at the first report of the sanitizers."""

SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "halt_on_error=1:detect_leaks=1:strict_string_checks=1:exitcode=99",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=99",
}
