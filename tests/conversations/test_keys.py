# SPDX-License-Identifier: Apache-2.0
"""Signatures that exogated verifies itself, on both engines: with keys from a server that answers,
fails, is slow or silent."""

import contextlib
import copy
import dataclasses
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dkim
import pytest
from dnslib import RCODE, DNSRecord
from lab.commands import wait_until
from lab.scripted_dns import Server, text
from lab.signing import Key
from milter.client import Answer, Message, Mta
from milter.wire import ProtocolError

from .cases import exo
from .daemon import FABRIKAM_ID, Daemon, open_mta, write_settings
from .test_supervision import control_of, run, status_of

Start = Callable[..., Daemon]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("keys"), "contoso.com")


class Names:
    """A name server that knows the key's record; how it answers can be changed at any time."""

    def __init__(self, key: Key):
        self.key = key
        self.rcode = RCODE.NOERROR
        self.silent = False
        self.silent_domain = "invalid"
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.server = Server(self._answer)

    @property
    def place(self) -> str:
        return self.server.place

    def _answer(self, query: DNSRecord, transport: str) -> list[bytes]:
        self.may_answer.wait()
        if self.silent or str(query.q.qname).rstrip(".").endswith(self.silent_domain):
            return []
        known = str(query.q.qname).rstrip(".") == self.key.name
        reply = text(query, *split(self.key.record)) if known else query.reply()
        if self.rcode or not known:
            reply = query.reply()
            reply.header.rcode = self.rcode or RCODE.NXDOMAIN
        return [reply.pack()]


def split(record: str) -> list[list[str]]:
    return [[record[i:i + 255] for i in range(0, len(record), 255)]]


@pytest.fixture
def names(key: Key) -> Iterator[Names]:
    names = Names(key)
    yield names
    names.may_answer.set()
    names.server.close()


@pytest.fixture
def serve(start: Start, names: Names) -> Callable[..., Daemon]:
    def begin(engine: str, timeout: str = "2s", workers: int | None = None, more: str = "",
              **changed: str) -> Daemon:
        return start(engine, **({
            "dkim": 'source = "native";', "proofs": "2",
            "dns": f'servers = [ "{names.place}" ]; timeout = "{timeout}";',
            "more": (f" workers = {workers};" if workers else "") + more,
        } | changed))
    return begin


def signed(message: Message, key: Key, **options: object) -> Message:
    """With a signature on top, as Exchange Online makes it."""
    header = "".join(f"{name}:{value}\r\n" for name, value in message.fields)
    data = header.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    field = dkim.sign(data + b"\r\n" + message.body, key.selector.encode(), key.domain.encode(),
                      key.file.read_bytes(), include_headers=[b"From", b"Subject", b"Message-ID"],
                      canonicalize=(b"relaxed", b"relaxed"), **options).decode()
    name, _, value = field.rstrip("\r\n").partition(":")
    return dataclasses.replace(message, fields=((name, value.replace("\r\n", "\n")),
                                                *message.fields))


def reason_of(answer: Answer) -> str:
    if answer.verdict.word in ("accept", "continue"):
        return "accept"
    return re.search(r"\(exogate: (\S+)\)", answer.verdict.text)[1]


def ask(daemon: Daemon, message: Message) -> str:
    mta = open_mta(daemon)
    answer = mta.message(message)
    mta.quit()
    return reason_of(answer)


def test_a_signature_is_the_second_proof(serve, names: Names, key: Key, engine: str) -> None:
    daemon = serve(engine)
    assert ask(daemon, signed(exo(), key)) == "accept"
    line = daemon.wait_for_log("reason=authorised")
    assert re.search(r"proofs=\S*signature", line) and re.search(r"proofs=\S*stamp", line), line
    assert ask(daemon, exo()) == "proof-missing"
    assert ask(daemon, dataclasses.replace(signed(exo(), key), body=b"Another.\r\n")) \
        == "proof-missing"
    assert daemon.wait_for_log("proofs=stamp,!signature")
    daemon.end()
    assert names.server.names() == [key.name]


