"""Simulators that stream by themselves: frames at a fixed rate, deterministic by virtual second."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.simulators.waves import Floats, Ints

Build = Callable[[Ints], NDArray[np.uint8]]
WriteLine = Callable[[int], str]


def frame_numbers(start_s: float, end_s: float, rate_hz: float) -> Ints:
    """Return the numbers of the frames that start in [start_s, end_s); frame i starts at i / rate_hz."""
    first = math.ceil(round(start_s * rate_hz, 6))
    return np.arange(max(0, first), max(0, math.ceil(round(end_s * rate_hz, 6))), dtype=np.int64)


def put(rows: NDArray[np.uint8], at: int, values: Floats, dtype: str, scale: float = 1.0) -> None:
    """Write values / scale as one integer field into every row, rounded and clipped to its type."""
    limits = np.iinfo(dtype)
    raw = np.clip(np.rint(values / scale), limits.min, limits.max).astype(dtype)
    rows[:, at : at + raw.itemsize] = raw.view(np.uint8).reshape(-1, raw.itemsize)


def put_counter(rows: NDArray[np.uint8], at: int, values: Ints, dtype: str) -> None:
    """Write a wrapping counter into every row."""
    width = np.dtype(dtype).itemsize
    raw = (values & ((1 << 8 * width) - 1)).astype(dtype)
    rows[:, at : at + width] = raw.view(np.uint8).reshape(-1, width)


@dataclass(frozen=True)
class Train:
    """Describe one series of equal frames: `build` makes rows uint8 (n, size) of frame numbers."""

    rate_hz: float
    build: Build
    phase_s: float = 0.0


class _Second:
    """Build a train a second at a time and keep the last one, because a live line asks for a few frames at once."""

    def __init__(self, train: Train) -> None:
        self._train = train
        self._size = max(1, math.ceil(train.rate_hz))
        self._kept: tuple[int, NDArray[np.uint8]] | None = None

    def rows(self, numbers: Ints) -> NDArray[np.uint8]:
        """Return the frames of consecutive numbers."""
        first, last = int(numbers[0]), int(numbers[-1])
        if last - first >= self._size:
            return self._train.build(numbers)
        parts = [self._block(index) for index in range(first // self._size, last // self._size + 1)]
        start = first - first // self._size * self._size
        return np.concatenate(parts)[start : start + numbers.size]

    def _block(self, index: int) -> NDArray[np.uint8]:
        if self._kept is None or self._kept[0] != index:
            start = index * self._size
            self._kept = index, self._train.build(np.arange(start, start + self._size, dtype=np.int64))
        return self._kept[1]


class FrameSimulator:
    """Stream one or several trains of frames of one size, merged in order of time."""

    def __init__(self, trains: tuple[Train, ...]) -> None:
        """Merge these trains."""
        self._trains = tuple((train, _Second(train)) for train in trains)

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the frames that start in [start_s, end_s)."""
        rows, times = [], []
        for train, second in self._trains:
            numbers = frame_numbers(start_s - train.phase_s, end_s - train.phase_s, train.rate_hz)
            if numbers.size:
                rows.append(second.rows(numbers))
                times.append(numbers / train.rate_hz + train.phase_s)
        if len(rows) < 2:
            return rows[0].tobytes() if rows else b""
        order = np.argsort(np.concatenate(times), kind="stable")
        return bytes(np.concatenate(rows)[order].tobytes())

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the device only streams."""
        return b""


class LineSimulator:
    """Stream text lines at a fixed rate; `head` is sent before the first one."""

    def __init__(self, rate_hz: float, write: WriteLine, head: str = "") -> None:
        """Write line number i with `write(i)`, without its end."""
        self._rate_hz = rate_hz
        self._write = write
        self._head = head

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the lines that start in [start_s, end_s), each ended by CR LF."""
        return "".join(self._lines(start_s, end_s)).encode()

    def _lines(self, start_s: float, end_s: float) -> Iterator[str]:
        for number in frame_numbers(start_s, end_s, self._rate_hz).tolist():
            if number == 0 and self._head:
                yield self._head + "\r\n"
            yield self._write(number) + "\r\n"

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the device only streams."""
        return b""
