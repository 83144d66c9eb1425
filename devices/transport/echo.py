"""Tell own bytes, heard back on a two-wire RS-485 bus, from what the others say."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from devices.values import LineSettings

PATIENCE_S = 0.15
"""An echo comes while the bytes leave; adapters hand it over up to 16 ms later, a busy computer later still."""


class EchoFilter:
    """Take each written piece out of the input once; the thread that reads the port owns it.

    A half-heard echo is held back until it is whole or late; late, it counts as what others said.
    """

    def __init__(self, line: LineSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Expect bytes at the speed of the line; `clock` gives seconds."""
        self._byte_s = line.byte_ns / 1e9
        self._clock = clock
        self._expected: deque[tuple[bytes, float]] = deque()
        self._held = b""
        self.missed = 0
        """Written pieces whose echo never came: a collision, or a bus without echo."""

    def expect(self, data: bytes) -> None:
        """Note what was just written."""
        start_s = max([self._clock(), *(until - PATIENCE_S for _, until in self._expected)])
        if data:
            self._expected.append((data, start_s + len(data) * self._byte_s + PATIENCE_S))

    def split(self, data: bytes) -> tuple[bytes, bytes]:
        """Return (bytes of others, own echo) of what was read; call it with b"" too, so that time passes."""
        rest, others, echo = self._held + data, b"", b""
        self._held = b""
        while self._expected:
            own, until_s = self._expected[0]
            at = rest.find(own)
            if at >= 0:
                others, echo, rest = others + rest[:at], echo + own, rest[at + len(own) :]
            elif self._clock() < until_s:
                keep = _overlap(rest, own)
                self._held = rest[len(rest) - keep :]
                return others + rest[: len(rest) - keep], echo
            else:
                self.missed += 1
            self._expected.popleft()
        return others + rest, echo


def _overlap(heard: bytes, own: bytes) -> int:
    """Return how many of the last bytes heard may be the beginning of the echo."""
    for size in range(min(len(heard), len(own) - 1), 0, -1):
        if heard.endswith(own[:size]):
            return size
    return 0
