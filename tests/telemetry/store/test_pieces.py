"""The store's inner pieces: codecs, raw records, columns, ids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from center_app.telemetry.store import codec
from center_app.telemetry.store.archive import BlockCache
from center_app.telemetry.store.columns import RowBuffer, fit, layout_of
from center_app.telemetry.store.raw import RawLog, pack_record, unpack_records
from center_app.telemetry.store.rows_sql import recording_number
from center_app.telemetry.store.values import ChannelPlan
from center_app.telemetry.store.window import grid_of, level_for

DTYPES = st.sampled_from(["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])


@settings(max_examples=150, deadline=None)
@given(
    values=DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, st.integers(1, 300))),
    prefer=st.sampled_from([codec.PCODEC, codec.ZLIB]),
)
def test_every_column_comes_back_bit_for_bit(values: np.ndarray, prefer: str) -> None:
    packed = codec.pack(values, prefer=prefer)
    found = codec.unpack(packed.codec, packed.dtype, len(values), packed.data)
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


@settings(max_examples=100, deadline=None)
@given(steps=hnp.arrays(np.int64, st.integers(1, 300), elements=st.integers(0, 10**12)))
def test_times_come_back_exactly(steps: np.ndarray) -> None:
    times = 1_780_000_000_000_000_000 + np.cumsum(steps)
    step, packed = codec.pack_times(times)
    np.testing.assert_array_equal(codec.unpack_times(int(times[0]), step, len(times), packed), times)


@settings(max_examples=100, deadline=None)
@given(
    noise=st.binary(max_size=200),
    name=st.sampled_from([codec.PCODEC, codec.ZLIB, "unknown:9"]),
    count=st.integers(0, 99),
)
def test_damaged_blocks_raise_value_error_only(noise: bytes, name: str, count: int) -> None:
    with pytest.raises(ValueError):
        codec.unpack(name, "i2", count, noise)


@settings(max_examples=100, deadline=None)
@given(records=st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=50)), max_size=20))
def test_raw_records_come_back(records: list[tuple[int, bytes]]) -> None:
    blob = b"".join(pack_record(5, 7, direction, data) for direction, data in records)
    found = list(unpack_records(blob, 3, 100))
    assert [(record.direction, record.data) for record in found] == records
    for place in range(len(blob)):
        damaged = bytearray(blob)
        damaged[place] ^= 0x40
        with pytest.raises(ValueError):
            list(unpack_records(bytes(damaged), 3, 100))


def test_segments_close_after_a_second_and_after_256_kib() -> None:
    log = RawLog(1)
    log.append(0, 0, 0, b"x" * 100)
    assert not log.is_due()
    log.append(1_000_000_000, 0, 0, b"y")
    assert log.is_due()
    log.seal()
    log.append(1_000_000_001, 0, 0, b"z" * 300_000)
    segments = log.take_sealed()
    assert [(row[1], row[2], row[3]) for row in segments] == [(0, 0, 101), (1, 101, 300_101)]
    assert [log.ordinal_at(offset) for offset in (0, 100, 101, 300_100)] == [0, 0, 1, 1]


def test_times_that_run_backwards_are_held() -> None:
    layout = layout_of([ChannelPlan(1, "a", "i2")])
    buffer = RowBuffer(layout)
    values, quality = fit(layout, np.zeros((1, 4), np.int16), np.zeros(4, np.uint8))
    first = buffer.append(np.array([5, 3, 9, 8]), values, quality, np.arange(4), 0.0)
    second = buffer.append(np.array([1, 2, 10, 11]), values, quality, np.arange(4), 0.0)
    assert first.times.tolist() == [5, 5, 9, 9]
    assert second.times.tolist() == [9, 9, 10, 11]


def test_recording_ids_differ_between_collectors_and_fit_a_float() -> None:
    t_ns = 1_780_272_000_000_000_000
    assert recording_number("a", t_ns) != recording_number("b", t_ns)
    assert recording_number("a", t_ns + 10**9) > recording_number("a", t_ns)
    assert recording_number("a", 4_000_000_000_000_000_000) < 2**53


@given(
    t0=st.integers(0, 2**61), span=st.integers(1, 10**18), columns=st.integers(2, 4000), shift=st.integers(0, 10**12)
)
def test_columns_lie_at_absolute_multiples_of_their_width(t0: int, span: int, columns: int, shift: int) -> None:
    grid, moved = grid_of(t0, t0 + span, columns), grid_of(t0 + shift, t0 + shift + span, columns)
    assert grid.start <= t0
    assert grid.stop >= t0 + span
    assert grid.width == moved.width
    assert grid.start % grid.width == moved.start % grid.width == 0


def test_the_level_leaves_two_buckets_to_a_column() -> None:
    for rows in (0, 100, 31_999, 32_000, 10**6, 10**9, 10**12):
        level = level_for(rows, 1000)
        assert level == 0 or rows / 16**level >= 2 * 1000 * 0.999
        assert rows / 16**level <= 16 * 2 * 1000 or level == 9


def test_the_block_cache_stays_within_its_bytes() -> None:
    cache = BlockCache(10_000)
    for number in range(100):
        cache.put(number, (np.zeros(100),))
    assert cache.size_bytes <= 11_000
    assert cache.get(99) is not None
    assert cache.get(0) is None