def result_of(daemon: Daemon, message: Message) -> str:
    mta = open_mta(daemon)
    edits = mta.message(message).edits
    mta.quit()
    return next(e.value for e in edits if e.name == "Authentication-Results")


def test_the_result_names_who_signed(serve, key: Key, engine: str) -> None:
    """RFC 8601 2.7.1, once for each signature that passed; one that fails is not named."""
    daemon = serve(engine)
    line = f";\n\tdkim=pass header.d={key.domain} header.s={key.selector}"
    once = signed(exo(), key)
    assert result_of(daemon, once).endswith("header.from=contoso.com" + line)
    assert result_of(daemon, signed(once, key)).endswith("header.from=contoso.com" + 2 * line)
    broken = (once.fields[0][0], once.fields[0][1].replace("bh=", "bh=AAAA"))
    fields = (once.fields[0], broken, *once.fields[1:])
    assert result_of(daemon, dataclasses.replace(once, fields=fields)).count("dkim=pass") == 1
    daemon.end()


class UnicodeKey(Key):
    """Of a domain and a selector in U-labels, as an internationalized message has them; its
    record's name is of A-labels, as in DNS."""

    def __init__(self, directory: Path):
        super().__init__(directory, "kontos\u00f6.example")
        self.selector = "schl\u00fcssel"

    @property
    def name(self) -> str:
        return "xn--schlssel-95a._domainkey.xn--kontos-1xa.example"


def in_octets(key: UnicodeKey) -> Key:
    """Writes the names as UTF-8, where dkimpy takes ASCII."""
    written = copy.copy(key)
    written.selector, written.domain = Utf8(key.selector), Utf8(key.domain)
    return written


class Utf8(str):
    def encode(self, *_: object) -> bytes:
        return super().encode("utf-8")


@pytest.mark.parametrize("sender", ["kontos\u00f6.example", "xn--kontos-1xa.example"])
def test_rfc8616_a_signature_in_u_labels(serve, names: Names, tmp_path: Path, engine: str,
                                         sender: str) -> None:
    """The key is asked for, and the result written, in A-labels; From may have either form."""
    key = names.key = UnicodeKey(tmp_path)
    daemon = serve(engine)
    message = signed(exo(f" Alice <alice@{sender}>", mail_from=f"alice@{sender}"), in_octets(key))
    assert "d=kontos\u00f6.example" in message.fields[0][1]
    assert result_of(daemon, message).endswith(
        ";\n\tdkim=pass header.d=xn--kontos-1xa.example header.s=xn--schlssel-95a")
    assert names.server.names() == [key.name]
    assert ask(daemon, dataclasses.replace(message, body=b"Hello!\r\n")) == "proof-missing"
    daemon.end()


def test_a_changed_message(serve, key: Key, engine: str) -> None:
    daemon = serve(engine)
    good = signed(exo(), key)
    assert ask(daemon, dataclasses.replace(good, body=b"Hello!\r\n")) == "proof-missing"
    fields = tuple((n, " Goodbye" if n == "Subject" else v) for n, v in good.fields)
    assert ask(daemon, dataclasses.replace(good, fields=fields)) == "proof-missing"
    assert ask(daemon, good) == "accept"
    daemon.end()


def test_a_large_body_in_chunks(serve, key: Key, engine: str) -> None:
    daemon = serve(engine)
    body = b"".join(b"line %d  of it \t\r\n" % i for i in range(30000)) + b"\r\n\r\n"
    message = signed(dataclasses.replace(exo(), body=body), key)
    assert ask(daemon, message) == "accept"
    assert ask(daemon, dataclasses.replace(message, body=body.replace(b"29999", b"29998"))) == \
        "proof-missing"
    daemon.end()


def test_where_the_body_is_cut(serve, key: Key, engine: str) -> None:
    """Between CR and LF, in blanks, before, in and behind the empty lines at the end."""
    daemon = serve(engine)
    body = b"a  \t b \r\n\r\nc\r\n \t\r\n\r\n\r\n"
    message = signed(dataclasses.replace(exo(), body=body), key)
    other = dataclasses.replace(message, body=body.replace(b"c", b"d"))
    mta = open_mta(daemon)
    for at in range(len(body) + 1):
        for one, reason in ((message, "accept"), (other, "proof-missing")):
            mta.envelope(one)
            mta.content(dataclasses.replace(one, body=b""))
            for chunk in filter(None, (one.body[:at], one.body[at:])):
                mta.event(b"B", chunk)
            assert reason_of(mta.end(one)) == reason, at
    mta.quit()
    daemon.end()


