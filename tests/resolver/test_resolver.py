# SPDX-License-Identifier: Apache-2.0
"""What the resolver makes of servers that answer, fail, lie and are silent."""

import os
import threading
import time

from dnslib import CNAME, QTYPE, RCODE, RR, SOA, DNSRecord
from lab.scripted_dns import text

NAME = "s1._domainkey.contoso.com"


def good(query: DNSRecord, transport: str) -> list[bytes]:
    return [text(query, "v=DKIM1; p=abc").pack()]


def silent(query: DNSRecord, transport: str) -> list[bytes]:
    return []


def refusing(rcode: int, ttl: int | None = None):
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        reply = query.reply()
        reply.header.rcode = rcode
        if ttl is not None:
            reply.add_auth(RR("contoso.com", QTYPE.SOA, ttl=ttl, rdata=SOA(
                "ns.contoso.com", "x.contoso.com", (1, 1, 1, 1, ttl))))
        return [reply.pack()]
    return behave


def test_found_and_remembered(serve, probe):
    server = serve(good)
    asking = probe(server)
    assert asking.ask(NAME) == [f"{NAME} told found v=DKIM1; p=abc"]
    assert asking.ask(NAME.upper()) == [f"{NAME.upper()} known found v=DKIM1; p=abc"]
    assert server.names() == [NAME]


def test_the_time_to_live_is_kept_to(serve, probe):
    server = serve(lambda query, transport: [text(query, "x", ttl=1).pack()])
    asking = probe(server)
    asking.ask(NAME)
    assert "known" in asking.ask(NAME)[0]
    time.sleep(1.1)
    assert "told" in asking.ask(NAME)[0]
    assert server.names() == [NAME, NAME]


def test_nothing_that_may_not_be_kept_is_kept(serve, probe):
    server = serve(lambda query, transport: [text(query, "x", ttl=0).pack()])
    asking = probe(server)
    assert asking.ask(NAME) == asking.ask(NAME) == [f"{NAME} told found x"]
    assert len(server.asked) == 2


def test_many_who_ask_the_same_are_one_question(serve, probe):
    server = serve(good)
    lines = probe(server).ask(*[NAME] * 500, "other.example")
    assert sorted(lines) == sorted([f"{NAME} told found v=DKIM1; p=abc"] * 500 +
                                   ["other.example told found v=DKIM1; p=abc"])
    assert sorted(server.names()) == sorted([NAME, "other.example"])


def test_who_is_forgotten_is_not_told(serve, probe):
    server = serve(good)
    asking = probe(server)
    assert asking.forget(NAME, NAME) == []
    assert asking.ask(NAME) == [f"{NAME} told found v=DKIM1; p=abc"]
    assert server.names() == [NAME]


def test_what_is_not_there(serve, probe):
    for rcode, ttl, word in ((RCODE.NXDOMAIN, 60, "no-name"), (RCODE.NOERROR, 60, "no-data")):
        server = serve(refusing(rcode, ttl))
        asking = probe(server)
        assert asking.ask(NAME) == [f"{NAME} told {word}"]
        assert asking.ask(NAME) == [f"{NAME} known {word}"]
        assert len(server.asked) == 1


def test_servers_that_fail(serve, probe):
    for rcode in (RCODE.SERVFAIL, RCODE.REFUSED, RCODE.NOTIMP, RCODE.FORMERR):
        assert probe(serve(refusing(rcode))).ask(NAME) == [f"{NAME} told failed"]


def test_another_server_is_asked(serve, probe):
    assert probe(serve(refusing(RCODE.SERVFAIL)), serve(good)).ask(NAME) == [
        f"{NAME} told found v=DKIM1; p=abc"]
    assert probe(serve(silent), serve(good)).ask(NAME) == [f"{NAME} told found v=DKIM1; p=abc"]


def test_silence_ends_in_time(serve, probe):
    server = serve(silent)
    asking = probe(server, timeout_ms=1400)
    begin = time.monotonic()
    assert asking.ask(NAME, NAME, "b.example") == [f"{NAME} told failed", f"{NAME} told failed",
                                                   "b.example told failed"]
    assert 0.5 < time.monotonic() - begin < 10
    assert server.names().count(NAME) == 3
    assert asking.ask(NAME) == [f"{NAME} known failed"]   # for some seconds


IN_TIME_S = 2   # for a timeout of one second, on a machine with much to do


def wait_of(asking) -> float:
    begin = time.monotonic()
    assert asking.ask(NAME, "b.example") == [f"{NAME} told failed", "b.example told failed"]
    return time.monotonic() - begin


def test_silence_of_many_ends_in_time(serve, probe):
    """And each was asked, however little time there is for it."""
    for n in (1, 3, 8):
        servers = [serve(silent) for _ in range(n)]
        assert 0.5 < wait_of(probe(*servers, timeout_ms=1000)) < IN_TIME_S
        assert all(NAME in server.names() for server in servers)


