"""Let commands go between the polls of a master, so that no answer is taken for another's.

While a command has the line, polling rests and what is received goes to the command, not to the master; every byte
stays in the account. Blocks keep counting all received bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from devices.account import UNEXPECTED, Book
from devices.values import Account, Block, Master


class SharedLine:
    """Wrap a master; one command at a time may take the line (port thread only)."""

    def __init__(self, inner: Master) -> None:
        """Poll with `inner`; one whose answers are told apart by themselves (`pairs` False) goes on polling."""
        self._inner = inner
        self._pairs = bool(getattr(inner, "pairs", True))
        self._is_held = self._is_taken = False
        self._aside_bytes = 0
        self._unsettled_bytes = 0
        self._book = Book()

    def hold(self) -> bool:
        """Stop polling; return True once no poll waits for its answer, so that a command may be written."""
        self._is_held = self._pairs
        return not (self._is_held and getattr(self._inner, "is_waiting", False))

    def take(self) -> None:
        """Give what is received from now on to the command."""
        self._is_taken = self._pairs

    def give_back(self, *, is_answered: bool) -> None:
        """Poll on; the bytes that came meanwhile were an answer, or nobody's."""
        if is_answered:
            self._book.good(self._unsettled_bytes)
        else:
            self._book.discard(UNEXPECTED, self._unsettled_bytes, 1 if self._unsettled_bytes else 0)
        self._unsettled_bytes = 0
        self._is_held = self._is_taken = False

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the master's next request, None while a command has the line."""
        return None if self._is_held else self._inner.next_request(now_ns)

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Give received bytes to the master, or put them aside; return the completed blocks."""
        if self._is_taken:
            self._book.take(len(data))
            self._aside_bytes += len(data)
            self._unsettled_bytes += len(data)
            data = b""
        return self._shifted(self._inner.on_bytes(data, now_ns))

    def flush(self) -> list[Block]:
        """End the input; what a command was waiting for is nobody's."""
        self.give_back(is_answered=False)
        return self._shifted(self._inner.flush())

    def account(self) -> Account:
        """Return the balanced byte account of both."""
        mine, polled = self._book.statement(), self._inner.account()
        return Account(
            mine.bytes_in + polled.bytes_in,
            mine.bytes_good + polled.bytes_good,
            dict(Counter(mine.discarded) + Counter(polled.discarded)),
            mine.pending + polled.pending,
            mine.frames_good + polled.frames_good,
            dict(Counter(mine.frames_bad) + Counter(polled.frames_bad)),
        )

    def unit_counts(self) -> dict[str, dict[str, int]]:
        """Return what each unit on the bus did, by address and name; {} for masters of one device."""
        counted: Callable[[], dict[str, dict[str, int]]] = getattr(self._inner, "unit_counts", dict)
        return counted()

    def deadline_ns(self) -> int:
        """Return when the master is due again."""
        return self._inner.deadline_ns()

    def _shifted(self, blocks: list[Block]) -> list[Block]:
        if not self._aside_bytes:
            return blocks
        return [replace(block, end_offset=block.end_offset + self._aside_bytes) for block in blocks]


def shared(master: Master | None) -> SharedLine | None:
    """Return the master with a line that commands may use; None for a device that streams by itself."""
    return SharedLine(master) if master is not None else None
