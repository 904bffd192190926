#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The first process of debian-kernel.sh's virtual machine.  In the initramfs, it makes a root of
# the outer machine's file system (read only, by 9p) under one in memory, and goes there; there, it
# runs the command and puts its exit status where debian-kernel.sh looks for it.
#
# The kernel hands on from its command line:
#   exchange   the directory with the command and the status, shared for writing
#   modules    the kernel's modules

: "${exchange:?}" "${modules:?}"

share() {
    mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$2"
}

enter_root() {
    /bin/busybox --install -s /bin
    while read -r module; do
        insmod "$module"
    done </modules/order
    mkdir -p /outer /memory /root
    share root /outer ro,cache=loose
    mount -t tmpfs -o size=1g memory /memory
    mkdir /memory/upper /memory/work
    mount -t overlay -o lowerdir=/outer,upperdir=/memory/upper,workdir=/memory/work root /root
    share exchange "/root$exchange" rw
    mkdir -p /root/lib/modules
    mount -o bind "/root$modules" /root/lib/modules
    cp "$0" /root/init
    # Not busybox again: it takes /proc/self/exe for itself, which is not yet that of this machine.
    exec switch_root /root /bin/sh /init
}

make_system() {
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    mkdir -p /dev/pts /dev/shm
    ln -s /proc/self/fd /dev/fd
    ln -s fd/0 /dev/stdin
    ln -s fd/1 /dev/stdout
    ln -s fd/2 /dev/stderr
    hostname debian-kernel.example
    mount -t devpts devpts /dev/pts
    mount -t tmpfs tmpfs /dev/shm
    mount -t tmpfs tmpfs /run
    mkdir /run/lock
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mount -t bpf bpf /sys/fs/bpf
    ip link set lo up
}

# In a session of its own, so that what asks for a terminal's signals gets none of init's.
run_command() {
    stty -F /dev/ttyS1 -onlcr
    setsid sh -e "$exchange/command" </dev/null >/dev/ttyS1 2>&1
    echo $? >"$exchange/status"
}

if [ -d /modules ]; then
    set -e
    enter_root
fi
make_system
run_command
sync
echo o >/proc/sysrq-trigger
sleep 60
