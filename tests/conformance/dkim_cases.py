# SPDX-License-Identifier: Apache-2.0
"""Vectors of dkim/* that exogate answers otherwise; README.md says why."""

TAGS_READ_OTHERWISE = {
    "tag-003", "tag-017", "tag-018", "tag-028", "tag-047", "tag-082", "tag-106",
}

# Verdicts that differ: RFC 6376 3.6.1, t=s.
DIFFERENT_BY_RFC = {
    "cases": {
        "chasquid/11-strict_domain_check_fail#1",
        "dkim-verifier/17-dkim-key-with-s-flag-auid-is-subdomain-of-sdid#1",
    },
    "derived": set(),
}

# The verdict agrees, and what it is called does not: RFC 6376 6.1.1.
CALLED_OTHERWISE = {
    "cases": {"opendkim-lib/t-test114-0#4", "opendkim-lib/t-test114-0#5"},
    "derived": {"derived/l-plus-sign#1"},
}
