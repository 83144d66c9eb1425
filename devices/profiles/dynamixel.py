"""ROBOTIS Dynamixel servos, protocol 2.0, X series, heard on their bus.

Frame: FF FF FD 00, id, length uint16 (what follows it), instruction, parameters, CRC-16/UMTS over all before it;
FF FF FD inside is stuffed to FF FF FD FD. A status (instruction 55) does not say what it carries: its meaning comes
from the read, sync read (82) or bulk read (92) heard before. Each servo named in the settings is a stream.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from devices.checksum import UMTS, crc16_of
from devices.commands import dynamixel as commands
from devices.declared import DeclaredDecoder, DeclaredKind
from devices.labels import Names, say
from devices.profiles.energy_meter import unit_numbers
from devices.values import ChannelSpec, LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

SYNC = b"\xff\xff\xfd\x00"
LONGEST = 1024
READ, STATUS, SYNC_READ, BULK_READ = 0x02, 0x55, 0x82, 0x92
# Address: (channel, size in bytes); the control table of the X series.
TABLE = {126: ("current", 2), 128: ("velocity", 4), 132: ("position", 4), 144: ("voltage", 2), 146: ("temperature", 1)}
KEYS = tuple(key for key, _ in TABLE.values())


def _channel(key: str, label: Names, unit: str, scale: float, low: float, high: float) -> ChannelSpec:
    return ChannelSpec(key, label, unit, "f8", scale, low=low, high=high, group="Servos")


CHANNELS = (
    _channel("current", say("Current", "Strom", "电流"), "mA", 2.69, -6000.0, 6000.0),
    _channel("velocity", say("Velocity", "Geschwindigkeit", "速度"), "1/min", 0.229, -500.0, 500.0),
    _channel("position", say("Position", "Position", "位置"), "°", 360 / 4096, -92160.0, 92160.0),
    _channel("voltage", say("Voltage", "Spannung", "电压"), "V", 0.1, 0.0, 40.0),
    _channel("temperature", say("Temperature", "Temperatur", "温度"), "°C", 1.0, -20.0, 120.0),
    ChannelSpec("error", say("Error", "Fehler", "错误"), "", "f8", low=0.0, high=127.0, group="Servos"),
)


def size_of(header: bytes) -> int | None:
    """Return the frame's size from its first seven bytes; lengths below 3 are impossible."""
    length = int.from_bytes(header[5:7], "little")
    return 7 + length if length >= 3 else None


def is_sound(frame: bytes) -> bool:
    """Say whether the CRC is right."""
    return crc16_of(UMTS, frame[:-2]) == int.from_bytes(frame[-2:], "little")


KIND = DeclaredKind(SYNC, 7, size_of, is_sound, LONGEST)


def packet(number: int, instruction: int, parameters: bytes) -> bytes:
    """Return a whole frame, stuffed and sealed."""
    content = bytes((instruction,)) + parameters.replace(b"\xff\xff\xfd", b"\xff\xff\xfd\xfd")
    body = SYNC + bytes((number,)) + struct.pack("<H", len(content) + 2) + content
    return body + struct.pack("<H", crc16_of(UMTS, body))


def unpack(frame: bytes) -> tuple[int, int, bytes]:
    """Return (id, instruction, parameters) of a sound frame, unstuffed."""
    return frame[4], frame[7], frame[8:-2].replace(b"\xff\xff\xfd\xfd", b"\xff\xff\xfd")


def items(address: int, data: bytes) -> Iterator[tuple[str, float]]:
    """Yield the raw channel values that a block of the control table holds."""
    for at, (key, size) in TABLE.items():
        start = at - address
        if start >= 0 and start + size <= len(data):
            yield key, float(int.from_bytes(data[start : start + size], "little", signed=size > 1))


class _Listener:
    """Remember what was asked of whom, and give meaning to the statuses."""

    def __init__(self) -> None:
        self._asked: dict[int, tuple[int, int]] = {}

    def read(self, frame: bytes) -> dict[str, list[float]]:
        """Return one servo's values by stream key; nothing for requests and unknown statuses."""
        number, instruction, data = unpack(frame)
        if instruction == STATUS:
            return self._status(number, data)
        if instruction == READ and len(data) == 4:
            self._asked[number] = _range(data)
        elif instruction == SYNC_READ and len(data) > 4:
            self._asked.update(dict.fromkeys(data[4:], _range(data)))
        elif instruction == BULK_READ:
            entries = [data[at : at + 5] for at in range(0, len(data) - 4, 5)]
            self._asked.update({entry[0]: _range(entry[1:]) for entry in entries})
        return {}

    def _status(self, number: int, data: bytes) -> dict[str, list[float]]:
        address, size = self._asked.get(number, (0, 0))
        if not size or len(data) != size + 1:
            return {}
        found = dict(items(address, data[1:]))
        if not found:
            return {}
        return {f"servo_{number}": [*(found.get(key, math.nan) for key in KEYS), float(data[0] & 0x7F)]}


def _range(data: bytes) -> tuple[int, int]:
    address, size = struct.unpack("<HH", data[:4])
    return int(address), int(size)


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    numbers = unit_numbers(str(params["servos"]))
    return tuple(StreamSpec(f"servo_{number}", CHANNELS, 50.0) for number in numbers)


class _Bus:
    """Let a master read position, velocity and current of every servo 50 times a second."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self._numbers = numbers

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the sync reads and their statuses whose time is in [start_s, end_s)."""
        first, last = (max(0, math.ceil(round(at_s * 50.0, 6))) for at_s in (start_s, end_s))
        return b"".join(self._turn(number / 50.0) for number in range(first, last))

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the simulated bus has its own master."""
        return b""

    def _turn(self, at_s: float) -> bytes:
        ask = packet(0xFE, SYNC_READ, struct.pack("<HH", 126, 10) + bytes(self._numbers))
        return ask + b"".join(self._status(number, at_s) for number in self._numbers)

    def _status(self, number: int, at_s: float) -> bytes:
        phase = at_s * 1.3 + number
        position, velocity = 2048 + 700 * math.sin(phase), 58 * math.cos(phase)
        data = struct.pack("<hii", round(60 * math.sin(phase + 0.4)), round(velocity), round(position))
        return packet(number, STATUS, b"\0" + data)


PROFILE = Profile(
    id="dynamixel",
    version=1,
    label=say("Dynamixel servos, protocol 2.0", "Dynamixel-Servos, Protokoll 2.0", "Dynamixel 舵机（协议 2.0）"),
    line=LineSettings(57600),
    streams=_streams({"servos": "1,2"}),
    make_decoder=lambda params: DeclaredDecoder(KIND, _streams(params), _Listener().read),
    make_simulator=lambda seed, params: _Bus(unit_numbers(str(params["servos"]))),
    sample=packet(0xFE, SYNC_READ, bytes.fromhex("840004000102")) + bytes.fromhex("fffffd0002080055001f080000babe"),
    sample_expect=SampleExpectation({"servo_2": 1}, {"servo_2.position": 2079 * 360 / 4096, "servo_2.error": 0}),
    source="ROBOTIS e-Manual, Protocol 2.0 and XM430-W210 control table.",
    make_streams=_streams,
    commands=commands.COMMANDS,
    params=(ParamSpec("servos", "1,2", say("Servo numbers", "Servonummern", "舵机编号")),),
)
