"""Slamtec RPLIDAR laser scanners, 115200 baud (A1, A2) and more, requests and answers.

Request: A5, command; commands from 80 on add a size, a payload and the exclusive or of all before it. Answer: a
descriptor A5 5A, uint32 of 30 bits length and 2 bits mode, data type; then one answer, or nodes or capsules for ever.
Node, 5 bytes: start flag, its inverse, quality of 6 bits; a check bit of 1 and 15 bits of angle × 64; distance × 4
(mm) uint16. Capsule, 84 bytes: checksum halves behind the nibbles A and 5, start angle × 64, then 16 × 2 distances
with angle corrections (express) or 40 distances (dense); its angles need the start of the next one. Ultra and HQ
capsules are framed only, HQ ones without a check. A distance of 0 means "no return" and is marked out of range. The
turn rate follows from the sample time that the scanner tells (GET_SAMPLERATE) or that the settings give.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from devices.labels import say
from devices.messages import Told, explain_scanned
from devices.rplidar_lines import NODE, REQUESTS, Descriptor, Listener
from devices.scanner import Scanner
from devices.simulators.turns import TurnSimulator
from devices.structs import range_quality
from devices.values import (
    Account,
    Block,
    ChannelSpec,
    LineSettings,
    Message,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

Floats = NDArray[np.float64]
ANYTHING = b"."
NODES = StreamSpec(
    "nodes",
    (
        ChannelSpec("angle", say("Angle", "Winkel", "角度"), "°", "f8", 1 / 64, low=0.0, high=360.0, group="Scan"),
        ChannelSpec(
            "distance", say("Distance", "Abstand", "距离"), "mm", "f8", 0.25, low=1.0, high=65536.0, group="Scan"
        ),
        ChannelSpec("quality", say("Quality", "Güte", "质量"), "", "f8", low=0.0, high=63.0, group="Scan"),
    ),
)
TURNS = StreamSpec(
    "turns",
    (
        ChannelSpec(
            "points", say("Points a turn", "Punkte je Umdrehung", "每圈点数"), "", "f8", low=1.0, high=1e6, group="Turn"
        ),
        ChannelSpec(
            "nearest",
            say("Nearest distance", "Kleinster Abstand", "最近距离"),
            "mm",
            "f8",
            0.25,
            low=1.0,
            high=65536.0,
            group="Turn",
        ),
        ChannelSpec("rate", say("Turn rate", "Drehzahl", "转速"), "Hz", "f8", low=0.0, high=100.0, group="Turn"),
    ),
)
STREAMS = (NODES, TURNS)


def unpack(rows: NDArray[np.uint8]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return raw angle, distance and quality, float64 (3, n), and the start flags of nodes, uint8 (n, 5)."""
    wide = rows.astype(np.int64)
    angle = (wide[:, 1] | wide[:, 2] << 8) >> 1
    values = np.stack([angle, wide[:, 3] | wide[:, 4] << 8, wide[:, 0] >> 2]).astype(np.float64)
    return values, (rows[:, 0] & 1).astype(np.bool_)


def _start_of(capsule: bytes) -> int:
    return int.from_bytes(capsule[2:4], "little") & 0x7FFF


