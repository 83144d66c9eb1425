"""Multimeters with the Cyrustek ES51978: one line of 9 characters per reading, 2400 baud, seven bits, odd parity.

Range, four digits, function, status and two options (see `devices.readers.multimeter`). Only the measured quantity has
a value; the others are "not measured", and so is everything at overload.
"""

from __future__ import annotations

import math

import numpy as np

from devices.account import MALFORMED, TEXT
from devices.items import ItemDecoder, Reading
from devices.labels import say
from devices.readers.multimeter import ES51978, STREAM, explain
from devices.readers.multimeter import read as read_reading
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise
from devices.values import LineSettings, Params, Profile, SampleExpectation


def read(line: bytes) -> Reading:
    """Return one reading, or why the line is discarded."""
    return read_reading(ES51978, line) or (MALFORMED if ES51978.pattern.fullmatch(line) else TEXT)


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        ohms = 4700.0 + 12.0 * math.sin(number / 15.0) + 2.0 * float(noise(seed, 1, np.array([number]))[0])
        return f"1{round(ohms):04d}3002"

    return LineSimulator(3.0, write)


PROFILE = Profile(
    id="multimeter_es51978",
    version=1,
    label=say("Multimeter with ES51978", "Multimeter mit ES51978", "ES51978 万用表"),
    line=LineSettings(2400, 7, "O", 1),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 64),
    make_simulator=_simulator,
    sample=b"506793002\r\n11234;00:\r\n00000;10:\r\n",
    sample_expect=SampleExpectation({"reading": 3}, {"reading.resistance": 6.79e6, "reading.function": 2}),
    source=(
        "Public-domain capture sigrok-dumps cyrustek_es51978 (its README says 7E1; the parity is odd); functions, "
        "ranges and bits of the chip's data sheet as public decoders use them."
    ),
    explain=lambda data, params: explain(ES51978, data),
)
