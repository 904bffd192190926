# SPDX-License-Identifier: Apache-2.0
"""The rights that a lab needs, told before it fails for want of one (capabilities(7))."""

from pathlib import Path

# Bit, name, what for.
NEEDED = (
    (21, "CAP_SYS_ADMIN", "to make network namespaces and mount a BPF file system"),
    (12, "CAP_NET_ADMIN", "to set up the links of the namespaces"),
    (0, "CAP_CHOWN", "to give Postfix its queue"),
    (1, "CAP_DAC_OVERRIDE", "to write there"),
    (5, "CAP_KILL", "to end what was started"),
    (6, "CAP_SETGID", "for Postfix and exogated to become their users"),
    (7, "CAP_SETUID", "for the same"),
    (10, "CAP_NET_BIND_SERVICE", "to listen on port 25"),
    (18, "CAP_SYS_CHROOT", "for Postfix to lock itself in"),
)


def _effective() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("CapEff:")).split()[1],
               16)


def missing() -> list[str]:
    """Each as "CAP_NAME (what for)"."""
    have = _effective()
    return [f"{name} ({what_for})" for bit, name, what_for in NEEDED if not have >> bit & 1]
