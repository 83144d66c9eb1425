"""Shared pieces of the store's tests: channels, blocks, a numpy oracle."""

from __future__ import annotations

import itertools

import numpy as np

from center_app.core.clock import SystemClock
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.store.synthetic import BulkRecording
from center_app.telemetry.store.writer import StoreWriter
from devices.values import Account, Block, ChannelSpec, LineSettings, StreamSpec

LINE = LineSettings(115_200)
T0 = 1_780_272_000_000_000_000  # 2026-06-01 00:00 UTC
MS = 1_000_000
FRAME = 16
CELL = 7


def channel(key: str, dtype: str = "i2", scale: float = 1.0, offset: float = 0.0) -> ChannelSpec:
    return ChannelSpec(key, {"en": key.upper(), "de": key, "zh": key}, "A", dtype, scale, offset)


def stream(key: str = "drive", channels: int = 3, dtype: str = "i2", scale: float = 1.0) -> StreamSpec:
    return StreamSpec(key, tuple(channel(f"c{i}", dtype, scale) for i in range(channels)), 1000.0)


def begin(writer: StoreWriter, *streams: StreamSpec, t_ns: int = T0, cell: int = CELL) -> RecordingHandle:
    return writer.begin_recording(cell, "binary", 3, {"a": 1}, LINE, "loop://", streams=streams, t_ns=t_ns)


def open_writer(folder: object, collector: str = "local", **options: object) -> StoreWriter:
    return StoreWriter(str(folder), collector, SystemClock(), **options)  # type: ignore[arg-type]


class Feed:
    """Append rows with the bytes they came from, and remember them for comparison."""

    def __init__(self, recording: RecordingHandle | BulkRecording, key: str = "drive") -> None:
        self.recording = recording
        self.key = key
        self.offset = 0
        self.times: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.quality: list[np.ndarray] = []

    def send(self, times: np.ndarray, values: np.ndarray, quality: np.ndarray | None = None) -> None:
        count = len(times)
        marks = np.zeros(values.shape, np.uint8) if quality is None else quality
        data = np.random.default_rng(self.offset).integers(0, 256, count * FRAME, dtype=np.uint8).tobytes()
        self.recording.append_raw(int(times[-1]), int(times[-1]) + 5, 0, data)
        ends = self.offset + FRAME * np.arange(1, count + 1, dtype=np.int64)
        self.offset += len(data)
        self.recording.append_block(Block(self.key, values, marks, ends), times.astype(np.int64))
        self.recording.set_account(Account(self.offset, self.offset, frames_good=self.offset // FRAME))
        self.times.append(times)
        self.values.append(values)
        self.quality.append(np.broadcast_to(marks, values.shape))

    def all(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.concatenate(self.times), np.concatenate(self.values, axis=1), np.concatenate(self.quality, axis=1)


def oracle(
    times: np.ndarray, values: np.ndarray, good: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (low, high, count) per column [edge, next edge) of good samples, by brute force."""
    places = np.searchsorted(times, edges)
    low, high = np.full(len(edges) - 1, np.nan), np.full(len(edges) - 1, np.nan)
    count = np.zeros(len(edges) - 1, np.int64)
    for column, (start, stop) in enumerate(itertools.pairwise(places)):
        part = values[start:stop][good[start:stop]]
        count[column] = len(part)
        if len(part):
            low[column], high[column] = part.min(), part.max()
    return low, high, count
