# SPDX-License-Identifier: Apache-2.0
"""Real TCP connections through the attached filter, both families, native and generic mode."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab.commands import wait_until
from lab.namespaces import Namespace

from .cases import (MICROSOFT4, MICROSOFT6, OPERATOR4, OPERATOR6, OTHER4, OTHER6, RELAY4, RELAY6)
from .conftest import ENDPOINTS, Place, create
from .scoped import BESIDE4, BESIDE6

ALLOWED = ("--allow", OPERATOR4, "--allow", OPERATOR6)
MICROSOFT = {4: MICROSOFT4, 6: MICROSOFT6}
OPERATOR = {4: OPERATOR4, 6: OPERATOR6}
OTHER = {4: OTHER4, 6: OTHER6}
RELAY = {4: RELAY4, 6: RELAY6}
BESIDE = {4: BESIDE4, 6: BESIDE6}
LOOPBACK = ["127.0.0.1", "::1"]

# Within this an answer comes on a veth, or none comes; a retransmitted SYN is later.
DROPPED_S = 0.4
PATIENCE_S = 10


@dataclass
class Net:
    """The relay with the filter's interface, and the world at the other end of the link."""
    place: Place
    world: Namespace

    @property
    def relay(self) -> Namespace:
        return self.place.namespace

    def attach(self, *arguments: str, mode: str = "native") -> str:
        return self.place.ok("attach", self.place.iface, "--acl", ENDPOINTS, "--mode", mode,
                             *ALLOWED, *arguments)

    def packets(self, reason: str, what: str = "packets") -> int:
        row = self.place.report()["counters"][reason]
        return row["monitored"]["packets"] if what == "monitored" else row[what]

    def reaches(self, source: str, destination: str, port: int = 25) -> bool:
        """Whether a client in the world, bound to the source, gets a connection."""
        try:
            connect(self.world, source, destination, port, DROPPED_S).close()
        except TimeoutError:
            return False
        return True


def connect(namespace: Namespace, source: str, destination: str, port: int,
            timeout_s: float = PATIENCE_S) -> socket.socket:
    with namespace.entered():
        return socket.create_connection((destination, port), timeout_s, (source, 0))


@contextlib.contextmanager
def listening(namespace: Namespace, port: int = 25) -> Iterator[socket.socket]:
    with namespace.entered():
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True,
                                      backlog=128)
    server.settimeout(PATIENCE_S)
    with server:
        yield server


def both_ends(net: Net, server: socket.socket, source: str,
              destination: str) -> tuple[socket.socket, socket.socket]:
    client = connect(net.world, source, destination, 25)
    accepted = server.accept()[0]
    accepted.settimeout(PATIENCE_S)
    return client, accepted


def transfer(sender: socket.socket, receiver: socket.socket, data: bytes) -> bool:
    """Whether all of it arrives."""
    thread = threading.Thread(target=sender.sendall, args=(data,))
    thread.start()
    received = bytearray()
    while len(received) < len(data):
        received += receiver.recv(1 << 16)
    thread.join()
    return received == data


@pytest.fixture
def net(places: list[Place], bpffs: Path) -> Iterator[Net]:
    place = create(places, bpffs)
    world = Namespace(f"{place.namespace.name}-world")
    try:
        world.create()
        join(place, place.iface, "peer0", world)
        yield Net(place, world)
    finally:
        world.remove()


def join(place: Place, iface: str, peer: str, world: Namespace) -> None:
    """The relay's addresses on one end, the clients' on the other, and nothing between."""
    place.namespace.ip(
        f"link set {peer} netns {world.name}",
        f"link set {iface} up",
        *(f"address add {address}/32 dev {iface}" for address in (RELAY4, BESIDE4)),
        *(f"address add {address}/128 dev {iface} nodad" for address in (RELAY6, BESIDE6)),
        f"route add default dev {iface}",
        f"route add ::/0 dev {iface}",
    )
    world.ip(
        f"link set {peer} up",
        *(f"address add {address}/32 dev {peer}" for address in (MICROSOFT4, OPERATOR4, OTHER4)),
        *(f"address add {address}/128 dev {peer} nodad"
          for address in (MICROSOFT6, OPERATOR6, OTHER6)),
        f"route add default dev {peer}",
        f"route add ::/0 dev {peer}",
    )


modes = pytest.mark.parametrize("mode", ["native", "generic"])
families = pytest.mark.parametrize("family", [4, 6])
# Each mode and each family once, where the two have nothing to do with each other.
ways = pytest.mark.parametrize("family, mode", [(4, "native"), (6, "generic")])


@modes
@families
def test_clients(net: Net, mode: str, family: int):
    """Listed clients are served, data both ways; others are not, on the protected port alone."""
    net.attach(mode=mode)
    data = bytes(range(256)) * 2000
    with listening(net.relay) as server, listening(net.relay, 26):
        for source in (MICROSOFT[family], OPERATOR[family]):
            client, accepted = both_ends(net, server, source, RELAY[family])
            with client, accepted:
                assert transfer(client, accepted, data) and transfer(accepted, client, data)
        assert not net.reaches(OTHER[family], RELAY[family])
        assert net.reaches(OTHER[family], RELAY[family], 26)
        assert net.packets("unlisted") >= 1
        net.place.ok("detach", net.place.iface)
        assert net.reaches(OTHER[family], RELAY[family])


@ways
def test_one_address_of_the_host(net: Net, family: int, mode: str):
    address = RELAY[family] if family == 4 else f"[{RELAY[family]}]"
    net.attach("--protect", f"{address}:25", mode=mode)
    with listening(net.relay):
        assert net.reaches(MICROSOFT[family], RELAY[family])
        assert not net.reaches(OTHER[family], RELAY[family])
        assert net.reaches(OTHER[family], BESIDE[family])
        assert net.reaches(OTHER[10 - family], RELAY[10 - family])


