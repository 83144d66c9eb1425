"""WitMotion inertial sensors: frames of 11 bytes, one per quantity.

Frame: 55, kind, four int16 little-endian, sum of the first ten. Kind 51 acceleration ± 16 g and temperature × 0.01 °C,
52 rates ± 2000 °/s, 53 angles ± 180°, 54 magnetic field in counts, 56 pressure (Pa) and height (cm), 59 quaternion;
other kinds count as good bytes, and `devices.readers.witmotion` reads them as messages.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import Check, sum8_rows
from devices.framing import FrameKind
from devices.labels import Names, say
from devices.readers.witmotion import explain
from devices.simulators.base import FrameSimulator, Train, put
from devices.simulators.waves import Floats, Ints, noise
from devices.structs import Layout, StructDecoder
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

RATE_HZ = 50.0
_AXES = "xyz"
ACCELERATION = say("Acceleration", "Beschleunigung", "加速度")
RATE = say("Rate", "Drehrate", "角速度")
ANGLE = say("Angle", "Winkel", "角度")


def _triple(key: str, label: Names, unit: str, full: float) -> tuple[ChannelSpec, ...]:
    def named(axis: str) -> Names:
        return {language: f"{text} {axis}" for language, text in label.items()}

    return tuple(
        ChannelSpec(f"{key}_{axis}", named(axis), unit, "i2", full / 32768, group=label["en"]) for axis in _AXES
    )


STREAMS = (
    StreamSpec(
        "acceleration",
        (
            *_triple("acceleration", ACCELERATION, "g", 16.0),
            ChannelSpec("temperature", say("Temperature", "Temperatur", "温度"), "°C", "i2", 0.01, low=-40, high=125),
        ),
        RATE_HZ,
    ),
    StreamSpec("rate", _triple("rate", RATE, "°/s", 2000.0), RATE_HZ),
    StreamSpec("angle", _triple("angle", ANGLE, "°", 180.0), RATE_HZ),
)
FIELD = StreamSpec("field", _triple("field", say("Magnetic field", "Magnetfeld", "磁场"), "", 32768.0), None)
PRESSURE = StreamSpec(
    "pressure",
    (
        ChannelSpec("pressure", say("Pressure", "Druck", "气压"), "Pa", "i4", low=0.0, high=200000.0),
        ChannelSpec("height", say("Height", "Höhe", "高度"), "m", "i4", 0.01, low=-1000.0, high=20000.0),
    ),
    None,
)
QUATERNION = StreamSpec(
    "quaternion",
    tuple(
        ChannelSpec(
            f"q{part}", say(*[f"{word} {part}" for word in ("Quaternion", "Quaternion", "四元数")]), "", "i2", 1 / 32768
        )
        for part in range(4)
    ),
    None,
)


def _sum(rows: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return every row's sum, and 256, which no byte is, where the kind is none of 50 to 5F; uint16 (n,)."""
    return np.where(rows[:, 1] >> 4 == 5, sum8_rows(rows), np.uint16(256))


CHECK = Check(_sum, 0, 10, 10, 1)
KIND = FrameKind("witmotion", b"\x55", 11, CHECK)


def _layout(number: int, stream: StreamSpec) -> Layout:
    return Layout(
        KIND, stream, tuple(("<i2", 2 + 2 * index) for index in range(len(stream.channels))), (1, 0xFF, number)
    )


LAYOUTS = (
    *(_layout(0x51 + number, stream) for number, stream in enumerate(STREAMS)),
    _layout(0x54, FIELD),
    Layout(KIND, PRESSURE, (("<i4", 2), ("<i4", 6)), (1, 0xFF, 0x56)),
    _layout(0x59, QUATERNION),
)


def _signals(seed: int, kind: int, number: Ints) -> list[Floats]:
    time_s = number / RATE_HZ
    if kind == 0:
        level = [0.02 * noise(seed, axis, number) for axis in range(3)]
        return [level[0], level[1], 1.0 + level[2], 25.3 + 0.0 * time_s]
    size = 6.0 if kind == 1 else 12.0
    return [size * np.sin(time_s * (0.6 + 0.2 * axis)) for axis in range(3)]


def _build(seed: int, number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    kinds = number % 3
    rows[:, 0], rows[:, 1] = 0x55, 0x51 + kinds
    for kind, stream in enumerate(STREAMS):
        mine = kinds == kind
        part = rows[mine]
        for index, (values, channel) in enumerate(
            zip(_signals(seed, kind, number[mine] // 3), stream.channels, strict=True)
        ):
            put(part, 2 + 2 * index, values, "<i2", channel.scale)
        rows[mine] = part
    CHECK.seal(rows)
    return rows


PROFILE = Profile(
    id="witmotion",
    version=2,
    label=say("WitMotion inertial sensor", "WitMotion-Inertialsensor", "维特智能惯性传感器"),
    line=LineSettings(9600),
    streams=(*STREAMS, FIELD, PRESSURE, QUATERNION),
    make_decoder=lambda params: StructDecoder(LAYOUTS),
    make_simulator=lambda seed, params: FrameSimulator((Train(RATE_HZ, lambda number: _build(seed, number)),)),
    sample=bytes.fromhex("5551000000fc0008e609995553002000c0c711000060"),
    sample_expect=SampleExpectation(
        {"acceleration": 1, "angle": 1},
        {
            "acceleration.acceleration_y": -0.5,
            "acceleration.acceleration_z": 1.0,
            "acceleration.temperature": 25.34,
            "angle.angle_x": 45.0,
            "angle.angle_y": -90.0,
        },
    ),
    source="WIT standard communication protocol, formulas of its manual; frames constructed from them.",
    explain=explain,
)
