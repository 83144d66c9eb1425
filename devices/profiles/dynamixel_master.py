"""ROBOTIS Dynamixel servos, protocol 2.0, X series, read by us: one sync read for all of them.

The read covers addresses 126 to 146 of the control table: current, velocity, position, input voltage, temperature.
Each servo named in the settings is a stream; the decoder alone reads its statuses out of a raw log.
"""

from __future__ import annotations

import struct

from devices.commands import dynamixel as commands
from devices.declared import DeclaredDecoder
from devices.labels import say
from devices.modbus.machines import unit_numbers
from devices.poller import Poller
from devices.profiles.dynamixel import reader, streams
from devices.readers.dynamixel import BROADCAST, KIND, SYNC_READ, explain, packet
from devices.simulators.servos import ServoBus
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation

FIRST, SIZE = 126, 21
_TURNAROUND_MS, _STATUS_MS = 20.0, 8.0
"""What an adapter may take, and a status of 32 bytes at 57600 baud with the servo's own delay."""


def _numbers(params: Params) -> tuple[int, ...]:
    return unit_numbers(str(params["servos"]))


def _asked(params: Params) -> bytes:
    return struct.pack("<HH", FIRST, SIZE) + bytes(_numbers(params))


def _decoder(params: Params) -> DeclaredDecoder:
    return DeclaredDecoder(KIND, streams(params), reader((BROADCAST, SYNC_READ, _asked(params))))


def _master(params: Params) -> Poller:
    interval_ms, count = float(str(params["interval_ms"])), len(_numbers(params))
    request = packet(BROADCAST, SYNC_READ, _asked(params))
    answer_ms = _TURNAROUND_MS + _STATUS_MS * count
    return Poller(_decoder(params), request, max(interval_ms, answer_ms), answer_ms, count)


_SAMPLE = bytes.fromhex("00e8ff0700000000080000") + bytes(8) + bytes.fromhex("780024")

PROFILE = Profile(
    id="dynamixel_master",
    version=1,
    label=say("Dynamixel servos, polled", "Dynamixel-Servos, abgefragt", "Dynamixel 舵机（主动轮询）"),
    line=LineSettings(57600),
    streams=streams({"servos": "1"}),
    make_decoder=_decoder,
    make_simulator=lambda seed, params: ServoBus(_numbers(params), own_master=False),
    make_master=_master,
    sample=packet(1, 0x55, _SAMPLE),
    sample_expect=SampleExpectation(
        {"servo_1": 1},
        {
            "servo_1.current": -24 * 2.69,
            "servo_1.velocity": 7 * 0.229,
            "servo_1.position": 180.0,
            "servo_1.voltage": 12.0,
            "servo_1.temperature": 36.0,
            "servo_1.error": 0.0,
        },
    ),
    source="ROBOTIS e-Manual, Protocol 2.0 and XM430-W210 control table.",
    make_streams=streams,
    commands=commands.COMMANDS,
    params=(
        ParamSpec("servos", "1", say("Servo numbers", "Servonummern", "舵机编号")),
        ParamSpec("interval_ms", 50, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
    ),
    explain=lambda data, params: explain(data, {"assumed": f"{FIRST}:{SIZE}"}),
)
