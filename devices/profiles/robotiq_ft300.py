"""Robotiq FT 300 force and torque sensor: its stream of 100 frames a second.

Frame, 16 bytes, little-endian: 20 4E, six int16 (N × 100, N·m × 1000), CRC-16/MODBUS over the first 14. The stream
begins when 0x0200 is written to register 410 of unit 9 and ends with fifty FF bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_check
from devices.framing import FrameKind
from devices.labels import say
from devices.readers import robotiq_ft300
from devices.simulators.base import FrameSimulator, Train, put
from devices.simulators.waves import Ints, noise
from devices.values import ChannelSpec, LineSettings, ParamSpec, Profile, SampleExpectation, StreamSpec

RATE_HZ = 100.0


def _channel(axis: str, torque: bool) -> ChannelSpec:
    if torque:
        label = say(f"Torque {axis}", f"Drehmoment {axis}", f"{axis} 轴力矩")
        return ChannelSpec(f"torque_{axis}", label, "N·m", "i2", 0.001, low=-30.0, high=30.0, group="Torques")
    label = say(f"Force {axis}", f"Kraft {axis}", f"{axis} 轴力")
    return ChannelSpec(f"force_{axis}", label, "N", "i2", 0.01, low=-300.0, high=300.0, group="Forces")


STREAM = StreamSpec("wrench", tuple(_channel(axis, torque) for torque in (False, True) for axis in "xyz"), RATE_HZ)
CHECK = crc16_check(MODBUS, 0, 14, 14)
KIND = FrameKind("wrench", b"\x20\x4e", 16, CHECK)


def _build(seed: int, number: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0x20, 0x4E
    time_s = number / RATE_HZ
    for index, channel in enumerate(STREAM.channels):
        size = 12.0 if index < 3 else 0.8
        wave = size * np.sin(time_s * (0.7 + 0.3 * index)) + 0.02 * size * noise(seed, index, number)
        put(rows, 2 + 2 * index, wave, "<i2", channel.scale)
    CHECK.seal(rows)
    return rows


PROFILE = Profile(
    id="robotiq_ft300",
    version=2,
    label=say("Robotiq FT 300 stream", "Robotiq FT 300, Datenstrom", "Robotiq FT 300 数据流"),
    line=LineSettings(19200),
    streams=(STREAM,),
    make_decoder=lambda params: robotiq_ft300.make_decoder(STREAM, params),
    make_simulator=lambda seed, params: FrameSimulator((Train(RATE_HZ, lambda number: _build(seed, number)),)),
    sample=bytes.fromhex("204e2efb3702bed87b0038fe070032bb"),
    sample_expect=SampleExpectation({"wrench": 1}, {"wrench.force_x": -12.34, "wrench.torque_z": 0.007}),
    source="Robotiq FT 300-S Instruction Manual; frame constructed from its layout and scale.",
    params=(ParamSpec("unit", 9, say("Unit address", "Geräteadresse", "设备地址")),),
    explain=robotiq_ft300.explain,
)
