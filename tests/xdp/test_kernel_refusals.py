# SPDX-License-Identifier: Apache-2.0
"""Fill, verify, then attach: a kernel that refuses one step, and nothing is attached or pinned."""

import errno
from functools import partial

import pytest
from lab.seccomp import refuse

from .bpf import (LINK_CREATE, LINK_UPDATE, MAP_LOOKUP, MAP_UPDATE, OBJ_PIN, PROG_LOAD,
                  PROG_TEST_RUN, SYS_BPF)
from .conftest import ENDPOINTS, Place, refused, untouched

STEPS = [
    (MAP_UPDATE, errno.EIO, "cannot store"),
    (MAP_LOOKUP, errno.EIO, "does not read back"),
    (PROG_LOAD, errno.EIO, "refused the BPF program"),
    (PROG_TEST_RUN, errno.EIO, "cannot try the BPF program"),
    (LINK_CREATE, errno.EIO, "cannot attach in generic mode"),
    (OBJ_PIN, errno.EIO, "cannot pin the link"),
]


@pytest.mark.parametrize("command, error, says", STEPS)
def test_first_attach(place: Place, command: int, error: int, says: str):
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS,
                         prepare=partial(refuse, SYS_BPF, error, command)), says)
    untouched(place)


@pytest.mark.parametrize("command, says", [
    (MAP_UPDATE, "cannot store"),
    (PROG_LOAD, "refused the BPF program"),
    (PROG_TEST_RUN, "cannot try the BPF program"),
    (LINK_UPDATE, "cannot replace the program"),
])
def test_replacement(place: Place, command: int, says: str):
    """The filter goes on as it was."""
    place.attach()
    before = place.report()
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS,
                         prepare=partial(refuse, SYS_BPF, errno.EIO, command)), says)
    assert place.report() == before
    assert place.attached_program()["prog"]["id"] == before["program"]["id"]


@pytest.mark.parametrize("error", [errno.EBUSY, errno.EEXIST, errno.EPERM])
def test_occupied_between_look_and_attach(place: Place, error: int):
    """No driver's refusal: generic mode would put a second program beside the other's."""
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS,
                        prepare=partial(refuse, SYS_BPF, error, LINK_CREATE))
    refused(done, f"{place.iface}: cannot attach: ")
    assert done.stdout == ""
    untouched(place)
