"""Find the frames of an RPLIDAR scanner: requests, descriptors, answers, nodes and capsules.

What a byte means depends on the descriptor before it. A node has three check bits only, so that without a descriptor,
or after a node that fails them, a run of sixteen sound nodes is needed before any is believed; a capsule has an 8-bit
exclusive or, its halves in the low nibbles of its first two bytes.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from devices.account import BAD_CHECKSUM, BAD_LENGTH, NOISE, UNCHECKED
from devices.scanner import Verdict

SYNC, MARK = 0xA5, b"\xa5\x5a"
NODE, NODES_TO_BELIEVE, HIGHEST_ANGLE = 5, 16, 0xB3
REQUESTS = {
    0x20: "scan",
    0x21: "force_scan",
    0x25: "stop",
    0x40: "reset",
    0x50: "get_info",
    0x52: "get_health",
    0x59: "get_samplerate",
    0x82: "express_scan",
    0x83: "hq_scan",
    0x84: "get_lidar_conf",
    0x85: "set_lidar_conf",
    0x90: "confirm_baud_rate",
    0xA8: "set_motor_speed",
    0xF0: "set_motor_pwm",
    0xFF: "get_accessory_flag",
}
_LONGEST_PAYLOAD = 64
# Data type: (name, size in bytes or None for any up to 1024, answers that go on).
ANSWERS: dict[int, tuple[str, int | None, bool]] = {
    0x04: ("info", 20, False),
    0x06: ("health", 3, False),
    0x15: ("samplerate", 4, False),
    0x20: ("lidar_conf", None, False),
    0x21: ("lidar_conf_set", None, False),
    0xFF: ("accessory_flag", 4, False),
    0x81: ("nodes", NODE, True),
    0x82: ("capsule", 84, True),
    0x83: ("capsule_hq", 781, True),
    0x84: ("capsule_ultra", 132, True),
    0x85: ("capsule_dense", 84, True),
    0x86: ("capsule_ultra_dense", 170, True),
}
_LONGEST_ANSWER = 1024


def _class(wanted: Callable[[int], bool]) -> bytes:
    return b"[" + b"".join(re.escape(bytes((byte,))) for byte in range(256) if wanted(byte)) + b"]"


_FIRST = _class(lambda byte: byte & 3 in (1, 2))
_ODD = _class(lambda byte: byte & 1 == 1)
_ASKED = _class(lambda byte: byte in REQUESTS or byte == MARK[1])
_START = _FIRST + _ODD + b"[\\x00-\\x%02x]" % HIGHEST_ANGLE
# A stop request looks like half a node; it is one when another request or a descriptor follows.
_RUN = re.compile(b"(?:(?!\xa5\x25\xa5" + _ASKED + b")" + _START + b"..)+", re.DOTALL)
_DESCRIPTOR = MARK + b".[\\x00-\\x04]\\x00[\\x00\\x40]" + _class(lambda byte: byte in ANSWERS)
_LIKELY = re.compile(
    _DESCRIPTOR + b"|\xa5" + _class(lambda byte: byte in REQUESTS) + b"|" + _START + b".." + _START, re.DOTALL
)
_LIKELY_SIZE = 8
_CAPSULE = re.compile(b"[\xa0-\xaf][\x50-\x5f]")


@dataclass(frozen=True)
class Descriptor:
    """Hold what a descriptor announces: the size of what follows, whether it goes on, and its type."""

    length: int
    send_mode: int
    data_type: int

    @staticmethod
    def parse(data: bytes) -> Descriptor:
        """Read the seven bytes of a descriptor."""
        word = int.from_bytes(data[2:6], "little")
        return Descriptor(word & 0x3FFFFFFF, word >> 30, data[6])

    @property
    def is_known(self) -> bool:
        """Say whether type, size and mode belong together."""
        _, size, goes_on = ANSWERS.get(self.data_type, ("", -1, False))
        fits = 0 < self.length <= _LONGEST_ANSWER if size is None else self.length == size
        return fits and self.send_mode == int(goes_on)


class Listener:
    """Judge what stands at a place; `kinds` names the sound frames in their order."""

    def __init__(self) -> None:
        """Start without a descriptor."""
        self.kinds: deque[str] = deque()
        self._kind = ""
        self._size = 0
        self._is_first = True

    def judge(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        """Say what the frame that starts here is, or how many bytes belong to none."""
        verdict = self._judge(buffer, at, is_end)
        if verdict is not None:
            self._is_first = False
        return verdict

    def _judge(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        if self._kind == "nodes":
            return self._node(buffer, at)
        if self._kind.startswith("capsule"):
            return self._capsule(buffer, at, is_end)
        if self._kind:
            return self._answer(buffer, at)
        return self._search(buffer, at, is_end)

    def _keep(self, kind: str, size: int, frames: int = 1) -> Verdict:
        self.kinds.append(kind)
        return Verdict(size, frames=frames)

    def _node(self, buffer: bytes, at: int) -> Verdict | None:
        """Take the run of sound nodes; one that fails its check bits ends the belief in their alignment."""
        run = _RUN.match(buffer, at)
        if run:
            return self._keep("nodes", run.end() - at, (run.end() - at) // NODE)
        if len(buffer) - at < NODE:
            return None
        if buffer[at] == SYNC and buffer[at + 1] in (*REQUESTS, MARK[1]):
            return self._asked(buffer, at)
        self._kind = ""
        return Verdict(NODE, BAD_CHECKSUM)

    def _capsule(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        whole = len(buffer) - at >= self._size
        if not whole and not is_end:
            return None
        if not _CAPSULE.match(buffer, at):
            return self._between(buffer, at)
        frame = buffer[at : at + self._size]
        if whole and frame[0] & 15 | (frame[1] & 15) << 4 == reduce(xor, frame[2:]):
            return self._keep(self._kind, self._size)
        if buffer.startswith(MARK, at) and Descriptor.parse(frame.ljust(7)).is_known:
            return self._asked(buffer, at)
        return Verdict(self._size, BAD_CHECKSUM) if whole else None

    def _between(self, buffer: bytes, at: int) -> Verdict | None:
        """Skip to the next place where a capsule may start; a request is read on the way."""
        if buffer[at] == SYNC and len(buffer) > at + 1 and buffer[at + 1] in REQUESTS:
            return self._asked(buffer, at)
        found = _CAPSULE.search(buffer, at + 1)
        asked = buffer.find(b"\xa5", at + 1, found.start() if found else len(buffer))
        stop = asked if asked >= 0 else found.start() if found else len(buffer) - 1
        return Verdict(max(1, stop - at), NOISE)

    def _answer(self, buffer: bytes, at: int) -> Verdict | None:
        if len(buffer) - at < self._size:
            return None
        kind, self._kind = self._kind, ""
        if kind != "unchecked":
            return self._keep(kind, self._size)
        self._kind = kind if buffer[at] == SYNC and not buffer.startswith(MARK, at) else ""
        return Verdict(self._size, UNCHECKED, is_whole=True) if self._kind else Verdict(1, NOISE)

    def _search(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        """Look for a request, a descriptor or a run of nodes long enough to be believed."""
        run = _RUN.fullmatch(buffer, at) if self._is_first and is_end else None
        if run:
            return self._keep("nodes", run.end() - at, (run.end() - at) // NODE)
        likely = _LIKELY.search(buffer, at)
        if likely and likely.start() == at:
            return self._believe(buffer, at, is_end)
        rest = len(buffer) if is_end else max(at, len(buffer) - _LIKELY_SIZE + 1)
        stop = min(likely.start(), rest) if likely else rest
        return Verdict(stop - at, NOISE) if stop > at else None

    def _believe(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        """Decide at a likely place."""
        run = _RUN.match(buffer, at)
        stop = run.end() if run else at
        if (stop - at) // NODE >= NODES_TO_BELIEVE:
            self._kind = "nodes"
            return self._keep("nodes", stop - at, (stop - at) // NODE)
        if run and len(buffer) - stop < NODE and not is_end:
            return None
        if buffer[at] == SYNC and buffer[at + 1] in (*REQUESTS, MARK[1]):
            return self._asked(buffer, at)
        return Verdict(1, NOISE)

    def _asked(self, buffer: bytes, at: int) -> Verdict | None:
        """Read a descriptor or a request; both end what went on before."""
        if buffer.startswith(MARK, at):
            if len(buffer) - at < 7:
                return None
            found = Descriptor.parse(buffer[at : at + 7])
            if not found.is_known:
                self._kind = ""
                return Verdict(7, BAD_LENGTH)
            name = ANSWERS[found.data_type][0]
            self._kind, self._size = ("unchecked" if name == "capsule_hq" else name), found.length
            return self._keep("descriptor", 7)
        size = 2
        if buffer[at + 1] & 0x80:
            if len(buffer) - at < 3:
                return None
            size = 4 + buffer[at + 2]
            if size > 4 + _LONGEST_PAYLOAD:
                return Verdict(3, BAD_LENGTH)
            if len(buffer) - at < size:
                return None
            if reduce(xor, buffer[at : at + size]):
                return Verdict(size, BAD_CHECKSUM)
        self._kind = ""
        return self._keep("request", size)