def test_silence_by_tcp_ends_in_time(serve, probe):
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        return by_tcp("x")(query, transport) if transport == "udp" else []

    server = serve(behave)
    assert wait_of(probe(server, timeout_ms=1000)) < IN_TIME_S
    assert (NAME, "tcp") in server.asked


def test_an_answer_that_comes_too_late(serve, probe):
    """Is not waited for, but heard of the next who asks."""
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        time.sleep(1.5)
        return good(query, transport)

    asking = probe(serve(behave), timeout_ms=1000)
    assert asking.ask(NAME) == [f"{NAME} told failed"]
    time.sleep(1)
    assert asking.ask(NAME) == [f"{NAME} known failed"]
    assert asking.ask("other.example") == ["other.example told failed"]


def by_tcp(*texts: str | list[str]):
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        reply = text(query, *texts) if transport == "tcp" else query.reply()
        reply.header.tc = transport == "udp"
        return [reply.pack()]
    return behave


def test_a_long_answer_comes_by_tcp(serve, probe):
    server = serve(by_tcp(*["x" * 250] * 6))
    assert probe(server).ask(NAME) == [f"{NAME} told found" + (" " + "x" * 250) * 6]
    assert server.asked == [(NAME, "udp"), (NAME, "tcp")]


def test_more_than_we_take(serve, probe):
    for texts in (["x"] * 9, [["x" * 250] * 33]):
        assert probe(serve(by_tcp(*texts))).ask(NAME) == [f"{NAME} told unreadable"]
    assert "told found xxx" in probe(serve(by_tcp(["x" * 250] * 32))).ask(NAME)[0]


def test_aliases(serve, probe):
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        reply = text(query, "found", name="key.provider.example")
        reply.add_answer(RR(NAME, QTYPE.CNAME, ttl=60, rdata=CNAME("key.provider.example")))
        return [reply.pack()]

    assert probe(serve(behave)).ask(NAME) == [f"{NAME} told found found"]


def test_forged_answers_are_not_heard(serve, probe):
    """Another id, another question: whoever cannot see the query can guess neither."""
    def behave(query: DNSRecord, transport: str) -> list[bytes]:
        other = text(query, "forged")
        other.header.id ^= 0x5555
        elsewhere = text(DNSRecord.question("evil.example", "TXT"), "forged")
        elsewhere.header.id = query.header.id
        return [b"", b"\0" * 11, other.pack(), elsewhere.pack(), text(query, "real").pack()]

    assert probe(serve(behave)).ask(NAME) == [f"{NAME} told found real"]


LOOK_S = 1.1   # how often the host's servers are looked at


def found_by(server, asking, name: str) -> bool:
    time.sleep(LOOK_S)
    return (asking.ask(name) == [f"{name} told found v=DKIM1; p=abc"]
            and name in server.names())


def test_the_hosts_servers_change(host):
    """As when the network comes up after the daemon: no reload is needed."""
    old, new = host.serve(refusing(RCODE.REFUSED)), host.serve(good)
    host.write(old)
    asking = host.probe()
    assert asking.ask(NAME) == [f"{NAME} told failed"]
    host.write(new)
    assert found_by(new, asking, "other.example")
    asked = len(old.asked)
    assert asking.ask("another.example") == ["another.example told found v=DKIM1; p=abc"]
    assert len(old.asked) == asked


def test_questions_move_to_the_new_servers(host):
    """They need not wait until the old ones are given up."""
    old, new = host.serve(silent), host.serve(good)
    host.write(old)
    asking = host.probe(timeout_ms=10000)
    changing = threading.Timer(0.5, host.write, [new])
    changing.start()
    begin = time.monotonic()
    names = [f"{i}.example" for i in range(50)]
    assert sorted(asking.ask(*names)) == sorted(f"{n} told found v=DKIM1; p=abc" for n in names)
    assert time.monotonic() - begin < 8
    assert set(names) <= set(old.names())
    changing.join()


def test_no_servers_for_a_moment(host):
    """As while the file is written, or when the network goes down: those before stay, and are not
    taken for this host, which is the default."""
    host.serve(refusing(RCODE.REFUSED))     # at 127.0.0.1
    old, new = host.serve(good), host.serve(good)
    host.write(old)
    asking = host.probe()
    assert found_by(old, asking, "before.example")
    for text in ("", "nameserver", "search example\nnameserver none\n# nameserver 127.0.0.1\n"):
        host.file.write_text(text)
        assert found_by(old, asking, f"{len(text)}.example")
    host.file.unlink()
    assert found_by(old, asking, "absent.example")
    host.file.mkdir()
    assert found_by(old, asking, "directory.example")
    host.file.rmdir()
    host.write(new)
    assert found_by(new, asking, "new.example")
    assert "new.example" not in old.names()


def test_the_hosts_servers_may_not_be_read_yet(host):
    """That they may is seen though only the mode of the file changes."""
    host.serve(refusing(RCODE.REFUSED))     # at 127.0.0.1
    old, new = host.serve(good), host.serve(good)
    host.write(old)
    asking = host.probe()
    assert found_by(old, asking, "before.example")
    os.chown(host.file, 65534, 65534)
    host.file.chmod(0o600)
    host.write(new)
    assert found_by(old, asking, "unreadable.example")
    host.file.chmod(0o644)
    assert found_by(new, asking, "readable.example")


