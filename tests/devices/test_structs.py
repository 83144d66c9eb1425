from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from devices.structs import SequenceWatch, Unwrapper, range_quality
from devices.values import ChannelSpec, Quality


@given(st.integers(0, 2**40), st.lists(st.integers(0, 2**15 - 1), min_size=1, max_size=50), st.data())
def test_a_counter_is_continued_across_wraps_and_blocks(start: int, steps: list[int], data: st.DataObject) -> None:
    true = start + np.cumsum(steps)
    raw = (true % 65536).astype(np.uint16)
    cut = data.draw(st.integers(0, len(steps)))
    unwrapper = Unwrapper(16)
    got = np.concatenate([unwrapper.unwrap(raw[:cut]), unwrapper.unwrap(raw[cut:])])
    assert got.dtype == np.int64
    assert (np.diff(got) == np.diff(true)).all()


@given(st.sets(st.integers(0, 999)))
def test_missing_frames_are_counted(lost: set[int]) -> None:
    numbers = [number for number in range(1200) if number not in lost]
    watch = SequenceWatch(16)
    first, rest = numbers[:100], numbers[100:]
    missing = watch.missing(np.array(first, dtype=np.uint16)) + watch.missing(np.array(rest, dtype=np.uint16))
    assert missing == len(lost - set(range(numbers[0])))


def test_every_value_that_is_not_one_is_marked() -> None:
    bounded = ChannelSpec("a", {}, "V", "f4", 0.1, low=-1.0, high=1.0)
    free = ChannelSpec("b", {}, "V", "f4")
    values = np.array([[10, 11, -11, np.nan], [np.inf, 7e34, -np.inf, np.nan]], dtype=np.float32)
    good, outside, missing = int(Quality.GOOD), int(Quality.OUT_OF_RANGE), int(Quality.NOT_MEASURED)
    assert range_quality((bounded, free), values).tolist() == [
        [good, outside, outside, missing],
        [outside, good, outside, missing],
    ]
