# SPDX-License-Identifier: Apache-2.0
"""Runs a program under a kernel that refuses io_uring: `seccomp.py PROGRAM ARGUMENT...`.

A filter of a few instructions makes io_uring_setup(2) fail with EPERM, as the default profile of
container runtimes does.
"""

import ctypes
import os
import platform
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_EPERM = 0x7fff0000, 0x00050001
IO_URING_SETUP = 425    # on every architecture but alpha
AUDIT_ARCH = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7}


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("if_true", ctypes.c_ubyte),
                ("if_false", ctypes.c_ubyte), ("k", ctypes.c_uint)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]


def refuse_io_uring() -> None:
    instructions = (Instruction * 6)(
        (LOAD_WORD, 0, 0, 4),                                       # seccomp_data.arch
        (JUMP_IF_EQUAL, 0, 3, AUDIT_ARCH[platform.machine()]),
        (LOAD_WORD, 0, 0, 0),                                       # seccomp_data.nr
        (JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP),
        (RETURN, 0, 0, FAIL_EPERM),
        (RETURN, 0, 0, ALLOW))
    program = Program(len(instructions), instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                      (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    refuse_io_uring()
    os.execv(sys.argv[1], sys.argv[1:])
