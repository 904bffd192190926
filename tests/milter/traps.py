# SPDX-License-Identifier: Apache-2.0
"""The traps of the milter protocol as Postfix speaks it, and the tests that walk into them.

Numbered as they were found with Postfix 3.7.  A test is FILE::NAME, of C or Python, `case:ID` of
conversations/cases.py, or `difference:ID` of conversations/differences.py, for where libmilter does
otherwise.  What no test is for says why.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    what: str
    tests: tuple[str, ...] = ()
    why_none: str = ""


def tested(what: str, *tests: str) -> Trap:
    return Trap(what, tests)


def untested(what: str, why: str) -> Trap:
    return Trap(what, why_none=why)


NOT_YET = "exogate does not do that yet"
MTA_SIDE = "the mail server does it before any filter sees the message"
NEVER_SENT = "exogate never sends it"

SESSION, DIALOG = "unit/test_session.c", "unit/test_dialog.c"
SESSION_MACROS = "unit/test_session_macros.c"
LIMITS, REWRITE, REPLY = "unit/test_dialog_limits.c", "unit/test_rewrite.c", "unit/test_milter_reply.c"
NEGOTIATE, EVENT = "unit/test_milter_negotiate.c", "unit/test_milter_event.c"
CONVERSATIONS = "conversations/test_conversations.py"
ROBUSTNESS = "conversations/test_robustness.py"
WAITING = "conversations/test_waiting.py"
BOTH = "conversations/test_both_engines.py"
KEYS, CHECK = "conversations/test_keys.py", "unit/test_dkim_check.c"
SAME = "conversations/test_generated.py::test_both_engines_say_the_same"
STORM = "reliability/test_storm.py::test_nothing_is_lost_and_nothing_unjudged"

TRAPS = {
    # framing and negotiation
    1: tested("bytes come one at a time, or many packets in one read",
              f"{CONVERSATIONS}::test_pieces", f"{DIALOG}::several_messages",
              "unit/test_milter_frame.c::every_prefix_wants_more",
              SAME),
    2: tested("one stray reply is taken for the verdict, and all edits are lost",
              f"{NEGOTIATE}::with_all_offered_only_two_events_are_answered",
              f"{NEGOTIATE}::each_bit_is_for_its_event", f"{CONVERSATIONS}::test_conversation",
              SAME),
    3: tested("no reply to macros, ABORT, QUIT; ABORT comes twice, and without a message",
              f"{CONVERSATIONS}::test_no_reply_to_abort_and_macros", f"{SESSION}::legal_sequences"),
    4: tested("macros come for every event, also empty, also for those that are switched off",
              f"{CONVERSATIONS}::test_no_reply_to_abort_and_macros", f"{EVENT}::macros",
              f"{BOTH}::test_macros_of_events_that_are_switched_off"),
    5: tested("an unknown macro class is ignored, an unknown command closes",
              f"{DIALOG}::unknown_macro_class", f"{DIALOG}::bad_packets"),
    6: tested("versions above 6 are answered with 6, 2 to 5 with themselves, others closed",
              f"{NEGOTIATE}::versions", f"{NEGOTIATE}::bits_of_later_versions_are_not_taken",
              f"{DIALOG}::versions_too_old", "case:version-7"),
    7: tested("no unknown bits, the least steps; no message is let through that cannot be edited",
              f"{NEGOTIATE}::nothing_is_asked_for_that_was_not_offered",
              f"{NEGOTIATE}::only_what_the_policy_needs", "case:no-edits-offered",
              f"{ROBUSTNESS}::test_agreement_asks_for_the_least"),
    8: tested("an offer may be longer than 12 bytes", f"{ROBUSTNESS}::test_offer_with_more_data"),
    9: tested("lengths that no packet has; half a packet",
              f"{DIALOG}::bad_frames", f"{ROBUSTNESS}::test_half_a_packet_then_silence"),
    10: tested("an unknown client, also with family 4", "case:client-unknown",
               "case:client-unknown-v4",
               "difference:address"),
    11: tested("IPv6: before an address, or not", "case:authorised-v6-prefixed",
               "case:authorised-v6"),
    12: tested("TLS macros come at HELO alone and are kept", f"{DIALOG}::starttls",
               f"{SESSION_MACROS}::a_certificate_serves_all_messages_of_its_helo"),
    13: tested("no certificate without TLS, none of an earlier HELO", "case:cert-without-tls",
               f"{SESSION_MACROS}::a_second_helo_voids_the_certificate",
               f"{SESSION_MACROS}::when_a_certificate_name_counts",
               "difference:macros"),
    14: tested("an odd number of strings, a name twice: the first one wins", f"{EVENT}::macros",
               f"{SESSION_MACROS}::when_a_certificate_name_counts",
               f"{BOTH}::test_odd_macros", "difference:odd-macros"),
    # session state
    15: tested("the queue id comes late, and is of its message", f"{SESSION_MACROS}::queue_id",
               f"{SESSION_MACROS}::queue_id_of_an_aborted_message",
               f"{BOTH}::test_queue_id_is_of_its_message"),
    16: tested("several messages a connection; RSET and HELO in a message",
               f"{ROBUSTNESS}::test_message_after_reset_and_second_helo",
               f"{DIALOG}::nothing_leaks_from_message_to_message", "case:many"),
    17: tested("the ABORT after END_OF_MESSAGE aborts nothing",
               "conversations/test_supervision.py::test_status_counts",
               f"{BOTH}::test_abort_after_the_answer"),
    18: untested("after an ACCEPT at MAIL or RCPT the next message is a fresh one", NEVER_SENT),
    19: tested("the end between packets is normal", f"{ROBUSTNESS}::test_client_that_vanishes",
               f"{DIALOG}::end_of_stream_anywhere"),
    20: tested("QUIT_NC: another client on the same socket", f"{ROBUSTNESS}::test_quit_nc",
               f"{DIALOG}::quit_nc_within_a_message", f"{SESSION}::quit_nc_forgets_the_client",
               "difference:quit-nc"),
    21: tested("XCLIENT: the connection is replaced, and with it the client",
               f"{SESSION}::quit_nc_forgets_the_client", f"{DIALOG}::quit_before_anything",
               f"{BOTH}::test_xclient"),
    22: tested("UNKNOWN between any two commands", f"{DIALOG}::unknown_commands",
               f"{SESSION}::legal_interruptions",
               SAME, "difference:unknown-then-header"),
    23: tested("smtpd and then cleanup speak on one connection", "system/test_demo.py::test_showing",
               STORM),
    24: tested("libmilter ignores what is out of order", "difference:order",
               "conversations/test_generated.py::test_what_is_illegal_gets_nothing"),
    25: tested("the null sender is <> or nothing", f"{SESSION}::the_null_sender_in_both_spellings",
               "case:null-sender",
               f"{BOTH}::test_null_sender_without_brackets"),
    26: tested("addresses and fields hold any 8-bit bytes", "case:sender-in-utf8",
               "case:from-8-bit",
               f"{BOTH}::test_addresses_in_utf_8"),
    27: tested("BDAT looks like DATA, unknown verbs are events", f"{DIALOG}::unknown_commands"),
    28: tested("ESMTP parameters are strings of their own", f"{EVENT}::paths",
               f"{BOTH}::test_parameters"),
    29: tested("rejected recipients are not asked for", f"{NEGOTIATE}::what_postfix_offers"),
    # content
    30: tested("a body is cut between CR and LF, in blanks, in the empty lines at its end",
               f"{KEYS}::test_where_the_body_is_cut",
               "unit/test_dkim_body.c::pieces_do_not_matter",
               "unit/test_session_dkim.c::whole_byte_by_byte_and_split_everywhere",
               "conformance/test_dkim.py::test_signatures_of_bodies_in_pieces"),
    31: tested("no body at all, no end of headers", f"{SESSION}::legal_sequences",
               f"{BOTH}::test_no_body"),
    32: tested("END_OF_MESSAGE may bring the last chunk", f"{LIMITS}::a_body_larger_than_the_arena",
               f"{BOTH}::test_end_with_data"),
    33: tested("the blank after the colon is part of the value", f"{NEGOTIATE}::what_postfix_offers",
               "case:no-leading-space"),
    34: untested("a blank before the colon is gone", MTA_SIDE),
    35: tested("a value may begin with a line end", "case:from-after-an-empty-line",
               f"{BOTH}::test_value_that_starts_with_a_line_break"),
    36: tested("a missing From is refused", "case:from-missing"),
    37: tested("a field is cut at NUL", "unit/test_header_index.c::a_name_with_nul"),
    38: tested("too many and too large fields fail closed", f"{SESSION}::too_many_fields_are_deferred",
               f"{LIMITS}::a_header_over_the_arena_at_any_size", "case:limit"),
    39: tested("the mail server's own Received is not counted",
               "milter/test_client.py::test_change_does_not_count_the_own_received",
               f"{CONVERSATIONS}::test_delivered_message"),
    40: tested("60000 bytes, where Postfix cuts", "case:60000-bytes",
               f"{LIMITS}::a_from_of_60000_bytes"),
    41: untested("CR in a field becomes a blank", MTA_SIDE),
    42: tested("one parser for policy and rewriting", "case:from-multiple-fields",
               "case:from-multiple-mailboxes", f"{REWRITE}::bytes_outside_the_domain_stay"),
    # edits
    43: tested("deletions go from the highest index down",
               f"{REWRITE}::deletions_come_highest_index_first",
               "milter/test_client.py::test_a_deletion_renumbers_at_once"),
    44: tested("names have no case, and the spelling stays", "case:forged-results"),
    45: tested("the own result goes to the very top", f"{CONVERSATIONS}::test_delivered_message"),
    46: tested("insertions at one index are reversed: there is one",
               "milter/test_client.py::test_the_same_index_twice_reverses",
               f"{REWRITE}::an_authorised_message"),
    47: tested("to change a missing field would append one",
               "milter/test_client.py::test_what_is_not_there", f"{REWRITE}::an_authorised_message"),
    48: tested("names and values are cleaned of CR, LF, NUL", f"{REPLY}::header_values_are_cleaned",
               f"{REPLY}::names_and_addresses_are_cleaned"),
    49: tested("the filter supplies the leading blank", f"{REWRITE}::without_leading_space",
               "case:no-leading-space"),
    50: untested("recipients are removed by their exact spelling", NEVER_SENT),
    51: tested("the null sender stays as it is", "case:null-sender"),
    52: untested("a body is replaced in one block", NEVER_SENT),
    53: tested("a refusal brings no edits", f"{CONVERSATIONS}::test_conversation"),
    54: tested("no edit before the end of the message", f"{CONVERSATIONS}::test_conversation"),
    55: tested("PROGRESS while something is awaited, and an answer before the MTA gives up",
               f"{WAITING}::test_who_waits_is_told_so",
               f"{WAITING}::test_who_waits_too_long_is_deferred",
               f"{WAITING}::test_postfix_is_told_where_each_field_is_answered",
               "system/test_waiting.py::test_postfix_waits_as_long_as_it_hears_of_progress"),
    56: tested("%% in replies, line ends, classes that agree", f"{REPLY}::reply_code",
               f"{REPLY}::too_long_lines_of_replies_fail",
               f"{REPLY}::too_many_lines_of_replies_fail",
               "unit/test_filter_answer.c::replies_are_those_of_the_dialog"),
    57: tested("the daemon dies while it answers", STORM),
    58: tested("an edit that is too large defers the message",
               f"{LIMITS}::a_from_of_60000_bytes_that_would_grow", f"{LIMITS}::edits_over_the_arena",
               "difference:edit-size"),
    # policy
    59: tested("a crash cannot deliver, with milter_default_action = tempfail", STORM,
               "system/test_demo.py::test_daemon_that_is_gone_defers"),
    60: untested("an earlier filter's quarantine hides the message", MTA_SIDE),
    61: tested("mail of the host itself is not from Exchange Online", "case:client-localhost",
               "case:client-other-mapped-loopback",
               f"{BOTH}::test_localhost_is_nobody"),
    62: untested("SRS hashes", NOT_YET),
    63: untested("SRS times", NOT_YET),
    64: untested("SRS lengths", NOT_YET),
    65: tested("DKIM algorithms and key sizes, d= and i=, t=s, x=, l=, h= without From",
               f"{CHECK}::sha1_is_not_even_looked_up", f"{CHECK}::key_records", f"{CHECK}::times",
               f"{CHECK}::lengths", "unit/test_dkim_sig.c::one_tag_changed",
               "unit/test_dkim_key.c::what_a_key_is_for", "unit/test_openssl_dkim.c::ed25519",
               "conformance/test_dkim.py::test_signatures"),
    66: tested("DKIM keys in DNS: several records, several strings, none, none for now, revoked",
               f"{CHECK}::key_records", f"{CHECK}::look_ups_without_a_record",
               "unit/test_dns_message.c::strings_of_one_record_are_joined",
               "unit/test_dns_message.c::records_stay_apart_and_the_least_ttl_counts",
               f"{KEYS}::test_a_key_that_is_not_there", f"{KEYS}::test_a_server_that_fails",
               f"{KEYS}::test_a_server_that_is_silent"),
    67: tested("a cap on results or signatures must not hide one",
               "unit/test_facts.c::more_results_than_are_looked_at", f"{CHECK}::at_most_so_many",
               "unit/test_session_dkim.c::strangers_first"),
    68: tested("what looks like a result in a comment is none", "case:authres-in-a-comment"),
    69: tested("a result is strictly read or not at all",
               "conformance/test_authres.py::test_parse"),
    70: tested("a restart in an open session defers what is left of it", STORM),
}
