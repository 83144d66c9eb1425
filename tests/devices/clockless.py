"""A line that costs no time, for whole searches."""

from __future__ import annotations

from collections.abc import Callable

from devices.recognition import Heard
from devices.values import LineSettings


class Clockless:
    """Be a line whose device answers at once and whose waiting costs no time, so that whole searches are quick."""

    has_parity = True

    def __init__(self, own: LineSettings, answer: Callable[[bytes], bytes], unasked: bytes = b"") -> None:
        """Answer only at its own settings."""
        self._own, self._answer, self._unasked = own, answer, unasked
        self.asked: list[tuple[LineSettings, bytes]] = []

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Return what it says unasked."""
        return Heard(self._unasked if settings == self._own else b"", 0, seconds)

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Return what it answers."""
        self.asked.append((settings, data))
        heard = self._answer(data) if settings == self._own else b""
        return Heard(heard, 0, 0.05 if heard else seconds)
