# SPDX-License-Identifier: Apache-2.0
"""Conversations made up by hypothesis: legal ones, and what becomes of them by a few changes.

A conversation is a list of packets with the macros before each; how many of them are sent depends
on what the filter agreed to, as with any MTA.
"""

import struct
from dataclasses import dataclass

from hypothesis import strategies as st

from milter.client import Offer, strings
from milter.wire import NO_BIT, NO_UNKNOWN, NR_BIT, Packet

from .cases import ATTRIBUTED, EXO_V4, EXO_V6, FORGED, OTHER, STAMPS, VERIFIED
from .daemon import CERTIFICATE, FABRIKAM_ID

ACTIONS_OF = {2: 0x3f, 3: 0x3f, 4: 0x3f, 5: 0x3f, 6: 0x1ff}
STEPS_OF = {2: 0x7f, 3: 0x1ff, 4: 0x3ff, 5: 0x3ff, 6: 0x1fffff}
SINCE = {b"T": 4, b"U": 3}          # versions without these events never send them

# What libmilter takes for no offer: test_differences.py.
NOTHING_OFFERED = ({0, 0x0f}, {0, 0x3f})


@dataclass(frozen=True)
class Step:
    """A command of the MTA's with the macros before it; None: no macro packet."""
    command: bytes
    data: bytes = b""
    macros: tuple[tuple[str, str], ...] | None = ()
    comes: bool = True                   # or only its macros

    def macro_packet(self) -> Packet | None:
        if self.macros is None:
            return None
        pairs = [part for pair in self.macros for part in pair]
        return Packet(b"D", self.command + strings(*pairs))


@dataclass(frozen=True)
class Generated:
    offer: Offer
    steps: tuple[Step, ...]


def packets(generated: Generated, agreed: int) -> list[Packet]:
    """What is sent after the agreement; macros also of events that are switched off."""
    sent = []
    for step in generated.steps:
        if SINCE.get(step.command, 0) > generated.offer.version:
            continue
        if macros := step.macro_packet():
            sent.append(macros)
        if step.comes and not agreed & NO_BIT.get(step.command, 0):
            sent.append(Packet(step.command, step.data))
    return sent


def replies_due(sent: list[Packet], agreed: int) -> list[bytes]:
    """The commands that are answered, in their order."""
    return [packet.command for packet in sent
            if packet.command == b"E" or
            packet.command in NR_BIT and not agreed & NR_BIT[packet.command]]


# --- offers ---------------------------------------------------------------------------------------

@st.composite
def offers(draw: st.DrawFn) -> Offer:
    version = draw(st.sampled_from([2, 3, 4, 5, 6, 6, 6, 7]))
    known = min(version, 6)
    if draw(st.booleans()):
        return Offer(version, ACTIONS_OF[known], STEPS_OF[known])
    actions = draw(st.integers(0, ACTIONS_OF[known]).filter(lambda x: x not in NOTHING_OFFERED[0]))
    nr_bits = sum(NR_BIT.values())
    steps = draw(st.integers(0, STEPS_OF[known]).filter(
        lambda x: x & ~nr_bits not in NOTHING_OFFERED[1]))
    # Version 3 has UNKNOWN and no DATA after it, for which libmilter waits: test_differences.py.
    return Offer(version, actions, steps | NO_UNKNOWN if version == 3 else steps)


# --- macros ---------------------------------------------------------------------------------------

def with_braces(name: str) -> st.SearchStrategy[str]:
    if len(name) > 1:
        return st.just("{" + name + "}")
    return st.sampled_from([name, "{" + name + "}"])


@st.composite
def macros(draw: st.DrawFn, **values: st.SearchStrategy[str]) -> tuple[tuple[str, str], ...] | None:
    """Some of these, some twice, with others between them; or an empty packet; or none."""
    kind = draw(st.sampled_from(["some", "some", "some", "empty", "none"]))
    if kind != "some":
        return () if kind == "empty" else None
    found = []
    for name, value in values.items():
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            found.append((draw(with_braces(name)), draw(value)))
    if draw(st.booleans()):
        found.append(("{daemon_name}", draw(words)))
    return tuple(draw(st.permutations(found)))


words = st.text("abcXYZ019 %<>@.;=\u00e9", max_size=12)
certificates = st.sampled_from([CERTIFICATE, CERTIFICATE.upper(), "mail.evil.example", "",
                                300 * "x"])
mta_names = st.sampled_from(["Postfix 3.7.11", "postfix", "8.17.1", ""])


@st.composite
def helos(draw: st.DrawFn) -> Step:
    found = draw(macros(tls_version=st.sampled_from(["TLSv1.3", ""]), cert_subject=certificates,
                        cn_subject=certificates, verify=st.sampled_from(["OK", "NO", ""])))
    return Step(b"H", strings(draw(words)), found)


