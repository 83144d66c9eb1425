"""A recording's pyramid holds its own buckets only, not the rows they were made of."""

from __future__ import annotations

import tracemalloc

import numpy as np

from center_app.telemetry.store.columns import CHUNK_ROWS, Rows, layout_of
from center_app.telemetry.store.pyramid import Pyramid
from center_app.telemetry.store.values import ChannelPlan

CHUNKS = 300


def chunk(number: int, size: int) -> Rows:
    times = np.arange(number * size, (number + 1) * size, dtype=np.int64) * 1_000_000
    values = (np.arange(2 * size, dtype=np.int16).reshape(2, size),)
    return Rows(number * size, times, values, None, 0, np.arange(size, dtype=np.int64))


def held_after(size: int) -> int:
    pyramid = Pyramid(layout_of([ChannelPlan(1, "a", "i2"), ChannelPlan(2, "b", "i2")]))
    tracemalloc.start()
    try:
        for number in range(CHUNKS):
            pyramid.push(chunk(number, size))
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_growing_recording_does_not_keep_its_rows_in_memory() -> None:
    """The times alone of these rows are 9.8 MB."""
    assert held_after(CHUNK_ROWS) < 1_000_000


def test_short_chunks_that_fill_no_bucket_keep_no_rows_either() -> None:
    assert held_after(CHUNK_ROWS - 5) < 1_000_000
