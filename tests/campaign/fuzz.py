"""S3: hostile bytes through every parser: profiles, masters, message readers, written profiles, judges of replies.

Run: `python -m tests.campaign.fuzz [bytes per parser] [words of ids …]`. Prints one JSON object a parser. It passed
when nothing raised, every byte has its reason, at most 64 KiB ever wait, memory grew by at most 5 MB, any other split
of the same bytes gave the same rows and account, no value that is out of range or not a number is marked good, and
bytes at the line's own speed take at most 30 % of a core (twice that is allowed for, as two decoders run).
"""

from __future__ import annotations

import json
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from devices import profiles
from devices.messages import explain
from devices.values import Account, Block, Decoder, Master, Params, Profile, Quality, StreamSpec, scaled
from tests.campaign.fuzz_bytes import hostile
from tests.campaign.fuzz_written import written

MOST_PENDING, MOST_GROWTH_MB, MOST_CPU = 1 << 16, 5.0, 0.30
EXPLAIN_BYTES, EXPLAIN_PIECE = 400_000, 8192
SEED = 11
TEXTS = {"text": "1010", "number": 0, "integer": 0, "choice": 0}
"""What a command gets where it has no default."""


class Rows:
    """Check the blocks of one decoder and keep a running sum of what they say, the same for any split."""

    def __init__(self, streams: tuple[StreamSpec, ...]) -> None:
        self.streams = {stream.key: stream for stream in streams}
        self.sums: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.frames = 0
        self.gaps = 0

    def take(self, blocks: list[Block], fed: int) -> None:
        """Raise AssertionError for the first row that breaks a promise."""
        for block in blocks:
            channels, count = self.streams[block.stream].channels, block.end_offset.size
            assert block.values.shape == block.quality.shape == (len(channels), count), "shape"
            if count:
                self._check(block, fed)
            self.frames += count
            self.gaps += block.sequence_gaps

    def _check(self, block: Block, fed: int) -> None:
        name, ends = block.stream, block.end_offset
        assert (np.diff(ends) >= 0).all(), "order of ends"
        assert self.last.get(name, 0) <= int(ends[0]), "order of blocks"
        assert int(ends[-1]) <= fed, "end beyond the input"
        self.last[name] = int(ends[-1])
        for channel, raw, marks in zip(self.streams[name].channels, block.values, block.quality, strict=True):
            values = scaled(channel, raw)[marks == Quality.GOOD]
            assert np.isfinite(values).all(), f"{name}.{channel.key}: not a number, marked good"
            slack = 1e-6 * max(abs(channel.low or 0.0), abs(channel.high or 0.0))
            assert channel.low is None or (values >= channel.low - slack).all(), f"{name}.{channel.key}: below, good"
            assert channel.high is None or (values <= channel.high + slack).all(), f"{name}.{channel.key}: above, good"
        parts = (
            block.values.astype(np.float64).T,
            block.quality.T,
            ends,
            *([] if block.tick is None else [block.tick]),
        )
        for number, part in enumerate(parts):
            key = f"{name}/{number}"
            self.sums[key] = zlib.crc32(np.ascontiguousarray(part).tobytes(), self.sums.get(key, 0))


def _settle(account: Account, fed: int, is_end: bool = False) -> None:
    assert account.balanced, "the account does not balance"
    assert account.bytes_in == fed, (account.bytes_in, fed)
    assert account.pending <= (0 if is_end else MOST_PENDING), f"{account.pending} bytes wait"


def feed_decoder(profile: Profile, size: int, pieces: Iterator[bytes]) -> dict[str, object]:
    """Feed one decoder the pieces, and another the same bytes cut elsewhere; compare."""
    one, other = profile.decoder(), profile.decoder()
    rows, again = Rows(profile.streams_for()), Rows(profile.streams_for())
    dice, held, fed = np.random.default_rng(SEED + 1), bytearray(), 0
    for number, piece in enumerate(pieces):
        fed += len(piece)
        rows.take(one.feed(piece), fed)
        held += piece
        if number % 16 == 0:
            _settle(one.account(), fed)
            _refeed(other, again, held, fed, dice)
    _refeed(other, again, held, fed, dice)
    for decoder, told in ((one, rows), (other, again)):
        told.take(decoder.flush(), fed)
        _settle(decoder.account(), fed, is_end=True)
    assert one.account() == other.account(), "another split, another account"
    assert (rows.sums, rows.gaps) == (again.sums, again.gaps), "another split, other rows"
    return {"bytes": fed, "frames": rows.frames}


def _refeed(decoder: Decoder, rows: Rows, held: bytearray, fed: int, dice: np.random.Generator) -> None:
    edges = sorted({0, len(held), *dice.integers(0, len(held) + 1, 12).tolist()})
    for start, stop in pairwise(edges):
        rows.take(decoder.feed(bytes(held[start:stop])), fed)
    held.clear()


