"""Multimeter lines of Cyrustek chips: ES51922 (12 characters, five digits) and ES51978 (9 characters, four digits).

Range, digits, function, status, options, one character each of 0 to ?, whose low four bits count. Status: bit 3 judge,
2 minus, 1 battery low, 0 overload. ES51922 options: 1 max, min, relative, RMR; 2 bit 3 underload; 3 DC, AC, auto, and
bit 0 "frequency of the signal"; 4 bit 2 VBAR, bit 1 hold. ES51978 options: 1 peak max, peak min, and bit 0 "frequency
of the signal"; 2 DC, AC, auto, auto power off. The value of a count by function and range follows the chips' data
sheets as public decoders use them; functions without a published scale (temperature, adapters) have digits but no
value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.account import MALFORMED
from devices.items import Item, Reading
from devices.labels import Names, say
from devices.messages import Fields, Told, explain_lines, number
from devices.values import ChannelSpec, Message, StreamSpec

UNITS = {
    "voltage": "V",
    "current": "A",
    "resistance": "Ω",
    "capacitance": "F",
    "frequency": "Hz",
    "duty": "%",
    "speed": "1/min",
}
FUNCTIONS = (
    "voltage", "current", "resistance", "continuity", "diode", "capacitance", "frequency", "duty cycle",
    "rotation speed", "temperature", "adapter",
)  # fmt: skip
Factors = tuple[float, ...]
_FARADS: Factors = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
_NONE: Factors = ()


@dataclass(frozen=True)
class Function:
    """Say what a function character measures: its name, the channel of its value and the value of a count by range."""

    name: str
    key: str = ""
    factors: Factors = _NONE


@dataclass(frozen=True)
class Chip:
    """Describe a chip's line: its pattern and functions; `frequency` and `judged` serve the frequency of a signal."""

    pattern: re.Pattern[bytes]
    functions: Mapping[str, Function]
    frequency: Function
    judged: Function
    has_underload: bool


def _adapters(codes: str) -> dict[str, Function]:
    return {code: Function("adapter") for code in codes}


_VOLTS_5: Factors = (1e-4, 1e-3, 1e-2, 1e-1, 1e-5)
_HERTZ_5: Factors = (1e-2, 1e-1, 0.0, 1.0, 1e1, 1e2, 1e3, 1e4)
_OHMS_5: Factors = (1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4)
ES51922 = Chip(
    re.compile(rb"(?P<range>[0-7])(?P<digits>\d{5})(?P<function>[0-?])(?P<status>[0-?])(?P<options>[0-?]{4})"),
    {
        ";": Function("voltage", "voltage", _VOLTS_5),
        "=": Function("current", "current", (1e-8, 1e-7)),
        "?": Function("current", "current", (1e-6, 1e-5)),
        "0": Function("current", "current", (1e-3,)),
        "9": Function("current", "current", (1e-4, 1e-3, 1e-2, 1e-1, 1.0)),
        "3": Function("resistance", "resistance", _OHMS_5),
        "5": Function("continuity", "resistance", _OHMS_5),
        "1": Function("diode", "voltage", _VOLTS_5),
        "6": Function("capacitance", "capacitance", _FARADS),
        "2": Function("frequency", "frequency", _HERTZ_5),
        "4": Function("temperature"),
        **_adapters("><8:"),
    },
    Function("frequency", "frequency", _HERTZ_5),
    Function("duty cycle", "duty", (0.1,) * 8),
    has_underload=True,
)
_HERTZ_4: Factors = (1.0, 1e1, 1e2, 1e3, 1e4, 1e5)
_OHMS_4: Factors = (1e-1, 1.0, 1e1, 1e2, 1e3, 1e4)
ES51978 = Chip(
    re.compile(rb"(?P<range>[0-7])(?P<digits>\d{4})(?P<function>[0-?])(?P<status>[0-?])(?P<options>[0-?]{2})"),
    {
        ";": Function("voltage", "voltage", (1e-4, 1e-3, 1e-2, 1e-1, 1.0)),
        "=": Function("current", "current", (1e-7, 1e-6)),
        "9": Function("current", "current", (1e-5, 1e-4)),
        "?": Function("current", "current", (1e-2,)),
        "0": Function("current", "current", (1e-2,)),
        "3": Function("resistance", "resistance", _OHMS_4),
        "5": Function("continuity", "resistance", _OHMS_4),
        "1": Function("diode", "voltage", (1e-3,)),
        "6": Function("capacitance", "capacitance", _FARADS),
        "2": Function("frequency", "frequency", _HERTZ_4),
        "4": Function("temperature"),
        **_adapters("><8:"),
    },
    Function("frequency", "frequency", _HERTZ_4),
    Function("rotation speed", "speed", (1e1, 1e2, 1e3, 1e4, 1e5, 1e6)),
    has_underload=False,
)


def _channel(key: str, label: Names) -> ChannelSpec:
    return ChannelSpec(key, label, UNITS[key], "f8", group="Readings")


def _switch(key: str, label: Names) -> ChannelSpec:
    return ChannelSpec(key, label, "", "f8", states={0: "no", 1: "yes"}, group="State")


