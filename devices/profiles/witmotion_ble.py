"""WitMotion sensors over Bluetooth, as their receiver passes it on: frames of 20 bytes without a checksum.

Frame 55 61: three accelerations ± 16 g, three rates ± 2000 °/s, three angles ± 180°, int16 little-endian. Frame 55 71
answers a read of eight registers, from 3A the magnetic field. Nothing but length and kind can be checked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.framing import FrameKind
from devices.labels import say
from devices.profiles.witmotion import STREAMS as SERIAL_STREAMS
from devices.readers.witmotion import explain_ble
from devices.simulators.base import FrameSimulator, Train, put
from devices.simulators.waves import Ints, noise
from devices.structs import Layout, StructDecoder
from devices.values import LineSettings, Profile, SampleExpectation, StreamSpec

RATE_HZ = 10.0
MOTION = StreamSpec(
    "motion",
    (*SERIAL_STREAMS[0].channels[:3], *SERIAL_STREAMS[1].channels[:3], *SERIAL_STREAMS[2].channels[:3]),
    RATE_HZ,
)
KIND = FrameKind("motion", b"\x55\x61", 20)
ANSWER = FrameKind("registers", b"\x55\x71", 20)
LAYOUT = Layout(KIND, MOTION, tuple(("<i2", 2 + 2 * index) for index in range(9)))


def _build(seed: int, number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0x55, 0x61
    time_s = number / RATE_HZ
    for index, channel in enumerate(MOTION.channels):
        size = (0.0, 6.0, 12.0)[index // 3]
        wave = size * np.sin(time_s * (0.6 + 0.2 * (index % 3))) + (1.0 if index == 2 else 0.0)
        put(rows, 2 + 2 * index, wave + 0.002 * noise(seed, index, number), "<i2", channel.scale)
    return rows


PROFILE = Profile(
    id="witmotion_ble",
    version=1,
    label=say("WitMotion sensor, Bluetooth form", "WitMotion-Sensor, Bluetooth-Form", "维特智能传感器（蓝牙格式）"),
    line=LineSettings(115200),
    streams=(MOTION,),
    make_decoder=lambda params: StructDecoder((LAYOUT,), (ANSWER,)),
    make_simulator=lambda seed, params: FrameSimulator((Train(RATE_HZ, lambda number: _build(seed, number)),)),
    sample=bytes.fromhex("55610000000000080000000000000020 00c0c711" + "55713a00680169007a0000000000000000000000"),
    sample_expect=SampleExpectation({"motion": 1}, {"motion.acceleration_z": 1.0, "motion.angle_y": -90.0}),
    source="WIT BLE 5.0 communication protocol; the register answer is the manual's own example.",
    explain=explain_ble,
)