def feed_master(profile: Profile, size: int, pieces: Iterator[bytes]) -> dict[str, object]:
    """Let a master poll and answer it with the pieces."""
    master = profile.master()
    assert master is not None
    rows, now_ns, fed, requests = Rows(profile.streams_for()), 1_000_000_000, 0, 0
    for piece in pieces:
        requests += _ask(master, now_ns)
        fed += len(piece)
        rows.take(master.on_bytes(piece, now_ns), fed)
        _settle(master.account(), fed)
        now_ns += 1_000_000 * (1 + len(piece) % 700)
        assert master.deadline_ns() >= 0
    rows.take(master.flush(), fed)
    _settle(master.account(), fed, is_end=True)
    assert requests, "it never asked"
    return {"bytes": fed, "frames": rows.frames, "requests": requests}


def _ask(master: Master, now_ns: int) -> int:
    return int(bool(master.next_request(now_ns)))


def feed_messages(profile: Profile, size: int, pieces: Iterator[bytes]) -> dict[str, object]:
    """Read the bytes as messages, piece by piece: no hole, no overlap, only what JSON can say."""
    fed = found = 0
    held = b""
    for piece in pieces:
        held += piece
        if len(held) < EXPLAIN_PIECE:
            continue
        messages = explain(profile, held)
        edges = [0, *(edge for one in messages for edge in (one.start, one.end)), len(held)]
        assert edges[::2] == edges[1::2], "messages with a hole or an overlap"
        json.dumps([dict(one.fields) for one in messages], allow_nan=False)
        fed, found, held = fed + len(held), found + len(messages), b""
    return {"bytes": fed, "messages": found}


def feed_judges(profile: Profile, size: int, pieces: Iterator[bytes]) -> dict[str, object]:
    """Give the judges of a profile's commands the pieces for an answer, and look for settings in them."""
    settings, fed, asked = profile.settled(), 0, 0
    judges: list[tuple[bytes, Callable[[bytes, bytes], bool | None]]] = []
    for command in profile.commands:
        values = {one.key: one.default or TEXTS[one.kind] for one in command.fields}
        if command.judge is not None:
            judges.append((command.encode(settings, values), command.judge))
        if command.readback is not None:
            back = command.readback(settings, values)
            judges.append((back.request, back.judge))
    for piece in pieces:
        fed += len(piece)
        for request, judge in judges:
            asked += 1
            assert judge(request, piece) in (True, False, None)
        if profile.discover is not None:
            known = {spec.key for spec in profile.params}
            given: Params = profile.discover(piece)
            assert set(given) <= known, "found settings the profile does not have"
            profile.streams_for(given)
    return {"bytes": fed, "judged": asked}


def _memory_mb() -> float:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


Feeder = Callable[[Profile, int, Iterator[bytes]], dict[str, object]]


def trial(name: str, profile: Profile, feeder: Feeder, size: int) -> dict[str, object]:
    """Run one parser on `size` bytes and judge it; what it raised is told with its place."""
    said: dict[str, object] = {"parser": name}
    try:
        feeder(profile, size // 50, hostile(profile.sample, SEED, size // 50))  # caches fill before memory counts
        before, began = _memory_mb(), time.process_time()
        said |= feeder(profile, size, hostile(profile.sample, SEED, size))
        seconds = time.process_time() - began
        grown = _memory_mb() - before
    except Exception as error:  # noqa: BLE001 - the campaign goes on with the next parser and reports this one
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        return said | {"raised": f"{type(error).__name__}: {error}"[:300], "at": where, "passed": False}
    decoders = 2 if feeder is feed_decoder else 1
    share = seconds / decoders / size * 1e9 / profile.line.byte_ns
    passed = grown <= MOST_GROWTH_MB and (share <= MOST_CPU or feeder not in (feed_decoder, feed_master))
    return said | {"grown_mb": round(grown, 1), "core_at_line_speed": round(share, 4), "seconds": round(seconds, 1),
                   "passed": passed}  # fmt: skip


def parsers(size: int) -> Iterator[tuple[str, Profile, Feeder, int]]:
    """Return what is to be fed, and how much."""
    for profile in profiles.all():
        yield profile.id, profile, feed_decoder, size
        if profile.make_master is not None:
            yield f"{profile.id} master", profile, feed_master, size
        yield f"{profile.id} messages", profile, feed_messages, min(size, EXPLAIN_BYTES)
        if profile.discover is not None or any(command.judge or command.readback for command in profile.commands):
            yield f"{profile.id} judges", profile, feed_judges, min(size, EXPLAIN_BYTES)
    for profile in written():
        yield f"written {profile.id}", profile, feed_decoder, size


def main(size: int, words: list[str]) -> int:
    bad, count, began = [], 0, time.monotonic()
    for name, profile, feeder, most in parsers(size):
        if words and not any(word in name for word in words):
            continue
        told = trial(name, profile, feeder, most)
        count += 1
        bad += [] if told["passed"] else [name]
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    summary = {
        "parsers": count,
        "bytes_each": size,
        "failed": bad,
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    sys.stdout.write(json.dumps(summary | {"passed": not bad}) + "\n")
    return len(bad)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000, sys.argv[2:]))
