"""DIN-rail energy meter on Modbus RTU, read by our own master: Eastron SDM630 and compatible meters.

Input registers (function 4), 32-bit floats, most significant word first: phase voltages 0x0000, currents 0x0006,
total active power 0x0034, power factor 0x003E, frequency 0x0046, imported energy 0x0048. Any number of units on
one bus ("1,2,3"): each is a stream, and an energy meter makes the run hours of any machine measurable.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.commands import modbus_registers as commands
from devices.labels import Names, say
from devices.modbus import ModbusListener, ModbusMaster, Register, same_registers
from devices.modbus.explaining import explain_line
from devices.modbus.listening import BOTH
from devices.modbus.machines import unit_numbers
from devices.simulators.meter import Machine, Measure, MeterBus
from devices.values import (
    ChannelSpec,
    LineSettings,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)


def _register(
    address: int, key: str, label: Names, unit: str, low: float, high: float, group: str = "Phases"
) -> Register:
    return Register(ChannelSpec(key, label, unit, "f4", low=low, high=high, group=group), 4, address)


REGISTERS = (
    *(
        _register(
            2 * phase,
            f"voltage_l{phase + 1}",
            say(f"Voltage L{phase + 1}", f"Spannung L{phase + 1}", f"L{phase + 1} 电压"),
            "V",
            0.0,
            500.0,
        )
        for phase in range(3)
    ),
    *(
        _register(
            6 + 2 * phase,
            f"current_l{phase + 1}",
            say(f"Current L{phase + 1}", f"Strom L{phase + 1}", f"L{phase + 1} 电流"),
            "A",
            -200.0,
            200.0,
        )
        for phase in range(3)
    ),
    _register(0x34, "power", say("Power", "Leistung", "功率"), "W", -150000.0, 150000.0, "Total"),
    _register(0x3E, "power_factor", say("Power factor", "Leistungsfaktor", "功率因数"), "", -1.0, 1.0, "Total"),
    _register(0x46, "frequency", say("Frequency", "Frequenz", "频率"), "Hz", 40.0, 70.0, "Total"),
    _register(0x48, "energy", say("Energy", "Energie", "电能"), "kWh", 0.0, 1e9, "Total"),
)


def _units(params: Params) -> dict[int, StreamSpec]:
    """Return one stream per unit; the key is "unit_" and the address."""
    rate_hz = 1000.0 / float(str(params["interval_ms"]))
    channels = tuple(register.channel for register in REGISTERS)
    return {number: StreamSpec(f"unit_{number}", channels, rate_hz) for number in unit_numbers(str(params["units"]))}


def _registers(params: Params) -> tuple[Register, ...]:
    order = str(params["order"])
    return tuple(
        Register(each.channel, each.function, each.address, each.kind, order if order else "ABCD") for each in REGISTERS
    )


def _master(params: Params) -> ModbusMaster:
    interval_ms, timeout_ms = float(str(params["interval_ms"])), float(str(params["timeout_ms"]))
    return ModbusMaster(same_registers(_registers(params), _units(params), interval_ms, timeout_ms), PROFILE.line)


def _measure(machine: Machine) -> Measure:
    def measure(at_s: float) -> Mapping[str, float]:
        power = machine.power_w(at_s)
        volts = {f"voltage_l{phase + 1}": 230.4 + 0.6 * phase - power / 4000.0 for phase in range(3)}
        amps = {f"current_l{phase + 1}": power / 3 / 0.86 / volts[f"voltage_l{phase + 1}"] for phase in range(3)}
        energy = 1000.0 + machine.energy_kwh(at_s)
        return volts | amps | {"power": power, "power_factor": 0.86, "frequency": 50.01, "energy": energy}

    return measure


def _simulator(seed: int, params: Params) -> MeterBus:
    pattern = str(params["pattern"])
    units = {number: _measure(Machine(seed + number, pattern)) for number in unit_numbers(str(params["units"]))}
    return MeterBus(_registers(params), units)


_DEFAULTS = {"units": "1", "interval_ms": 500, "timeout_ms": 400, "order": "ABCD"}

PROFILE = Profile(
    id="energy_meter",
    version=1,
    label=say("Energy meter (Modbus RTU)", "Energiezähler (Modbus RTU)", "电能表（Modbus RTU）"),
    line=LineSettings(9600, 8, "E", 1),
    streams=tuple(_units(_DEFAULTS).values()),
    make_decoder=lambda params: ModbusListener(same_registers(_registers(params), _units(params))),
    make_master=_master,
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "01040000000cf00f0104184365ff6d43669906436732a0402d8924402d158d402ca28f82f001040034001630"
        "0a01042c44c91f8b000000000000000000000000000000003f5c28f600000000000000000000000042480a3d"
        "447a02fa7f96"
    ),
    sample_expect=SampleExpectation({"unit_1": 1}, {"unit_1.power": 1608.985718}),
    source="Eastron SDM630 Modbus protocol, input register table (recalled; not checked against a meter).",
    make_streams=lambda params: tuple(_units(params).values()),
    commands=commands.COMMANDS,
    explain=lambda data, params: explain_line(data, BOTH),
    params=(
        ParamSpec("units", "1", say("Unit addresses", "Geräteadressen", "设备地址")),
        ParamSpec("interval_ms", 500, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
        ParamSpec("timeout_ms", 400, say("Reply timeout (ms)", "Antwortfrist (ms)", "应答超时（毫秒）")),
        ParamSpec("order", "ABCD", say("Word order", "Wortreihenfolge", "字序")),
        ParamSpec("pattern", "shift", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
