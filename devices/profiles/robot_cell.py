"""Robot cell: the controller of a demo cell with a six-joint arm and a gripper, 200 frames a second.

Frame, 40 bytes, little-endian: A5 5A, kind, sequence, tick u32 in 10 µs, 30 bytes of payload, CRC-16/MODBUS
over the first 38. Kind 1 (200 Hz): six currents int16 × 0.01 A, six angles int16 × 0.01°, force int16 × 0.01 N,
opening uint16 × 0.01 mm, step, object held. Kind 2 (1 Hz): seven temperatures int16 × 0.01 °C, cycles uint32,
bus voltage uint16 × 0.01 V, power uint16 × 0.1 W, eight zero bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import MODBUS, crc16_check
from devices.framing import FrameKind
from devices.labels import Names, say
from devices.messages import explain_layouts
from devices.simulators.arm import Arm, temperatures
from devices.simulators.base import FrameSimulator, Train, put
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

STEPS = {0: "idle", 1: "approach", 2: "grip", 3: "move", 4: "place"}


def _joint(key: str, group: str, names: Names, joint: int, unit: str, low: float, high: float) -> ChannelSpec:
    label = {language: f"{name} J{joint}" for language, name in names.items()}
    return ChannelSpec(f"{key}_j{joint}", label, unit, "i2", 0.01, low=low, high=high, group=group)


def _heat(key: str, label: Names) -> ChannelSpec:
    return ChannelSpec(key, label, "°C", "i4", 0.01, low=-40.0, high=150.0, group="Temperatures")


_CURRENT = say("Current", "Strom", "电流")
_ANGLE = say("Angle", "Winkel", "角度")
MOTION = StreamSpec(
    "motion",
    (
        *(_joint("current", "Drive currents", _CURRENT, joint, "A", -60.0, 60.0) for joint in range(1, 7)),
        *(_joint("angle", "Joint angles", _ANGLE, joint, "°", -360.0, 360.0) for joint in range(1, 7)),
        ChannelSpec(
            "force",
            say("Gripper force", "Greifkraft", "夹持力"),
            "N",
            "i2",
            0.01,
            low=-20.0,
            high=200.0,
            group="Gripper",
        ),
        ChannelSpec(
            "opening",
            say("Gripper opening", "Greiferöffnung", "夹爪开度"),
            "mm",
            "i2",
            0.01,
            low=0.0,
            high=200.0,
            group="Gripper",
        ),
        ChannelSpec("step", say("Step", "Schritt", "步骤"), "", "i2", states=STEPS, low=0, high=4, group="Gripper"),
        ChannelSpec(
            "object",
            say("Object", "Teil", "工件"),
            "",
            "i2",
            states={0: "none", 1: "held"},
            low=0,
            high=1,
            group="Gripper",
        ),
    ),
    rate_hz=200.0,
    tick_ns=10_000,
    tick_bits=32,
)
STATUS = StreamSpec(
    "status",
    (
        *(
            _heat(f"motor_j{joint}", say(f"Motor J{joint}", f"Motor J{joint}", f"电机 J{joint}"))
            for joint in range(1, 7)
        ),
        _heat("controller", say("Controller", "Steuerung", "控制器")),
        ChannelSpec("cycles", say("Cycles", "Zyklen", "循环数"), "", "i4", group="Cell"),
        ChannelSpec(
            "bus_voltage",
            say("Bus voltage", "Zwischenkreisspannung", "母线电压"),
            "V",
            "i4",
            0.01,
            low=0.0,
            high=100.0,
            group="Cell",
        ),
        ChannelSpec("power", say("Power", "Leistung", "功率"), "W", "i4", 0.1, low=0.0, high=6000.0, group="Cell"),
    ),
    rate_hz=1.0,
    tick_ns=10_000,
    tick_bits=32,
)
CHECK = crc16_check(MODBUS, 0, 38, 38)
KIND = FrameKind("cell", b"\xa5\x5a", 40, CHECK)
TICK, SEQUENCE = Counter("<u4", 4), Counter("u1", 3)
_MOTION_FIELDS = (*(("<i2", 8 + 2 * index) for index in range(13)), ("<i2", 34), ("u1", 36), ("u1", 37))
_STATUS_FIELDS = (*(("<i2", 8 + 2 * index) for index in range(7)), ("<i4", 22), ("<u2", 26), ("<u2", 28))
LAYOUTS = (
    Layout(KIND, MOTION, _MOTION_FIELDS, (2, 0xFF, 1), TICK),
    Layout(KIND, STATUS, _STATUS_FIELDS, (2, 0xFF, 2), TICK),
)


def _frames(kind: int, time_s: NDArray[np.float64], sequence: Ints) -> NDArray[np.uint8]:
    rows = np.zeros((time_s.size, KIND.size), dtype=np.uint8)
    rows[:, :4] = np.array([0xA5, 0x5A, kind, 0], dtype=np.uint8)
    rows[:, 3] = sequence & 0xFF
    ticks = np.rint(time_s * 1e5).astype(np.int64) & 0xFFFFFFFF
    rows[:, 4:8] = ticks.astype("<u4").view(np.uint8).reshape(-1, 4)
    return rows


class _Cell:
    """Build the frames of a simulated cell."""

    def __init__(self, seed: int, params: Params) -> None:
        self._seed = seed
        self._arm = Arm(str(params["scene"]), seed, str(params["pattern"]))

    def motion(self, number: Ints) -> NDArray[np.uint8]:
        time_s = number / 200.0
        rows = _frames(1, time_s, number)
        now = self._arm.motion(time_s, number)
        for joint in range(6):
            put(rows, 8 + 2 * joint, now.currents[joint], "<i2", 0.01)
            put(rows, 20 + 2 * joint, now.angles[joint], "<i2", 0.01)
        put(rows, 32, now.force_n, "<i2", 0.01)
        put(rows, 34, now.opening_mm, "<u2", 0.01)
        rows[:, 36], rows[:, 37] = now.state, now.held
        CHECK.seal(rows)
        return rows

    def status(self, number: Ints) -> NDArray[np.uint8]:
        time_s = number.astype(np.float64) + 0.0025
        rows = _frames(2, time_s, number)
        now = self._arm.motion(time_s, number)
        for index, heat in enumerate(temperatures(time_s, self._seed)):
            put(rows, 8 + 2 * index, heat, "<i2", 0.01)
        put(rows, 22, np.floor(time_s / 20.0), "<u4", 1.0)
        put(rows, 26, 48.0 - 0.02 * np.abs(now.currents).sum(axis=0), "<u2", 0.01)
        put(rows, 28, 95.0 + 24.0 * np.abs(now.currents).sum(axis=0), "<u2", 0.1)
        CHECK.seal(rows)
        return rows


def _simulator(seed: int, params: Params) -> FrameSimulator:
    cell = _Cell(seed, params)
    return FrameSimulator((Train(200.0, cell.motion), Train(1.0, cell.status, 0.0025)))


PROFILE = Profile(
    id="robot_cell",
    version=1,
    label=say("Robot cell (arm and gripper)", "Roboterzelle (Arm und Greifer)", "机器人单元（机械臂与夹爪）"),
    line=LineSettings(115200),
    streams=(MOTION, STATUS),
    make_decoder=lambda params: StructDecoder(LAYOUTS),
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "a55a01c8a08601001d0062015cff7f000a000d005014e7e7d020f1f410dc28f1170034210000db60"
        "a55a01f0c05c1500ddff6b0175ff950013000a006f0e9fe7d72cf0ea7dddca0d260dc80f03013f22"
        "a55a0200fa000000e90d390f870e7e0d030dbd0c880e00000000b212660a00000000000000008c28"
    ),
    sample_expect=SampleExpectation(
        {"motion": 2, "status": 1},
        {
            "motion.current_j1": 0.29,
            "motion.angle_j1": 52.0,
            "motion.opening": 85.0,
            "status.motor_j2": 38.97,
        },
    ),
    explain=explain_layouts(LAYOUTS),
    source="Own layout of the centre's demo cells, written down in this file.",
    params=(
        ParamSpec("scene", "gripping", say("Scene of the simulator", "Szene des Simulators", "模拟场景")),
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
