"""Helpers of the wire's tests: decode with any split, join blocks, scaled values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from devices.values import Account, Block, Decoder, Profile, scaled


def split_at(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted({min(cut, len(data)) for cut in cuts}), len(data)]
    return [data[start:stop] for start, stop in itertools.pairwise(edges)]


def decode(decoder: Decoder, pieces: Sequence[bytes]) -> tuple[dict[str, tuple[object, ...]], Account]:
    """Return per stream (values, quality, end offsets, ticks) as lists, and the final account."""
    blocks: list[Block] = []
    for piece in pieces:
        blocks.extend(decoder.feed(piece))
        assert decoder.account().balanced
    blocks.extend(decoder.flush())
    account = decoder.account()
    assert account.balanced
    assert account.pending == 0
    return {stream: joined(blocks, stream) for stream in sorted({block.stream for block in blocks})}, account


def joined(blocks: Sequence[Block], stream: str) -> tuple[object, ...]:
    mine = [block for block in blocks if block.stream == stream]
    values = np.concatenate([block.values for block in mine], axis=1)
    quality = np.concatenate([np.broadcast_to(block.quality, block.values.shape) for block in mine], axis=1)
    ends = np.concatenate([block.end_offset for block in mine])
    ticks = [] if mine[0].tick is None else np.concatenate([block.tick for block in mine]).tolist()
    gaps = sum(block.sequence_gaps for block in mine)
    return (np.array2string(values, threshold=10**9), quality.tolist(), ends.tolist(), ticks, gaps)


def first_values(profile: Profile, blocks: Sequence[Block]) -> dict[str, float]:
    streams = {stream.key: stream for stream in profile.streams_for()}
    found: dict[str, float] = {}
    for block in blocks:
        for channel, raw in zip(streams[block.stream].channels, block.values, strict=True):
            found.setdefault(f"{block.stream}.{channel.key}", float(scaled(channel, raw)[0]))
    return found


def all_values(profile: Profile, blocks: Sequence[Block], name: str) -> np.ndarray:
    stream_key, _, channel_key = name.partition(".")
    stream = next(stream for stream in profile.streams_for() if stream.key == stream_key)
    index = [channel.key for channel in stream.channels].index(channel_key)
    rows = [block.values[index] for block in blocks if block.stream == stream_key]
    return scaled(stream.channels[index], np.concatenate(rows))
