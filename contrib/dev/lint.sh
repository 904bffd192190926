#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lint.sh FILE... - clang-tidy and cppcheck over the C sources; what they are asked for stands in
# .clang-tidy and here.
set -eu

echo "lint: clang-tidy"
# Shown only if it has found something: it counts what it suppresses in system headers.
if ! printf '%s\n' "$@" | xargs -P 2 -n 8 clang-tidy --quiet -p . --warnings-as-errors='*' \
    >build/lint.log 2>&1; then
    cat build/lint.log >&2
    exit 1
fi

echo "lint: cppcheck"
# varFuncNullUB is about a NULL that is a plain 0; glibc's is a pointer.
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
    --enable=warning,performance,portability --suppress=missingIncludeSystem \
    --suppress=varFuncNullUB \
    '-DEXOGATE_VERSION=""' '-DLIBBPF_OPTS(type, name, ...)=struct type name = { __VA_ARGS__ }' \
    -D_GNU_SOURCE -Ibpf -Iloader -Iloader/acl -Idaemon/core -Idaemon/crypto -Idaemon/settings -Idaemon/exota -Idaemon/explain -Idaemon/io -Idaemon/cmd \
    -Itests/unit -Ibench -Ibench/xdp "$@"
