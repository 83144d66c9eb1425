"""BNO08x inertial sensor in RVC mode: 100 frames a second, 115200 baud.

Frame, 19 bytes, little-endian: AA AA, index, yaw, pitch, roll int16 × 0.01°, three accelerations int16 in mg, three
reserved bytes, sum of bytes 2–17.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from devices.checksum import sum8_check
from devices.framing import FrameKind
from devices.labels import say
from devices.messages import Told, as_declared, explain_frames, number
from devices.simulators.base import FrameSimulator, Train, put, put_counter
from devices.simulators.waves import Ints, noise
from devices.structs import Counter, Layout, StructDecoder
from devices.values import ChannelSpec, LineSettings, Message, Params, Profile, SampleExpectation, StreamSpec

_ANGLES = (
    ("yaw", say("Yaw", "Gieren", "偏航角")),
    ("pitch", say("Pitch", "Nicken", "俯仰角")),
    ("roll", say("Roll", "Rollen", "横滚角")),
)
STREAM = StreamSpec(
    "motion",
    (
        *(
            ChannelSpec(key, label, "°", "i2", 0.01, low=-180.0, high=180.0, group="Orientation")
            for key, label in _ANGLES
        ),
        *(
            ChannelSpec(
                f"acceleration_{axis}",
                say(f"Acceleration {axis}", f"Beschleunigung {axis}", f"{axis} 轴加速度"),
                "mg",
                "i2",
                group="Acceleration",
            )
            for axis in "xyz"
        ),
    ),
    100.0,
)
CHECK = sum8_check(2, 18, 18)
KIND = FrameKind("rvc", b"\xaa\xaa", 19, CHECK)
LAYOUT = Layout(KIND, STREAM, tuple(("<i2", 3 + 2 * index) for index in range(6)), sequence=Counter("u1", 2))


def read_motion(frame: bytes) -> Told:
    """Return a frame's values: index, degrees, mg."""
    index, *values = struct.unpack_from("<B6h", frame, 2)
    angles = (number(value / 100) for value in values[:3])
    fields = {"index": index, **dict(zip(("yaw_deg", "pitch_deg", "roll_deg"), angles, strict=True))}
    return "motion", fields | dict(zip(("ax_mg", "ay_mg", "az_mg"), values[3:], strict=True))


def explain(data: bytes, params: Params) -> list[Message]:
    """Read frames as messages."""
    return explain_frames((as_declared(KIND),), data, read_motion)


def _build(seed: int, number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    rows[:, :2] = 0xAA
    put_counter(rows, 2, number, "u1")
    time_s = number / 100.0
    for index in range(3):
        put(rows, 3 + 2 * index, 20.0 * np.sin(time_s * (0.4 + 0.2 * index)), "<i2", 0.01)
        mean = 981.0 if index == 2 else 0.0
        put(rows, 9 + 2 * index, mean + 8.0 * noise(seed, index, number), "<i2")
    CHECK.seal(rows)
    return rows


PROFILE = Profile(
    id="bno08x_rvc",
    version=1,
    label=say("BNO08x inertial sensor (RVC)", "Inertialsensor BNO08x (RVC)", "BNO08x 惯性传感器（RVC）"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: StructDecoder((LAYOUT,)),
    make_simulator=lambda seed, params: FrameSimulator((Train(100.0, lambda number: _build(seed, number)),)),
    sample=bytes.fromhex("aaaade010092ff25088dfeecffd103000000e7"),
    sample_expect=SampleExpectation(
        {"motion": 1}, {"motion.yaw": 0.01, "motion.pitch": -1.1, "motion.roll": 20.85, "motion.acceleration_z": 977}
    ),
    explain=explain,
    source="BNO08X data sheet, worked example of the UART-RVC mode.",
)
