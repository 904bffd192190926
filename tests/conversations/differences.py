# SPDX-License-Identifier: Apache-2.0
"""What libmilter makes an MTA see otherwise than the engine on io_uring: the whole list.

All else is equal after negotiation: the decoded replies and edits of every legal conversation.
None of these turns a refusal into an acceptance.  Each has a test that shows it, which
test_differences.py requires to be there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    id: str
    uring: str
    libmilter: str
    test: str                            # in test_differences.py
    conversations: tuple[str, ...] = ()  # of cases.py that it concerns


DIFFERENCES = (
    Difference(
        "negotiation", "asks that no reply to a body chunk be awaited, and for each step by itself",
        "replies to body chunks, since its callback cannot tell one that comes with the end; asks "
        "for NO_DATA only with NO_UNKNOWN, and for NO_EOH only with both; knows no version, so "
        "takes all bits that an MTA offers",
        "test_negotiation"),
    Difference(
        "nothing-offered", "an offer of no actions or no steps is one",
        "libmilter makes version 1's of it, and so they are taken for none",
        "test_nothing_offered"),
    Difference(
        "address", "a client of family 4 called unknown (Postfix after XCLIENT) is unknown",
        "closes the connection, as at any malformed address", "test_malformed_address",
        ("client-unknown-v4",)),
    Difference(
        "order", "closes a connection on which something comes out of order",
        "ignores what is out of order and does not reply to it", "test_out_of_order"),
    Difference(
        "unknown-then-header", "takes UNKNOWN between RCPT and the header",
        "waits for DATA in between, which MTAs of version 3 do not send: there is no answer",
        "test_unknown_before_the_header"),
    Difference(
        "malformed-helo", "closes the connection at a HELO that is no string",
        "ignores it: what the HELO before it brought still holds", "test_malformed_helo"),
    Difference(
        "empty-values", "reads a header field without a name, and a body chunk of nothing",
        "closes the connection", "test_empty_values"),
    Difference(
        "macros", "knows macros by packet and stage",
        "knows them by name; an empty packet leaves the older ones, which are not looked at again "
        "once their event has come",
        "test_empty_macros"),
    Difference(
        "odd-macros", "ignores a last name without a value",
        "reads beyond the strings when it looks for a macro that is not among them, and may crash: "
        "its listeners are for MTAs alone", "test_name_without_a_value"),
    Difference(
        "quit-nc", "starts with the next client, at any time between messages",
        "ignores it but after an abort; what then follows is deferred", "test_quit_nc"),
    Difference(
        "small-packets", "closes at a packet of more than 4 KiB before the first recipient",
        "defers what follows, but for macros, whose size it is not told",
        "test_large_packet_before_recipients"),
    Difference(
        "edit-size", "sends edits of any size",
        "defers a message that needs an edit packet over the limit of all packets",
        "test_limits_are_those_of_all_packets"),
    Difference(
        "limits", "limits.connections and limits.messages are those of the daemon",
        "they are those of each listener; a connection counts from its offer on, and one too many "
        "is closed there; idle ones are looked for every ten minutes, by limits.message_idle",
        "test_limits"),
    Difference(
        "progress", "tells an MTA whose message waits for its turn so, with PROGRESS packets",
        "says nothing: libmilter sends one only after the end of a message", "test_progress"),
    Difference(
        "packing", "sends an answer at once", "writes each packet by itself, its head first",
        "test_packing"),
)