def points(capsule: bytes, after: bytes, is_dense: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the nodes of a capsule, given the one after it; the quality is not told, NaN."""
    start, span = float(_start_of(capsule)), float((_start_of(after) - _start_of(capsule)) % 23040)
    if is_dense:
        distance = np.frombuffer(capsule, "<u2", 40, 4) * 4.0
        angle = start + np.arange(40) * span / 40
    else:
        cabins = np.frombuffer(capsule, np.uint8, 80, 4).reshape(16, 5)
        raw = np.ascontiguousarray(cabins[:, :4]).view("<u2").reshape(-1).astype(np.int64)
        low = np.stack([cabins[:, 4] & 15, cabins[:, 4] >> 4], axis=1).reshape(-1).astype(np.int64)
        distance = (raw & 0xFFFC).astype(np.float64)
        angle = start + np.arange(32) * span / 32 - (low | (raw & 3) << 4) * 8.0
    angle = np.mod(angle, 23040.0)
    ideal = start + np.arange(angle.size) * span / angle.size
    starts = np.floor((ideal + span / angle.size) / 23040) > np.floor(ideal / 23040)
    return np.stack([angle, distance, np.full(angle.size, math.nan)]), starts


class _Turns:
    """Sum up nodes between two start flags; what came before the first flag is not a turn."""

    def __init__(self) -> None:
        self.sample_us = 0.0
        self._seen: list[Floats] | None = None

    def add(
        self, values: Floats, starts: NDArray[np.bool_], ends: NDArray[np.int64]
    ) -> Iterator[tuple[list[float], int]]:
        """Yield (points, nearest raw distance, rate) and the offset of every turn that these nodes complete."""
        places = np.flatnonzero(starts)
        for part, place in zip(np.split(values[1], places), [-1, *places.tolist()], strict=True):
            if place >= 0:
                if self._seen is not None:
                    yield self._row(np.concatenate(self._seen)), int(ends[place])
                self._seen = []
            if self._seen is not None:
                self._seen = [*self._seen[-_MOST_PARTS:], part]

    def _row(self, distances: Floats) -> list[float]:
        real = distances[distances > 0]
        rate = 1e6 / (distances.size * self.sample_us) if self.sample_us > 0 and distances.size else math.nan
        return [float(distances.size), float(real.min()) if real.size else math.nan, rate]


_MOST_PARTS = 4096


class RplidarDecoder:
    """Decode nodes in blocks, and the turns they make."""

    def __init__(self, sample_us: float) -> None:
        """Start with this sample time in microseconds, 0 when it is unknown."""
        self._listener = Listener()
        self._scanner = Scanner(ANYTHING, self._listener.judge)
        self._turns = _Turns()
        self._turns.sample_us = sample_us
        self._capsule = b""
        self._durations = (0, 0)

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return self._blocks(self._scanner.feed(data))

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        return self._blocks(self._scanner.flush())

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._scanner.book.statement()

    def _blocks(self, frames: list[tuple[bytes, int]]) -> list[Block]:
        blocks: list[Block] = []
        for frame, end in frames:
            kind = self._listener.kinds.popleft()
            if kind == "nodes":
                rows = np.frombuffer(frame, np.uint8).reshape(-1, NODE)
                ends = end - len(frame) + NODE * np.arange(1, rows.shape[0] + 1, dtype=np.int64)
                blocks.extend(self._nodes(*unpack(rows), ends))
            elif kind in ("capsule", "capsule_dense"):
                blocks.extend(self._capsules(frame, end, kind))
            elif kind == "samplerate":
                self._durations = struct.unpack("<HH", frame)
            elif kind == "descriptor":
                self._begin(Descriptor.parse(frame).data_type)
        return blocks

    def _begin(self, data_type: int) -> None:
        """Note which sample time holds from here on."""
        self._capsule = b""
        told = self._durations[0 if data_type == 0x81 else 1]
        if data_type in (0x81, 0x82) and told:
            self._turns.sample_us = float(told)

    def _capsules(self, frame: bytes, end: int, kind: str) -> list[Block]:
        """Return the nodes of the capsule before, now that its last angle is known."""
        before, self._capsule = self._capsule, frame
        if not before or frame[3] & 0x80:
            return []
        values, starts = points(before, frame, kind == "capsule_dense")
        count = values.shape[1]
        ends = end - 80 + 80 * np.arange(1, count + 1, dtype=np.int64) // count
        return self._nodes(values, starts, ends)

    def _nodes(self, values: Floats, starts: NDArray[np.bool_], ends: NDArray[np.int64]) -> list[Block]:
        blocks = [Block("nodes", values, range_quality(NODES.channels, values), ends)]
        turns = list(self._turns.add(values, starts, ends))
        if turns:
            rows = np.array([row for row, _ in turns]).T
            at = np.array([end for _, end in turns], dtype=np.int64)
            blocks.append(Block("turns", np.ascontiguousarray(rows), range_quality(TURNS.channels, rows), at))
        return blocks


def _tell_answer(kind: str, frame: bytes) -> dict[str, object]:
    if kind == "info":
        firmware = f"{frame[2]}.{frame[1]}"
        return {"model": frame[0], "firmware": firmware, "hardware": frame[3], "serial": frame[4:].hex().upper()}
    if kind == "health":
        states = ("good", "warning", "error")
        state = states[frame[0]] if frame[0] < len(states) else str(frame[0])
        return {"status": state, "error_code": int.from_bytes(frame[1:3], "little")}
    if kind == "samplerate":
        standard, express = struct.unpack("<HH", frame)
        return {"standard_us": standard, "express_us": express}
    if kind.startswith("capsule"):
        at = 8 if kind == "capsule_ultra_dense" else 2
        return {"start_angle_deg": (int.from_bytes(frame[at : at + 2], "little") & 0x7FFF) / 64}
    return {"data": frame.hex(" ").upper()}


def _tell(kind: str, frame: bytes) -> list[Told]:
    if kind == "nodes":
        values, starts = unpack(np.frombuffer(frame, np.uint8).reshape(-1, NODE))
        return [
            (
                "node",
                {"start": bool(start), "quality": int(quality), "angle_deg": angle / 64, "distance_mm": distance / 4},
            )
            for start, angle, distance, quality in zip(starts.tolist(), *values.tolist(), strict=True)
        ]
    if kind == "descriptor":
        found = Descriptor.parse(frame)
        return [(kind, {"length": found.length, "send_mode": found.send_mode, "data_type": found.data_type})]
    if kind == "request":
        payload = {"payload": list(frame[3:-1])} if len(frame) > 2 else {}
        return [(kind, {"command": REQUESTS[frame[1]], **payload})]
    return [(kind, _tell_answer(kind, frame))]


def explain(data: bytes, params: Params) -> list[Message]:
    """Read requests, descriptors, answers and every node as messages."""
    listener = Listener()
    return explain_scanned(
        lambda hear: Scanner(ANYTHING, listener.judge, hear),
        data,
        lambda frame: _tell(listener.kinds.popleft(), frame),
    )


def descriptor(length: int, send_mode: int, data_type: int) -> bytes:
    """Return a descriptor."""
    return b"\xa5\x5a" + struct.pack("<IB", length | send_mode << 30, data_type)


def node(angle_deg: float, distance_mm: float, quality: int, start: bool) -> bytes:
    """Return one node."""
    angle = round(angle_deg * 64) % 23040
    return struct.pack("<BHH", quality << 2 | (1 if start else 2), angle << 1 | 1, round(distance_mm * 4))


ANSWERED = {
    "get_health": descriptor(3, 0, 6) + b"\0\0\0",
    "get_info": descriptor(20, 0, 4) + bytes((24, 29, 1, 7)) + bytes(range(16)),
    "get_samplerate": descriptor(4, 0, 0x15) + struct.pack("<HH", 500, 250),
}
BEGIN = ANSWERED["get_samplerate"] + descriptor(5, 1, 0x81)
POINTS, RATE_HZ = 360, 2000.0


def _turn(number: int) -> bytes:
    """Return one node of a square room; the scanner turns 5.6 times a second."""
    place = number % POINTS
    angle = math.radians(place)
    wall = 1800.0 / max(abs(math.cos(angle)), abs(math.sin(angle))) + 5 * math.sin(number * 0.7)
    head = BEGIN if number == 0 else b""
    return head + node(float(place), wall, 47, place == 0)


def _reply(request: bytes, at_s: float) -> bytes:
    """Answer questions that have one answer; nodes go on in any case."""
    return b"".join(
        ANSWERED.get(str(each.fields.get("command")), b"") for each in explain(request, {}) if not each.error
    )


PROFILE = Profile(
    id="rplidar",
    version=1,
    label=say("RPLIDAR laser scanner", "Laserscanner RPLIDAR", "RPLIDAR 激光雷达"),
    line=LineSettings(115200),
    streams=STREAMS,
    make_decoder=lambda params: RplidarDecoder(float(str(params["sample_us"]))),
    make_simulator=lambda seed, params: TurnSimulator(RATE_HZ, _turn, _reply),
    sample=BEGIN + node(0.0, 1000.0, 47, True) + bytes.fromhex("bec1b31127") + node(2.0, 1500.0, 47, True),
    sample_expect=SampleExpectation(
        {"nodes": 3, "turns": 1},
        {"nodes.angle": 0.0, "nodes.distance": 1000.0, "turns.points": 2, "turns.nearest": 1000.0},
    ),
    source="Slamtec RPLIDAR interface protocol and the packet descriptions of its public SDK (facts only).",
    params=(
        ParamSpec(
            "sample_us",
            0,
            say("Sample time in µs (0: as told)", "Abtastzeit in µs (0: wie gemeldet)", "采样时间（µs，0 为设备自报）"),
        ),
    ),
    explain=explain,
)
