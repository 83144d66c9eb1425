"""VectorNav inertial sensors: binary output of yaw, pitch and roll.

Frame, 18 bytes, little-endian: FA, group 01, fields 0008, three float32 in degrees, CRC-16/XMODEM (big-endian) over
all after FA.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import XMODEM, crc16_check
from devices.framing import FrameKind
from devices.labels import say
from devices.simulators.base import FrameSimulator, Train
from devices.simulators.waves import Ints
from devices.structs import Layout, StructDecoder
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

RATE_HZ = 40.0
_ANGLES = (
    ("yaw", say("Yaw", "Gieren", "偏航角"), 180.0),
    ("pitch", say("Pitch", "Nicken", "俯仰角"), 90.0),
    ("roll", say("Roll", "Rollen", "横滚角"), 180.0),
)
STREAM = StreamSpec(
    "attitude",
    tuple(
        ChannelSpec(key, label, "°", "f4", low=-full, high=full, group="Orientation") for key, label, full in _ANGLES
    ),
    RATE_HZ,
)
CHECK = crc16_check(XMODEM, 1, 16, 16, ">")
KIND = FrameKind("attitude", b"\xfa\x01\x08\x00", 18, CHECK)
LAYOUT = Layout(KIND, STREAM, tuple(("<f4", 4 + 4 * index) for index in range(3)))


def _build(number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    rows[:, :4] = np.frombuffer(KIND.sync, dtype=np.uint8)
    time_s = number / RATE_HZ
    for index in range(3):
        angle = (25.0 * np.sin(time_s * (0.3 + 0.2 * index))).astype("<f4")
        rows[:, 4 + 4 * index : 8 + 4 * index] = angle.view(np.uint8).reshape(-1, 4)
    CHECK.seal(rows)
    return rows


PROFILE = Profile(
    id="vectornav",
    version=1,
    label=say("VectorNav attitude, binary", "VectorNav-Lage, binär", "VectorNav 姿态（二进制）"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: StructDecoder((LAYOUT,)),
    make_simulator=lambda seed, params: FrameSimulator((Train(RATE_HZ, _build),)),
    sample=bytes.fromhex("fa01080093502e42833ef13f48b504bb9288"),
    sample_expect=SampleExpectation(
        {"attitude": 1}, {"attitude.yaw": 43.57868576, "attitude.pitch": 1.88472021, "attitude.roll": -0.00202497}
    ),
    source="VectorNav manual, binary output example 1 (recalled; its CRC was recomputed).",
)
