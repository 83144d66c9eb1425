"""Modbus TCP: polls units behind one connection or gateway, as a register map says; the port is socket://host:502.

One request is open at a time, as many servers lose a second one; `window` allows up to 16, and transaction numbers
tell their replies apart. Map, units and times are those of the profile `modbus_master`.
"""

from __future__ import annotations

from devices.commands import modbus_tcp as commands
from devices.labels import say
from devices.modbus import TcpListener, TcpMaster
from devices.modbus.explaining import explain_tcp
from devices.modbus.machines import INTERVAL, MAP, PATTERN, TIMEOUT, UNITS, entries, images, tasks
from devices.modbus.rows import Task
from devices.simulators.modbus_bus import TcpBus
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation

_DEFAULTS = {"map": "eastron_sdm120", "units": "1", "interval_ms": 500, "timeout_ms": 400}


def _tasks(params: Params) -> tuple[Task, ...]:
    return tasks(params, entries(params))


def _master(params: Params) -> TcpMaster:
    window = int(str(params["window"]))
    if not 1 <= window <= 16:
        raise ValueError(f"window {window} is not in 1–16")
    return TcpMaster(_tasks(params), window)


def _simulator(seed: int, params: Params) -> TcpBus:
    return TcpBus(images(seed, params, entries(params), isinstance(params["map"], str)))


PROFILE = Profile(
    id="modbus_tcp",
    version=1,
    label=say("Modbus TCP, register map", "Modbus TCP, Registertabelle", "Modbus TCP（寄存器表）"),
    line=LineSettings(921600),
    streams=tuple(task.stream for task in _tasks(_DEFAULTS)),
    make_decoder=lambda params: TcpListener(_tasks(params)),
    make_master=_master,
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "00000000000601040000002600010000000601040046000a00020000000601040156000400000000004f01044c4365f4"
        "870000000000000000410ff456000000000000000044de6947000000000000000045014f1100000000000000004483e3"
        "ce00000000000000003f5c28f60000000000000000c1f570a400010000001701041442480a3d447a005e3fa000000000"
        "00000000000000020000000b010408447a505e00000000"
    ),
    sample_expect=SampleExpectation({"unit_1": 1}, {"unit_1.voltage": 229.955185, "unit_1.energy": 1000.005737}),
    source="MODBUS Messaging on TCP/IP Implementation Guide V1.0b; the default map is the Eastron SDM120's.",
    make_streams=lambda params: tuple(task.stream for task in _tasks(params)),
    params=(
        MAP,
        UNITS,
        INTERVAL,
        TIMEOUT,
        ParamSpec("window", 1, say("Open requests at once", "Offene Anfragen zugleich", "并发请求数")),
        PATTERN,
    ),
    explain=lambda data, params: explain_tcp(data),
    commands=commands.COMMANDS,
)
