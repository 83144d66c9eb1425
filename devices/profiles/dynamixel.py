"""ROBOTIS Dynamixel servos, protocol 2.0, X series, heard on their bus.

Frame: FF FF FD 00, id, length uint16 (what follows it), instruction, parameters, CRC-16/UMTS over all before it;
FF FF FD inside is stuffed to FF FF FD FD. A status (instruction 55) does not say what it carries: its meaning comes
from the read, sync read (82) or bulk read (92) heard before. Each servo named in the settings is a stream.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from devices.commands import dynamixel as commands
from devices.declared import DeclaredDecoder
from devices.labels import Names, say
from devices.modbus.machines import unit_numbers
from devices.readers.dynamixel import (
    KIND,
    STATUS,
    SYNC_READ,
    Answer,
    Listener,
    assumptions,
    explain,
    packet,
    unpack,
)
from devices.simulators.servos import ServoBus
from devices.values import ChannelSpec, LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

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


def items(address: int, data: bytes) -> Iterator[tuple[str, float]]:
    """Yield the raw channel values that a block of the control table holds."""
    for at, (key, size) in TABLE.items():
        start = at - address
        if start >= 0 and start + size <= len(data):
            yield key, float(int.from_bytes(data[start : start + size], "little", signed=size > 1))


def reader(asked: tuple[int, int, bytes] | None = None) -> Callable[[bytes], dict[str, list[float]]]:
    """Return a reader of one servo's values by stream key; nothing for requests and unknown statuses.

    `asked` is our own request, which is not heard.
    """
    listener = Listener()
    if asked is not None:
        listener.ask(*asked)

    def read(frame: bytes) -> dict[str, list[float]]:
        number, instruction, data = unpack(frame)
        if instruction != STATUS:
            listener.ask(number, instruction, data)
            return {}
        rows = ((answer.number, _row(answer)) for answer in listener.answers(number, data))
        return {f"servo_{who}": row for who, row in rows if row}

    return read


def _row(answer: Answer) -> list[float]:
    found = dict(items(answer.address, answer.data)) if answer.address is not None else {}
    return [*(found.get(key, math.nan) for key in KEYS), float(answer.error & 0x7F)] if found else []


def streams(params: Params) -> tuple[StreamSpec, ...]:
    """Return a stream for each servo of the settings."""
    numbers = unit_numbers(str(params["servos"]))
    return tuple(StreamSpec(f"servo_{number}", CHANNELS, 50.0) for number in numbers)


def _decoder(params: Params) -> DeclaredDecoder:
    assumptions(str(params["assumed"]))
    return DeclaredDecoder(KIND, streams(params), reader())


PROFILE = Profile(
    id="dynamixel",
    version=2,
    label=say("Dynamixel servos, protocol 2.0", "Dynamixel-Servos, Protokoll 2.0", "Dynamixel 舵机（协议 2.0）"),
    line=LineSettings(57600),
    streams=streams({"servos": "1,2"}),
    make_decoder=_decoder,
    make_simulator=lambda seed, params: ServoBus(unit_numbers(str(params["servos"]))),
    sample=packet(0xFE, SYNC_READ, bytes.fromhex("840004000102")) + bytes.fromhex("fffffd0002080055001f080000babe"),
    sample_expect=SampleExpectation({"servo_2": 1}, {"servo_2.position": 2079 * 360 / 4096, "servo_2.error": 0}),
    source="ROBOTIS e-Manual, Protocol 2.0 and XM430-W210 control table.",
    make_streams=streams,
    commands=commands.COMMANDS,
    params=(
        ParamSpec("servos", "1,2", say("Servo numbers", "Servonummern", "舵机编号")),
        ParamSpec(
            "assumed",
            "132:4,146:1",
            say(
                "Status without request: address:length",
                "Status ohne Anfrage: Adresse:Länge",
                "无请求的状态包：地址:长度",
            ),
        ),
    ),
    explain=explain,
)
