"""JSON lines: one object per line; nested names are joined by dots, list entries by their number.

NaN, infinities, duplicate keys and nesting deeper than 16 are refused. The simulator sends an environment
sensor at 5 Hz.
"""

from __future__ import annotations

import json

import numpy as np

from devices.items import ItemDecoder, Reading, pick
from devices.json_text import flat_numbers
from devices.labels import say
from devices.profiles.delimited_text import named_channels
from devices.readers.text import explain_json
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

_NAMES = "air.temperature [°C],air.humidity [%],vibration.0 [mm/s],vibration.1 [mm/s],vibration.2 [mm/s]"


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    return (StreamSpec("lines", named_channels(str(params["names"])), None),)


def json_decoder(stream: StreamSpec) -> ItemDecoder:
    """Return a decoder of JSON lines into one stream."""

    def read(line: bytes) -> Reading:
        found = flat_numbers(line)
        return found if isinstance(found, str) else pick(stream, found)

    return ItemDecoder((stream,), read, 16384)


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        index = np.array([number])
        jitter = [float(noise(seed, channel, index)[0]) for channel in range(5)]
        wave = float(np.sin(number / 300.0))
        content = {
            "air": {
                "temperature": round(22.4 + 0.6 * wave + 0.02 * jitter[0], 2),
                "humidity": round(47.0 - 2 * wave + 0.1 * jitter[1], 1),
            },
            "vibration": [round(0.8 + 0.2 * axis + 0.1 * abs(jitter[2 + axis]), 3) for axis in range(3)],
        }
        return json.dumps(content, separators=(",", ":"))

    return LineSimulator(5.0, write)


def _discover(data: bytes) -> Params:
    from devices.discover import discover_json

    return discover_json(data)


PROFILE = Profile(
    id="json_lines",
    version=1,
    label=say("JSON lines", "JSON-Zeilen", "JSON 文本行"),
    line=LineSettings(115200),
    streams=_streams({"names": _NAMES}),
    make_decoder=lambda params: json_decoder(_streams(params)[0]),
    make_simulator=_simulator,
    sample=b'{"air":{"temperature":22.4,"humidity":47.1},"vibration":[0.8,1.0,1.2]}\r\n{"air":{"temperature":NaN}}\r\n',
    sample_expect=SampleExpectation({"lines": 1}, {"lines.air.temperature": 22.4, "lines.vibration.2": 1.2}, 29),
    explain=explain_json,
    source="RFC 8259; one object per line.",
    make_streams=_streams,
    discover=_discover,
    params=(ParamSpec("names", _NAMES, say("Channel names", "Kanalnamen", "通道名称")),),
)
