"""Feetech serial bus servos STS/SMS (and SCS), heard on their half-duplex bus of 1 Mbaud.

Frame: FF FF, id, length (what follows it, at least 2), instruction or error byte, parameters, inverted 8-bit sum of
all from the id on. A reply does not say what it carries: its meaning comes from the read (02) or sync read (82) heard
before, else from the register in the settings. STS and SMS store 16-bit numbers low byte first, with a sign bit (15,
load: 10) instead of two's complement; SCS high byte first, and the angle of its step differs by type, so that SCS
positions and speeds stay in steps. Units of STS: 4096 steps a turn, step/s, 0.1 % of full PWM, 0.1 V, °C, 6.5 mA.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from devices.declared import DeclaredDecoder, DeclaredKind
from devices.labels import Names, say
from devices.messages import Told, explain_frames
from devices.modbus.machines import unit_numbers
from devices.simulators.turns import TurnSimulator
from devices.values import (
    ChannelSpec,
    LineSettings,
    Message,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

STEP = 360 / 4096
PING, READ, WRITE, REG_WRITE, SYNC_READ, SYNC_WRITE = 1, 2, 3, 4, 0x82, 0x83
INSTRUCTIONS = {
    PING: "ping",
    READ: "read",
    WRITE: "write",
    REG_WRITE: "reg_write",
    5: "action",
    0x0A: "reset",
    0x0B: "calibrate",
    SYNC_READ: "sync_read",
    SYNC_WRITE: "sync_write",
}
EVERYONE = 0xFE
_MOST_READ = 32
# Address: (name, size in bytes, sign bit or 0 for none).
REGISTERS = {
    5: ("servo_id", 1, 0),
    6: ("baud_rate", 1, 0),
    33: ("mode", 1, 0),
    40: ("torque_enable", 1, 0),
    41: ("acceleration", 1, 0),
    42: ("goal", 2, 15),
    44: ("goal_time", 2, 15),
    46: ("goal_speed", 2, 15),
    55: ("lock", 1, 0),
    56: ("position", 2, 15),
    58: ("speed", 2, 15),
    60: ("load", 2, 10),
    62: ("voltage", 1, 0),
    63: ("temperature", 1, 0),
    65: ("status", 1, 0),
    66: ("moving", 1, 0),
    69: ("current", 2, 15),
}
MEASURED = ("position", "speed", "load", "voltage", "temperature", "current", "status", "moving")
_SCALE = {"position": STEP, "speed": STEP, "load": 0.1, "voltage": 0.1, "current": 6.5}
_UNIT = {"position": "°", "speed": "°/s", "load": "%", "voltage": "V", "temperature": "°C", "current": "mA"}
_RANGE = {
    "position": (-2880.0, 2880.0),
    "speed": (-2880.0, 2880.0),
    "load": (-102.4, 102.4),
    "voltage": (0.0, 25.6),
    "temperature": (-10.0, 150.0),
    "current": (-13000.0, 13000.0),
    "status": (0.0, 255.0),
    "moving": (0.0, 1.0),
}
_LABEL: dict[str, Names] = {
    "position": say("Position", "Position", "位置"),
    "speed": say("Speed", "Geschwindigkeit", "速度"),
    "load": say("Load", "Last", "负载"),
    "voltage": say("Voltage", "Spannung", "电压"),
    "temperature": say("Temperature", "Temperatur", "温度"),
    "current": say("Current", "Strom", "电流"),
    "status": say("Status bits", "Statusbits", "状态位"),
    "moving": say("Moving", "In Bewegung", "运动中"),
}


def size_of(header: bytes) -> int | None:
    """Return the frame's size from its first four bytes; id 255 and lengths below 2 are impossible."""
    return 4 + header[3] if header[2] < 0xFF and header[3] >= 2 else None


def is_sound(frame: bytes) -> bool:
    """Say whether the inverted sum is right."""
    return ~sum(frame[2:-1]) & 0xFF == frame[-1]


KIND = DeclaredKind(b"\xff\xff", 4, size_of, is_sound, 259)


def packet(number: int, code: int, parameters: bytes = b"") -> bytes:
    """Return a whole frame; `code` is the instruction of a request or the error byte of a reply."""
    body = bytes((number, len(parameters) + 2, code)) + parameters
    return b"\xff\xff" + body + bytes((~sum(body) & 0xFF,))


def registers(address: int, data: bytes, is_scs: bool) -> Iterator[tuple[str, int]]:
    """Yield the raw numbers of a block of the memory table that begins at `address`."""
    for at, (name, size, sign) in REGISTERS.items():
        start = at - address
        if start >= 0 and start + size <= len(data):
            raw = int.from_bytes(data[start : start + size], "big" if is_scs else "little")
            yield name, -(raw & ~(1 << sign)) if sign and raw >> sign & 1 else raw


