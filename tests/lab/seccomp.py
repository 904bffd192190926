# SPDX-License-Identifier: Apache-2.0
"""A kernel that refuses one system call, or one command of it, as a container's profile does.

`seccomp.py CALL PROGRAM ARGUMENT...` runs a program under it.
"""

import ctypes
import errno
import os
import platform
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7fff0000, 0x00050000
AUDIT_ARCH = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7}
# Offsets in struct seccomp_data.
CALL_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16

CALLS = {"io_uring_setup": 425, "io_uring_enter": 426}   # on every architecture but alpha


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("if_true", ctypes.c_ubyte),
                ("if_false", ctypes.c_ubyte), ("k", ctypes.c_uint)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]


def _instructions(call: int, error: int, argument: int | None) -> list[tuple[int, int, int, int]]:
    """Conditions that must all hold; a jump over the rest of them ends at ALLOW."""
    conditions = [(ARCH_AT, AUDIT_ARCH[platform.machine()]), (CALL_AT, call)]
    if argument is not None:
        conditions.append((FIRST_ARGUMENT_AT, argument))
    code = []
    for n, (at, value) in enumerate(conditions):
        left = len(conditions) - n - 1
        code += [(LOAD_WORD, 0, 0, at), (JUMP_IF_EQUAL, 0, 2 * left + 1, value)]
    return [*code, (RETURN, 0, 0, FAIL | error), (RETURN, 0, 0, ALLOW)]


def refuse(call: int, error: int = errno.EPERM, argument: int | None = None) -> None:
    """From now on, for this process and all that it starts; only with this first argument if given."""
    code = _instructions(call, error, argument)
    program = Program(len(code), (Instruction * len(code))(*code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                      (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    refuse(CALLS[sys.argv[1]])
    os.execv(sys.argv[2], sys.argv[2:])
