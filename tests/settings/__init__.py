# SPDX-License-Identifier: Apache-2.0
"""The settings file: what is accepted, and what an operator reads when it is not.

    conftest         check settings that a test writes
    test_errors      each class of error, with its exact line
    test_map         the same for rewrite maps
    test_accepted    what is valid: spellings, includes, warnings, size
    test_reference   the printed keys, and contrib/exogate.conf
"""
