"""Delimited text: lines of numbers with a separator, such as those of a data logger or a sketch.

The channel names come from the settings; a header line is recognised as text. The simulator sends a polishing
spindle: speed, torque, temperature and contact force at 50 Hz.
"""

from __future__ import annotations

import numpy as np

from devices.delimited import DelimitedDecoder
from devices.labels import same, say
from devices.readers.text import explain_columns
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise, running
from devices.values import (
    ChannelSpec,
    LineSettings,
    Message,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

_NAMES = "speed [1/min],torque [N·m],temperature [°C],force [N]"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "blank": " "}


def named_channels(names: str) -> tuple[ChannelSpec, ...]:
    """Return one float64 channel per name of a comma list; a unit may follow in square brackets."""
    channels = []
    for number, entry in enumerate(part.strip() for part in names.split(",") if part.strip()):
        name, _, unit = entry.partition("[")
        label = name.strip() or f"value {number + 1}"
        channels.append(ChannelSpec(label.replace(" ", "_"), same(label), unit.rstrip("] "), "f8"))
    return tuple(channels)


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    return (StreamSpec("lines", named_channels(str(params["names"])), None),)


def _decoder(params: Params) -> DelimitedDecoder:
    separator = str(params["separator"])
    return DelimitedDecoder(_streams(params)[0], SEPARATORS.get(separator, separator[:1] or ","), str(params["mark"]))


def _explain(data: bytes, params: Params) -> list[Message]:
    separator = str(params["separator"])
    names = [channel.key for channel in _streams(params)[0].channels]
    mark = str(params["mark"]).encode()
    return explain_columns(data, names, (SEPARATORS.get(separator, separator[:1]) or ",").encode(), mark)


def _simulator(seed: int, params: Params) -> LineSimulator:
    separator = SEPARATORS.get(str(params["separator"]), ",")
    pattern, mark = str(params["pattern"]), str(params["mark"])

    def write(number: int) -> str:
        index = np.array([number])
        time_s = index / 50.0
        on = running(time_s, pattern, seed)[0]
        wave = np.sin(time_s[0] / 3.1)
        jitter = [float(noise(seed, channel, index)[0]) for channel in range(4)]
        heat = 30.0 + 17.0 * (1 - np.exp(-time_s[0] / 160.0)) + 0.9 * np.sin(time_s[0] / 9.0) + 0.12 * jitter[2]
        row = (
            12000.0 * on + 14 * jitter[0] * on,
            (0.62 + 0.09 * wave + 0.03 * jitter[1]) * on,
            heat,
            (18.0 + 3.0 * wave + 0.5 * jitter[3]) * on,
        )
        return separator.join(f"{value:.{digits}f}" for value, digits in zip(row, (1, 3, 2, 2), strict=True)).replace(
            ".", mark
        )

    return LineSimulator(50.0, write)


def _discover(data: bytes) -> Params:
    from devices.discover import discover_columns

    return discover_columns(data)


PROFILE = Profile(
    id="delimited_text",
    version=1,
    label=say("Delimited text", "Text mit Trennzeichen", "分隔符文本"),
    line=LineSettings(115200),
    streams=_streams({"names": _NAMES}),
    make_decoder=_decoder,
    make_simulator=_simulator,
    sample=b"speed,torque,temperature,force\r\n12000.5,0.625,38.25,18.40\r\n11998.0,0.631,,18.42\r\nboot v1.2\r\n",
    sample_expect=SampleExpectation({"lines": 2}, {"lines.speed": 12000.5, "lines.temperature": 38.25}, 43),
    explain=_explain,
    source="Common form of comma separated values; settings by the user.",
    make_streams=_streams,
    discover=_discover,
    params=(
        ParamSpec("names", _NAMES, say("Channel names", "Kanalnamen", "通道名称")),
        ParamSpec("separator", "comma", say("Separator", "Trennzeichen", "分隔符")),
        ParamSpec("mark", ".", say("Decimal mark", "Dezimalzeichen", "小数点符号")),
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
