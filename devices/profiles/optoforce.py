"""OptoForce / OnRobot force sensors on their USB data converter: one, four or six-axis frames of counts.

Frame, big-endian: AA 07 08, size of what lies between header and sum (0A, 10 or 1C), sample counter uint16, status
uint16, int16 counts (three axes; six; four times three), sum uint16 of all bytes before it. A six-axis frame with the
three-axis header 0A is read too: its size is settled by the sum. A request sets the rate: AA 00 32 03, speed, filter,
zero, sum. The scale (counts per newton) is on each sensor's sensitivity report and was NOT confirmed, so that the
channels are counts, not newtons.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from devices.declared import DeclaredFramer, DeclaredKind
from devices.labels import Names, say
from devices.messages import Told, explain_frames
from devices.scanner import Row, RowDecoder
from devices.simulators.turns import TurnSimulator
from devices.simulators.waves import noise
from devices.values import ChannelSpec, LineSettings, Message, Params, Profile, SampleExpectation, StreamSpec

HEADER = b"\xaa\x07\x08"
SETTING = b"\xaa\x00\x32\x03"
RATE_HZ = 100.0
_AXES = ("x", "y", "z")
_SPEEDS = {0: 0.0, 1: 1000.0, 3: 333.0, 10: 100.0, 33: 30.0, 100: 10.0}
_FILTERS = {0: 0.0, 1: 500.0, 2: 150.0, 3: 50.0, 4: 15.0, 5: 5.0, 6: 1.5}
# Size of a frame: (last byte of its header, stream, counts).
SIZES = {16: (b"\x0a", "force", 3), 22: (b"\x0a\x10", "wrench", 6), 34: (b"\x1c", "fingers", 12)}


def _sum(data: bytes) -> bytes:
    return struct.pack(">H", sum(data) & 0xFFFF)


def is_sound(frame: bytes) -> bool:
    """Say whether the 16-bit sum is right."""
    return _sum(frame[:-2]) == frame[-2:]


def _kind(sync: bytes, size: int) -> DeclaredKind:
    return DeclaredKind(sync, len(sync), lambda header: size, is_sound, size)


KINDS = (
    *(_kind(HEADER + bytes((last,)), size) for size, (lasts, _, _) in SIZES.items() for last in lasts),
    _kind(SETTING, 9),
)


def _count(key: str, label: Names, group: str) -> ChannelSpec:
    return ChannelSpec(key, label, "", "i4", low=-32768.0, high=32767.0, group=group)


def _axis(axis: str, finger: str = "") -> list[ChannelSpec]:
    tail = f" {finger}" if finger else ""
    key = f"_{finger}" if finger else ""
    label = say(f"Force {axis}{tail} (counts)", f"Kraft {axis}{tail} (Digits)", f"力 {axis}{tail}（计数）")
    return [_count(f"force_{axis}{key}", label, "Force")]


def _stream(key: str, axes: list[ChannelSpec]) -> StreamSpec:
    counter = ChannelSpec("counter", say("Sample counter", "Abtastzähler", "采样计数"), "", "i4", group="Status")
    status = ChannelSpec("status", say("Status", "Status", "状态"), "", "i4", group="Status")
    return StreamSpec(key, (counter, status, *axes), RATE_HZ)


_FORCE = [channel for axis in _AXES for channel in _axis(axis)]
_TORQUE = [
    _count(
        f"torque_{axis}", say(f"Torque {axis} (counts)", f"Moment {axis} (Digits)", f"力矩 {axis}（计数）"), "Torque"
    )
    for axis in _AXES
]
STREAMS = (
    _stream("wrench", [*_FORCE, *_TORQUE]),
    _stream("force", _FORCE),
    _stream("fingers", [channel for finger in "1234" for axis in _AXES for channel in _axis(axis, finger)]),
)


def read(frame: bytes) -> Iterator[Row]:
    """Yield the counter, the status and the counts; nothing for a setting."""
    if not frame.startswith(SETTING):
        yield Row(SIZES[len(frame)][1], struct.unpack(f">HH{SIZES[len(frame)][2]}h", frame[4:-2]))


def tell(frame: bytes) -> Told:
    """Return a frame as a message."""
    if frame.startswith(SETTING):
        speed, cutoff, zero = frame[4:7]
        rate, filter_hz = _SPEEDS.get(speed, speed), _FILTERS.get(cutoff, cutoff)
        return "setting", {"rate_hz": rate, "filter_hz": filter_hz, "zero": bool(zero)}
    _, stream, count = SIZES[len(frame)]
    counter, status, *counts = struct.unpack(f">HH{count}h", frame[4:-2])
    return stream, {"counter": counter, "status": status, "counts": counts}


def explain(data: bytes, params: Params) -> list[Message]:
    """Read frames as messages, a wrong sum with the right one beside it."""
    return explain_frames(KINDS, data, tell, _correct)


def _correct(frame: bytes) -> dict[str, object]:
    return {"stated_sum": frame[-2:].hex(" ").upper(), "correct_sum": _sum(frame[:-2]).hex(" ").upper()}


def frame_of(counter: int, status: int, counts: tuple[int, ...], last: int = 0x10) -> bytes:
    """Return a whole frame."""
    body = HEADER + struct.pack(f">BHH{len(counts)}h", last, counter & 0xFFFF, status, *counts)
    return body + _sum(body)


def _build(seed: int, number: int) -> bytes:
    at = number / RATE_HZ
    jitter = [round(12 * float(noise(seed, axis, np.array([number]))[0])) for axis in range(6)]
    wave = (900 * np.sin(at), 400 * np.cos(1.7 * at), -6000 + 1500 * np.sin(0.4 * at), 60, -30, 15)
    return frame_of(number, 0, tuple(round(float(base)) + off for base, off in zip(wave, jitter, strict=True)))


PROFILE = Profile(
    id="optoforce",
    version=1,
    label=say(
        "OptoForce/OnRobot force sensor (USB)",
        "Kraftsensor OptoForce/OnRobot (USB)",
        "OptoForce/OnRobot 力传感器（USB）",
    ),
    line=LineSettings(1_000_000),
    streams=STREAMS,
    make_decoder=lambda params: RowDecoder(DeclaredFramer(*KINDS), STREAMS, read),
    make_simulator=lambda seed, params: TurnSimulator(RATE_HZ, lambda number: _build(seed, number)),
    sample=bytes.fromhex("aa07080a0001000004d2fdc922c4000cffde00380667"),
    sample_expect=SampleExpectation(
        {"wrench": 1}, {"wrench.counter": 1, "wrench.force_x": 1234, "wrench.force_y": -567, "wrench.torque_z": 56}
    ),
    source="shadow-robot/optoforce (headers, sizes, sum, setting, line speed), not its code; scale not confirmed.",
    explain=explain,
)