@dataclass(frozen=True)
class Heard:
    """Hold what a frame turned out to be; `address` is None where nothing says what `data` is."""

    number: int
    code: int
    is_reply: bool
    address: int | None
    data: bytes


class Bus:
    """Remember what was asked of whom, and tell replies from requests."""

    def __init__(self, register: int, standing: bytes = b"") -> None:
        """Read replies nobody asked for from this register on; `standing` is a request that is not heard."""
        self._register = register
        self._standing: dict[int, tuple[int, int, bytes]] = {}
        self._asked: dict[int, tuple[int, int, bytes]] = {}
        if standing:
            self._note(standing)
            self._standing, self._asked = self._asked, {}

    def hear(self, frame: bytes) -> Heard:
        """Return what the frame is; a request is repeated as a request."""
        number, code, data = frame[2], frame[4], frame[5:-1]
        pending = self._asked.get(number) or self._standing.get(number)
        if pending is not None and self._is_reply(frame, pending):
            self._asked.pop(number, None)
            return Heard(number, code, True, pending[0] if pending[1] else None, data)
        if self._is_request(code, data):
            self._note(frame)
            return Heard(number, code, False, data[0] if len(data) > 1 and code != PING else None, data[1:])
        return Heard(number, code, True, self._register if data else None, data)

    def _is_reply(self, frame: bytes, pending: tuple[int, int, bytes]) -> bool:
        """Say whether a frame has the size that was asked for and is not another read of a known register."""
        is_read = frame[4] == READ and len(frame) == 8 and frame[5] in REGISTERS and frame[6] <= _MOST_READ
        return len(frame) == 6 + pending[1] and frame != pending[2] and not is_read

    def _is_request(self, code: int, data: bytes) -> bool:
        least = {PING: 0, READ: 2, WRITE: 2, REG_WRITE: 2, SYNC_READ: 3, SYNC_WRITE: 3}.get(code, 0)
        exact = code in (PING, READ, 5, 0x0A, 0x0B)
        return code in INSTRUCTIONS and (len(data) == least if exact else len(data) >= least)

    def _note(self, frame: bytes) -> None:
        """Remember what the replies to a request will hold."""
        number, code, data = frame[2], frame[4], frame[5:-1]
        if code == READ:
            self._asked[number] = (data[0], data[1], frame)
        elif code == SYNC_READ:
            self._asked |= dict.fromkeys(data[2:], (data[0], data[1], frame))
        elif code != SYNC_WRITE and number != EVERYONE:
            self._asked[number] = (0, 0, frame)


class Listener:
    """Turn what is heard into rows and messages."""

    def __init__(self, params: Params, standing: bytes = b"") -> None:
        self._bus = Bus(int(str(params["register"])) & 0xFF, standing)
        self._is_scs = str(params["series"]).upper() == "SCS"

    def rows(self, frame: bytes) -> dict[str, list[float]]:
        """Return one servo's raw values by stream key; nothing for requests and unknown replies."""
        heard = self._bus.hear(frame)
        if not heard.is_reply or heard.address is None:
            return {}
        found = dict(registers(heard.address, heard.data, self._is_scs))
        values = [float(found[key]) if key in found else math.nan for key in MEASURED]
        return {} if all(map(math.isnan, values)) else {f"servo_{heard.number}": [*values, float(heard.code)]}

    def message(self, frame: bytes) -> Told:
        """Return a frame as a message; numbers are raw, as in the memory table."""
        heard = self._bus.hear(frame)
        fields: dict[str, object] = {"id": heard.number}
        if heard.is_reply:
            fields["error"] = heard.code
            if heard.address is not None:
                fields |= dict(registers(heard.address, heard.data, self._is_scs))
        else:
            fields |= self._request(heard)
        if heard.data:
            fields["data"] = heard.data.hex(" ").upper()
        return "reply" if heard.is_reply else "request", fields

    def _request(self, heard: Heard) -> dict[str, object]:
        fields: dict[str, object] = {"instruction": INSTRUCTIONS[heard.code]}
        if heard.address is None:
            return fields
        fields["address"] = heard.address
        if heard.code == READ:
            return fields | {"length": heard.data[0]}
        if heard.code == SYNC_READ:
            return fields | {"length": heard.data[0], "ids": list(heard.data[1:])}
        if heard.code == SYNC_WRITE:
            step = heard.data[0] + 1
            parts = [heard.data[at : at + step] for at in range(1, len(heard.data), step)]
            each = {str(part[0]): _written(heard.address, part[1:], self._is_scs) for part in parts}
            return fields | {"length": step - 1, "servos": each}
        return fields | _written(heard.address, heard.data, self._is_scs)


