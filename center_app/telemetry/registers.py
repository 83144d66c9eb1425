"""Register maps and registers as people and the window ask for them: import, export, every reading, what was heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from center_app.core.errors import PersonError, Problem, ProblemsError, SurroundingsError, declare
from devices import profiles
from devices.modbus import maps, pdu, readings
from devices.modbus.machines import entries, tasks
from devices.modbus.map_csv import MapRefused, read_map, write_map
from devices.modbus.maps import TABLES, Entry
from devices.modbus.plan import Read
from devices.modbus.ranges import Range, read_ranges
from devices.modbus.registers import TYPES
from devices.modbus.rows import Task
from devices.modbus.sniffing import Exchange, Sniffer
from devices.modbus.tcp import TcpCutter, fits

BAD_LINE = declare(
    "registers.bad_line",
    "Line {line}: {reason}.",
    "Mend the line and read the file again; nothing was taken from it.",
)
NOT_READ = declare(
    "registers.not_read", "{file} cannot be read ({detail}).", "Check the path and that the file may be read."
)
BAD_WORDS = declare(
    "registers.bad_words",
    "{text} is not a row of registers.",
    "Write whole registers as hexadecimal, for example 42 48 00 00.",
)
NOT_MODBUS = declare(
    "registers.not_modbus", "This cell has no registers.", "Registers belong to cells with a Modbus profile."
)
MAP_PROFILES = ("modbus_master", "modbus_tcp")
LISTENERS = ("modbus_rtu",)


def load_map(path: Path, one_based: bool = False, unit: int = 1) -> tuple[Entry, ...]:
    """Return the register map of a CSV file; ProblemsError lists every bad line, SurroundingsError: not readable."""
    try:
        return read_map(path.read_bytes(), one_based, unit)
    except OSError as error:
        raise SurroundingsError(NOT_READ, file=str(path), detail=error.strerror or str(error)) from error
    except MapRefused as refused:
        problems = [Problem(BAD_LINE, {"line": bad.line, "reason": bad.reason}) for bad in refused.lines]
        raise ProblemsError(problems) from refused


def map_as_csv(found: Iterable[Entry]) -> str:
    """Return a map as CSV text."""
    return write_map(found)


def shown(entry: Entry) -> dict[str, Any]:
    """Return one register as plain values: table, address, number in the 40001 notation, all settings."""
    row = asdict(entry)
    row["table"] = TABLES[row.pop("function")]
    prefix = {"coil": 0, "discrete": 1, "holding": 4, "input": 3}[row["table"]]
    return {"unit": row.pop("unit"), "table": row.pop("table"), "number": f"{prefix}{entry.address + 1:05d}", **row}


def tasks_of(found: tuple[Entry, ...]) -> tuple[Task, ...]:
    """Return what a master would ask to read a map, by unit."""
    return tasks({"interval_ms": 500, "timeout_ms": 400}, found)


def read_words(text: str) -> bytes:
    """Return the bytes of registers written as hexadecimal; PersonError when they are not whole registers."""
    try:
        data = bytes.fromhex(text.replace("0x", "").replace(",", " "))
    except ValueError as error:
        raise PersonError(BAD_WORDS, text=text) from error
    if not data or len(data) % 2 or len(data) > 250:
        raise PersonError(BAD_WORDS, text=text)
    return data


def every_reading(data: bytes) -> dict[str, dict[str, float | None]]:
    """Return registers as every type in every word order."""
    return readings(data)


@dataclass(frozen=True)
class HeardRegister:
    """Show one register as it was last seen on the line: its words from here on, and what the map makes of it."""

    unit: int
    function: int
    address: int
    words: bytes
    names: Mapping[str, str] = field(default_factory=dict)
    type: str = ""
    order: str = ""

    @property
    def table(self) -> str:
        """Name the table: coil, discrete, holding or input."""
        return TABLES.get(self.function, str(self.function))


@dataclass(frozen=True)
class UnitTally:
    """Count what a unit did in the bytes looked at."""

    unit: int
    answered: int
    refused: int
    silent: int


@dataclass(frozen=True)
class Heard:
    """Show the registers and units of a line, as far as its last bytes tell."""

    registers: tuple[HeardRegister, ...]
    units: tuple[UnitTally, ...]


def has_registers(profile_id: str) -> bool:
    """Say whether cells with this profile have registers."""
    profile = profiles.registry().get(profile_id)
    return profile is not None and any(stream.key.startswith(("unit_", "exchanges")) for stream in profile.streams)


def hear(profile_id: str, params: Mapping[str, Any], pieces: Iterable[bytes]) -> Heard:
    """Return the registers seen in bytes of a line, both directions in their order, named by the cell's map."""
    exchanges = _tcp_exchanges(pieces) if profile_id == "modbus_tcp" else _rtu_exchanges(pieces)
    payloads: dict[tuple[int, int, int], Exchange] = {}
    tallies: dict[int, list[int]] = {}
    for exchange in exchanges:
        tallies.setdefault(exchange.unit, [0, 0, 0, 0])[exchange.outcome] += 1
        if exchange.payload and exchange.address is not None and exchange.function in TABLES:
            payloads[exchange.unit, exchange.function, exchange.address] = exchange
    known = {(entry.unit, entry.function, entry.address): entry for entry in known_map(profile_id, params)}
    registers: dict[tuple[int, int, int], HeardRegister] = {}
    for exchange in payloads.values():
        for one in _registers(exchange, known):
            kept = registers.get((one.unit, one.function, one.address))
            if kept is None or len(kept.words) < len(one.words):
                registers[one.unit, one.function, one.address] = one
    units = tuple(UnitTally(unit, told[0] + told[3], told[1], told[2]) for unit, told in sorted(tallies.items()))
    return Heard(tuple(registers[key] for key in sorted(registers)), units)


