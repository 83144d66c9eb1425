"""UNI-T UT61E and other multimeters with the Cyrustek ES51922: one line of 12 characters per reading, 19200 7O1.

Range, five digits, function, status (bit 0 overload, 1 battery, 2 minus, 3 duty cycle), option 1, option 2 (bit 3 under
range), option 3 (bit 3 DC, 2 AC, 0 frequency of the signal), option 4 (bit 1 hold). Only the measured quantity has a
value; the others are "not measured", and so is everything at overload.
"""

from __future__ import annotations

import math
import re

import numpy as np

from devices.account import MALFORMED, TEXT
from devices.items import Item, ItemDecoder, Reading
from devices.labels import Names, say
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise
from devices.values import ChannelSpec, LineSettings, Params, Profile, SampleExpectation, StreamSpec

_LINE = re.compile(rb"([0-7])(\d{5})([0-?])([0-?])([0-?])([0-?])([0-?])([0-?])")
# What each function measures, and the value of one count per range.
_VOLTS = (1e-4, 1e-3, 1e-2, 1e-1, 1e-5)
_HERTZ = (1e-2, 1e-1, 1.0, 1.0, 10.0, 100.0, 1e3, 1e4)
_OHMS = (1e-2, 1e-1, 1.0, 10.0, 100.0, 1e3, 1e4)
_FARADS = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
FUNCTIONS = {
    ord(";"): ("voltage", _VOLTS),
    ord("="): ("current", (1e-8, 1e-7)),
    ord("?"): ("current", (1e-6, 1e-5)),
    ord("0"): ("current", (1e-3,)),
    ord("9"): ("current", (1e-3,)),
    ord("3"): ("resistance", _OHMS),
    ord("5"): ("resistance", _OHMS),
    ord("1"): ("voltage", _VOLTS),
    ord("6"): ("capacitance", _FARADS),
    ord("2"): ("frequency", _HERTZ),
}
KEYS = ("voltage", "current", "resistance", "capacitance", "frequency", "duty")


def _channel(key: str, label: Names, unit: str) -> ChannelSpec:
    return ChannelSpec(key, label, unit, "f8", group="Readings")


STREAM = StreamSpec(
    "reading",
    (
        _channel("voltage", say("Voltage", "Spannung", "电压"), "V"),
        _channel("current", say("Current", "Strom", "电流"), "A"),
        _channel("resistance", say("Resistance", "Widerstand", "电阻"), "Ω"),
        _channel("capacitance", say("Capacitance", "Kapazität", "电容"), "F"),
        _channel("frequency", say("Frequency", "Frequenz", "频率"), "Hz"),
        _channel("duty", say("Duty cycle", "Tastgrad", "占空比"), "%"),
        ChannelSpec(
            "coupling", say("Coupling", "Kopplung", "耦合"), "", "f8", states={0: "–", 1: "DC", 2: "AC", 3: "AC+DC"}
        ),
        ChannelSpec("overload", say("Overload", "Überlauf", "超量程"), "", "f8", states={0: "no", 1: "yes"}),
    ),
    2.0,
)


def read(line: bytes) -> Reading:
    """Return one reading, or why the line is discarded."""
    match = _LINE.fullmatch(line)
    if match is None:
        return TEXT
    function, status, _, under, kind, _ = (part[0] for part in match.groups()[2:])
    if function not in FUNCTIONS:
        return MALFORMED
    key, factors = FUNCTIONS[function]
    if kind & 1:
        key, factors = "frequency", _HERTZ
    if key == "frequency" and status & 8:
        key, factors = "duty", (0.1,) * 8
    step = int(match[1])
    if step >= len(factors):
        return MALFORMED
    lost = bool(status & 1 or under & 8)
    value = math.nan if lost else int(match[2]) * factors[step] * (-1.0 if status & 4 else 1.0)
    coupling = (1.0 if kind & 8 else 0.0) + (2.0 if kind & 4 else 0.0)
    return Item("reading", (*(value if each == key else math.nan for each in KEYS), coupling, float(lost)))


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        volts = 3.3 + 0.02 * math.sin(number / 20.0) + 0.001 * float(noise(seed, 1, np.array([number]))[0])
        return f"1{round(volts * 1000):05d};000:0"

    return LineSimulator(2.0, write)


PROFILE = Profile(
    id="multimeter_ut61e",
    version=1,
    label=say("Multimeter UT61E (ES51922)", "Multimeter UT61E (ES51922)", "UT61E 万用表（ES51922）"),
    line=LineSettings(19200, 7, "O", 1),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 64),
    make_simulator=_simulator,
    sample=b"103303;000:0\r\n105786=000:0\r\n000076600002\r\n100500;00070\r\n622580610020\r\n",
    sample_expect=SampleExpectation({"reading": 5}, {"reading.voltage": 3.303, "reading.coupling": 1}),
    source="Public-domain captures sigrok-dumps uni-t_ut61e; bit meanings recalled from the ES51922 data sheet.",
)
