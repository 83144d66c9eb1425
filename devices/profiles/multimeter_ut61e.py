"""UNI-T UT61E and other multimeters with the Cyrustek ES51922: one line of 12 characters per reading, 19200 7O1.

Range, five digits, function, status and four options (see `devices.readers.multimeter`). Only the measured quantity has
a value; the others are "not measured", and so is everything at overload.
"""

from __future__ import annotations

import math

import numpy as np

from devices.account import MALFORMED, TEXT
from devices.items import ItemDecoder, Reading
from devices.labels import say
from devices.readers.multimeter import ES51922, STREAM, explain
from devices.readers.multimeter import read as read_reading
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise
from devices.values import LineSettings, Params, Profile, SampleExpectation


def read(line: bytes) -> Reading:
    """Return one reading, or why the line is discarded."""
    return read_reading(ES51922, line) or (MALFORMED if ES51922.pattern.fullmatch(line) else TEXT)


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        volts = 3.3 + 0.02 * math.sin(number / 20.0) + 0.001 * float(noise(seed, 1, np.array([number]))[0])
        return f"1{round(volts * 1000):05d};000:0"

    return LineSimulator(2.0, write)


PROFILE = Profile(
    id="multimeter_ut61e",
    version=2,
    label=say("Multimeter UT61E (ES51922)", "Multimeter UT61E (ES51922)", "UT61E 万用表（ES51922）"),
    line=LineSettings(19200, 7, "O", 1),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 64),
    make_simulator=_simulator,
    sample=b"103303;000:0\r\n105786=000:0\r\n000076600002\r\n100500;00070\r\n622580610020\r\n",
    sample_expect=SampleExpectation(
        {"reading": 5}, {"reading.voltage": 3.303, "reading.coupling": 1, "reading.function": 0}
    ),
    source=(
        "Public-domain captures sigrok-dumps uni-t_ut61e; functions, ranges and bits of the ES51922 data sheet as "
        "public decoders use them."
    ),
    explain=lambda data, params: explain(ES51922, data),
)
