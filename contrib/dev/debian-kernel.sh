#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Usage: debian-kernel.sh COMMAND [ARGUMENT]...
#
# Runs a command as root under Debian 12's own kernel, 6.1, in a virtual machine: prints what it
# prints and exits as it does.  The machine sees the whole file system of this one, in which it can
# write without a trace (to memory); it has no network, and EXOGATE_VM_SECONDS (900) to live.
#
# The kernel comes from the package that Debian has now and stays below build/debian-kernel; the
# kernel's own messages of the last run are in build/debian-kernel/kernel.log.

set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin

readonly package=linux-image-amd64
readonly modules="virtio_pci 9pnet_virtio 9p overlay" # what it takes to see this file system

here=$(cd "$(dirname "$0")" && pwd)
work=$(cd "$here/../.." && pwd)/build/debian-kernel
seconds=${EXOGATE_VM_SECONDS:-900}
accelerator=${EXOGATE_VM_ACCELERATOR:-tcg} # kvm is many times as fast, but nested it often hangs

fail() {
    echo "debian-kernel: $*" >&2
    exit 1
}

# The package that the one above stands for now: linux-image-6.1.0-N-amd64.
real_package() {
    apt-cache depends "$package" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p'
}

fetch_kernel() {
    local name=$1 unpacked=$work/$1

    [ ! -d "$unpacked" ] || return 0
    echo "debian-kernel: fetching $name"
    rm -rf "$work"/linux-image-* "$work/download"
    mkdir -p "$work/download"
    (cd "$work/download" && apt-get -q download "$name" >/dev/null 2>&1) ||
        fail "cannot fetch $name: apt-get update, then again"
    dpkg-deb -x "$work"/download/*.deb "$work/download/root"
    depmod -b "$work/download/root" "${name#linux-image-}"
    mv "$work/download/root" "$unpacked"
    rm -rf "$work/download"
}

# Busybox, the modules in the order of their needs, and what begins.
make_initramfs() {
    local unpacked=$1 version=$2 root=$work/initramfs module

    rm -rf "$root"
    mkdir -p "$root/bin" "$root/modules"
    cp /bin/busybox "$root/bin/"
    ln -s busybox "$root/bin/sh"
    cp "$here/debian-kernel-init.sh" "$root/init"
    for module in $modules; do
        modprobe -d "$unpacked" -S "$version" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/modules"
    while read -r module; do
        cp "$module" "$root/modules/"
        echo "/modules/${module##*/}"
    done <"$work/modules" >"$root/modules/order"
    (cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$work/initramfs.cpio"
}

boot() {
    local unpacked=$1 version=$2

    timeout --foreground "$seconds" qemu-system-x86_64 \
        -nodefaults -no-user-config -display none -no-reboot \
        -machine q35,accel="$accelerator" -cpu max,-arch-capabilities -smp 2 -m 3072 -nic none \
        -kernel "$unpacked/boot/vmlinuz-$version" -initrd "$work/initramfs.cpio" \
        -append "console=ttyS0 quiet panic=-1 exchange=$work/exchange modules=$unpacked/lib/modules" \
        -serial "file:$work/kernel.log" \
        -chardev stdio,id=output,signal=off -serial chardev:output \
        -fsdev local,id=root,path=/,security_model=passthrough,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=root,mount_tag=root \
        -fsdev "local,id=exchange,path=$work/exchange,security_model=none" \
        -device virtio-9p-pci,fsdev=exchange,mount_tag=exchange \
        -object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng \
        </dev/null
}

[ $# -gt 0 ] || fail "name a command"
[ "$(id -u)" = 0 ] || fail "run it as root"
for program in qemu-system-x86_64 busybox depmod cpio; do
    command -v "$program" >/dev/null ||
        fail "$program is missing: install what $here/packages-vm.txt names"
done

name=$(real_package)
[ -n "$name" ] || fail "apt knows no $package: apt-get update, then again"
mkdir -p "$work"
exec 9>"$work/lock"
flock 9
fetch_kernel "$name"
make_initramfs "$work/$name" "${name#linux-image-}"
rm -rf "$work/exchange"
mkdir "$work/exchange"
{
    printf 'cd %q\n' "$PWD"
    printf '%q ' "$@"
    echo
} >"$work/exchange/command"

boot "$work/$name" "${name#linux-image-}" 9>&- || {
    [ $? -ne 124 ] || fail "the machine was ended after $seconds s (EXOGATE_VM_SECONDS)"
    fail "qemu failed: see above, and $work/kernel.log"
}
[ -s "$work/exchange/status" ] || fail "the machine ended without a word: see $work/kernel.log"
exit "$(cat "$work/exchange/status")"
