"""Helpers of the protocol tests: flip bits, split anywhere, feed noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from devices.profiles import get
from devices.values import Account, Message
from tests.devices.samples import decode


def messages(profile_id: str, data: bytes | str, **params: object) -> list[Message]:
    """Explain bytes or hexadecimal text; the messages must cover every byte, in order."""
    raw = bytes.fromhex(data) if isinstance(data, str) else data
    profile = get(profile_id)
    assert profile.explain is not None
    found = profile.explain(raw, profile.settled(params))
    done = 0
    for message in found:
        assert message.start == done
        assert message.end > message.start
        done = message.end
    assert done == len(raw)
    return found


def good(profile_id: str, data: bytes | str, **params: object) -> list[Message]:
    return [message for message in messages(profile_id, data, **params) if not message.error]


def bit_flips(frame: bytes) -> Iterator[bytes]:
    """Yield the frame with each of its bits flipped in turn."""
    for bit in range(8 * len(frame)):
        hurt = bytearray(frame)
        hurt[bit // 8] ^= 1 << bit % 8
        yield bytes(hurt)


def fuzz(profile_id: str, size: int, seed: int = 5) -> Account:
    """Feed noise salted with the profile's own bytes in pieces of any size; return the account."""
    profile, random = get(profile_id), np.random.default_rng(seed)
    pieces, done = [], 0
    while done < size:
        piece = random.integers(0, 256, int(random.integers(1, 3000)), dtype=np.uint8).tobytes()
        start = int(random.integers(0, len(profile.sample)))
        pieces += [piece, profile.sample[start : start + int(random.integers(1, 60))]]
        done += len(pieces[-1]) + len(piece)
    return decode(profile.decoder(), pieces)[1]
