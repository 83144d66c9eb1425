"""Feetech serial bus servos STS/SMS, read by us: one sync read (82) of registers 56 to 70 for all of them.

Frames, registers and units are those of `feetech_sts`, which only listens. Each servo of the settings is a stream.
"""

from __future__ import annotations

from devices.declared import DeclaredDecoder
from devices.labels import say
from devices.modbus.machines import unit_numbers
from devices.poller import Poller
from devices.profiles.feetech_sts import (
    EVERYONE,
    KIND,
    SYNC_READ,
    Listener,
    explain,
    measured,
    packet,
    streams,
)
from devices.simulators.feetech_bus import FeetechBus
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation

FIRST, SIZE = 56, 15
_STS: dict[str, object] = {"series": "STS", "register": FIRST}
_TURNAROUND_MS, _REPLY_MS = 20.0, 2.0
"""What an adapter may take, and a reply of 21 bytes with the servo's own delay at slower speeds too."""


def _numbers(params: Params) -> tuple[int, ...]:
    return unit_numbers(str(params["servos"]))


def _request(params: Params) -> bytes:
    return packet(EVERYONE, SYNC_READ, bytes((FIRST, SIZE, *_numbers(params))))


def _decoder(params: Params) -> DeclaredDecoder:
    told = {**params, **_STS}
    return DeclaredDecoder(KIND, streams(told), Listener(told, _request(params)).rows)


def _master(params: Params) -> Poller:
    interval_ms, count = float(str(params["interval_ms"])), len(_numbers(params))
    answer_ms = _TURNAROUND_MS + _REPLY_MS * count
    return Poller(_decoder(params), _request(params), max(interval_ms, answer_ms), answer_ms, count)


PROFILE = Profile(
    id="feetech_master",
    version=1,
    label=say("Feetech STS servos, polled", "Feetech-Servos STS, abgefragt", "飞特 STS 舵机（主动轮询）"),
    line=LineSettings(1_000_000),
    streams=streams({"servos": "1", **_STS}),
    make_decoder=_decoder,
    make_simulator=lambda seed, params: FeetechBus(
        _numbers(params), KIND, packet, lambda servo, at_s: measured(servo, at_s, "<")
    ),
    make_master=_master,
    sample=packet(1, 0, bytes.fromhex("0008 0a80 6404 7923 0000 0000 00 0280".replace(" ", ""))),
    sample_expect=SampleExpectation(
        {"servo_1": 1},
        {
            "servo_1.position": 180.0,
            "servo_1.speed": -10 * 360 / 4096,
            "servo_1.load": -10.0,
            "servo_1.voltage": 12.1,
            "servo_1.temperature": 35.0,
            "servo_1.current": -13.0,
            "servo_1.error": 0.0,
        },
    ),
    source="Feetech SCS protocol manual and the memory tables in ftservo/FTServo_Python.",
    make_streams=lambda params: streams({**params, **_STS}),
    params=(
        ParamSpec("servos", "1", say("Servo numbers", "Servonummern", "舵机编号")),
        ParamSpec("interval_ms", 50, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
    ),
    explain=lambda data, params: explain(data, _STS),
)
