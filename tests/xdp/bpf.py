# SPDX-License-Identifier: Apache-2.0
"""bpf(2) by hand, so that the loader is not tested by the library that it is built on."""

import ctypes
import os
import platform
import struct
from pathlib import Path

SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]

# enum bpf_cmd
MAP_CREATE, MAP_LOOKUP, MAP_UPDATE, MAP_DELETE = 0, 1, 2, 3
PROG_LOAD, OBJ_PIN, PROG_TEST_RUN = 5, 6, 10
PROG_BY_ID, MAP_BY_ID, INFO_BY_FD, LINK_CREATE, LINK_UPDATE = 13, 14, 15, 28, 29

ARRAY = 2           # BPF_MAP_TYPE_ARRAY
XDP_PROGRAM = 6     # BPF_PROG_TYPE_XDP
XDP_ATTACH = 37     # BPF_XDP
DRIVER_MODE = 4     # XDP_FLAGS_DRV_MODE

VERDICTS = {0: "aborted", 1: "drop", 2: "pass", 3: "tx", 4: "redirect"}

_libc = ctypes.CDLL(None, use_errno=True)


def _call(command: int, attributes: bytes | ctypes.Array) -> int:
    """Runs one command; an array is written to by the kernel, bytes are copied first."""
    if isinstance(attributes, bytes):
        attributes = ctypes.create_string_buffer(attributes, len(attributes))
    result = _libc.syscall(SYS_BPF, command, attributes, len(attributes))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"bpf command {command}: {os.strerror(number)}")
    return result


def _address(buffer: ctypes.Array) -> int:
    return ctypes.addressof(buffer)


def possible_cpus() -> int:
    ranges = Path("/sys/devices/system/cpu/possible").read_text().strip()
    return int(ranges.replace(",", "-").split("-")[-1]) + 1


class Descriptor:
    def __init__(self, fd: int):
        self.fd = fd

    def __del__(self):
        os.close(self.fd)

    def pin(self, path: Path) -> None:
        name = ctypes.create_string_buffer(os.fsencode(path))
        _call(OBJ_PIN, struct.pack("=QII", _address(name), self.fd, 0))


class Map(Descriptor):
    @classmethod
    def by_id(cls, number: int) -> "Map":
        return cls(_call(MAP_BY_ID, struct.pack("=III", number, 0, 0)))

    @classmethod
    def create(cls, name: str, value_size: int) -> "Map":
        """An array of one."""
        return cls(_call(MAP_CREATE, struct.pack("=7I16s", ARRAY, 4, value_size, 1, 0, 0, 0,
                                                 name.encode())))

    def lookup(self, key: bytes, size: int) -> bytes:
        value = ctypes.create_string_buffer(size)
        self._element(MAP_LOOKUP, key, value)
        return value.raw

    def update(self, key: bytes, value: bytes) -> None:
        self._element(MAP_UPDATE, key, ctypes.create_string_buffer(value, len(value)))

    def value_size(self) -> int:
        info = ctypes.create_string_buffer(88)
        _call(INFO_BY_FD, struct.pack("=IIQ", self.fd, len(info), _address(info)))
        return struct.unpack_from("=I", info, 12)[0]

    def delete(self, key: bytes) -> None:
        self._element(MAP_DELETE, key, None)

    def _element(self, command: int, key: bytes, value: ctypes.Array | None) -> None:
        held = ctypes.create_string_buffer(key, len(key))
        _call(command, struct.pack("=IIQQQ", self.fd, 0, _address(held),
                                   _address(value) if value else 0, 0))


class Program(Descriptor):
    @classmethod
    def by_id(cls, number: int) -> "Program":
        return cls(_call(PROG_BY_ID, struct.pack("=III", number, 0, 0)))

    @classmethod
    def load_pass(cls, name: str, maps: tuple[Map, ...] = ()) -> "Program":
        """A program that passes everything and holds the maps."""
        code = b"".join(struct.pack("=BBhi8x", 0x18, 0x11, 0, held.fd)  # r1 = map
                        for held in maps)
        code += struct.pack("=BBhiBBhi", 0xb7, 0, 0, 2, 0x95, 0, 0, 0)  # r0 = XDP_PASS; exit
        held = ctypes.create_string_buffer(code, len(code))
        licence = ctypes.create_string_buffer(b"GPL")
        return cls(_call(PROG_LOAD, struct.pack(
            "=IIQQIIQII16sII", XDP_PROGRAM, len(code) // 8, _address(held), _address(licence),
            0, 0, 0, 0, 0, name.encode(), 0, XDP_ATTACH)))

    def attach(self, ifindex: int) -> Descriptor:
        """The link, in the calling thread's network namespace, in native mode."""
        return Descriptor(_call(LINK_CREATE, struct.pack("=4I", self.fd, ifindex, XDP_ATTACH,
                                                         DRIVER_MODE)))

    def run(self, frame: bytes) -> str:
        """The verdict on one frame."""
        return self.run_many(frame, 1)

    def run_many(self, frame: bytes, n: int) -> str:
        """The verdict on the last of n times the same frame."""
        held = ctypes.create_string_buffer(frame, len(frame))
        attributes = ctypes.create_string_buffer(struct.pack(
            "=4IQQ4IQQ4I", self.fd, 0, len(frame), 0, _address(held), 0, n, 0, 0, 0, 0, 0,
            0, 0, 0, 0), 80)
        _call(PROG_TEST_RUN, attributes)
        return VERDICTS[struct.unpack_from("=I", attributes, 4)[0]]

    def run_scattered(self, frame: bytes, linear: int) -> str:
        """The verdict on a frame of which so many bytes lie in the first buffer; OSError EINVAL
        if the kernel cannot be told so (before 6.18)."""
        held = ctypes.create_string_buffer(frame, len(frame))
        context = ctypes.create_string_buffer(struct.pack("=6I", 0, linear, 0, 0, 0, 0), 24)
        attributes = ctypes.create_string_buffer(struct.pack(
            "=4IQQ4IQQ4I", self.fd, 0, len(frame), 0, _address(held), 0, 1, 0, 24, 0,
            _address(context), 0, 0, 0, 0, 0), 80)
        _call(PROG_TEST_RUN, attributes)
        return VERDICTS[struct.unpack_from("=I", attributes, 4)[0]]

    def verified_instructions(self) -> int:
        info = ctypes.create_string_buffer(232)
        _call(INFO_BY_FD, struct.pack("=IIQ", self.fd, len(info), _address(info)))
        return struct.unpack_from("=I", info, 216)[0]


class Counters:
    """Packets and bytes by reason, over all CPUs: struct exogate_cpu of bpf/exogate_abi.h."""

    ROOM = 64  # EXOGATE_COUNTER_N
    CPU_SIZE = 2 * ROOM * 16 + 16

    def __init__(self, number: int, reasons: list[str]):
        self._map = Map.by_id(number)
        self._reasons = reasons
        self._cpus = possible_cpus()

    def read(self, *, monitored: bool = False) -> dict[str, tuple[int, int]]:
        """What was decided, or what monitor mode passed but would have dropped."""
        cpus = self._map.lookup(struct.pack("=I", 0), self.CPU_SIZE * self._cpus)
        return {reason: self._sum(cpus, key + (self.ROOM if monitored else 0))
                for key, reason in enumerate(self._reasons)}

    def _sum(self, cpus: bytes, slot: int) -> tuple[int, int]:
        pairs = [struct.unpack_from("=QQ", cpus, cpu * self.CPU_SIZE + slot * 16)
                 for cpu in range(self._cpus)]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
