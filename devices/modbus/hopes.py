"""Find at once where in received bytes a Modbus RTU frame can be: sound, or cut by their end.

Bytes that all look like the head of a frame would cost a CRC each; here one pass over them tells every sound frame.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_marks
from devices.modbus import pdu
from devices.modbus.frames import LONGEST_RTU

_FRAMING = 3
"""Bytes of a frame beside its PDU: unit and CRC."""
_FIFO, _IDENTIFICATION = 0x18, b"\x2b\x0e"
"""Replies that say their length in two bytes, or by the objects they list."""
Positions = NDArray[np.int64]


class Hopes:
    """Hold where in a buffer frames of known functions can start; everywhere else none does."""

    def __init__(self, buffer: bytes) -> None:
        """Look at polls and replies."""
        data = np.frombuffer(buffer, dtype=np.uint8)
        starts, ends = crc16_marks(MODBUS, data)
        hope = np.zeros(data.size, dtype=np.bool_)
        hope[-1:] = True
        for stops in (_stops(data, *_POLLS), _with_queues(data, _stops(data, *_REPLIES))):
            hope[stops > data.size] = True
            whole = np.flatnonzero((stops > 0) & (stops <= data.size))
            hope[whole[starts[whole] == ends[stops[whole]]]] = True
        listed = np.array([each.start() - 1 for each in _LISTED.finditer(buffer, 1)], dtype=np.int64)
        if listed.size:
            hope[listed[(listed + LONGEST_RTU > data.size) | np.isin(starts[listed], ends)]] = True
        self._positions = np.flatnonzero(hope).tolist()
        self._size = data.size

    def next(self, at: int) -> int:
        """Return the first such position from `at` on, the buffer's size when there is none."""
        index = bisect_left(self._positions, at)
        return self._positions[index] if index < len(self._positions) else self._size


_LISTED = re.compile(re.escape(_IDENTIFICATION) + rb"|\x2b\Z")
_Table = tuple[NDArray[np.int64], NDArray[np.int64]]


def _tables(sizes: Mapping[int, int], counted: Mapping[int, int]) -> _Table:
    """Return, by function, a frame's size (0: none) and where in it the byte lies that counts the rest (0: none)."""
    fixed, places = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
    for function, size in sizes.items():
        fixed[function] = size + _FRAMING
    for function, at in counted.items():
        places[function] = at + 1
    return fixed, places


_POLLS = _tables(pdu.REQUEST_SIZES, pdu.REQUEST_COUNTED)
_REPLIES = _tables({**pdu.REPLY_SIZES, **{pdu.EXCEPTION | each: 2 for each in pdu.KNOWN}}, pdu.REPLY_COUNTED)


def _stops(data: NDArray[np.uint8], fixed: NDArray[np.int64], counted: NDArray[np.int64]) -> Positions:
    """Return where a frame that starts at each byte would end: 0 none, beyond the data when it is not whole."""
    functions = data[1:]
    stops = fixed[functions]
    stops[stops > 0] += np.flatnonzero(stops)
    places = np.flatnonzero(counted[functions])
    offsets = counted[functions[places]]
    inside = places + offsets < data.size
    stops[places[~inside]] = data.size + 1
    places, offsets = places[inside], offsets[inside]
    sizes = offsets + data[places + offsets] + _FRAMING
    stops[places] = np.where(sizes <= LONGEST_RTU, places + sizes, 0)
    return np.append(stops, 0)


def _with_queues(data: NDArray[np.uint8], stops: Positions) -> Positions:
    """Add where replies with a queue of registers would end: two bytes count what follows them."""
    places = np.flatnonzero(data[1:] == _FIFO)
    inside = places + 3 < data.size
    stops[places[~inside]] = data.size + 1
    places = places[inside]
    sizes = (data[places + 2].astype(np.int64) << 8 | data[places + 3]) + 3 + _FRAMING
    stops[places] = np.where(sizes <= LONGEST_RTU, places + sizes, 0)
    return stops
