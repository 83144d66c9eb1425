"""Leg test stand: three Unitree GO-M8010-6 motors heard on their RS-485 bus, 1 kHz each.

Reply, 16 bytes, little-endian: FD EE, mode byte (id in bits 0–3, status in bits 4–6), torque int16 (N·m × 256),
speed int16 (rad/s × 256/2π), position int32 (rad × 32768/2π), temperature int8, error in bits 0–2 and foot force
in bits 3–14 of a uint16, CRC-16/KERMIT over the first 14. The wire carries rotor values; the channels are those
of the output side (gear 6.33). Commands (FE EE, 17 bytes) are recognised and counted as good bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.checksum import KERMIT, crc16_check
from devices.framing import FrameKind
from devices.labels import Names, say
from devices.readers import unitree
from devices.readers.unitree import POSITION, SPEED, TORQUE
from devices.simulators.base import FrameSimulator, Train, put, put_counter
from devices.simulators.waves import Floats, Ints, noise, running, worked
from devices.structs import Layout, StructDecoder, column
from devices.values import (
    ChannelSpec,
    LineSettings,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

GEAR = 6.33
RATE_HZ = 1000.0
JOINTS = (
    ("hip_side", say("Hip abduction", "Hüfte seitlich", "髋外展")),
    ("hip", say("Hip", "Hüfte", "髋关节")),
    ("knee", say("Knee", "Knie", "膝关节")),
)
CHECK = crc16_check(KERMIT, 0, 14, 14)
REPLY = FrameKind("reply", b"\xfd\xee", 16, CHECK)
COMMAND = FrameKind("command", b"\xfe\xee", 17, crc16_check(KERMIT, 0, 15, 15))


def _named(joint: Names, english: str, german: str, chinese: str) -> Names:
    return {
        "en": f"{joint['en']} {english}",
        "de": f"{joint['de']} {german}",
        "zh": f"{joint['zh']}{chinese}",
    }


def _stream(key: str, joint: Names) -> StreamSpec:
    """Describe one motor's channels, output side; raw integers are those of the wire."""

    def channel(
        name: str, group: str, words: tuple[str, str, str], unit: str, scale: float, low: float, high: float
    ) -> ChannelSpec:
        return ChannelSpec(f"{key}_{name}", _named(joint, *words), unit, "i4", scale, low=low, high=high, group=group)

    return StreamSpec(
        key,
        (
            channel("torque", "Torques", ("torque", "Drehmoment", "扭矩"), "N·m", TORQUE * GEAR, -60.0, 60.0),
            channel("speed", "Speeds", ("speed", "Drehzahl", "转速"), "rad/s", SPEED / GEAR, -40.0, 40.0),
            channel(
                "position", "Positions", ("position", "Position", "位置"), "rad", POSITION / GEAR, -65100.0, 65100.0
            ),
            channel("temperature", "Temperatures", ("temperature", "Temperatur", "温度"), "°C", 1.0, -40.0, 120.0),
            channel("error", "Errors", ("error", "Fehler", "错误"), "", 1.0, 0.0, 7.0),
            channel("foot_force", "Foot forces", ("foot force", "Fußkraft", "足端力"), "", 1.0, 0.0, 4095.0),
        ),
        RATE_HZ,
    )


