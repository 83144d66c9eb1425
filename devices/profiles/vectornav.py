"""VectorNav inertial sensors: binary output of any groups, and text messages, of VN-100, VN-200 and VN-300.

Streams: attitude (degrees), motion (m/s², rad/s, gauss, °C, kPa), position (degrees, metres, m/s) and the sensor's own
clock. A frame fills the streams it has fields of; what it does not carry is "not measured". The simulator sends the
attitude and the compensated motion 40 times a second.
"""

from __future__ import annotations

import math
import struct

from devices.checksum import XMODEM, crc16_of
from devices.declared import DeclaredDecoder
from devices.labels import Names, say
from devices.readers import vectornav
from devices.simulators.base import frame_numbers
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

RATE_HZ = 40.0


def _channel(
    key: str, label: Names, unit: str, full: float | None = None, group: str = "", dtype: str = "f4"
) -> ChannelSpec:
    low = None if full is None else -full
    return ChannelSpec(key, label, unit, dtype, low=low, high=full, group=group)


def _axes(key: str, words: tuple[str, str, str], unit: str, group: str, axes: str = "xyz") -> list[ChannelSpec]:
    return [_channel(f"{key}_{axis}", say(*(f"{word} {axis}" for word in words)), unit, None, group) for axis in axes]


ATTITUDE = StreamSpec(
    "attitude",
    (
        _channel("yaw", say("Yaw", "Gieren", "偏航角"), "°", 180.0, "Orientation"),
        _channel("pitch", say("Pitch", "Nicken", "俯仰角"), "°", 90.0, "Orientation"),
        _channel("roll", say("Roll", "Rollen", "横滚角"), "°", 180.0, "Orientation"),
    ),
    RATE_HZ,
)
MOTION = StreamSpec(
    "motion",
    (
        *_axes("acceleration", ("Acceleration", "Beschleunigung", "加速度"), "m/s²", "Acceleration"),
        *_axes("rate", ("Rate", "Drehrate", "角速度"), "rad/s", "Rate"),
        *_axes("field", ("Magnetic field", "Magnetfeld", "磁场"), "G", "Magnetic field"),
        _channel("temperature", say("Temperature", "Temperatur", "温度"), "°C", 200.0, "Environment"),
        _channel("pressure", say("Pressure", "Druck", "气压"), "kPa", 1000.0, "Environment"),
    ),
    RATE_HZ,
)
POSITION = StreamSpec(
    "position",
    (
        _channel("latitude", say("Latitude", "Breite", "纬度"), "°", 90.0, "Position", "f8"),
        _channel("longitude", say("Longitude", "Länge", "经度"), "°", 180.0, "Position", "f8"),
        _channel("altitude", say("Altitude", "Höhe", "海拔"), "m", 100000.0, "Position", "f8"),
        *_axes("velocity", ("Velocity", "Geschwindigkeit", "速度"), "m/s", "Velocity", "ned"),
    ),
    None,
)
CLOCK = StreamSpec(
    "clock",
    (ChannelSpec("startup", say("Time since start", "Zeit seit Start", "启动后时间"), "s", "f8", 1e-9, low=0.0),),
    None,
)
STREAMS = (ATTITUDE, MOTION, POSITION, CLOCK)
_NAMES = {
    "attitude": ("yaw_deg", "pitch_deg", "roll_deg"),
    "motion": (
        *(
            f"{name}_{axis}_{unit}"
            for name, unit in (("accel", "m_s2"), ("rate", "rad_s"), ("mag", "G"))
            for axis in "xyz"
        ),
        "temp_C",
        "pressure_kPa",
    ),
    "position": ("lat_deg", "lon_deg", "alt_m", *(f"vel_{axis}_m_s" for axis in "ned")),
    "clock": ("time_startup_ns",),
}


def read(frame: bytes) -> dict[str, list[float]]:
    """Return the raw values a frame carries, by stream."""
    is_binary = frame.startswith(vectornav.SYNC)
    found = vectornav.read_binary(frame) if is_binary else vectornav.read_line(frame)
    rows = {}
    for stream, names in _NAMES.items():
        row = [_float(found.get(name)) for name in names]
        if not all(math.isnan(value) for value in row):
            rows[stream] = row
    return rows


def _float(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def frame(groups: int, fields: tuple[int, ...], payload: bytes) -> bytes:
    """Return a whole binary frame of these groups and field bits."""
    body = bytes((groups,)) + b"".join(struct.pack("<H", bits) for bits in fields) + payload
    return vectornav.SYNC + body + crc16_of(XMODEM, body).to_bytes(2, "big")


class _Sensor:
    """Send start-up time, attitude, rate and acceleration in the common group, then temperature in the IMU group."""

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the frames whose time is in [start_s, end_s)."""
        return b"".join(self._frame(number) for number in frame_numbers(start_s, end_s, RATE_HZ).tolist())

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the sensor sends by itself."""
        return b""

    def _frame(self, number: int) -> bytes:
        time_s = number / RATE_HZ
        angles = [25.0 * math.sin(time_s * (0.3 + 0.2 * index)) for index in range(3)]
        rates = [math.radians(25.0 * (0.3 + 0.2 * i)) * math.cos(time_s * (0.3 + 0.2 * i)) for i in (2, 1, 0)]
        roll, pitch = math.radians(angles[2]), math.radians(angles[1])
        gravity = [
            9.81 * math.sin(pitch),
            -9.81 * math.sin(roll) * math.cos(pitch),
            -9.81 * math.cos(roll) * math.cos(pitch),
        ]
        payload = struct.pack("<Q9f", round(time_s * 1e9), *angles, *rates, *gravity) + struct.pack("<f", 31.5)
        return frame(0x05, (0x0129, 0x0010), payload)


PROFILE = Profile(
    id="vectornav",
    version=2,
    label=say("VectorNav inertial sensor", "VectorNav-Inertialsensor", "VectorNav 惯性传感器"),
    line=LineSettings(115200),
    streams=STREAMS,
    make_decoder=lambda params: DeclaredDecoder(vectornav.KINDS, STREAMS, read),
    make_simulator=lambda seed, params: _Sensor(),
    sample=bytes.fromhex("fa01080093502e42833ef13f48b504bb9288") + b"$VNRRG,8,+006.271,+000.031,-002.000*66\r\n",
    sample_expect=SampleExpectation(
        {"attitude": 2}, {"attitude.yaw": 43.57868576, "attitude.pitch": 1.88472021, "attitude.roll": -0.00202497}
    ),
    source=(
        "VectorNav VN-100/VN-200/VN-300 user manuals: binary output groups and field sizes, text messages, worked "
        "examples with their checksums. The manual's second binary example does not fit its own CRC and is refused."
    ),
    explain=vectornav.explain,
)
