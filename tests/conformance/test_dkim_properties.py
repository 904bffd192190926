# SPDX-License-Identifier: Apache-2.0
"""Generated fields and bodies in canonical form, against the slow model of dkim_model.py."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .dkim_model import BODIES, HEADERS

SETTINGS = settings(max_examples=400, deadline=None,
                    suppress_health_check=[HealthCheck.function_scoped_fixture])

# What matters, and enough of what does not that runs of it are found, too.
PIECES = st.sampled_from(
    [b" ", b"\t", b"\r\n", b"\n", b"\r", b"a", b"word", b"\0", b"\xe9", b"x" * 63,
     b"0123456789abcdef" * 5, b"with single blanks between its words, as text has them",
     b"\r\n\r\n", b"  ", b" \r\n"])
BODY = st.lists(PIECES, max_size=30).map(b"".join)
# In a field, a line end is a fold; a bare CR cannot come before one.
FIELD_PIECES = st.sampled_from(
    [b" ", b"\t", b"\n ", b"\n\t", b"\r\n ", b"a", b"word", b"\xe9\0", b"x" * 700, b"\r."])
VALUE = st.lists(FIELD_PIECES, max_size=20).map(b"".join)
NAME = st.sampled_from([b"Subject", b"FROM", b"x-Y ", b"dkim-signature"])
CANON = st.sampled_from(["simple", "relaxed"])
WIDE = st.sampled_from(["", "+"])   # with AVX2, which has code of its own


@SETTINGS
@given(name=NAME, value=VALUE, canon=CANON)
def test_header(dkim_probe, name: bytes, value: bytes, canon: str) -> None:
    answer = dkim_probe.ask("header", name + b":" + value + b"\n", canon.encode())
    assert bytes.fromhex(answer["out"]) == HEADERS[canon](name, value)


@SETTINGS
@given(body=BODY, canon=CANON, cut=st.integers(1, 200), wide=WIDE)
def test_body(dkim_probe, body: bytes, canon: str, cut: int, wide: str) -> None:
    answer = dkim_probe.ask("body", body, f"{canon}/{cut}{wide}".encode())
    assert bytes.fromhex(answer["out"]) == BODIES[canon](body)
    assert not answer["beyond"]


@SETTINGS
@given(body=BODY, canon=CANON, cut=st.integers(1, 200), limit=st.integers(0, 300), wide=WIDE)
def test_body_up_to_a_length(dkim_probe, body: bytes, canon: str, cut: int, limit: int,
                             wide: str) -> None:
    whole = BODIES[canon](body)
    answer = dkim_probe.ask("body", body, f"{canon}/{cut}#{limit}{wide}".encode())
    assert bytes.fromhex(answer["out"]) == whole[:limit]
    assert answer["beyond"] == (len(whole) > limit)