def _error(rows: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.asarray(column(rows, "<u2", 12) & 7)


def _foot_force(rows: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.asarray((column(rows, "<u2", 12) >> 3) & 0x0FFF)


_FIELDS = (("<i2", 3), ("<i2", 5), ("<i4", 7), ("i1", 11), _error, _foot_force)


def _joint(number: int) -> tuple[str, Names]:
    """Return key and name of a motor: the first three are the leg's joints."""
    if number < len(JOINTS):
        return JOINTS[number]
    return f"motor_{number}", say(f"Motor {number}", f"Motor {number}", f"电机 {number} ")


def layouts(params: Params) -> tuple[Layout, ...]:
    """Place the replies of the motors that the settings name, numbers 0 to 14 set apart by commas."""
    numbers = dict.fromkeys(int(part) for part in str(params["motors"]).split(",") if part.strip())
    if not all(0 <= number < 15 for number in numbers) or not numbers:
        raise ValueError(f"motors: {params['motors']} (0 to 14)")
    return tuple(Layout(REPLY, _stream(*_joint(number)), _FIELDS, select=(2, 0x0F, number)) for number in numbers)


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    return tuple(layout.stream for layout in layouts(params))


STREAMS = _streams({"motors": "0,1,2"})


def _gait(time_s: Floats, motor: int, number: Ints, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return torque (N·m), speed (rad/s) and position (rad) of one joint, output side: a squat of 1.4 s."""
    phase = 2 * np.pi * time_s / 1.4
    swing = (0.08, 0.42, 0.78)[motor]
    middle = (0.0, 0.75, -1.55)[motor]
    position = middle + swing * np.sin(phase) + 0.06 * swing * np.sin(3 * phase)
    speed = (2 * np.pi / 1.4) * swing * (np.cos(phase) + 0.18 * np.cos(3 * phase))
    load = (1.2, 6.0, 8.4)[motor] + (0.8, 5.0, 7.6)[motor] * np.sin(phase + 0.6) + 0.9 * np.sin(4 * phase)
    return load + 0.35 * noise(seed, motor, number), speed, position


class _Stand:
    """Build the replies of the three simulated motors, in turn."""

    def __init__(self, seed: int, pattern: str) -> None:
        self._seed = seed
        self._pattern = pattern

    def replies(self, number: Ints) -> NDArray[np.uint8]:
        motor = number % 3
        rows = np.zeros((number.size, REPLY.size), dtype=np.uint8)
        rows[:, 0], rows[:, 1], rows[:, 2] = 0xFD, 0xEE, 0x10 + motor
        for joint in range(3):
            mine = motor == joint
            rows[mine] = self._joint(rows[mine], joint, number[mine] // 3)
        CHECK.seal(rows)
        return rows

    def _joint(self, rows: NDArray[np.uint8], joint: int, number: Ints) -> NDArray[np.uint8]:
        time_s = number / RATE_HZ
        on = running(time_s, self._pattern, self._seed)
        torque, speed, position = _gait(worked(time_s, self._pattern, self._seed), joint, number, self._seed)
        put(rows, 3, torque * np.where(on, 1.0, 0.15) / GEAR, "<i2", TORQUE)
        put(rows, 5, np.where(on, speed, 0.0) * GEAR, "<i2", SPEED)
        put(rows, 7, position * GEAR, "<i4", POSITION)
        put(rows, 11, 34.0 + 3 * joint + 9.0 * (1 - np.exp(-time_s / 600.0)), "i1")
        force = np.maximum(0.0, 900.0 + 700.0 * np.sin(2 * np.pi * time_s / 1.4 + 0.6)) if joint == 2 else 0.0 * time_s
        put_counter(rows, 12, np.rint(force).astype(np.int64) << 3, "<u2")
        return rows


PROFILE = Profile(
    id="unitree_go_m8010",
    version=1,
    label=say(
        "Leg test stand, three GO-M8010-6 motors",
        "Beinprüfstand, drei GO-M8010-6-Motoren",
        "腿部测试台（三台 GO-M8010-6 电机）",
    ),
    line=LineSettings(4_000_000),
    streams=STREAMS,
    make_decoder=lambda params: StructDecoder(layouts(params), (COMMAND,)),
    make_streams=_streams,
    make_simulator=lambda seed, params: FrameSimulator(
        (Train(3 * RATE_HZ, _Stand(seed, str(params["pattern"])).replies),)
    ),
    sample=bytes.fromhex("fdee1180ff69fe0040ffff2a09106603"),
    sample_expect=SampleExpectation(
        {"hip": 1},
        {
            "hip.hip_torque": -0.5 * GEAR,
            "hip.hip_temperature": 42,
            "hip.hip_error": 1,
            "hip.hip_foot_force": 513,
        },
    ),
    source="unitreerobotics/unitree_actuator_sdk, include/unitreeMotor; the sample was accepted by its library.",
    explain=unitree.explain,
    params=(
        ParamSpec("motors", "0,1,2", say("Motor numbers", "Motornummern", "电机编号")),
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
