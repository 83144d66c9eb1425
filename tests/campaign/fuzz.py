"""Feed every profile's decoder hostile bytes: no exception, a balanced account, bounded memory.

Run: `python -m tests.campaign.fuzz [bytes per profile]`. Prints one JSON object a profile.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from devices import profiles


def feed(profile_id: str, size: int) -> dict[str, object]:
    """Mix noise, NUL floods and pieces of the sample, in reads of random length."""
    profile = profiles.get(profile_id)
    dice = np.random.default_rng(11)
    decoder = profile.decoder({})
    fed, frames, began = 0, 0, time.perf_counter()
    while fed < size:
        kind = dice.integers(3)
        length = int(dice.integers(1, 4096))
        data = dice.bytes(length) if kind == 0 else bytes(length) if kind == 1 else _cut(profile.sample, dice)
        frames += sum(block.end_offset.size for block in decoder.feed(data))
        fed += len(data)
    decoder.flush()
    account = decoder.account()
    balanced = account.bytes_in == account.bytes_good + sum(account.discarded.values()) + account.pending == fed
    return {
        "profile": profile_id,
        "bytes": fed,
        "frames": frames,
        "balanced": balanced,
        "seconds": round(time.perf_counter() - began, 1),
    }


def _cut(sample: bytes, dice: np.random.Generator) -> bytes:
    start = int(dice.integers(0, max(1, len(sample))))
    return sample[start : start + int(dice.integers(1, max(2, len(sample))))] or b"\0"


def main(size: int) -> int:
    bad = 0
    for profile in profiles.all():
        told = feed(profile.id, size)
        bad += not told["balanced"]
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    return bad


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
