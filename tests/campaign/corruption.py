"""S2: a stream of frames with flipped bits, lost bytes, garbage, doubled and swapped frames; every fault is counted.

Frames carry their number, four values and a CRC-32 (declared as a written profile). Nothing that was not sent may be
accepted, no intact frame may be lost but the one a burst of garbage hides, and the byte account must balance.
Run: `python -m tests.campaign.corruption [frames]`. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from devices.toml_profiles import compile_text
from devices.values import Profile

SIZE = 20
PROFILE_TEXT = """
format = 1
id = "numbered_frames"
name = "Numbered frames"
source = "made for the campaign"

[line]
baud = 921600

[frame]
framing = "sync"
sync = "AA 55"
size = 20
longest = 20

[frame.checksum]
kind = "CRC-32/ISO-HDLC"
from = 2
to = 16
at = 16
endian = "little"

[[message]]
key = "frame"

[[message.field]]
key = "number"
type = "u32le"
at = 2
low = 0

[[message.field]]
key = "a"
type = "f32le"
at = 6

[[message.field]]
key = "b"
type = "u32le"
at = 10

[[message.field]]
key = "c"
type = "u16le"
at = 14
"""


@dataclass
class Stream:
    """Gather the damaged bytes and the truth about them."""

    pieces: list[bytes] = field(default_factory=list)
    intact: list[int] = field(default_factory=list)
    """Numbers of the frames that went over the line whole, in their order."""
    tally: dict[str, int] = field(default_factory=dict)
    bursts: int = 0

    def count(self, what: str) -> None:
        self.tally[what] = self.tally.get(what, 0) + 1


def frame(number: int, dice: np.random.Generator) -> bytes:
    body = number.to_bytes(4, "little") + dice.bytes(10)
    return b"\xaa\x55" + body + zlib.crc32(body).to_bytes(4, "little")


def damaged(count: int, seed: int) -> Stream:
    """Return the stream: 1 % flipped, 1 % with lost bytes, 0.5 % behind garbage, 0.2 % doubled, 0.2 % swapped."""
    dice = np.random.default_rng(seed)
    fates = dice.random(count)
    stream, held = Stream(), b""
    held_number = -1
    for number in range(count):
        data, fate = frame(number, dice), fates[number]
        if held:
            _whole(stream, number, data)
            _whole(stream, held_number, held)
            held = b""
        elif fate < 0.010:
            _flipped(stream, data, dice)
        elif fate < 0.020:
            _lost(stream, data, dice)
        elif fate < 0.025:
            stream.pieces.append(dice.bytes(int(dice.integers(1, 4097))))
            stream.bursts += 1
            stream.count("garbage")
            _whole(stream, number, data)
        elif fate < 0.027:
            stream.count("doubled")
            _whole(stream, number, data)
            _whole(stream, number, data)
        elif fate < 0.029 and number + 1 < count:
            stream.count("swapped")
            held, held_number = data, number
        else:
            _whole(stream, number, data)
    return stream


def _whole(stream: Stream, number: int, data: bytes) -> None:
    stream.pieces.append(data)
    stream.intact.append(number)


def _flipped(stream: Stream, data: bytes, dice: np.random.Generator) -> None:
    hurt = bytearray(data)
    hurt[int(dice.integers(SIZE))] ^= 1 << int(dice.integers(8))
    stream.pieces.append(bytes(hurt))
    stream.count("flipped")


def _lost(stream: Stream, data: bytes, dice: np.random.Generator) -> None:
    start = int(dice.integers(SIZE - 1))
    stream.pieces.append(data[:start] + data[start + int(dice.integers(1, SIZE - start)) :])
    stream.count("lost_bytes")


def decoded(profile: Profile, data: bytes, seed: int) -> tuple[NDArray[np.int64], dict[str, object]]:
    """Return the numbers accepted, in order, and the account, fed in reads of random length."""
    dice = np.random.default_rng(seed)
    decoder, found, at = profile.decoder(), [np.zeros(0, np.int64)], 0
    began = time.perf_counter()
    while at < len(data):
        size = int(dice.integers(1, 8192))
        found += [block.values[0].astype(np.int64) for block in decoder.feed(data[at : at + size])]
        at += size
    decoder.flush()
    account = decoder.account()
    told = {
        "bytes_in": account.bytes_in, "bytes_good": account.bytes_good, "discarded": dict(account.discarded),
        "frames_bad": dict(account.frames_bad), "balanced": account.balanced and account.bytes_in == len(data),
        "frames_per_s": round(account.frames_good / (time.perf_counter() - began)),
    }  # fmt: skip
    return np.concatenate(found), told


def run(count: int, seed: int = 5) -> dict[str, object]:
    """Damage, decode, compare; return every figure."""
    stream = damaged(count, seed)
    found, told = decoded(compile_text(PROFILE_TEXT), b"".join(stream.pieces), seed)
    sent = np.array(stream.intact, dtype=np.int64)
    false_accepts, lost = _compare(sent, found)
    bytes_intact = len(sent) * SIZE
    wanted = bytes_intact - lost * SIZE
    is_counted = bool(told["balanced"]) and told["bytes_good"] == wanted
    passed = false_accepts == 0 and lost <= stream.bursts + stream.tally.get("lost_bytes", 0) and is_counted
    return {
        "frames": count, "seed": seed, "injected": stream.tally, "intact": len(sent), "accepted": len(found),
        "false_accepts": false_accepts, "intact_frames_lost": lost,
        "bytes_good_expected": wanted, **told, "passed": passed,
    }  # fmt: skip


def _compare(sent: NDArray[np.int64], found: NDArray[np.int64]) -> tuple[int, int]:
    """Return how many accepted frames were never sent whole, and how many sent whole were not accepted."""
    top = int(max(sent.max(initial=0), found.max(initial=0))) + 1
    if top > 1 << 28:
        return int((found > sent.max(initial=0)).sum()), len(sent)
    surplus = np.bincount(found, minlength=top) - np.bincount(sent, minlength=top)
    return int(surplus[surplus > 0].sum()), int(-surplus[surplus < 0].sum())


def main(count: int) -> int:
    told = run(count)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
