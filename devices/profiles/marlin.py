"""Marlin firmware of a 3D printer: temperature reports `ok T:21.16 /0.00 B:21.00 /0.00 @:0 B@:0`.

Asked with M105 once a second. Blanks and order vary by firmware; other answers count as good bytes.
"""

from __future__ import annotations

import math
import re

import numpy as np

from devices.account import TEXT
from devices.items import Item, ItemDecoder, Reading
from devices.labels import Names, say
from devices.poller import Poller
from devices.simulators.waves import noise
from devices.values import ChannelSpec, LineSettings, Params, Profile, SampleExpectation, StreamSpec

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


class _Printer:
    """Answer M105 with the temperatures of a printer that warms up and holds."""

    asks_in_text = True

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Send the banner at power-up, nothing else unasked."""
        return b"start\r\necho:Marlin 2.1.2\r\n" if start_s <= 0.0 < end_s else b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return one report for each line."""
        jitter = noise(self._seed, 1, np.array([int(at_s * 10), int(at_s * 10) + 1]))
        nozzle = 24.0 + 191.0 * (1 - math.exp(-at_s / 60.0)) + 0.3 * float(jitter[0])
        bed = 23.0 + 37.0 * (1 - math.exp(-at_s / 90.0)) + 0.1 * float(jitter[1])
        report = f"ok T:{nozzle:.2f} /215.00 B:{bed:.2f} /60.00 @:64 B@:40\n"
        return report.encode() * request.count(b"\n")


def _simulator(seed: int, params: Params) -> _Printer:
    return _Printer(seed)


PROFILE = Profile(
    id="marlin",
    version=1,
    label=say("Marlin 3D printer", "Marlin-3D-Drucker", "Marlin 3D 打印机"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: ItemDecoder((STREAM,), read, 1024),
    make_master=lambda params: Poller(ItemDecoder((STREAM,), read, 1024), b"M105\n", 1000.0),
    make_simulator=_simulator,
    sample=b"ok T:21.16 /0.00 B:21.00 /0.00 @:0 B@:0\nT:54.53 /0 B:46.83 /0 B@:0 @:0\nok N6320 P6 B1\n",
    sample_expect=SampleExpectation(
        {"temperature": 2}, {"temperature.nozzle": 21.16, "temperature.bed": 21.0, "temperature.bed_power": 0}
    ),
    source="Marlin replies of real serial logs in public pages and issues.",
)
