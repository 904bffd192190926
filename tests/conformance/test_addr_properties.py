# SPDX-License-Identifier: Apache-2.0
"""mailbox_list_parse() finds in a generated list exactly the addresses that were put there."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ATEXT = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~é名"
LDH = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "é名"

BOUNDED = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def without(alphabet: str, octets: str) -> str:
    return "".join(c for c in alphabet if c not in octets)


def written(pieces: list[str], min_size: int, max_size: int) -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from(pieces), min_size=min_size, max_size=max_size)
    return parts.map("".join)


FOLDS = [" ", "\t", "\n ", "\r\n\t"]
PAIRS = ["\\" + c for c in PRINTABLE]
QUOTED = [*without(PRINTABLE, '"\\'), *PAIRS, *FOLDS]
COMMENT = [*without(PRINTABLE, "()\\"), *PAIRS, *FOLDS, *["(a@b.example, )", "((x) \\) y)"] * 8]

atoms = written([*ATEXT], 1, 8)
dot_atoms = st.lists(atoms, min_size=1, max_size=3).map(".".join)
quoted_strings = written(QUOTED, 0, 8).map(lambda text: f'"{text}"')
comments = written(COMMENT, 0, 8).map(lambda text: f"({text})")
blanks = st.sampled_from(FOLDS)
cfws = st.just("") | blanks | comments | st.tuples(blanks, comments, blanks).map("".join)
some_cfws = blanks | st.tuples(blanks, comments).map("".join)

local_parts = dot_atoms | quoted_strings
labels = written([*LDH], 1, 12)
domains = st.lists(labels, min_size=1, max_size=3).map(".".join)
literals = st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]"])


@st.composite
def phrases(draw) -> str:
    """Words, and after the first also the dots of obs-phrase."""
    text = draw(atoms | quoted_strings)
    for word in draw(st.lists(atoms | quoted_strings | st.just("."), max_size=3)):
        text += draw(some_cfws) + word
    return text


# A value under construction: its text, and (offset in it, local part, domain) of each mailbox.
Value = tuple[str, list[tuple[int, str, str]]]


def joined(parts: list[str | Value]) -> Value:
    text, found = "", []
    for part in parts:
        piece, boxes = (part, []) if isinstance(part, str) else part
        found += [(len(text) + offset, local, domain) for offset, local, domain in boxes]
        text += piece
    return text, found


@st.composite
def addresses(draw) -> Value:
    local, domain = draw(local_parts), draw(domains | literals)
    text = local + draw(cfws) + "@" + draw(cfws) + domain
    return text, [(0, local, domain)]


@st.composite
def mailboxes(draw) -> Value:
    if draw(st.booleans()):
        return joined([draw(cfws), draw(addresses()), draw(cfws)])
    name = draw(st.just("") | phrases())
    angle = [draw(cfws), "<", draw(cfws), draw(addresses()), draw(cfws), ">", draw(cfws)]
    return joined([draw(cfws), name, *angle])


def separated(members: list[Value], separators: list[str]) -> Value:
    parts: list[str | Value] = []
    for member, separator in zip(members, separators):
        parts += [separator if parts else "", member]
    return joined(parts)


@st.composite
def lists_of(draw, members: st.SearchStrategy[Value], min_size: int) -> Value:
    chosen = draw(st.lists(members, min_size=min_size, max_size=4))
    commas = draw(st.lists(st.sampled_from([",", ",,", ", ,"]), min_size=4, max_size=4))
    return separated(chosen, commas)


@st.composite
def groups(draw) -> Value:
    name, inside = draw(phrases()), draw(lists_of(mailboxes(), 0))
    return joined([draw(cfws), name, draw(cfws), ":", inside, draw(cfws), ";", draw(cfws)])


address_lists = lists_of(mailboxes() | groups(), 1)


def read(probe, value: str) -> list[tuple[int, str, str, str]] | None:
    answer = probe.ask("list", value.encode("utf-8"))
    if not answer["ok"]:
        return None
    keys = ("local", "domain_text", "domain")
    return [
        (box["offset"], *(bytes.fromhex(box[key]).decode("utf-8") for key in keys))
        for box in answer["mailboxes"]
    ]


def expected(value: Value) -> list[tuple[int, str, str, str]]:
    text, found = value
    return [
        (
            len(text[:offset].encode("utf-8")),
            local,
            domain,
            "" if domain.startswith("[") else domain.lower(),
        )
        for offset, local, domain in found
    ]


@BOUNDED
@given(value=address_lists)
def test_generated_list_is_read_back(mailbox_probe, value):
    assert read(mailbox_probe, value[0]) == expected(value)


@BOUNDED
@given(value=address_lists, other=addresses())
def test_second_address_without_comma_is_refused(mailbox_probe, value, other):
    assert read(mailbox_probe, value[0] + " " + other[0]) is None


@BOUNDED
@given(value=address_lists, data=st.data())
def test_control_character_anywhere_is_refused(mailbox_probe, value, data):
    at = data.draw(st.integers(0, len(value[0])))
    control = data.draw(st.sampled_from("\x00\x01\x08\x0b\x0c\x1b\x7f"))
    assert read(mailbox_probe, value[0][:at] + control + value[0][at:]) is None


@BOUNDED
@given(value=st.text(st.sampled_from(' \n\r\t"\\(),.:;<>@[]aé'), max_size=40))
def test_noise_is_never_more_than_it_holds(mailbox_probe, value):
    for offset, local, domain_text, _ in read(mailbox_probe, value) or []:
        address = value.encode("utf-8")[offset:].decode("utf-8")
        assert address.startswith(local)
        assert domain_text in address[len(local) :]
        assert "@" in address[len(local) : address.index(domain_text, len(local) + 1)]
