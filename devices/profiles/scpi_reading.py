"""SCPI instrument: one reading asked for again and again, `+1.23456789E+00` CR LF (NR1, NR2 or NR3).

The query, its interval, the name and the unit are settings. A bench multimeter answers READ? or FETC?, a power supply
MEAS:VOLT?; several values in one answer are set apart by commas. 9.9E37 means overload and is marked out of range,
9.91E37 not measured.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from devices.commands import scpi as commands
from devices.delimited import DelimitedDecoder
from devices.labels import say
from devices.poller import Poller
from devices.profiles.delimited_text import named_channels
from devices.readers.scpi import NOT_A_NUMBER, explain, is_message, read
from devices.simulators.controllers import Instrument
from devices.simulators.waves import noise
from devices.values import (
    Block,
    ChannelSpec,
    LineSettings,
    Params,
    ParamSpec,
    Profile,
    Quality,
    SampleExpectation,
    StreamSpec,
)

_NAMES = "reading [V]"
OVERLOAD = 9.0e37


def _bounded(channel: ChannelSpec) -> ChannelSpec:
    return ChannelSpec(channel.key, channel.label, channel.unit, channel.dtype, low=-OVERLOAD, high=OVERLOAD)


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    channels = tuple(_bounded(channel) for channel in named_channels(str(params["names"])))
    return (StreamSpec("readings", channels, None),)


class _Readings(DelimitedDecoder):
    """Read answers; an instrument's own "not a number" is not measured, beyond it is overload."""

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks = super().feed(data)
        for block in blocks:
            block.quality[np.isclose(np.abs(block.values), NOT_A_NUMBER, rtol=1e-6)] = Quality.NOT_MEASURED
        return blocks


def _decoder(params: Params) -> _Readings:
    return _Readings(_streams(params)[0], is_sound=is_message)


def _discover(data: bytes) -> Params:
    """Name as many readings as most answers hold, {} for one."""
    told = [read(line)[1] for line in data[:16384].split(b"\n")[:200] if line.strip()]
    widths = Counter(
        len(values) if isinstance(values := each.get("values"), list) else 1 for each in told if "form" in each
    )
    width = widths.most_common(1)[0][0] if widths else 1
    return {"names": ",".join(f"reading {index + 1}" for index in range(width))} if width > 1 else {}


def _master(params: Params) -> Poller:
    query, interval_ms = str(params["query"]).encode() + b"\n", float(str(params["interval_ms"]))
    return Poller(_decoder(params), query, interval_ms, answer_ms=1000.0)


def _simulator(seed: int, params: Params) -> Instrument:
    width = len(_streams(params)[0].channels)

    def read(level: float, at_s: float) -> str:
        jitter = float(noise(seed, 1, np.array([int(at_s * 100)]))[0])
        value = level + 0.05 * math.sin(at_s / 4.0) + 2e-4 * jitter
        return ",".join([f"{value:+.8E}"] * width)

    return Instrument(read)


PROFILE = Profile(
    id="scpi_reading",
    version=1,
    label=say("SCPI instrument", "SCPI-Messgerät", "SCPI 仪器"),
    line=LineSettings(9600),
    streams=_streams({"names": _NAMES}),
    make_decoder=_decoder,
    make_master=_master,
    make_simulator=_simulator,
    sample=b"+1.23456789E+00\r\n-2.5\r\n+9.90000000E+37\r\n",
    sample_expect=SampleExpectation({"readings": 3}, {"readings.reading": 1.23456789}),
    explain=explain,
    source="IEEE 488.2 number formats; Keithley 2110 manual for the RS-232 form.",
    make_streams=_streams,
    commands=commands.COMMANDS,
    discover=_discover,
    params=(
        ParamSpec("query", "READ?", say("Query", "Abfrage", "查询命令")),
        ParamSpec("interval_ms", 500, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
        ParamSpec("names", _NAMES, say("Channel names", "Kanalnamen", "通道名称")),
    ),
)