STREAM = StreamSpec(
    "reading",
    (
        _channel("voltage", say("Voltage", "Spannung", "电压")),
        _channel("current", say("Current", "Strom", "电流")),
        _channel("resistance", say("Resistance", "Widerstand", "电阻")),
        _channel("capacitance", say("Capacitance", "Kapazität", "电容")),
        _channel("frequency", say("Frequency", "Frequenz", "频率")),
        _channel("duty", say("Duty cycle", "Tastgrad", "占空比")),
        _channel("speed", say("Rotation speed", "Drehzahl", "转速")),
        ChannelSpec(
            "function",
            say("Function", "Messfunktion", "测量功能"),
            "",
            "f8",
            states=dict(enumerate(FUNCTIONS)),
            group="State",
        ),
        ChannelSpec(
            "coupling",
            say("Coupling", "Kopplung", "耦合"),
            "",
            "f8",
            states={0: "–", 1: "DC", 2: "AC", 3: "AC+DC"},
            group="State",
        ),
        _switch("overload", say("Overload", "Überlauf", "超量程")),
        _switch("hold", say("Hold", "Haltefunktion", "读数保持")),
        _switch("battery_low", say("Battery low", "Batterie schwach", "电量不足")),
    ),
    2.0,
)


@dataclass(frozen=True)
class Line:
    """Hold what a line says; `value` is NaN at overload, underload and where no scale is known."""

    function: Function
    value: float
    overload: bool
    underload: bool
    hold: bool
    battery_low: bool
    coupling: int
    flags: tuple[str, ...]


def parse(chip: Chip, line: bytes) -> Line | None:
    """Return what a line says, None when its function or its range is unknown."""
    match = chip.pattern.fullmatch(line)
    function = chip.functions.get(match["function"].decode("ascii")) if match else None
    if match is None or function is None:
        return None
    status = match["status"][0]
    options = [option & 15 for option in match["options"]]
    asks_frequency = (options[2] if chip.has_underload else options[0]) & 1
    if asks_frequency and function.key in ("voltage", "current"):
        function = chip.frequency
    if function.key == "frequency" and status & 8:
        function = chip.judged
    step = int(match["range"])
    if function.key and (step >= len(function.factors) or not function.factors[step]):
        return None
    return _line(chip, function, step, int(match["digits"]), status, options)


def _line(chip: Chip, function: Function, step: int, counts: int, status: int, options: list[int]) -> Line:
    overload = bool(status & 1)
    underload = chip.has_underload and bool(options[1] & 8)
    is_bar = chip.has_underload and bool(options[3] & 4) and function.key == "current"
    lost = overload or underload or is_bar or not function.key
    value = math.nan if lost else counts * function.factors[step] * (-1.0 if status & 4 else 1.0)
    kind = options[2] if chip.has_underload else options[1]
    flags = _flags(chip, options) + (("auto",) if kind & 2 else ())
    hold = chip.has_underload and bool(options[3] & 2)
    coupling = (1 if kind & 8 else 0) + (2 if kind & 4 else 0)
    return Line(function, value, overload, underload, hold, bool(status & 2), coupling, flags)


def _flags(chip: Chip, options: list[int]) -> tuple[str, ...]:
    """Return the names of the options that are set."""
    places = (
        ((0, 8, "max"), (0, 4, "min"), (0, 2, "relative"), (0, 1, "RMR"), (1, 4, "peak_max"), (1, 2, "peak_min"))
        if chip.has_underload
        else ((0, 8, "peak_max"), (0, 4, "peak_min"), (1, 1, "auto_power_off"))
    )
    return tuple(name for index, bit, name in places if options[index] & bit)


def read(chip: Chip, line: bytes) -> Reading | None:
    """Return one reading's row, None when the line cannot be read."""
    found = parse(chip, line)
    if found is None:
        return None
    values = [found.value if channel.key == found.function.key else math.nan for channel in STREAM.channels[:7]]
    name = float(FUNCTIONS.index(found.function.name))
    marks = (float(found.overload or found.underload), float(found.hold), float(found.battery_low))
    return Item("reading", (*values, name, float(found.coupling), *marks))


def explain(chip: Chip, data: bytes) -> list[Message]:
    """Read lines as messages: range, digits and function as sent, and what they mean."""

    def told(line: bytes) -> Told:
        match = chip.pattern.fullmatch(line)
        if match is None:
            return "text", {}
        sent: Fields = {name: match[name].decode("ascii") for name in ("range", "digits", "function")}
        found = parse(chip, line)
        return ("reading", sent, MALFORMED) if found is None else ("reading", sent | _meant(found))

    return explain_lines(data, told, 64)


def _meant(found: Line) -> Fields:
    return {
        "measures": found.function.name,
        "value": number(found.value),
        "unit": UNITS.get(found.function.key, ""),
        "coupling": ("", "DC", "AC", "AC+DC")[found.coupling],
        "overload": found.overload,
        "underload": found.underload,
        "hold": found.hold,
        "battery_low": found.battery_low,
        "flags": list(found.flags),
    }
