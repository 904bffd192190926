#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check-layers.sh OBJECT... - proves the layering (README.md, "How the pieces fit").
#
#  1. daemon/core is pure: linked together, its objects need nothing but the functions below, none of
#     which reads a clock, a file, a socket or a global, allocates, or prints.
#  2. Includes go one way: nobody climbs out of a folder ("../"), and only daemon/settings,
#     daemon/crypto, daemon/io and loader/ include a library's headers: OpenSSL's, of the daemon,
#     daemon/crypto alone.
#  3. Each header of daemon/core, and loader/acl/prefix.h, which it uses, can be included alone.
set -eu

allowed='^(mem(cpy|move|set|cmp|chr|rchr|mem)|strlen|strn?cmp|inet_(pton|ntop)|prefix_set_find|__assert_fail|__stack_chk_fail|__mem(cpy|move|set)_chk|_GLOBAL_OFFSET_TABLE_)$'
libraries='<(openssl|liburing|libconfig|jansson|bpf|libmilter|ares|ldap|pcre2|idn2|microhttpd|systemd)'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

complain() {
    echo "check-layers: $1" >&2
    failed=1
}

# Without what is there for link-time optimisation: that would link something else than these.
for object in "$@"; do
    objcopy --remove-section='.gnu.lto_*' "$object" "$scratch/${object##*/}"
done
ld -r -o "$scratch/core" "$scratch"/*.o
foreign=$(nm --undefined-only --format=posix "$scratch/core" | cut -d' ' -f1 |
    grep -Ev "$allowed" || true)
for symbol in $foreign; do
    complain "daemon/core calls $symbol(), which is not on the list of pure functions"
done

for section in $(size -A "$scratch/core" | awk '/^\.(t?data|t?bss)(\.|[ \t])/ && !/rel\.ro/ && $2 { print $1 }'); do
    complain "daemon/core has writable globals, in section $section"
done

while read -r where; do
    [ -z "$where" ] || complain "$where: includes climb out of their folder"
done <<EOF
$(grep -rnE '#include "\.\./' bpf daemon loader tests bench 2>/dev/null --include='*.[ch]' | cut -d: -f1,2)
EOF

while read -r where; do
    [ -z "$where" ] || complain "$where: a library's header in a layer that must not know it"
done <<EOF
$(grep -nE "#include $libraries" daemon/core/*.[ch] daemon/cmd/*.[ch] daemon/*.c | cut -d: -f1,2)
EOF

while read -r where; do
    [ -z "$where" ] || complain "$where: OpenSSL outside of daemon/crypto"
done <<EOF
$(grep -rnE '#include <openssl/' daemon --include='*.[ch]' | grep -v '^daemon/crypto/' | cut -d: -f1,2)
EOF

for header in daemon/core/*.h loader/acl/prefix.h; do
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Idaemon/core -Iloader/acl -fsyntax-only -x c "$header" ||
        complain "$header cannot be included alone"
done

[ "$failed" -eq 0 ] || exit 1
echo "check-layers: daemon/core is pure, and includes go one way"
