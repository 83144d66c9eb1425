"""Xsens MTi inertial sensors: Xbus messages with MTData2 items.

Message: FA FF, message id, length, payload, sum that makes everything after FA zero; big-endian.
MTData2 (36) holds items of uint16 id, uint8 size, data. Read here: packet counter, sample time, quaternion, Euler
angles, acceleration, rate of turn, magnetic field (in the unit of the sensor's calibration), temperature, pressure and
status, in any of the four precisions. Other messages count as good bytes.
"""

from __future__ import annotations

import math
import struct

from devices.declared import DeclaredDecoder
from devices.labels import say
from devices.readers.xsens import KIND, MTDATA2, explain, items, payload_of, reals
from devices.simulators.base import frame_numbers
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

RATE_HZ = 100.0
_AXES = "xyz"
# Item id without its precision and coordinate bits: (first channel, count of numbers).
REALS = {
    0x0810: ("temperature", 1),
    0x2010: ("q0", 4),
    0x2030: ("roll", 3),
    0x4020: ("acceleration_x", 3),
    0x8020: ("rate_x", 3),
    0xC020: ("field_x", 3),
}
WHOLE = {0x1020: ("packet", 2), 0x1060: ("sample_time", 4), 0x3010: ("pressure", 4), 0xE020: ("status", 4)}


def _triple(key: str, label: tuple[str, str, str], unit: str, group: str) -> list[ChannelSpec]:
    return [
        ChannelSpec(f"{key}_{axis}", say(*(f"{text} {axis}" for text in label)), unit, "f8", group=group)
        for axis in _AXES
    ]


_EULER = (
    ("roll", say("Roll", "Rollen", "横滚角")),
    ("pitch", say("Pitch", "Nicken", "俯仰角")),
    ("yaw", say("Yaw", "Gieren", "偏航角")),
)
STREAM = StreamSpec(
    "motion",
    (
        ChannelSpec("packet", say("Packet", "Paket", "包序号"), "", "f8", low=0.0, high=65535.0),
        ChannelSpec("sample_time", say("Sample time", "Abtastzeit", "采样时间"), "s", "f8", 1e-4),
        *(
            ChannelSpec(
                f"q{part}",
                say(f"Quaternion {part}", f"Quaternion {part}", f"四元数 {part}"),
                "",
                "f8",
                low=-1.001,
                high=1.001,
                group="Quaternion",
            )
            for part in range(4)
        ),
        *(ChannelSpec(key, label, "°", "f8", low=-180.0, high=180.0, group="Orientation") for key, label in _EULER),
        *_triple("acceleration", ("Acceleration", "Beschleunigung", "加速度"), "m/s²", "Acceleration"),
        *_triple("rate", ("Rate", "Drehrate", "角速度"), "rad/s", "Rate"),
        *_triple("field", ("Magnetic field", "Magnetfeld", "磁场"), "", "Magnetic field"),
        ChannelSpec("temperature", say("Temperature", "Temperatur", "温度"), "°C", "f8", low=-60.0, high=150.0),
        ChannelSpec("pressure", say("Pressure", "Druck", "气压"), "Pa", "f8", low=0.0, high=200000.0),
        ChannelSpec("status", say("Status", "Status", "状态字"), "", "f8"),
    ),
    RATE_HZ,
)
KEYS = tuple(channel.key for channel in STREAM.channels)


def message(number: int, payload: bytes) -> bytes:
    """Return a whole message of at most 254 payload bytes."""
    body = bytes((0xFF, number, len(payload))) + payload
    return b"\xfa" + body + bytes((-sum(body) & 0xFF,))


def read(frame: bytes) -> dict[str, list[float]]:
    """Return the values of an MTData2 message by stream key; nothing for other messages."""
    if frame[2] != MTDATA2:
        return {}
    found: dict[str, float] = {}
    for item, data in items(payload_of(frame)):
        _keep(item, data, found)
    return {"motion": [found.get(key, math.nan) for key in KEYS]} if found else {}


def _keep(item: int, data: bytes, found: dict[str, float]) -> None:
    """Keep an item that is known, of the right size and finite."""
    kind = item & 0xFFF0
    if kind in WHOLE:
        key, size = WHOLE[kind]
        if len(data) == size:
            found[key] = float(int.from_bytes(data, "big"))
    elif kind in REALS:
        key, count = REALS[kind]
        first = KEYS.index(key)
        for offset, value in enumerate(reals(item, data, count) or []):
            if math.isfinite(value):
                found[KEYS[first + offset]] = value


class _Sensor:
    """Send orientation, acceleration and rate 100 times a second."""

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the messages whose time is in [start_s, end_s)."""
        return b"".join(self._message(number) for number in frame_numbers(start_s, end_s, RATE_HZ).tolist())

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the sensor is in measurement mode."""
        return b""

    def _message(self, number: int) -> bytes:
        at_s = number / RATE_HZ
        tilt = 0.2 * math.sin(at_s)
        parts = (
            struct.pack(">HBH", 0x1020, 2, number & 0xFFFF),
            struct.pack(">HBI", 0x1060, 4, number * 100 & 0xFFFFFFFF),
            struct.pack(">HB4f", 0x2010, 16, math.cos(tilt / 2), math.sin(tilt / 2), 0.0, 0.0),
            struct.pack(">HB3f", 0x2030, 12, math.degrees(tilt), 0.0, 0.0),
            struct.pack(">HB3f", 0x4020, 12, 0.0, 9.81 * math.sin(tilt), 9.81 * math.cos(tilt)),
            struct.pack(">HB3f", 0x8020, 12, 0.2 * math.cos(at_s), 0.0, 0.0),
            struct.pack(">HBI", 0xE020, 4, 3),
        )
        return message(MTDATA2, b"".join(parts))


PROFILE = Profile(
    id="xsens_mti",
    version=2,
    label=say("Xsens MTi inertial sensor", "Inertialsensor Xsens MTi", "Xsens MTi 惯性传感器"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: DeclaredDecoder(KIND, (STREAM,), read),
    make_simulator=lambda seed, params: _Sensor(),
    sample=bytes.fromhex(
        "faff3000d1faff3626102002468210600401c4fc3e2010103f71ce6cbea56bcf3c613bd8bd691d25e0200400400003" + "12"
    ),
    sample_expect=SampleExpectation(
        {"motion": 1}, {"motion.packet": 18050, "motion.q1": -0.3230881, "motion.status": 4194307}
    ),
    explain=explain,
    source="Scottapotamas/xsens-mti docs/mtmanager_packets.md, recorded from an MTi-300.",
)