@st.composite
def connects(draw: st.DrawFn) -> Step:
    family, address = draw(st.sampled_from([
        ("4", EXO_V4), ("4", EXO_V4), ("4", OTHER), ("4", "192.0.2.7"), ("6", EXO_V6),
        ("6", f"IPv6:{EXO_V6}"), ("6", f"::ffff:{EXO_V4}"), ("6", "::1"), ("L", "/run/x"),
        ("U", "")]))
    port = struct.pack("!H", draw(st.integers(0, 65535)))
    place = b"" if family == "U" else port + strings(address)
    return Step(b"C", strings(draw(words)) + family.encode() + place,
                draw(macros(v=mta_names, j=words, _=st.just(f"x [{address}]"))))


# --- messages -------------------------------------------------------------------------------------

senders = st.sampled_from([
    "<alice@contoso.com>", "alice@contoso.com", "<>", "", "<x@foreign.example>", "<x@fabrikam.com>",
    "<\"a b\"@contoso.com>", "<a%b@contoso.com>", "<@x:a@contoso.com>",
    "<a@contoso.onmicrosoft.com>",
    "<a@b.dept.contoso.com>", "<\u00e9@contoso.com>", "<nonsense", "<a@[192.0.2.1]>",
    f"<{500 * 'a'}@contoso.com>", f"<{600 * 'a'}@contoso.com>"])
recipients = st.sampled_from([
    "<bob@elsewhere.example>", "<u@example.net>", "<postmaster>", "<Abuse@example.net>",
    "<a%b@example.net>", "<>", "nonsense", "<\u00fc@example.net>"])
parameters = st.lists(st.sampled_from(["SIZE=1", "BODY=8BITMIME", "NOTIFY", "", "X=%=%"]),
                      max_size=3)
froms = st.sampled_from([
    " Alice <alice@contoso.com>", " alice@contoso.com", "\talice@CONTOSO.com (x)",
    " x@fabrikam.com",
    " x@foreign.example", " a@contoso.com, b@contoso.com", " ", "", "\n a@contoso.com",
    " \"A, B\"\n\t<a@dept.contoso.com>", " J\udcfcrgen <a@contoso.com>", " <a@x.dept.contoso.com>",
    " =?utf-8?q?x?= <a@contoso.com>", " a@contoso.com)<b@fabrikam.com>", " g: a@contoso.com;"])
values = st.one_of(words.map(lambda word: " " + word),
                   st.sampled_from(["", " ", "\n", " a\n b\n\tc", "\tx", " \udcff\udcfe", " 100%",
                                    " a;b", " " + 2000 * "y", " " + 60000 * "z"]))
odd_names = st.sampled_from(["X", "x-%", "Subject", "Received", "Bad Name", "X:", "\udcff",
                             "X-MS-Exchange-Organization-SCL", "x-ms-exchange-organization-x",
                             "X-MS-Exchange-CrossPremises-a", "Message-ID",
                             "X-MS-Exchange-CrossTenant-Network-Message-Id"])
stamps = st.sampled_from([*STAMPS.items(), ("X-OriginatorOrg", " fabrikam.com"),
                          ("X-MS-Exchange-CrossTenant-Id", f" {FABRIKAM_ID}"),
                          (ATTRIBUTED, f" TenantId={FABRIKAM_ID};Ip=[192.0.2.1];Helo=[x]"),
                          ("X-MS-Exchange-CrossTenant-AuthAs", " Anonymous")])