def _registers(exchange: Exchange, known: Mapping[tuple[int, int, int], Entry]) -> Iterable[HeardRegister]:
    first, is_bits = exchange.address or 0, exchange.function < 3
    for index in range(exchange.count):
        data = bytes((exchange.payload[index // 8] >> index % 8 & 1,)) if is_bits else exchange.payload[2 * index :][:8]
        entry = known.get((exchange.unit, exchange.function, first + index))
        place = (exchange.unit, exchange.function, first + index, data)
        if entry is None:
            yield HeardRegister(*place)
        else:
            yield HeardRegister(*place, entry.register().channel.label, entry.type, entry.order)


def _rtu_exchanges(pieces: Iterable[bytes]) -> Iterable[Exchange]:
    sniffer = Sniffer()
    for piece in pieces:
        yield from sniffer.exchanges(piece)


def _tcp_exchanges(pieces: Iterable[bytes]) -> Iterable[Exchange]:
    cutter, asked = TcpCutter(), dict[tuple[int, int], Read]()
    for piece in pieces:
        for frame in cutter.feed(piece):
            key = (frame.transaction, frame.unit)
            answer = fits(frame, frame.unit, asked[key]) if key in asked else None
            if answer is not None:
                read = asked.pop(key)
                outcome = 1 if answer[1] else 0
                yield Exchange(
                    frame.unit, read.function, read.address, read.count, outcome, answer[1], answer[0], frame.stop
                )
            elif frame.unit >= 0 and frame.body[0] in pdu.READS and (fields := pdu.parse_request(frame.body)):
                asked[key] = Read(frame.body[0], int(str(fields["address"])), int(str(fields["count"])))


def known_map(profile_id: str, params: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the map a cell works with; () for a listener, which has ranges."""
    profile = profiles.registry().get(profile_id)
    if profile is None or profile_id in LISTENERS:
        return ()
    settings = profile.settled(params)
    return entries(settings if "map" in settings else {**settings, "map": profile_id}) if _has_map(profile_id) else ()


def _has_map(profile_id: str) -> bool:
    from devices.modbus.shipped import names

    return profile_id in MAP_PROFILES or profile_id in names()


def can_adopt(profile_id: str) -> bool:
    """Say whether the settings of such a cell hold registers that can be changed."""
    return profile_id in MAP_PROFILES or profile_id in LISTENERS


def adopted(
    profile_id: str, params: Mapping[str, Any], heard: HeardRegister, kind: str, order: str, name: str = ""
) -> dict[str, Any]:
    """Return a cell's settings with one register read as `kind` (such as "float32") in `order`.

    A map gets the register or has its type changed; a listener a range of its own. PersonError for other profiles.
    """
    if profile_id in LISTENERS:
        return {**params, "registers": _with_range(str(params.get("registers", "")), heard, kind, order)}
    if profile_id not in MAP_PROFILES:
        raise PersonError(NOT_MODBUS)
    found = list(known_map(profile_id, params))
    places = {(entry.unit, entry.function, entry.address): index for index, entry in enumerate(found)}
    at = places.get((heard.unit, heard.function, heard.address))
    if at is None:
        label = name or f"{heard.table} {heard.address}"
        found.append(Entry(heard.unit, heard.function, heard.address, label, kind, order))
    else:
        old = found[at]
        found[at] = replace(old, type=kind, order=order, name=name or old.name, bit=-1, key=old.key)
    return {**params, "map": maps.rows_of(maps.keyed(found))}


def _with_range(text: str, heard: HeardRegister, kind: str, order: str) -> str:
    short = TYPES[kind]
    count = 1 if short == "b1" else int(short[1]) // 2
    kinds = () if short == "b1" else (short,)
    one = Range(heard.unit, heard.function, heard.address, count, kinds, "" if order == "ABCD" else order)
    others = [each for each in read_ranges(text) if each.key != one.key]
    return " ".join(str(each) for each in (*others, one))