def test_the_hosts_servers_could_not_be_read_at_the_start(host):
    default, named = host.serve(refusing(RCODE.REFUSED)), host.serve(good)
    host.write(named)
    os.chown(host.file, 65534, 65534)
    host.file.chmod(0o600)
    asking = host.probe()
    assert asking.ask(NAME) == [f"{NAME} told failed"]
    assert NAME in default.names()
    host.file.chmod(0o644)
    assert found_by(named, asking, "readable.example")


def test_how_the_hosts_servers_are_written(host):
    """One that cannot be understood does not take the others with it."""
    default, named = host.serve(refusing(RCODE.REFUSED)), host.serve(good)
    host.file.write_text("; nameserver 127.0.0.1\noptions rotate\nnameserver fe80::1%none\n"
                         "nameserver ::1\nnameserver \t127.0.0.2 # ours\nnameserver 127.0.0.1")
    asking = host.probe()
    assert found_by(named, asking, NAME)
    assert default.names() == []


def test_the_hosts_servers_are_limited_too(host):
    servers = [host.serve(silent) for _ in range(9)]
    host.write(*servers)
    assert wait_of(host.probe(timeout_ms=1000)) < IN_TIME_S
    assert [len(server.asked) > 0 for server in servers] == [True] * 8 + [False]


def test_the_cache_is_bounded(serve, probe):
    server = serve(good)
    asking = probe(server, answers=2)
    for name in ("a.example", "b.example", "c.example"):
        asking.ask(name)
    assert "known" in asking.ask("c.example")[0]
    assert "told" in asking.ask("a.example")[0]


PER_MESSAGE = 16   # signatures that may be tried


def test_questions_are_bounded_by_whom_they_matter_to(serve, probe):
    """Others' may wait in a quarter of the room, authors' in half of it."""
    asking = probe(serve(silent), messages=2, timeout_ms=1000)
    for ask, room in ((asking.others, PER_MESSAGE // 2), (asking.authors, PER_MESSAGE),
                      (asking.ask, 2 * PER_MESSAGE)):
        names = [f"{ask.__name__}{i}.example" for i in range(2 * PER_MESSAGE + 1)]
        lines = ask(*names)
        assert sorted(lines) == sorted(
            f"{name} {'told' if i < room else 'known'} failed" for i, name in enumerate(names))


def silent_for_evil(query: DNSRecord, transport: str) -> list[bytes]:
    return silent(query, transport) if "evil" in str(query.q.qname) else good(query, transport)


def test_others_silent_servers_take_nobodys_place(serve, probe):
    """Nor the answers that are known."""
    asking = probe(serve(silent_for_evil), answers=10, messages=10, timeout_ms=1000)
    assert asking.ask(NAME) == [f"{NAME} told found v=DKIM1; p=abc"]
    assert len(asking.others(*[f"{i}.evil.example" for i in range(200)])) == 200
    assert asking.ask(NAME) == [f"{NAME} known found v=DKIM1; p=abc"]


def test_who_waits_no_longer_takes_nobodys_place(serve, probe):
    """However many there were; and few of them are still asked."""
    server = serve(silent_for_evil)
    asking = probe(server, messages=2, timeout_ms=3000)
    for i in range(20):
        asking.forget(*[f"{i}x{j}.evil.example" for j in range(2 * PER_MESSAGE)])
        assert asking.others(f"{i}.example") == [f"{i}.example told found v=DKIM1; p=abc"]
    before = len(server.asked)
    assert asking.ask("last.evil.example") == ["last.evil.example told failed"]
    assert server.names()[before:].count("last.evil.example") == 3
    assert len(set(server.names()[before:])) <= 3 * 2 * PER_MESSAGE


def test_an_answer_that_nobody_waited_for_is_known(serve, probe):
    """Unless there was no room for the question any longer."""
    server = serve(good)
    asking = probe(server, messages=2)
    names = [f"{i}.example" for i in range(4 * PER_MESSAGE)]
    asking.forget(*names[:len(names) // 2])
    asking.forget(*names[len(names) // 2:])
    asking.ask("last.example")
    known = [asking.ask(name)[0] == f"{name} known found v=DKIM1; p=abc" for name in names]
    assert not known[0] and known[-1]


def test_who_waits_again_needs_a_place_again(serve, probe):
    server = serve(silent)
    asking = probe(server, messages=2, timeout_ms=1000)
    names = [f"{i}.example" for i in range(2 * PER_MESSAGE)]
    asking.forget(*names)
    begin = time.monotonic()
    assert sorted(asking.others(*names)) == sorted(
        f"{name} {'told' if i < PER_MESSAGE // 2 else 'known'} failed"
        for i, name in enumerate(names))
    assert time.monotonic() - begin < IN_TIME_S


def test_no_server_at_all(probe, serve):
    server = serve(good)
    server.close()
    assert probe(server).ask(NAME)[0].endswith(" failed")
