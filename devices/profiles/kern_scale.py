"""KERN laboratory scale: one fixed line per weighing, `+0127.20 G S` CR LF, 1200 baud 8N2.

Sign, seven characters of reading, unit, state of comparison, then S stable, U unstable or E overload; the line of 16
characters of other models is read too. The mass channel is in grams whatever unit the scale shows; units that are no
mass (pieces, percent) leave it "not measured", and overload leaves no reading at all.
"""

from __future__ import annotations

import numpy as np

from devices.account import MALFORMED, TEXT
from devices.items import Item, ItemDecoder, Reading
from devices.labels import say
from devices.readers.kern import UNITS, explain, is_damaged, parse
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise, uniform
from devices.values import ChannelSpec, LineSettings, Params, Profile, SampleExpectation, StreamSpec

STREAM = StreamSpec(
    "weight",
    (
        ChannelSpec("mass", say("Mass", "Masse", "质量"), "g", "f8", low=-100000.0, high=100000.0),
        ChannelSpec("reading", say("Reading", "Anzeige", "读数"), "", "f8"),
        ChannelSpec("unit", say("Unit", "Einheit", "单位"), "", "f8", states=dict(enumerate(UNITS))),
        ChannelSpec("stable", say("Stable", "Stabil", "稳定"), "", "f8", states={0: "unstable", 1: "stable"}),
        ChannelSpec("overload", say("Overload", "Überlast", "超载"), "", "f8", states={0: "no", 1: "yes"}),
    ),
    None,
)


def read(line: bytes) -> Reading:
    """Return one weighing line, or why it is discarded."""
    found = parse(line)
    if found is None:
        return MALFORMED if is_damaged(line) else TEXT
    marks = (float(UNITS.index(found.unit)), float(found.is_stable), float(found.is_overload))
    return Item("weight", (found.mass_g, found.reading, *marks), found.start)


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
    version=2,
    label=say("KERN laboratory scale", "KERN-Laborwaage", "KERN 实验室天平"),
    line=LineSettings(1200, 8, "N", 2),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 64),
    make_simulator=_simulator,
    sample=b"+0127.20 G S\r\n+00635.8CT S\r\n-0000.05 G U\r\n",
    sample_expect=SampleExpectation({"weight": 3}, {"weight.mass": 127.2, "weight.stable": 1, "weight.unit": 0}),
    explain=explain,
    source="Public-domain captures sigrok-dumps kern_ew_6200-2nm.",
)
