# SPDX-License-Identifier: Apache-2.0
"""The lab's network: three namespaces, two links, and no route to anywhere else.

    world  world0 ------ world0  relay  hop0 ------ hop0  nexthop

The links are made inside the namespaces, so that the host never sees an interface of ours.
Addresses are Microsoft's where they must be on its list, and documentation addresses elsewhere.
"""

from collections.abc import Sequence
from pathlib import Path

from .namespaces import Namespace

LISTED_V4 = "40.107.1.2"
LISTED_V6 = "2a01:111:f403::2"
UNLISTED_V4 = "192.0.2.66"
RELAY_V4 = "198.51.100.25"
RELAY_V6 = "2001:db8:25::25"
NEXTHOP = "203.0.113.10"

RELAY_IFACE = "world0"  # the relay's "NIC", where the XDP program sits


class Network:
    def __init__(self, prefix: str):
        self.world = Namespace(f"{prefix}-world")
        self.relay = Namespace(f"{prefix}-relay")
        self.nexthop = Namespace(f"{prefix}-nexthop")

    @property
    def namespaces(self) -> Sequence[Namespace]:
        """In the order to end them: senders first."""
        return self.world, self.relay, self.nexthop

    def create(self) -> None:
        for namespace in self.namespaces:
            namespace.create()
        # nodad: nobody else is on the link, so the addresses need not wait for a second.
        self.relay.ip(
            f"link add {RELAY_IFACE} type veth peer name world0 netns {self.world.name}",
            f"link add hop0 type veth peer name hop0 netns {self.nexthop.name}",
            f"link set {RELAY_IFACE} up",
            "link set hop0 up",
            f"address add {RELAY_V4}/32 dev {RELAY_IFACE}",
            f"address add {RELAY_V6}/128 dev {RELAY_IFACE} nodad",
            "address add 203.0.113.1/24 dev hop0",
            f"route add 40.107.0.0/16 dev {RELAY_IFACE} src {RELAY_V4}",
            f"route add 192.0.2.0/24 dev {RELAY_IFACE} src {RELAY_V4}",
            f"route add 2a01:111:f403::/48 dev {RELAY_IFACE}",
        )
        self.nexthop.ip(
            "link set hop0 up",
            f"address add {NEXTHOP}/24 dev hop0",
            # Postfix sends from the one address that it listens on.
            f"route add {RELAY_V4}/32 via 203.0.113.1",
        )
        self.world.ip(
            "link set world0 up",
            f"address add {LISTED_V4}/32 dev world0",
            f"address add {UNLISTED_V4}/32 dev world0",
            f"address add {LISTED_V6}/128 dev world0 nodad",
            f"route add {RELAY_V4}/32 dev world0",
            f"route add {RELAY_V6}/128 dev world0",
        )

    def remove(self) -> None:
        for namespace in self.namespaces:
            namespace.remove()


def shell_to_enter(namespace: Namespace) -> str:
    """The command that opens a shell in the namespace."""
    return " ".join(namespace.argv([Path("/bin/bash")]))
