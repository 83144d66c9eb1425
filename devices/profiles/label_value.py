"""Label:value lines as the plotter of the Arduino IDE reads them: `Min:0,Sensor:512,Max:1023`; `ax=0.1 ay=-2` too.

Labels not named in the settings are passed over; a line without any of them is text (boot chatter). The
simulator sends a screwdriving spindle at 50 Hz: torque, angle and depth.
"""

from __future__ import annotations

import re

import numpy as np

from devices.decimals import number as read_number
from devices.items import ItemDecoder, Reading, pick
from devices.labels import say
from devices.profiles.delimited_text import named_channels
from devices.readers.text import explain_labels
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise, running
from devices.values import LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

_NAMES = "torque [N·m],angle [°],depth [mm]"
_PAIR = re.compile(rb"([A-Za-z_][A-Za-z0-9_ .\-/]{0,63}?)\s*[:=]\s*([^\s,;:=]{1,64})(?=[\s,;]|$)")


def pairs(line: bytes) -> dict[str, float]:
    """Return the numbers that labels name in a line, NaN for one that was not measured; text is passed over."""
    found = {}
    for label, token in _PAIR.findall(line[:1024]):
        value = read_number(token)
        if value is not None:
            found[label.decode("ascii").strip().replace(" ", "_")] = value
    return found


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    return (StreamSpec("lines", named_channels(str(params["names"])), None),)


def _decoder(params: Params) -> ItemDecoder:
    stream = _streams(params)[0]

    def read(line: bytes) -> Reading:
        return pick(stream, pairs(line))

    return ItemDecoder((stream,), read, 1024)


def _simulator(seed: int, params: Params) -> LineSimulator:
    pattern = str(params["pattern"])

    def write(number: int) -> str:
        index = np.array([number])
        time_s = index / 50.0
        on = running(time_s, pattern, seed)[0]
        inside = float(np.mod(time_s[0], 6.0))
        turning = bool(on) and inside < 4.0
        final = 1.42 + 0.04 * float(noise(seed, 1, (index // 300))[0])
        torque = (0.18 + (final - 0.18) * max(0.0, (inside - 3.0)) ** 2) if turning else 0.0
        torque += 0.012 * float(noise(seed, 2, index)[0])
        angle = min(inside, 4.0) * 900.0 if on else 0.0
        return f"torque:{torque:.3f},angle:{angle:.1f},depth:{angle / 360.0 * 0.8:.3f}"

    return LineSimulator(50.0, write, "screwdriver v2.1 ready")


def _discover(data: bytes) -> Params:
    from devices.discover import discover_labels

    return discover_labels(data)


PROFILE = Profile(
    id="label_value",
    version=1,
    label=say("Label:value lines", "Zeilen Name:Wert", "“名称:数值”文本行"),
    line=LineSettings(115200),
    streams=_streams({"names": _NAMES}),
    make_decoder=_decoder,
    make_simulator=_simulator,
    sample=b"LiBCM v0.9.5f, 2025JUN02\r\ntorque:0.184,angle:450.0,depth:1.000\r\ntorque:0.190,angle:468.0\r\n",
    sample_expect=SampleExpectation({"lines": 2}, {"lines.torque": 0.184, "lines.depth": 1.0}, 26),
    explain=explain_labels(pairs),
    source="Arduino Serial Plotter convention.",
    make_streams=_streams,
    discover=_discover,
    params=(
        ParamSpec("names", _NAMES, say("Channel names", "Kanalnamen", "通道名称")),
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
