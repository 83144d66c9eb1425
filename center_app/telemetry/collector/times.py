"""Give decoded frames their times; the one place where collector and evidence turn reads into sample times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devices.values import Block, LineSettings, StreamSpec

Int64 = NDArray[np.int64]


class SampleTimes:
    """Spread the frames of a read backwards from its end by line speed; times of a stream never run backwards."""

    def __init__(self, line: LineSettings, streams: Sequence[StreamSpec]) -> None:
        """Know the line and the streams."""
        self._byte_ns = line.byte_ns
        self._last: dict[str, int] = {}

    def of(self, block: Block, read_ns: int, received: int) -> Int64:
        """Return t_ns int64 (n,) for a block; `received` counts the decoder's bytes at the end of the read."""
        t_ns = read_ns - np.rint((received - block.end_offset) * self._byte_ns).astype(np.int64)
        floor = self._last.get(block.stream)
        if floor is not None:
            t_ns = np.maximum(t_ns, floor + 1 + np.arange(len(t_ns)))
        t_ns = np.maximum.accumulate(t_ns)
        if len(t_ns):
            self._last[block.stream] = int(t_ns[-1])
        return t_ns

    def restart(self) -> None:
        """Forget what was fitted before a gap."""