def test_a_key_that_is_not_there(serve, names: Names, key: Key, engine: str) -> None:
    names.rcode = RCODE.NXDOMAIN
    daemon = serve(engine)
    assert ask(daemon, signed(exo(), key)) == "proof-missing"
    daemon.end()


def test_a_server_that_fails(serve, names: Names, key: Key, engine: str) -> None:
    """Only a verdict that the key could change is put off."""
    names.rcode = RCODE.SERVFAIL
    daemon = serve(engine)
    assert ask(daemon, signed(exo(), key)) == "temperror"
    foreign = exo(stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"})
    assert ask(daemon, signed(foreign, key)) == "tenant-conflict"
    daemon.end()


def test_what_came_of_questions(serve, names: Names, key: Key, engine: str, tmp_path: Path,
                                exogated: Path) -> None:
    """Counted, and said in the log if a tenant's mail waits for it."""
    daemon = serve(engine, timeout="1s", workers=1, more=control_of(tmp_path))
    assert ask(daemon, signed(exo(), key)) == "accept"
    other, foreign = copy.copy(key), copy.copy(key)
    other.selector, foreign.domain = "other", "elsewhere.example"
    assert ask(daemon, signed(exo(), other)) == "proof-missing"
    names.rcode = RCODE.SERVFAIL
    assert ask(daemon, signed(signed(exo(), key), foreign)) == "accept"
    assert "alarm: name-server" not in daemon.log_text()
    third = copy.copy(key)
    third.selector = "third"
    assert ask(daemon, signed(exo(), third)) == "temperror"
    line = daemon.wait_for_log("alarm: name-server: ")
    assert re.search(rf"{third.name}, asked of {names.place}: .*server.*: a tenant's key", line)
    names.silent = True
    third.selector = "fourth"
    assert ask(daemon, signed(exo(), third)) == "temperror"
    status = status_of(exogated, tmp_path)
    assert status["dns"] == {"found": 1, "no-name": 1, "no-data": 0, "failed": 3, "unreadable": 0}
    assert status["alarms"]["name-server"] == 2
    shown = run(exogated, "status", "-c", tmp_path / "exogate.conf").stdout
    assert re.search(r"^  dns +1 found, 1 no-name, 3 failed$", shown, re.MULTILINE), shown
    daemon.end()


def test_a_server_that_is_silent(serve, names: Names, key: Key, engine: str) -> None:
    names.silent = True
    daemon = serve(engine, timeout="1s")
    assert ask(daemon, signed(exo(), key)) == "temperror"
    names.silent = False
    time.sleep(5.1)     # until what failed may be asked again
    assert ask(daemon, signed(exo(), key)) == "accept"
    daemon.end()


def test_others_silent_name_servers(serve, names: Names, key: Key, engine: str) -> None:
    """However many signatures wait for them: the mail of tenants is judged by keys that are known,
    and by those that are not known yet."""
    daemon = serve(engine, timeout="100s", messages="200", connections="400", workers=1)
    assert ask(daemon, signed(exo(), key)) == "accept"
    other = copy.copy(key)
    other.selector = "other"
    names.silent_domain = "evil.example"
    mtas = [open_mta(daemon) for _ in range(120)]
    for i, mta in enumerate(mtas):
        fields = tuple(("DKIM-Signature", f" v=1; a=rsa-sha256; d=evil.example; s=s{i}x{j}; "
                                          "h=from; bh=AAAA; b=AAAA") for j in range(8))
        mta.envelope(message := exo())
        mta.content(dataclasses.replace(message, fields=fields + message.fields))
        mta.connection.flush()
    wait_until(lambda: "alarm: dns-full" in daemon.log_text(), "no more room")
    assert ask(daemon, signed(exo(), key)) == "accept"
    names.key = other
    assert ask(daemon, signed(exo(), other)) == "accept"
    for mta in mtas:
        mta.connection.socket.close()
    daemon.end()


def test_silent_name_servers_of_who_hung_up(serve, names: Names, key: Key, engine: str) -> None:
    """Nobody waits for them any longer: they put off no other author's forwarded mail."""
    daemon = serve(engine, timeout="60s", messages="20", workers=1, proofs="1",
                   contoso='forwarding = "srs";', dkim='source = "native"; signatures = 16;')
    names.silent_domain = "evil.example"
    key = names.key = copy.copy(key)
    key.domain = "author.example"
    mtas = [open_mta(daemon) for _ in range(10)]
    for i, mta in enumerate(mtas):
        fields = tuple(("DKIM-Signature", " v=1; a=rsa-sha256; d=evil.example; "
                        f"s=s{i}x{j}; h=from; bh=AAAA; b=AAAA") for j in range(16))
        mta.envelope(message := exo(" Eve <eve@evil.example>"))
        mta.content(dataclasses.replace(message, fields=fields + message.fields))
        mta.connection.flush()
    wait_until(lambda: len(set(names.server.names())) == 160, "half of the questions")
    for mta in mtas:
        mta.connection.socket.close()
    time.sleep(0.3)     # until that is noticed
    assert ask(daemon, signed(exo(" Bob <bob@author.example>"), key)) == "accept"
    daemon.end()


def test_all_connections_leave_files_for_name_servers(exogated: Path, tmp_path: Path, names: Names,
                                                      key: Key) -> None:
    """Of which each worker asks three, until the last of them answers."""
    silent = [Server(lambda query, transport: []) for _ in range(2)]
    places = ", ".join(f'"{one.place}"' for one in (*silent, names))
    settings = write_settings(tmp_path, proofs="2", connections="1000",
                              more="workers = 16;", dns=f"servers = [ {places} ];")
    daemon = Daemon(["prlimit", "--nofile=640", exogated], settings)
    daemon.wait_until_it_serves()
    cut = daemon.wait_for_log("limits.connections is cut to ")
    limit = int(re.search("cut to ([0-9]+) by", cut)[1])
    mtas = [open_mta(daemon) for _ in range(limit)]
    for mta in mtas[-60:]:
        mta.envelope(message := signed(exo(), key))
        mta.content(message)
        mta.connection.flush()
    assert {reason_of(mta.end(message)) for mta in mtas[-60:]} == {"accept"}
    assert len(names.server.asked) > 1      # by several workers
    for mta in mtas:
        mta.connection.socket.close()
    daemon.end()
    for one in silent:
        one.close()


def test_many_messages_are_one_question(serve, names: Names, key: Key, engine: str) -> None:
    """All wait for one answer, are judged by it, and the next needs to ask nobody."""
    names.may_answer.clear()
    daemon = serve(engine, timeout="100s")
    message = signed(exo(), key)
    mtas = [open_mta(daemon) for _ in range(20)]
    reasons: list[str] = []
    threads = [threading.Thread(target=lambda mta=mta: reasons.append(
        reason_of(mta.message(message)))) for mta in mtas]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert reasons == []
    names.may_answer.set()
    for thread in threads:
        thread.join(20)
    assert reasons == ["accept"] * 20
    asked = len(names.server.names())
    assert asked <= (1 if engine == "libmilter" else workers(daemon))
    for mta in mtas:
        assert reason_of(mta.message(message)) == "accept"
        mta.quit()
    assert len(names.server.names()) == asked
    daemon.end()


def workers(daemon: Daemon) -> int:
    """Each has a cache of its own."""
    tasks = Path(f"/proc/{daemon.process.pid}/task")
    return sum((task / "comm").read_text().strip() == "worker" for task in tasks.iterdir())


def test_who_hangs_up_meanwhile(serve, names: Names, key: Key, engine: str) -> None:
    names.may_answer.clear()
    daemon = serve(engine, timeout="100s")
    for _ in range(5):
        mta = open_mta(daemon)
        mta.envelope(message := signed(exo(), key))
        mta.content(message)
        mta.connection.flush()
        time.sleep(0.05)
        mta.connection.socket.close()
    names.may_answer.set()
    assert ask(daemon, signed(exo(), key)) == "accept"
    daemon.end()


def test_aborted_while_the_key_is_asked_for(serve, names: Names, key: Key, engine: str) -> None:
    """Its answer must not be taken for the next message's, which is not signed."""
    names.may_answer.clear()
    daemon = serve(engine, timeout="100s")
    mta = open_mta(daemon)
    mta.envelope(message := signed(exo(), key))
    mta.content(message)
    mta.abort()
    mta.envelope(plain := exo())
    mta.content(plain)
    mta.connection.flush()
    names.may_answer.set()
    assert reason_of(mta.end(plain)) == "proof-missing"
    assert reason_of(mta.message(message)) == "accept"
    mta.quit()
    daemon.end()


def test_the_key_of_the_message_before(serve, names: Names, key: Key, engine: str) -> None:
    """Which was aborted in the very bytes that the next one begins in: its key is not the next's."""
    names.may_answer.clear()
    daemon = serve(engine, timeout="100s")
    absent = copy.copy(key)
    absent.selector = "absent"
    mta = open_mta(daemon)
    mta.envelope(first := signed(exo(), key))
    mta.content(first)
    mta.connection.flush()
    wait_until(lambda: names.server.asked, "a question")
    mta.abort()
    mta.envelope(second := signed(exo(), absent))
    mta.content(second)
    mta.connection.flush()
    names.may_answer.set()
    assert reason_of(mta.end(second)) == "proof-missing"
    mta.quit()
    daemon.end()


def test_who_had_the_memory_before_takes_no_answer_away(serve, names: Names, key: Key) -> None:
    """A message waits for its key in the block of memory that another connection has given back,
    and that connection begins a message, then ends."""
    daemon = serve("uring", timeout="100s", messages="1", message_wait="8s", workers=1)
    before, waiting = open_mta(daemon), open_mta(daemon)
    assert reason_of(before.message(exo())) == "proof-missing"
    before.connection.flush()
    names.may_answer.clear()
    reasons: list[str] = []
    thread = threading.Thread(target=lambda: reasons.append(
        reason_of(waiting.message(signed(exo(), key)))))
    thread.start()
    wait_until(lambda: names.server.asked, "the question")
    time.sleep(0.2)     # until all of the message is there
    before.envelope(exo())
    before.connection.flush()
    time.sleep(0.2)
    before.connection.socket.close()
    time.sleep(0.2)
    names.may_answer.set()
    thread.join(20)
    assert reasons == ["accept"]
    waiting.quit()
    daemon.end()


def test_asked_for_before_the_body_is_there(serve, names: Names, key: Key, engine: str) -> None:
    daemon = serve(engine)
    message = signed(exo(), key)
    mta = open_mta(daemon)
    mta.envelope(message)
    mta.content(message)
    mta.connection.flush()
    deadline = time.monotonic() + 10
    while not names.server.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    assert names.server.names() == [key.name]
    assert reason_of(mta.end(message)) == "accept"
    mta.quit()
    daemon.end()


def test_the_longest_wait(serve, names: Names, key: Key, engine: str) -> None:
    """limits.message_wait ends a wait that the resolver does not; PROGRESS comes meanwhile."""
    names.may_answer.clear()
    daemon = serve(engine, timeout="100s", message_wait="3s")
    begin = time.monotonic()
    mta = open_mta(daemon)
    assert reason_of(mta.message(signed(exo(), key))) == "temperror"
    assert 2 < time.monotonic() - begin < 20
    assert b"\0\0\0\1p" in mta.connection.received
    mta.quit()
    daemon.end()


def test_stopped_while_it_waits(serve, names: Names, key: Key, engine: str) -> None:
    names.may_answer.clear()
    daemon = serve(engine, timeout="1s")
    mta = open_mta(daemon)
    mta.envelope(message := signed(exo(), key))
    mta.content(message)
    mta.connection.flush()
    daemon.process.send_signal(signal.SIGTERM)
    with contextlib.suppress(ProtocolError, OSError):
        assert reason_of(mta.end(message)) == "temperror"
    daemon.end()
