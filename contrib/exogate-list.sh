#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Usage: exogate-list [--force]
#
# Fetches Microsoft's endpoint list, and puts a new one in force where this host uses it: in the
# filter, in exogated, and in Postfix's table.  exogate-list.timer runs it every day.
#
# What is no list, or lacks much of the one that is there (but for --force), changes nothing, and is
# left as microsoft.json.new.  EXOGATE_LIST_URL and EXOGATE_LIST_INSTANCE name another of
# Microsoft's clouds.

set -eu

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

url=${EXOGATE_LIST_URL:-https://endpoints.office.com/endpoints/worldwide}
instance=${EXOGATE_LIST_INSTANCE:-worldwide}
list=/var/lib/exogate/microsoft.json
table=/etc/postfix/exchange-online.cidr
client=/var/lib/exogate/client-request-id
pending=$list.pending # until a new list is in force everywhere: the next run goes on

say() {
    echo "exogate-list: $*"
}

fail() {
    say "$*" >&2
    exit 1
}

# Microsoft asks for an id that an installation keeps.
fetch() {
    [ -s "$client" ] || cat /proc/sys/kernel/random/uuid >"$client"
    curl -fsS --max-time 120 --retry 3 -o "$list.new" "$url?clientrequestid=$(cat "$client")"
    sync "$list.new"
}

is_list() {
    exogate-xdp acl show --acl "$1" --instance "$instance" >/dev/null
}

lacks_much() {
    exogate-xdp acl diff "$list.new" --acl "$list" --instance "$instance" --json "$@" |
        grep -q '"refused": true'
}

check() {
    is_list "$list.new"
    ! is_list "$list" 2>/dev/null || ! lacks_much "$@" ||
        fail "$list.new lacks much of $list (exogate-xdp acl diff); exogate-list --force takes it"
}

renew_filter() {
    exogate-xdp status --json 2>/dev/null | grep -q '"interface":' || return 0
    exogate-xdp acl apply "$list" --instance "$instance" "$@"
}

renew_daemon() {
    ! systemctl -q is-active exogated || systemctl reload exogated
}

# Postfix reads its table anew only when it is told.
renew_table() {
    [ -e "$table" ] || return 0
    before=$(cksum <"$table")
    exogate-xdp acl export --acl "$list" --instance "$instance" --format postfix-cidr \
        --source microsoft --output "$table"
    [ "$before" = "$(cksum <"$table")" ] || ! postfix status 2>/dev/null || postfix reload
}

case $* in
'' | --force) ;;
*)
    echo "Usage: exogate-list [--force]" >&2
    exit 2
    ;;
esac
umask 022 # exogated reads the list as its own user
mkdir -p "${list%/*}"
fetch
if ! cmp -s "$list.new" "$list"; then
    check "$@"
    : >"$pending"
    mv "$list.new" "$list"
    say "a new list: $list"
fi
rm -f "$list.new"
[ -e "$pending" ] || exit 0
renew_filter "$@"
renew_daemon
renew_table
rm "$pending"
