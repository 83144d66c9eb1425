"""Read a device that answered: by the master of its profile, and for Modbus by every make there is, to tell which."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from devices import profiles
from devices.modbus import maps
from devices.modbus.frames import is_sound
from devices.modbus.maps import Entry
from devices.modbus.numbering import register_names
from devices.modbus.plan import Read, read_request
from devices.readers import scpi
from devices.recognition.values import Finding, Heard
from devices.values import Account, Block, LineSettings, Profile, Quality, scaled

_CYCLE_S = 0.9
_ALL_MAKES_S = 6.0
_NOT_A_MAKE = frozenset({"modbus_master", "modbus_tcp"})
_LEAST_GOOD = 0.8
_MOST_REGISTERS = 32
_PIECE = 8
_STARTS = (0, 1, 10, 16, 50, 100, 200, 256, 300, 400, 500, 512, 768, 1000, 1024, 2000, 3000, 4000, 4096, 8192)
_REPLY_S = 0.25
_REGISTERS_S = 4.0
_READINGS = (("READ?", "", 1.5), ("MEAS:VOLT?", "voltage [V]", 0.8), ("FETC?", "", 0.8), ("MEAS?", "", 0.8))
_UNITS = {
    "VOLT": "voltage [V]", "CURR": "current [A]", "RES": "resistance [Ω]", "FRES": "resistance [Ω]",
    "FREQ": "frequency [Hz]", "TEMP": "temperature [°C]", "CAP": "capacitance [F]", "PER": "period [s]",
}  # fmt: skip


class PolledLine(Protocol):
    """Let a master talk on a line."""

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Send a query and return what comes back."""
        ...

    def poll(self, request: bytes | None, settings: LineSettings, seconds: float) -> bytes:
        """Send a request, or none, and return what is there within so many seconds."""
        ...


@dataclass(frozen=True)
class Polled:
    """Hold what a master read: rows of values, the byte account, and how many polls it sent."""

    blocks: tuple[Block, ...] = ()
    account: Account = field(default_factory=Account)
    polls: int = 0


def drive(
    line: PolledLine, profile: Profile, params: Mapping[str, object], settings: LineSettings, seconds: float, rows: int
) -> Polled:
    """Run a profile's master until it has so many rows, at most so many seconds; nothing for one without a master."""
    master = profile.master(params, settings)
    blocks: list[Block] = []
    polls, end_s = 0, time.monotonic() + seconds
    while master is not None and len(blocks) < rows and time.monotonic() < end_s:
        now_ns = time.monotonic_ns()
        request = master.next_request(now_ns)
        polls += request is not None
        wait_s = min(max((master.deadline_ns() - now_ns) / 1e9, 0.002), 0.05)
        data = line.poll(request, settings, wait_s)
        blocks += [block for block in master.on_bytes(data, time.monotonic_ns()) if len(block.end_offset)]
    return Polled(tuple(blocks), master.account() if master is not None else Account(), polls)


def particular(line: PolledLine, found: Finding) -> Finding:
    """Return what more can be found out of a device that answered: the make of a Modbus unit, what to read of a meter.

    Failures of the line come through as its own errors.
    """
    if found.line is None or not found.asked:
        return found
    if found.profile_id == "modbus_master":
        return _unit(line, found, int(str(found.params["units"])), found.line)
    return _instrument(line, found, found.line) if found.profile_id == "scpi_reading" else found


def _instrument(line: PolledLine, found: Finding, settings: LineSettings) -> Finding:
    """Find the query that an instrument answers with numbers, and what they measure."""
    for query, names, wait_s in _READINGS:
        heard = line.ask(query.encode() + b"\n", settings, wait_s).data
        told = [values for each in heard.splitlines() if (values := _numbers(each))]
        if told:
            names = names or _measured(line, settings)
            columns = ",".join(names if at == 0 else f"reading {at + 1}" for at in range(told[0]))
            return replace(found, params={**found.params, "query": query, "names": columns})
    return found


def _numbers(line: bytes) -> int:
    """Return how many values a line carries, 0 when it is no reading."""
    return line.count(b",") + 1 if scpi.read(line)[0] == "reading" else 0


def _measured(line: PolledLine, settings: LineSettings) -> str:
    """Return name and unit of what a multimeter is set to measure, without unit when it does not say."""
    heard = line.ask(b"FUNC?\n", settings, 0.6).data.decode("ascii", "replace")
    word = heard.strip().strip('"').split(":")[0].split(" ")[0].upper()
    return _UNITS.get(word, "reading")


