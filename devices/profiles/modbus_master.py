"""Modbus RTU master: polls any registers, coils and inputs of many machines on one bus, as a register map says.

The map is the name of a shipped one (for each of `units`) or rows imported from CSV, which name their own units. The
next request follows a reply at once, after the silence the bus needs; `interval_ms` 0 polls without pause. Text
registers are no channels.
"""

from __future__ import annotations

from devices.commands import modbus_registers as commands
from devices.labels import say
from devices.modbus import ModbusListener, ModbusMaster
from devices.modbus.explaining import explain_line
from devices.modbus.machines import INTERVAL, MAP, PATTERN, TIMEOUT, UNITS, entries, images, tasks
from devices.modbus.rows import Task
from devices.simulators.modbus_bus import RtuBus
from devices.values import LineSettings, Params, Profile, SampleExpectation

LINE = LineSettings(9600)
_DEFAULTS = {"map": "eastron_sdm120", "units": "1", "interval_ms": 500, "timeout_ms": 400}


def _tasks(params: Params) -> tuple[Task, ...]:
    return tasks(params, entries(params))


def _simulator(seed: int, params: Params) -> RtuBus:
    return RtuBus(images(seed, params, entries(params), isinstance(params["map"], str)))


PROFILE = Profile(
    id="modbus_master",
    version=1,
    label=say("Modbus RTU, register map", "Modbus RTU, Registertabelle", "Modbus RTU（寄存器表）"),
    line=LINE,
    streams=tuple(task.stream for task in _tasks(_DEFAULTS)),
    make_decoder=lambda params: ModbusListener(_tasks(params)),
    make_master=lambda params: ModbusMaster(_tasks(params), LINE),
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "01040000002671d001044c4365f4870000000000000000410ff456000000000000000044de6947000000000000000045"
        "014f1100000000000000004483e3ce00000000000000003f5c28f60000000000000000c1f570a4392901040046000a91"
        "d801041442480a3d447a005e3fa000000000000000000000ffdc0104015600041025010408447a505e000000005f94"
    ),
    sample_expect=SampleExpectation({"unit_1": 1}, {"unit_1.voltage": 229.955185, "unit_1.energy": 1000.005737}),
    source="MODBUS over Serial Line V1.02 and Application Protocol V1.1b3; the default map is the Eastron SDM120's.",
    make_streams=lambda params: tuple(task.stream for task in _tasks(params)),
    params=(MAP, UNITS, INTERVAL, TIMEOUT, PATTERN),
    explain=lambda data, params: explain_line(data, "both"),
    commands=commands.COMMANDS,
)
