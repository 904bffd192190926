# SPDX-License-Identifier: Apache-2.0
"""A relay of its own to try exogate on: network namespaces, Postfix, exogated, XDP, a next hop.

The demo and the system tests use the same modules.  Nothing here touches the host's network or
its mail configuration, and `Lab.close()` removes all that was made.

    commands      run a program to its end, wait for something with a deadline
    namespaces    one network namespace: run in it, enter it, end what runs in it
    network       the three namespaces, their links and addresses
    certificates  a CA of the run, with a server and a client certificate
    endpoints     the prefixes of a stored Microsoft endpoints file
    postfix       a Postfix instance of its own
    exogated      the daemon: settings, start, log, end
    xdp           the filter: attach, counters, detach
    nexthop       the server that takes what the relay sends on
    client        one SMTP conversation, all replies kept
    messages      messages as Exchange Online sends them
    relay         the lab: all of the above, put together
    showings      what the lab can show, each checked
    seccomp       a kernel that refuses one system call
    rights        what a lab needs to be allowed, and is not
    alone         what can be shown without all that: exogated, asked at its socket
"""
