"""Hostile bytes: bounded memory and time for every profile, and a reason in the account."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from devices import profiles
from devices.values import Profile

every_profile = pytest.mark.parametrize("profile", profiles.all(), ids=lambda profile: profile.id)
MOST_GROWTH = 5 << 20
COUNT = 20


def feed(profile: Profile, piece: bytes, count: int) -> None:
    decoder = profile.decoder()
    decoder.feed(profile.sample)
    for _ in range(count):
        decoder.feed(piece)
    account = decoder.account()
    assert account.balanced
    assert account.pending < 64_000


def growth(profile: Profile, piece: bytes, count: int) -> int:
    """Return the most memory held at once while feeding, in bytes."""
    tracemalloc.start()
    try:
        feed(profile, piece, count)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def seconds_per_megabyte(profile: Profile, piece: bytes, count: int) -> float:
    began = time.process_time()
    feed(profile, piece, count)
    return (time.process_time() - began) / (len(piece) * count / 1e6)


MOST_S_PER_MEGABYTE = 3.3
"""30 % of a core at 921,600 baud."""


@every_profile
@pytest.mark.parametrize("kind", ["nul", "no_delimiter", "noise", "sync", "digits", "polls", "writes"])
def test_a_flood_stays_small_and_cheap(profile: Profile, kind: str) -> None:
    size = 4096
    noise = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8).tobytes()
    pieces = {
        "nul": bytes(size),
        "no_delimiter": b"A" * size,
        "noise": noise,
        "sync": (profile.sample[:2] * size)[:size],
        "digits": (b"1.5,-2," * size)[:size],
        "polls": b"\x01\x03" * (size // 2),
        "writes": b"\x01\x10" * (size // 2),
    }
    assert growth(profile, pieces[kind], COUNT) < MOST_GROWTH
    assert seconds_per_megabyte(profile, pieces[kind], COUNT) < MOST_S_PER_MEGABYTE


def test_ten_megabytes_without_a_delimiter_in_one_piece() -> None:
    decoder = profiles.get("delimited_text").decoder()
    decoder.feed(b"7" * 10_000_000)
    account = decoder.account()
    assert account.balanced
    assert account.discarded["overlong"] > 9_900_000
    assert decoder.feed(b"\n1,2,3,4\n")[0].values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
