"""Build Modbus profiles from register maps: settings, streams, master, listener and simulator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from devices.commands import modbus_registers as commands
from devices.labels import Names, say
from devices.modbus.explaining import explain_line
from devices.modbus.frames import HIGHEST_UNIT
from devices.modbus.listener import ModbusListener
from devices.modbus.listening import BOTH
from devices.modbus.maps import Entry, stream_of, units_of
from devices.modbus.master import ModbusMaster
from devices.modbus.registers import Register
from devices.modbus.rows import Task
from devices.modbus.shipped import entries_for, source_of
from devices.simulators.meter import Machine, any_values, meter_values
from devices.simulators.modbus_bus import Measure, RtuBus, UnitImage
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation

MOST_UNITS = 32
UNITS = ParamSpec("units", "1", say("Unit addresses", "Geräteadressen", "设备地址"))
INTERVAL = ParamSpec("interval_ms", 500, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）"))
TIMEOUT = ParamSpec("timeout_ms", 400, say("Reply timeout (ms)", "Antwortfrist (ms)", "应答超时（毫秒）"))
PATTERN = ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段"))
MAP = ParamSpec("map", "eastron_sdm120", say("Register map", "Registertabelle", "寄存器表"))
_MOST_MS = 3_600_000.0


def unit_numbers(text: str) -> tuple[int, ...]:
    """Return the unit addresses named in a list such as "1,2,7"; at most 32.

    1–247 by the standard, and 248, which any PZEM-004T answers to.
    """
    numbers = dict.fromkeys(int(part) for part in re.findall(r"\d{1,3}", text))
    return tuple(number for number in numbers if 1 <= number <= HIGHEST_UNIT)[:MOST_UNITS] or (1,)


def milliseconds(params: Params, key: str) -> float:
    """Return a time of the settings in milliseconds, 0 to an hour; ValueError otherwise."""
    value = float(str(params[key]))
    if not 0 <= value <= _MOST_MS:
        raise ValueError(f"{key} {value:g} is not in 0–{_MOST_MS:g}")
    return value


def entries(params: Params) -> tuple[Entry, ...]:
    """Return the register map of the settings; ValueError says what is wrong with it."""
    return entries_for(params["map"], unit_numbers(str(params.get("units", "1"))))


def tasks(params: Params, found: Iterable[Entry]) -> tuple[Task, ...]:
    """Return what is read of each unit; a unit's own times stand over those of the settings."""
    found = tuple(found)
    interval, timeout = milliseconds(params, "interval_ms"), milliseconds(params, "timeout_ms")
    made = []
    for unit in units_of(found):
        mine = [entry for entry in found if entry.unit == unit and not entry.is_text]
        own = max((entry.interval_ms for entry in mine), default=0.0) or interval
        wait = max((entry.timeout_ms for entry in mine), default=0.0) or timeout
        registers = tuple(entry.register() for entry in mine)
        if registers:
            made.append(Task(unit, stream_of(unit, mine, own), registers, round(own * 1e6), round(wait * 1e6)))
    return tuple(made)


def images(seed: int, params: Params, found: Iterable[Entry], is_meter: bool) -> dict[int, UnitImage]:
    """Return a simulated machine per unit of a map."""
    found = tuple(found)
    units = {}
    for unit in units_of(found):
        mine = [entry for entry in found if entry.unit == unit]
        registers = tuple(entry.register() for entry in mine)
        measure = meter_measure(registers, Machine(seed + unit, str(params.get("pattern", "steady"))))
        units[unit] = UnitImage(registers, measure if is_meter else _any_measure(registers, seed + unit))
    return units


def meter_measure(registers: tuple[Register, ...], machine: Machine) -> Measure:
    """Return what a meter with these registers shows, in its own units: W or kW, kWh or Wh."""
    measures = {register.channel.key: register.channel.unit for register in registers}
    phases = 3 if "voltage_l1" in measures else 1

    def measure(at_s: float) -> Mapping[str, float]:
        values = meter_values(machine, at_s, phases)
        factors = {"kW": 1e-3, "kvar": 1e-3, "Wh": 1e3}
        return {key: value * factors.get(measures.get(key, ""), 1.0) for key, value in values.items()}

    return measure


def _any_measure(registers: tuple[Register, ...], seed: int) -> Measure:
    return lambda at_s: any_values(registers, seed, at_s)


def meter(
    name: str, label: Names, line: LineSettings, sample: str, first: Mapping[str, float], units: str = "1"
) -> Profile:
    """Return the profile of an energy meter on Modbus RTU from its shipped map of the same name."""
    defaults = {"map": name, "units": units, "interval_ms": 500, "timeout_ms": 400}

    def told(params: Params) -> tuple[Task, ...]:
        return tasks(params, entries_for(name, unit_numbers(str(params["units"]))))

    def simulator(seed: int, params: Params) -> RtuBus:
        return RtuBus(images(seed, params, entries_for(name, unit_numbers(str(params["units"]))), True))

    return Profile(
        id=name,
        version=1,
        label=label,
        line=line,
        streams=tuple(task.stream for task in told(defaults)),
        make_decoder=lambda params: ModbusListener(told(params)),
        make_master=lambda params: ModbusMaster(told(params), line),
        make_simulator=simulator,
        sample=bytes.fromhex(sample),
        sample_expect=SampleExpectation({"unit_1": 1}, first),
        source=source_of(name),
        make_streams=lambda params: tuple(task.stream for task in told(params)),
        params=(UNITS, INTERVAL, TIMEOUT, PATTERN),
        explain=lambda data, params: explain_line(data, BOTH),
        commands=commands.COMMANDS,
    )