results = st.tuples(st.sampled_from(["Authentication-Results", "authentication-results"]),
                    st.sampled_from([FORGED, VERIFIED, VERIFIED.replace("pass", "temperror"),
                                     " other.example; none", f" (x){FORGED}", " ;"]))


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Authorised more often than chance would have it."""
    if draw(st.booleans()):
        fields = [("From", draw(froms)), *STAMPS.items()]
        fields += draw(st.lists(results, max_size=2))
        fields = list(draw(st.permutations(fields)))
    else:
        fields = draw(st.lists(st.one_of(st.tuples(st.just("From"), froms), stamps, results),
                               max_size=6))
    more = draw(st.lists(st.tuples(odd_names, values), max_size=4))
    for field in more:
        fields.insert(draw(st.integers(0, len(fields))), field)
    return fields


chunks = st.binary(min_size=1, max_size=40) | st.sampled_from([b"\r\n", b"\r", 65535 * b"b"])


def ids(queue_id: str) -> st.SearchStrategy:
    return macros(i=st.just(queue_id))


@st.composite
def mails(draw: st.DrawFn, queue_id: str, at_mail: bool) -> Step:
    said = {"auth_authen": st.sampled_from(["alice", ""]), "mail_addr": words}
    if at_mail:
        said["i"] = st.just(queue_id)
    return Step(b"M", strings(draw(senders), *draw(parameters)), draw(macros(**said)))


@st.composite
def envelopes(draw: st.DrawFn, queue_id: str) -> list[Step]:
    steps = [draw(mails(queue_id, draw(st.booleans())))]
    for _ in range(draw(st.integers(1, 3))):
        steps += draw(unknowns)
        steps.append(Step(b"R", strings(draw(recipients), *draw(parameters)), draw(ids(queue_id))))
    return steps + draw(unknowns)


unknowns = st.lists(st.builds(Step, st.just(b"U"), words.map(lambda word: strings("X" + word)),
                              st.sampled_from([(), None])), max_size=1)


@st.composite
def contents(draw: st.DrawFn, queue_id: str) -> list[Step]:
    steps = [Step(b"T", b"", draw(ids(queue_id)))]
    steps += [Step(b"L", strings(name, value), draw(ids(queue_id)))
              for name, value in draw(headers())]
    steps.append(Step(b"N", b"", draw(ids(queue_id))))
    steps += [Step(b"B", chunk, draw(ids(queue_id)))
              for chunk in draw(st.lists(chunks, max_size=2))]
    return steps


ABORT = Step(b"A", b"", None)


@st.composite
def transactions(draw: st.DrawFn, queue_id: str) -> list[Step]:
    """A message, or what was given up of it: by RSET, by another EHLO, by a client that left."""
    steps = draw(envelopes(queue_id))
    kind = draw(st.sampled_from(["whole", "whole", "whole", "reset", "helo", "cut"]))
    if kind == "reset":
        return [*steps[:draw(st.integers(1, len(steps)))], ABORT]
    if kind == "helo":
        return [*steps[:draw(st.integers(1, len(steps)))], draw(helos())]
    steps += draw(contents(queue_id))
    if kind == "cut":
        return [*steps[:draw(st.integers(1, len(steps)))], ABORT]
    last = draw(st.sampled_from([b"", b"", b"last chunk\r\n"]))
    return [*steps, Step(b"E", last, draw(ids(queue_id))),
            *draw(st.lists(st.just(ABORT), max_size=2))]


@st.composite
def with_lone_macros(draw: st.DrawFn, steps: list[Step]) -> list[Step]:
    """Macros whose event does not come: other ones of the same event do, or an earlier event.

    An empty packet after them is another matter: test_differences.py.
    """
    found = []
    for step in steps:
        said = {b"C": connects(), b"H": helos(), b"M": mails("4LONE", at_mail=True)}
        lone = []
        if step.command in said and step.macros:
            lone.append(step.command)
        if step.command == b"H":
            lone.append(b"M")
        if lone and draw(st.booleans()):
            of = draw(said[draw(st.sampled_from(lone))])
            found.append(Step(of.command, b"", of.macros, comes=False))
        found.append(step)
    return found


@st.composite
def legal(draw: st.DrawFn) -> Generated:
    steps = [draw(connects())]
    for n in range(draw(st.integers(1, 3))):
        steps += draw(unknowns)
        if n == 0 or draw(st.booleans()):
            steps += draw(st.lists(helos(), min_size=1 - min(n, 1), max_size=2))
        steps += draw(st.lists(st.just(ABORT), max_size=1))
        steps += draw(transactions(f"4G{n:05X}"))
    steps += [*draw(st.lists(st.just(ABORT), max_size=2)), Step(b"Q", b"", None)]
    return Generated(draw(offers()), tuple(draw(with_lone_macros(steps))))


# --- what is not legal ----------------------------------------------------------------------------

BROKEN = [b"\0\0\0\0", b"\0\x10\0\1B", b"\xff\xff\xff\xffA", Packet(b"z").encode(),
          Packet(b"?", b"x").encode(), Packet(b"H", b"no NUL").encode(),
          Packet(b"C", b"x\0").encode(),
          Packet(b"C", strings("x") + b"4\0\0" + strings("1.2.3")).encode(),
          Packet(b"L", b"From\0no second NUL").encode(), Packet(b"D").encode(),
          Packet(b"O", b"\0\0\0\6").encode()]


@st.composite
def changes(draw: st.DrawFn, sent: list[Packet]) -> list[bytes]:
    """One packet gone, doubled, moved, replaced, or something broken between two."""
    pieces = [packet.encode() for packet in sent]
    at = draw(st.integers(0, len(pieces) - 1))
    kind = draw(st.sampled_from(["gone", "doubled", "moved", "broken", "replaced"]))
    if kind == "gone":
        del pieces[at]
    elif kind == "doubled":
        pieces.insert(at, pieces[at])
    elif kind == "moved":
        pieces.insert(draw(st.integers(0, len(pieces) - 1)), pieces.pop(at))
    elif kind == "broken":
        pieces.insert(at, draw(st.sampled_from(BROKEN)))
    else:
        pieces[at] = Packet(draw(st.sampled_from([b"C", b"M", b"R", b"E", b"T", b"N", b"K", b"O"])),
                            sent[at].data).encode()
    return pieces
