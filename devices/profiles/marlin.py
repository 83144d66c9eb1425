"""Marlin firmware of a 3D printer: temperature reports `ok T:21.16 /0.00 B:21.00 /0.00 @:0 B@:0`.

Asked with M105 once a second. Blanks and order vary by firmware; other answers count as good bytes.
"""

from __future__ import annotations

import math

from devices.account import TEXT
from devices.commands import marlin as commands
from devices.items import Item, ItemDecoder, Reading
from devices.labels import Names, say
from devices.poller import Poller
from devices.readers import marlin as readers
from devices.simulators.controllers import Printer
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

_MISSING = (math.nan, None)


def _heat(key: str, label: Names) -> ChannelSpec:
    return ChannelSpec(key, label, "°C", "f8", low=-20.0, high=600.0, group="Temperatures")


def _power(key: str, label: Names) -> ChannelSpec:
    return ChannelSpec(key, label, "", "f8", low=0.0, high=255.0, group="Heaters")


STREAM = StreamSpec(
    "temperature",
    (
        _heat("nozzle", say("Nozzle", "Düse", "喷嘴")),
        _heat("nozzle_target", say("Nozzle, target", "Düse, Soll", "喷嘴目标")),
        _heat("bed", say("Bed", "Bett", "热床")),
        _heat("bed_target", say("Bed, target", "Bett, Soll", "热床目标")),
        _power("nozzle_power", say("Nozzle power", "Düsenleistung", "喷嘴功率")),
        _power("bed_power", say("Bed power", "Bettleistung", "热床功率")),
    ),
    1.0,
)


def read(line: bytes) -> Reading:
    """Return one temperature report, an item without stream for other answers, or a reason."""
    kind, _, *reason = readers.read(line)
    if reason:
        return str(reason[0])
    if kind != "temperature":
        return TEXT if kind == "text" else Item("")
    heaters = readers.temperatures(line)
    power = readers.powers(line)
    found = [heaters.get(name, _MISSING) for name in ("T" if "T" in heaters else "T0", "B")]
    values = [math.nan if value is None else value for pair in found for value in pair]
    return Item("temperature", (*values, power.get("@", power.get("@0", math.nan)), power.get("B@", math.nan)))


PROFILE = Profile(
    id="marlin",
    version=2,
    label=say("Marlin 3D printer", "Marlin-3D-Drucker", "Marlin 3D 打印机"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 1024),
    make_master=lambda params: Poller(ItemDecoder((STREAM,), read, 1024), b"M105\n", 1000.0, answer_ms=800.0),
    make_simulator=lambda seed, params: Printer(seed),
    sample=b"ok T:21.16 /0.00 B:21.00 /0.00 @:0 B@:0\nT:54.53 /0 B:46.83 /0 B@:0 @:0\nok N6320 P6 B1\n",
    sample_expect=SampleExpectation(
        {"temperature": 2}, {"temperature.nozzle": 21.16, "temperature.bed": 21.0, "temperature.bed_power": 0}
    ),
    source="Marlin replies of real serial logs in public pages and issues.",
    explain=readers.explain,
    commands=commands.COMMANDS,
)
