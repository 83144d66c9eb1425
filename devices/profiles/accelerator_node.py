"""Compute pool: one JSON line per second from a node with eight accelerator cards.

`{"power":…,"util":[8],"mem":[8],"watt":[8],"temp":[8]}`: node power W, and per card the utilisation in percent,
memory in GiB, power in W and temperature in °C. The simulator runs a fine-tuning trial on four cards.
"""

from __future__ import annotations

import json

import numpy as np

from devices.labels import Names, say
from devices.profiles.json_lines import json_decoder
from devices.readers.text import explain_json
from devices.simulators.base import LineSimulator
from devices.simulators.waves import bump, noise, running
from devices.values import ChannelSpec, LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

CARDS = 8
RATE_HZ = 2.0


def _cards(key: str, label: Names, unit: str, high: float) -> tuple[ChannelSpec, ...]:
    def named(card: int) -> Names:
        return {language: f"{text} {card}" for language, text in label.items()}

    return tuple(
        ChannelSpec(f"{key}.{card}", named(card), unit, "f8", low=0.0, high=high, group=label["en"])
        for card in range(CARDS)
    )


STREAM = StreamSpec(
    "node",
    (
        ChannelSpec("power", say("Power", "Leistung", "功率"), "W", "f8", low=0.0, high=8000.0, group="Node"),
        *_cards("util", say("Utilisation", "Auslastung", "利用率"), "%", 100.0),
        *_cards("mem", say("Memory", "Speicher", "显存"), "GiB", 64.0),
        *_cards("watt", say("Card power", "Kartenleistung", "卡功率"), "W", 450.0),
        *_cards("temp", say("Card temperature", "Kartentemperatur", "卡温度"), "°C", 120.0),
    ),
    RATE_HZ,
)


def _simulator(seed: int, params: Params) -> LineSimulator:
    pattern = str(params["pattern"])

    def write(number: int) -> str:
        index = np.array([number])
        time_s = index / RATE_HZ
        on = float(running(time_s, pattern, seed)[0])
        # A checkpoint is written every 75 s: the busy cards wait for about ten seconds.
        waiting = float(bump(time_s, 75.0, 22.0, 1.0, 9.0, 1.0)[0])
        load = [on * (1.0 - 0.86 * waiting) if card < 4 else 0.04 for card in range(CARDS)]
        jitter = [float(noise(seed, card, index)[0]) for card in range(CARDS)]
        watt = [68.0 + 178.0 * busy + (1.0 + 3.0 * busy) * shake for busy, shake in zip(load, jitter, strict=True)]
        heat = 1 - float(np.exp(-time_s[0] / 240.0))
        content = {
            "power": round(sum(watt) - 40.0 + 90.0 * on + 3 * jitter[0], 1),
            "util": [
                round(min(100.0, max(0.0, 97.0 * busy + shake)), 1) for busy, shake in zip(load, jitter, strict=True)
            ],
            "mem": [round(52.4 + 0.2 * card if card < 4 and on else 1.2, 2) for card in range(CARDS)],
            "watt": [round(value, 1) for value in watt],
            "temp": [
                round(38.0 + card % 2 + 24.0 * heat * on * (card < 4) + 0.2 * jitter[card], 1) for card in range(CARDS)
            ],
        }
        return json.dumps(content, separators=(",", ":"))

    return LineSimulator(RATE_HZ, write)


PROFILE = Profile(
    id="accelerator_node",
    version=1,
    label=say(
        "Compute node, eight accelerator cards", "Rechenknoten, acht Beschleunigerkarten", "计算节点（八张加速卡）"
    ),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: json_decoder(STREAM),
    make_simulator=_simulator,
    sample=(
        b'{"power":1184.5,"util":[97.0,96.5,97.2,97.9,3.9,4.1,3.8,4.0],"mem":[52.4,52.6,52.8,53.0,1.2,1.2,1.2,1.2],'
        b'"watt":[246.0,244.1,247.3,245.8,71.0,70.2,70.9,70.6],"temp":[61.8,62.9,61.7,63.0,38.1,39.0,38.2,38.9]}\r\n'
    ),
    sample_expect=SampleExpectation({"node": 1}, {"node.power": 1184.5, "node.util.0": 97.0, "node.temp.7": 38.9}),
    explain=explain_json,
    source="Own line format of the centre's compute nodes, written down in this file.",
    params=(
        ParamSpec("pattern", "steady", say("When the simulator runs", "Wann der Simulator läuft", "模拟运行时段")),
    ),
)
