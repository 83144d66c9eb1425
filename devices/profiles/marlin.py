"""Marlin firmware of a 3D printer: temperature reports `ok T:21.16 /0.00 B:21.00 /0.00 @:0 B@:0`.

Asked with M105 once a second. Blanks and order vary by firmware; other answers count as good bytes.
"""

from __future__ import annotations

import math
import re

from devices.account import TEXT
from devices.commands import marlin as commands
from devices.items import Item, ItemDecoder, Reading
from devices.labels import Names, say
from devices.poller import Poller
from devices.simulators.controllers import Printer
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

_HEATER = re.compile(rb"\b([TB]):\s*(-?\d{1,4}(?:\.\d{1,4})?)\s*/\s*(-?\d{1,4}(?:\.\d{1,4})?)")
_POWER = re.compile(rb"(?<![B\d])@:\s*(\d{1,3})")
_BED_POWER = re.compile(rb"B@:\s*(\d{1,3})")
_OTHER = re.compile(rb"ok\b.{0,200}|(?:echo|Error|Resend|busy|start|wait|FIRMWARE_NAME|Cap):?.{0,200}|//.{0,200}")


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
    heaters = {name: (float(now), float(target)) for name, now, target in _HEATER.findall(line[:512])}
    if not heaters:
        return Item("") if _OTHER.match(line) else TEXT
    missing = (math.nan, math.nan)
    powers = [float(match[1]) if match else math.nan for match in (_POWER.search(line), _BED_POWER.search(line))]
    return Item("temperature", (*heaters.get(b"T", missing), *heaters.get(b"B", missing), *powers))


PROFILE = Profile(
    id="marlin",
    version=1,
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
    commands=commands.COMMANDS,
)