@ways
def test_own_connections_go_out(net: Net, family: int, mode: str):
    """What comes from port 25 of a server that is in no list is not for ours."""
    net.attach(mode=mode)
    with listening(net.world) as server:
        client = connect(net.relay, RELAY[family], OTHER[family], 25)
        accepted = server.accept()[0]
        with client, accepted:
            accepted.settimeout(PATIENCE_S)
            assert transfer(client, accepted, bytes(100_000))
            assert transfer(accepted, client, bytes(100_000))
    assert net.packets("unlisted") == 0


@ways
def test_peer_that_is_listed_no_more(net: Net, family: int, mode: str):
    """Its connection is cut at once, and goes on if it is listed again in time."""
    net.attach(mode=mode)
    with listening(net.relay) as server:
        client, accepted = both_ends(net, server, OPERATOR[family], RELAY[family])
        with client, accepted:
            assert transfer(client, accepted, b"EHLO x\r\n")
            assert len(net.place.attach_otherwise("--mode", mode)) == 2  # both families
            client.sendall(b"MAIL")
            accepted.settimeout(DROPPED_S)
            with pytest.raises(TimeoutError):
                accepted.recv(4)
            assert net.packets("unlisted") >= 1
            net.attach(mode=mode)
            accepted.settimeout(PATIENCE_S)
            assert accepted.recv(4) == b"MAIL"


@families
def test_peer_that_microsoft_lists_no_more(net: Net, family: int, tmp_path: Path):
    """The same by acl apply."""
    net.attach()
    gone = {4: "40.92.0.0/15", 6: "2a01:111:f400::/48"}[family]
    document = json.loads(ENDPOINTS.read_text())
    for entry in document:
        entry["ips"] = [text for text in entry.get("ips", []) if text != gone]
    acl = tmp_path / "list.json"
    acl.write_text(json.dumps(document))
    with listening(net.relay) as server:
        client, accepted = both_ends(net, server, MICROSOFT[family], RELAY[family])
        with client, accepted:
            assert transfer(client, accepted, b"EHLO x\r\n")
            done = net.place.loader("acl", "apply", acl, "--force")
            assert done.returncode == 0, done
            client.sendall(b"MAIL")
            accepted.settimeout(DROPPED_S)
            with pytest.raises(TimeoutError):
                accepted.recv(4)
    assert not net.reaches(MICROSOFT[family], RELAY[family])


@modes
@families
def test_jumbo_frames(net: Net, mode: str, family: int):
    """With an MTU of 9,000 it attaches, and segments of that size pass or are dropped."""
    net.relay.ip(f"link set {net.place.iface} mtu 9000")
    net.world.ip("link set peer0 mtu 9000")
    net.attach(mode=mode)
    assert net.place.report()["mode"] == mode
    with listening(net.relay) as server:
        client, accepted = both_ends(net, server, MICROSOFT[family], RELAY[family])
        with client, accepted:
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) > 8000
            assert transfer(client, accepted, bytes(2_000_000))
            assert net.packets("microsoft", "bytes") / net.packets("microsoft") > 4096
        assert not net.reaches(OTHER[family], RELAY[family])


def test_loopback(net: Net):
    """It has no native mode; the host's own clients are judged like any other."""
    said = net.place.ok("attach", "lo", "--acl", ENDPOINTS)
    assert "using generic mode" in said
    with listening(net.relay), listening(net.relay, 26):
        for address in LOOPBACK:
            with pytest.raises(TimeoutError):
                connect(net.relay, address, address, 25, DROPPED_S)
            connect(net.relay, address, address, 26).close()
        net.place.ok("attach", "lo", "--acl", ENDPOINTS, "--allow", LOOPBACK[0], "--allow",
                     LOOPBACK[1])
        for address in LOOPBACK:
            connect(net.relay, address, address, 25).close()


def test_monitor_lets_in(net: Net):
    net.attach("--monitor")
    with listening(net.relay):
        assert net.reaches(OTHER4, RELAY4) and net.reaches(OTHER6, RELAY6)
        assert net.packets("unlisted", "monitored") >= 2
        assert net.packets("unlisted") == 0


def test_several_interfaces(net: Net):
    """Each filters and counts for itself, and detaching one leaves the other."""
    net.relay.ip("link add veth1 type veth peer name peer1")
    net.relay.ip(f"link set peer1 netns {net.world.name}", "link set veth1 up",
                 "address add 192.0.2.129/32 dev veth1",
                 "route add 203.0.113.129/32 dev veth1 src 192.0.2.129")
    net.world.ip("link set peer1 up", "address add 203.0.113.129/32 dev peer1",
                 "route add 192.0.2.129/32 dev peer1 src 203.0.113.129")
    net.place.ok("attach", net.place.iface, "veth1", "--acl", ENDPOINTS, *ALLOWED)

    def unlisted() -> dict[str, int]:
        return {report["interface"]: report["counters"]["unlisted"]["packets"]
                for report in net.place.reports()}

    with listening(net.relay):
        assert net.reaches(OPERATOR4, RELAY4)
        assert not net.reaches("203.0.113.129", "192.0.2.129")
        counted = unlisted()
        assert counted[net.place.iface] == 0 and counted["veth1"] >= 1
        net.place.ok("detach", "veth1")
        wait_until(lambda: net.reaches("203.0.113.129", "192.0.2.129"), "veth1 to be open")
        assert not net.reaches(OTHER4, RELAY4)
        assert unlisted()[net.place.iface] >= 1