def _unit(line: PolledLine, found: Finding, unit: int, settings: LineSettings) -> Finding:
    """Read a Modbus unit as every make there is; the one whose values make sense, else the registers it has."""
    best: tuple[tuple[int, ...], Finding] | None = None
    end_s = time.monotonic() + _ALL_MAKES_S
    for profile, params in _makes(unit, settings):
        if time.monotonic() > end_s:
            break
        worth = _worth(line, profile, params, settings)
        if worth is not None and (best is None or worth > best[0]):
            kept = {key: value for key, value in params.items() if key in ("units", "unit")}
            best = worth, replace(found, profile_id=profile.id, params=kept)
    if best is not None:
        return best[1]
    registers = _registers(line, unit, settings)
    return replace(found, params={**found.params, "map": maps.rows_of(maps.keyed(registers))}) if registers else found


def _makes(unit: int, settings: LineSettings) -> Iterator[tuple[Profile, dict[str, object]]]:
    """Yield profiles of Modbus RTU devices with their settings for this unit, those of this line first."""
    known = [one for one in profiles.all() if one.make_master is not None and one.id not in _NOT_A_MAKE]
    for profile in sorted(known, key=lambda one: (one.line != settings, one.line.baud != settings.baud, one.id)):
        keys = profile.defaults().keys()
        quick: dict[str, object] = {"timeout_ms": 250, "interval_ms": 20}
        params = {key: value for key, value in quick.items() if key in keys}
        if "units" in keys:
            yield profile, {**params, "units": str(unit)}
        elif "unit" in keys:
            yield profile, {**params, "unit": unit}
        elif profile.id == "robotiq_2f" and unit == 9:
            yield profile, params


def _worth(
    line: PolledLine, profile: Profile, params: Mapping[str, object], settings: LineSettings
) -> tuple[int, ...] | None:
    """Return how much of a make's registers were read and make sense, None when they are not its own."""
    polled = drive(line, profile, params, settings, _CYCLE_S, 1)
    if not polled.blocks:
        return None
    block = polled.blocks[-1]
    marks = np.broadcast_to(block.quality, block.values.shape)[:, -1]
    good = marks == Quality.GOOD
    if good.mean() < _LEAST_GOOD:
        return None
    channels = next(stream.channels for stream in profile.streams_for(params) if stream.key == block.stream)
    values = {
        channel.key: (float(scaled(channel, block.values[at])[-1]), channel.unit)
        for at, channel in enumerate(channels)
        if good[at]
    }
    bits = all(channel.states is not None for channel in channels)
    lively = sum(value != 0 for value, _ in values.values())
    if not bits and (lively * 3 < len(values) or not _makes_sense(values)):
        return None
    return (not bits, lively, -int(profile.line != settings), -int(profile.line.baud != settings.baud))


def _makes_sense(values: Mapping[str, tuple[float, str]]) -> bool:
    """Say whether mains frequency and voltage are what they can be; both tell makes of meters apart."""
    hertz = [value for value, unit in values.values() if unit == "Hz"]
    volts = [value for key, (value, unit) in values.items() if unit == "V" and key.startswith("voltage") and value]
    return all(40 <= value <= 70 for value in hertz) and all(10 <= value <= 1000 for value in volts)


def _registers(line: PolledLine, unit: int, settings: LineSettings) -> tuple[Entry, ...]:
    """Return the first registers a unit has, named by table and number."""
    found: dict[tuple[int, int], Entry] = {}
    end_s = time.monotonic() + _REGISTERS_S
    for function in (3, 4):
        for start in _STARTS:
            at = start
            while len(found) < _MOST_REGISTERS and time.monotonic() < end_s and (function, at) not in found:
                count = next((each for each in (_PIECE, 1) if _has(line, unit, Read(function, at, each), settings)), 0)
                for address in range(at, at + count):
                    found[function, address] = _entry(unit, function, address)
                at += count
                if count < _PIECE:
                    break
    return tuple(found.values())


def _has(line: PolledLine, unit: int, read: Read, settings: LineSettings) -> bool:
    heard = line.ask(read_request(unit, read), settings, _REPLY_S).data
    head = bytes((unit, read.function, read.payload_size))
    at, size = heard.find(head), 5 + read.payload_size
    return at >= 0 and len(heard) >= at + size and is_sound(heard[at : at + size])


def _entry(unit: int, function: int, address: int) -> Entry:
    names = register_names(unit, function, address)
    return Entry(unit, function, address, names["en"], name_de=names["de"], name_zh=names["zh"])
