"""Measure the wire: checksummed frames a second, text lines a second, simulated frames a second.

Prints one JSON object a line: name, value, unit, target. Run: ``python -m tests.bench.wire``.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from devices.checksum import MODBUS, crc16_check
from devices.delimited import DelimitedDecoder
from devices.framing import FrameKind
from devices.items import ItemDecoder
from devices.nmea import read
from devices.profiles import get, nmea0183
from devices.structs import Layout, StructDecoder
from devices.values import ChannelSpec, Decoder, StreamSpec

ROUNDS = 5
READ_BYTES = 65536
CHECK = crc16_check(MODBUS, 0, 14, 14)
KIND = FrameKind("bench", b"\xaa\x55", 16, CHECK)
STREAM = StreamSpec("bench", tuple(ChannelSpec(f"c{n}", {}, "A", "i2", 0.01, low=-400.0, high=400.0) for n in range(6)))


def frames(count: int, hurt: float = 0.0) -> bytes:
    """Make frames of 16 bytes with six int16 and CRC-16; a share of them has one flipped bit."""
    random = np.random.default_rng(1)
    rows = random.integers(0, 256, (count, 16), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0xAA, 0x55
    CHECK.seal(rows)
    rows[random.random(count) < hurt, 5] ^= 1
    return rows.tobytes()


def lines(count: int) -> bytes:
    """Make lines of four numbers with two decimals."""
    values = np.random.default_rng(2).normal(0.0, 50.0, (count, 4))
    return "".join("{:.2f},{:.2f},{:.2f},{:.2f}\r\n".format(*tuple(row)) for row in values).encode()


def rate(make: Callable[[], Decoder], data: bytes, count: int, piece: int = READ_BYTES) -> float:
    """Return the median of frames a second over some rounds; the account must balance."""
    rates = []
    for _ in range(ROUNDS):
        decoder = make()
        began = time.perf_counter()
        for at in range(0, len(data), piece):
            decoder.feed(data[at : at + piece])
        rates.append(count / (time.perf_counter() - began))
        assert decoder.account().balanced
    return statistics.median(rates)


def tell(name: str, value: float, unit: str, target: float | None = None) -> None:
    """Print one figure."""
    sys.stdout.write(json.dumps({"name": name, "value": round(value), "unit": unit, "target": target}) + "\n")


def main() -> None:
    """Measure and print every figure."""

    def binary() -> Decoder:
        return StructDecoder((Layout(KIND, STREAM, tuple(("<i2", 2 + 2 * n) for n in range(6))),))

    def text() -> Decoder:
        return DelimitedDecoder(StreamSpec("t", tuple(ChannelSpec(f"c{n}", {}, "", "f8") for n in range(4))))

    count = 400_000
    tell("frames, 16 bytes, CRC-16, 64 KiB reads", rate(binary, frames(count), count), "frames/s", 10e6)
    tell("frames, 16 bytes, CRC-16, 4 KiB reads", rate(binary, frames(count), count, 4096), "frames/s")
    tell("frames, 1 % with a flipped bit", rate(binary, frames(count, 0.01), count), "frames/s")
    tell("lines of four numbers, 64 KiB reads", rate(text, lines(200_000), 200_000), "lines/s", 2e6)
    tell("lines of four numbers, 4 KiB reads", rate(text, lines(200_000), 200_000, 4096), "lines/s")
    nmea = get("nmea0183").simulator(1).bytes_between(0.0, 5000.0)
    tell("NMEA sentences", rate(lambda: ItemDecoder(nmea0183.STREAMS, read, 256), nmea, 20_000), "lines/s")
    began = time.perf_counter()
    get("robot_cell").simulator(1).bytes_between(0.0, 1000.0)
    tell("simulated cell frames", 201_000 / (time.perf_counter() - began), "frames/s")


if __name__ == "__main__":
    main()
