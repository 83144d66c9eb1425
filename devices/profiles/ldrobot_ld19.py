"""LDROBOT LD06/LD19 laser scanner: twelve points a frame, 230400 baud, one direction.

Frame, 47 bytes, little-endian: 54 2C, speed uint16 (°/s), start angle uint16 × 0.01°, twelve points of distance uint16
(mm) and intensity uint8, end angle uint16 × 0.01°, time uint16 (ms, wraps at 30000), CRC-8 (polynomial 4D) over the
first 46. A distance of 0 means "no return" and is marked out of range.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from devices.checksum import crc8_check
from devices.framing import FrameKind
from devices.labels import say
from devices.messages import Fields, Told, as_declared, explain_frames, number
from devices.simulators.base import FrameSimulator, Train, put, put_counter
from devices.simulators.waves import Ints, noise
from devices.structs import Layout, StructDecoder
from devices.values import ChannelSpec, LineSettings, Message, Params, Profile, SampleExpectation, StreamSpec

POINTS = 12
RATE_HZ = 375.0


def _angle(key: str, english: str, german: str, chinese: str) -> ChannelSpec:
    return ChannelSpec(key, say(english, german, chinese), "°", "i4", 0.01, low=0.0, high=360.0, group="Scan")


STREAM = StreamSpec(
    "scan",
    (
        ChannelSpec("speed", say("Speed", "Drehzahl", "转速"), "°/s", "i4", low=0.0, high=10000.0, group="Scan"),
        _angle("start", "Start angle", "Anfangswinkel", "起始角"),
        _angle("end", "End angle", "Endwinkel", "结束角"),
        *(
            ChannelSpec(
                f"distance_{point + 1}",
                say(f"Distance {point + 1}", f"Abstand {point + 1}", f"距离 {point + 1}"),
                "mm",
                "i4",
                low=1.0,
                high=20000.0,
                group="Distances",
            )
            for point in range(POINTS)
        ),
    ),
    RATE_HZ,
)
CHECK = crc8_check(0x4D, 0, 46, 46)
KIND = FrameKind("scan", b"\x54\x2c", 47, CHECK)
LAYOUT = Layout(
    KIND, STREAM, (("<u2", 2), ("<u2", 4), ("<u2", 42), *(("<u2", 6 + 3 * point) for point in range(POINTS)))
)


def read_scan(frame: bytes) -> Told:
    """Return a frame's values: °/s, degrees, mm, intensities 0 to 255, ms; a distance of 0 means "no return"."""
    speed, start = struct.unpack_from("<HH", frame, 2)
    end, time_ms = struct.unpack_from("<HH", frame, 42)
    points = list(struct.iter_unpack("<HB", frame[6:42]))
    fields: Fields = {"speed_deg_s": speed, "start_deg": number(start / 100), "end_deg": number(end / 100)}
    fields |= {"timestamp_ms": time_ms, "distance_mm": [point[0] for point in points]}
    lost = [index for index, point in enumerate(points) if not point[0]]
    fields["intensity"] = [point[1] for point in points]
    return "scan", fields | ({"no_return": lost} if lost else {})


def explain(data: bytes, params: Params) -> list[Message]:
    """Read frames as messages."""
    return explain_frames((as_declared(KIND),), data, read_scan)


def _build(seed: int, number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0x54, 0x2C
    start = np.mod(number * 9.6, 360.0)
    put(rows, 2, np.full(number.size, 3600.0), "<u2")
    put(rows, 4, start, "<u2", 0.01)
    for point in range(POINTS):
        angle = np.radians(start + 0.8 * point)
        wall = 1500.0 / np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle)))
        put(rows, 6 + 3 * point, wall + 4.0 * noise(seed, point, number), "<u2")
        rows[:, 8 + 3 * point] = 220
    put(rows, 42, np.mod(start + 0.8 * (POINTS - 1), 360.0), "<u2", 0.01)
    put_counter(rows, 44, (number * 1000 // round(RATE_HZ)) % 30000, "<u2")
    CHECK.seal(rows)
    return rows


PROFILE = Profile(
    id="ldrobot_ld19",
    version=1,
    label=say("LDROBOT LD06/LD19 scanner", "Scanner LDROBOT LD06/LD19", "LDROBOT LD06/LD19 激光雷达"),
    line=LineSettings(230400),
    streams=(STREAM,),
    make_decoder=lambda params: StructDecoder((LAYOUT,)),
    make_simulator=lambda seed, params: FrameSimulator((Train(RATE_HZ, lambda number: _build(seed, number)),)),
    sample=bytes.fromhex(
        "542c6808ab7ee000e4dc00e2d900e5d500e3d300e4d000e9cd00e4ca00e2c700e9c500e5c200e5c000e5be823a1a50"
    ),
    sample_expect=SampleExpectation(
        {"scan": 1}, {"scan.speed": 2152, "scan.start": 324.27, "scan.end": 334.7, "scan.distance_12": 192}
    ),
    explain=explain,
    source="LD19 Development Manual, example frame.",
)
