"""Decode text lines that need reading one by one: labelled values, JSON, NMEA 0183, scales."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from devices.account import CUT, MALFORMED, NOISE, TEXT
from devices.lines import LONGEST_LINE, LineBatch, LineFramer
from devices.structs import range_quality
from devices.values import Account, Block, StreamSpec


@dataclass(frozen=True)
class Item:
    """Carry one line's values, one per channel of `stream`, NaN where nothing was measured.

    An empty `stream` is a good line without channels; `noise` counts foreign bytes before the item.
    """

    stream: str
    values: Sequence[float] = ()
    noise: int = 0


Reading = Item | str
Read = Callable[[bytes], Reading]


class ItemDecoder:
    """Decode lines with a reader that returns an item or the reason why the line is discarded."""

    def __init__(
        self, streams: tuple[StreamSpec, ...], read: Read, longest: int = LONGEST_LINE, is_checked: bool = False
    ) -> None:
        """Decode into these streams; lines longer than `longest` bytes are discarded.

        `is_checked` says that lines carry a checksum: then a last line without its end still counts when it is
        sound, where it would otherwise be cut.
        """
        self._is_checked = is_checked
        self._streams = {stream.key: stream for stream in streams}
        self._read = read
        self._framer = LineFramer(longest)

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks: list[Block] = []
        for batch in self._framer.feed(data):
            blocks.extend(self._decode(batch))
        return blocks

    def flush(self) -> list[Block]:
        """End the input; an unfinished line is cut."""
        rest = self._framer.take_rest(unended=self._is_checked)
        blocks: list[Block] = []
        if rest is not None:
            if rest.text.endswith(b"\r") or isinstance(self._read(next(rest.lines())), Item):
                blocks = self._decode(rest)
            else:
                self._framer.book.discard(CUT, len(rest.text))
        self._framer.flush()
        return blocks

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.book.statement()

    def _decode(self, batch: LineBatch) -> list[Block]:
        found: dict[str, tuple[list[Sequence[float]], list[int]]] = {}
        offsets, sizes = batch.end_offset.tolist(), batch.sizes.tolist()
        for line, offset, size in zip(batch.lines(), offsets, sizes, strict=True):
            reading = self._read(line)
            if isinstance(reading, str):
                self._framer.book.discard(reading, size, 0 if reading == TEXT else 1)
                continue
            self._framer.book.discard(NOISE, reading.noise)
            self._framer.book.good(size - reading.noise)
            if reading.stream in self._streams:
                values, ends = found.setdefault(reading.stream, ([], []))
                values.append(reading.values)
                ends.append(offset)
        return [self._block(key, *content) for key, content in found.items()]

    def _block(self, key: str, rows: list[Sequence[float]], ends: list[int]) -> Block:
        values = np.ascontiguousarray(np.array(rows, dtype=np.float64).T)
        return Block(key, values, range_quality(self._streams[key].channels, values), np.array(ends, dtype=np.int64))


def pick(stream: StreamSpec, found: dict[str, float]) -> Reading:
    """Return an item with the channels that `found` names, TEXT when it names none of them."""
    values = [found.get(channel.key, math.nan) for channel in stream.channels]
    if all(math.isnan(value) for value in values):
        return TEXT if not found else MALFORMED
    return Item(stream.key, values)
