#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Usage: install-deps.sh LIST...
#
# Installs the Debian packages of the lists that are missing; `make deps` runs it.
#
# Says so in one line and stays off the network if nothing is missing.  Asks no question, removes
# no package, and starts no daemon, nor lets one start with the host.

set -eu

PATH=$PATH:/usr/sbin:/sbin

policy=/usr/sbin/policy-rc.d
policy_mark="by install-deps of exogate, for the time of an installation"
log=
policy_is_ours=
policy_saved=
enabled_before=

fail() {
    echo "install-deps: $*" >&2
    exit 1
}

step() {
    echo "install-deps: $*"
}

# The packages that are named in the lists, without their comments.
wanted() {
    sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d'
}

# Nothing for a package that dpkg never heard of; one line, even if it is there for two machines.
package_state() {
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | sed -n 1p
}

missing() {
    for package in $(wanted "$@"); do
        [ "$(package_state "$package")" = installed ] || echo "$package"
    done
}

# Runs a long command; what it says is shown only if it fails.
quietly() {
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        fail "failed: $*"
    fi
}

# What installing the named packages would remove.
removals() {
    apt-get -s -q install --no-install-recommends "$@" 2>/dev/null |
        sed -n 's/^Remv \([^ ]*\).*/\1/p'
}

refuse_removals() {
    quietly apt-get -s install --no-install-recommends "$@"
    [ -n "$(removals "$@")" ] || return 0
    for package in "$@"; do
        losers=$(removals "$package" | tr '\n' ' ')
        [ -z "$losers" ] || fail "$package cannot be installed beside ${losers% };" \
            "nothing was changed. Either apt-get remove ${losers% }, or use another" \
            "machine, container or chroot for exogate's tests and demo"
    done
}

# While packages are being installed, policy-rc.d answers "do not start" (101) for every service.
forbid_daemons() {
    # Not two at once: the second would take the first one's for the administrator's.
    exec 9>/run/lock/exogate-install-deps
    flock 9
    # One of ours was left by an installation that was killed.
    if { [ -e "$policy" ] || [ -L "$policy" ]; } && ! grep -qF "$policy_mark" "$policy"; then
        policy_saved=$policy.exogate-$$
        mv "$policy" "$policy_saved"
    fi
    enabled_before=$(enabled)
    policy_is_ours=yes
    printf '#!/bin/sh\n# %s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 755 "$policy"
}

# The units that are enabled: they start with the host.
enabled() {
    find /etc/systemd/system -path '*.target.wants/*' -printf '%f\n' 2>/dev/null | sort -u
}

# policy-rc.d does not keep packages from enabling what they bring.  Postfix stays enabled, for who
# configures it: it does not start before.
disable_what_came() {
    command -v systemctl >/dev/null || return 0
    for unit in $(enabled); do
        printf '%s\n' "$enabled_before" postfix.service | grep -qxF "$unit" ||
            systemctl -q disable "$unit" || step "cannot disable $unit"
    done
}

clean_up() {
    if [ -n "$policy_is_ours" ]; then
        disable_what_came
        rm -f "$policy"
    fi
    [ -z "$policy_saved" ] || mv -f "$policy_saved" "$policy"
    [ -z "$log" ] || rm -f "$log"
}

# A Postfix that comes with us is left unconfigured; one that is there is not touched.
leave_postfix_unconfigured() {
    case $(package_state postfix) in
    '' | not-installed | config-files)
        echo 'postfix postfix/main_mailer_type select No configuration' |
            quietly_debconf
        ;;
    esac
}

quietly_debconf() {
    debconf-set-selections >"$log" 2>&1 || fail "debconf-set-selections: $(tail -n 1 "$log")"
}

command -v apt-get >/dev/null ||
    fail "needs Debian 12 (dpkg, apt-get); elsewhere install what these name: $*"

packages=$(missing "$@" | tr '\n' ' ')
if [ -z "$packages" ]; then
    step "nothing is missing"
    exit 0
fi
[ "$(id -u)" = 0 ] || fail "run it as root; missing: ${packages% }"

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive

# From here on $packages is split into words on purpose.
# shellcheck disable=SC2086
{
    step "missing: ${packages% }"
    step "apt-get update ..."
    quietly apt-get -q -o DPkg::Lock::Timeout=120 update
    # apt-get calls it a success when no source could be reached.
    grep '^[EW]:' "$log" >&2 || :
    refuse_removals $packages
    step "apt-get install, about a minute ..."
    leave_postfix_unconfigured
    forbid_daemons
    quietly apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold \
        install --no-install-recommends --no-remove $packages
}
step "done"
