#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# compile-commands.sh DIRECTORY FILE=COMMAND... - a compilation database on standard output.
set -eu

quote() {
    printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

directory=$(quote "$1")
shift
separator='['
for entry in "$@"; do
    file=${entry%%=*}
    command=${entry#*=}
    printf '%s\n  { "directory": "%s", "file": "%s", "command": "%s -c %s" }' "$separator" \
        "$directory" "$(quote "$file")" "$(quote "$command")" "$(quote "$file")"
    separator=','
done
printf '\n]\n'
