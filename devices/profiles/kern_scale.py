"""KERN laboratory scale: one fixed line per weighing, `+0127.20 G S` CR LF, 1200 baud 8N2.

Eight characters of signed reading, unit, then S when the weight is stable. The mass channel is in grams whatever
unit the scale shows; units that are no mass (pieces, percent) leave it "not measured".
"""

from __future__ import annotations

import math
import re

import numpy as np

from devices.account import MALFORMED, TEXT
from devices.items import Item, ItemDecoder, Reading
from devices.labels import say
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise, uniform
from devices.values import ChannelSpec, LineSettings, Params, Profile, SampleExpectation, StreamSpec

GRAMS = {
    "g": 1.0,
    "kg": 1000.0,
    "mg": 0.001,
    "ct": 0.2,
    "oz": 28.349523125,
    "lb": 453.59237,
    "ozt": 31.1034768,
    "dwt": 1.55517384,
    "gn": 0.06479891,
}
UNITS = (*GRAMS, "pcs", "pc", "%")
_LINE = re.compile(rb"([+\- ][ ]*\d{1,7}\.?\d{0,7}) {0,2}([A-Za-z%]{1,3}) {0,3}([A-Za-z]?)")
STREAM = StreamSpec(
    "weight",
    (
        ChannelSpec("mass", say("Mass", "Masse", "质量"), "g", "f8", low=-100000.0, high=100000.0),
        ChannelSpec("reading", say("Reading", "Anzeige", "读数"), "", "f8"),
        ChannelSpec("unit", say("Unit", "Einheit", "单位"), "", "f8", states=dict(enumerate(UNITS))),
        ChannelSpec("stable", say("Stable", "Stabil", "稳定"), "", "f8", states={0: "unstable", 1: "stable"}),
    ),
    None,
)


def read(line: bytes) -> Reading:
    """Return one weighing line, or why it is discarded."""
    start = next((index for index, byte in enumerate(line) if byte in b"+-"), 0)
    match = _LINE.fullmatch(line[start:].rstrip())
    if match is None:
        return MALFORMED if len(line) == 12 and any(byte in b"0123456789" for byte in line) else TEXT
    unit = match[2].decode("ascii").lower()
    if unit not in UNITS:
        return MALFORMED
    reading = float(match[1].replace(b" ", b""))
    mass = reading * GRAMS[unit] if unit in GRAMS else math.nan
    return Item("weight", (mass, reading, float(UNITS.index(unit)), 1.0 if match[3].upper() == b"S" else 0.0), start)


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        index = np.array([number])
        part = index // 24
        loaded = number % 24 >= 6
        final = 120.0 + 40.0 * float(uniform(seed, 1, part)[0])
        settling = max(0.0, 1.0 - (number % 24 - 6) / 4.0) if loaded else 0.0
        weight = (final * (1 - 0.2 * settling) if loaded else 0.0) + 0.004 * float(noise(seed, 2, index)[0])
        return f"{weight:+08.2f} G {'S' if settling == 0 else 'U'}".replace("-0000.00", "+0000.00")

    return LineSimulator(2.0, write)


PROFILE = Profile(
    id="kern_scale",
    version=1,
    label=say("KERN laboratory scale", "KERN-Laborwaage", "KERN 实验室天平"),
    line=LineSettings(1200, 8, "N", 2),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 64),
    make_simulator=_simulator,
    sample=b"+0127.20 G S\r\n+00635.8CT S\r\n-0000.05 G U\r\n",
    sample_expect=SampleExpectation({"weight": 3}, {"weight.mass": 127.2, "weight.stable": 1, "weight.unit": 0}),
    source="Public-domain captures sigrok-dumps kern_ew_6200-2nm.",
)
