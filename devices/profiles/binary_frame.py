"""Binary frame: six channels behind sync bytes, with sequence number, device tick and CRC, 500 Hz.

Frame, 24 bytes, little-endian: AA 55, sequence uint16, tick uint32 in µs, six int16 × 0.001, status uint16,
CRC-16/MODBUS over the first 22 bytes. The simulator sends the drive currents of a palletising arm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_check
from devices.framing import FrameKind
from devices.labels import say
from devices.messages import explain_layouts
from devices.simulators.arm import Arm
from devices.simulators.base import FrameSimulator, Train, put, put_counter
from devices.simulators.waves import Ints
from devices.structs import Counter, Layout, StructDecoder
from devices.values import (
    ChannelSpec,
    LineSettings,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

RATE_HZ = 500.0
STREAM = StreamSpec(
    "drives",
    tuple(
        ChannelSpec(
            f"current_j{joint}",
            say(f"Drive J{joint} current", f"Strom Antrieb J{joint}", f"J{joint} 驱动电流"),
            "A",
            "i2",
            0.001,
            low=-32.0,
            high=32.0,
            group="Drive currents",
        )
        for joint in range(1, 7)
    ),
    RATE_HZ,
    tick_ns=1_000,
    tick_bits=32,
)
CHECK = crc16_check(MODBUS, 0, 22, 22)
KIND = FrameKind("drives", b"\xaa\x55", 24, CHECK)
LAYOUT = Layout(
    KIND,
    STREAM,
    tuple(("<i2", 8 + 2 * index) for index in range(6)),
    tick=Counter("<u4", 4),
    sequence=Counter("<u2", 2),
)


def _simulator(seed: int, params: Params) -> FrameSimulator:
    arm = Arm(str(params["scene"]), seed, str(params["pattern"]))

    def build(number: Ints) -> NDArray[np.uint8]:
        time_s = number / RATE_HZ
        rows = np.zeros((number.size, KIND.size), dtype=np.uint8)
        rows[:, :2] = np.array([0xAA, 0x55], dtype=np.uint8)
        put_counter(rows, 2, number, "<u2")
        put_counter(rows, 4, np.rint(time_s * 1e6).astype(np.int64), "<u4")
        for joint, current in enumerate(arm.motion(time_s, number).currents):
            put(rows, 8 + 2 * joint, current, "<i2", 0.001)
        CHECK.seal(rows)
        return rows

    return FrameSimulator((Train(RATE_HZ, build),))


PROFILE = Profile(
    id="binary_frame",
    version=1,
    label=say("Binary frame, six channels", "Binärrahmen, sechs Kanäle", "二进制帧（六通道）"),
    line=LineSettings(230400),
    streams=(STREAM,),
    make_decoder=lambda params: StructDecoder((LAYOUT,)),
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "aa55983a80c3c90176fe150e7e406106ce009aff0000c110aa55993a50cbc901abfe940d14429b041502f9ff00008db4"
    ),
    sample_expect=SampleExpectation({"drives": 2}, {"drives.current_j3": 16.510}),
    explain=explain_layouts((LAYOUT,)),
    source="Own layout, written down in this file.",
    params=(
        ParamSpec("scene", "palletising", say("Scene of the simulator", "Szene des Simulators", "模拟场景")),
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
