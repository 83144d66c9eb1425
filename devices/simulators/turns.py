"""Simulators whose turns are built one by one: messages of different kinds and sizes at a fixed rate."""

from __future__ import annotations

from collections.abc import Callable

from devices.simulators.base import frame_numbers


class TurnSimulator:
    """Send `build(number)` at number / rate_hz; `reply` answers what a master asks."""

    def __init__(
        self, rate_hz: float, build: Callable[[int], bytes], reply: Callable[[bytes, float], bytes] | None = None
    ) -> None:
        """Build turns at this rate; without `reply` the device only streams."""
        self._rate_hz = rate_hz
        self._build = build
        self._reply = reply

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the turns that start in [start_s, end_s)."""
        numbers = frame_numbers(start_s, end_s, self._rate_hz).tolist()
        return b"".join(self._build(number) for number in numbers)

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the reply to a request, b"" when it expects none."""
        return self._reply(request, at_s) if self._reply else b""