def _written(address: int, data: bytes, is_scs: bool) -> dict[str, object]:
    """Return what a write sets; its time and speed can only be the goal's."""
    return {name.removeprefix("goal_"): raw for name, raw in registers(address, data, is_scs)}


def _channel(key: str, is_scs: bool) -> ChannelSpec:
    in_steps = is_scs and key in ("position", "speed")
    low, high = (-32768.0, 32768.0) if in_steps else _RANGE[key]
    unit, scale = ("", 1.0) if in_steps else (_UNIT.get(key, ""), _SCALE.get(key, 1.0))
    return ChannelSpec(key, _LABEL[key], unit, "f8", scale, low=low, high=high, group="Servos")


def streams(params: Params) -> tuple[StreamSpec, ...]:
    """Return a stream for each servo of the settings."""
    is_scs = str(params["series"]).upper() == "SCS"
    error = ChannelSpec("error", say("Error", "Fehler", "错误"), "", "f8", low=0.0, high=255.0, group="Servos")
    channels = (*(_channel(key, is_scs) for key in MEASURED), error)
    return tuple(StreamSpec(f"servo_{number}", channels) for number in unit_numbers(str(params["servos"])))


def explain(data: bytes, params: Params) -> list[Message]:
    """Read requests and replies as messages, a wrong sum with the right one beside it."""
    return explain_frames(
        (KIND,),
        data,
        Listener(params).message,
        lambda frame: {"stated_sum": frame[-1], "correct_sum": ~sum(frame[2:-1]) & 0xFF},
    )


def _signed(value: float, sign: int, order: str) -> bytes:
    raw = min(round(abs(value)), (1 << sign) - 1)
    return (raw | (1 << sign if value < 0 else 0)).to_bytes(2, "big" if order == ">" else "little")


def measured(servo: int, at_s: float, order: str) -> bytes:
    """Return registers 56 to 70 of a swinging servo; `order` is "<" or ">"."""
    phase = at_s * 1.1 + servo
    data = _signed(512 + 400 * math.sin(phase), 15, order) + _signed(440 * math.cos(phase), 15, order)
    data += _signed(80 * math.sin(phase + 0.5), 10, order) + bytes((121, 34, 0, 0, 1, 0, 0))
    return data + _signed(20 * math.sin(phase + 0.5), 15, order)


def _turn(number: int, servos: tuple[int, ...], order: str) -> bytes:
    """Return the reads of all servos, 25 times a second, and their replies."""
    parts = []
    for servo in servos:
        data = measured(servo, number / 25.0, order)
        parts.append(packet(servo, READ, bytes((56, len(data)))) + packet(servo, 0, data))
    return b"".join(parts)


def _simulator(params: Params) -> TurnSimulator:
    servos, order = unit_numbers(str(params["servos"])), ">" if str(params["series"]).upper() == "SCS" else "<"
    return TurnSimulator(25.0, lambda number: _turn(number, servos, order))


PARAMS = (
    ParamSpec("servos", "1,2,3,4,5,6", say("Servo numbers", "Servonummern", "舵机编号")),
    ParamSpec("series", "STS", say("Series (STS or SCS)", "Baureihe (STS oder SCS)", "系列（STS 或 SCS）")),
    ParamSpec(
        "register",
        56,
        say("Register of replies nobody asked for", "Register ungefragter Antworten", "无请求应答的寄存器"),
    ),
)
_DEFAULTS = {spec.key: spec.default for spec in PARAMS}
PROFILE = Profile(
    id="feetech_sts",
    version=1,
    label=say("Feetech STS/SCS servos", "Feetech-Servos STS/SCS", "飞特 STS/SCS 舵机"),
    line=LineSettings(1_000_000),
    streams=streams(_DEFAULTS),
    make_decoder=lambda params: DeclaredDecoder(KIND, streams(params), Listener(params).rows),
    make_simulator=lambda seed, params: _simulator(params),
    sample=bytes.fromhex("ffff0104023802be" + "ffff0104000008f2"),
    sample_expect=SampleExpectation({"servo_1": 1}, {"servo_1.position": 180.0, "servo_1.error": 0}),
    source=(
        "Feetech SCS protocol manual (read and reply examples) and the memory tables in ftservo/FTServo_Python; also "
        "understands Dynamixel protocol 1 frames, which look the same."
    ),
    make_streams=streams,
    params=PARAMS,
    explain=explain,
)
