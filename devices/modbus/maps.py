"""Register maps: which registers a bus has, read from CSV and written as CSV again.

A map is a list of plain rows, so that it fits into a cell's settings as JSON. One line of CSV is one register; the
header names the columns in English, German or Chinese, in any order. Comma, semicolon, tab or bar part the columns,
decimals may be written 0.1 or 0,1, addresses 52, 0x34, 34h, or as 40001 in the notation that names the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from devices.labels import same, say
from devices.modbus.registers import COILS, HOLDING, INPUT_REGISTERS, INPUTS, ORDERS, TYPES, Register
from devices.values import ChannelSpec, StreamSpec

MOST_ENTRIES = 4096
TABLES = {COILS: "coil", INPUTS: "discrete", HOLDING: "holding", INPUT_REGISTERS: "input"}
FUNCTIONS = {name: function for function, name in TABLES.items()}
ACCESS = ("r", "rw")


@dataclass(frozen=True)
class Entry:
    """Hold one register of a map; scaled value = raw * scale + offset in `measure`.

    `type` is a name such as "int16", "float32", "bool" or "string"; `bit` ≥ 0 takes one bit of a register; `length`
    is a text's size in registers; `states` names the values of a state. `interval_ms` and `timeout_ms` other than 0
    are those of the whole unit.
    """

    unit: int
    function: int
    address: int
    name: str
    type: str = "uint16"
    order: str = "ABCD"
    scale: float = 1.0
    offset: float = 0.0
    measure: str = ""
    low: float | None = None
    high: float | None = None
    access: str = "r"
    group: str = ""
    bit: int = -1
    length: int = 0
    interval_ms: float = 0.0
    timeout_ms: float = 0.0
    name_de: str = ""
    name_zh: str = ""
    key: str = ""

    @property
    def kind(self) -> str:
        """Return the short type of the value, such as "f4"."""
        return TYPES[self.type]

    @property
    def is_text(self) -> bool:
        """Say whether the register holds text, which is read on demand and is no channel."""
        return self.type == "string"

    def register(self) -> Register:
        """Return the register with its channel."""
        small = self.kind in ("b1", "u2", "i2", "f4")
        label = say(self.name, self.name_de or self.name, self.name_zh or self.name) if self.name else same(self.key)
        channel = ChannelSpec(
            self.key or slug(self.name, self), label, self.measure, "f4" if small else "f8", self.scale, self.offset,
            self.low, self.high, group=self.group,
        )  # fmt: skip
        shift, mask = (self.bit, 1) if self.bit >= 0 else (0, 0)
        return Register(
            channel, self.function, self.address, self.kind, self.order, shift, mask, self.length, self.access == "rw"
        )

    def problems(self) -> list[str]:
        """Return what is wrong with the values of this entry, nothing when it is sound."""
        found = []
        if not 1 <= self.unit <= 255:
            found.append(f"unit {self.unit} is not in 1–255")
        if self.function not in TABLES:
            found.append(f"function {self.function} does not read: 1, 2, 3 or 4")
        if self.type not in TYPES:
            return [*found, f"type {self.type!r} is not known"]
        if self.order not in ORDERS:
            found.append(f"order {self.order!r} is not one of {' '.join(ORDERS)}")
        return [*found, *self._misfits()]

    def _misfits(self) -> list[str]:
        found = []
        is_bit = self.function in (COILS, INPUTS)
        if is_bit != (self.kind == "b1"):
            found.append("coils and discrete inputs are bool, registers are not" if is_bit else "bool needs a bit 0–15")
        if self.bit > 15 or (self.bit >= 0 and self.kind != "u2"):
            found.append(f"bit {self.bit} is not in 0–15 of a uint16")
        if self.is_text and not 1 <= self.length <= 125:
            found.append("a string needs its length in registers, 1–125")
        words = 1 if self.kind == "b1" else self.length if self.is_text else int(self.kind[1]) // 2
        if self.address < 0 or self.address + words > 0x10000:
            found.append(f"address {self.address} is not in 0–65535")
        if self.scale == 0:
            found.append("scale must not be 0")
        if self.low is not None and self.high is not None and self.low > self.high:
            found.append(f"low {self.low:g} is above high {self.high:g}")
        if self.access == "rw" and self.function in (INPUTS, INPUT_REGISTERS):
            found.append("discrete inputs and input registers cannot be written")
        return found


def slug(name: str, entry: Entry) -> str:
    """Return a channel key: the name in small letters, digits and underscores, else table and address."""
    key = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name.lower())
    key = "_".join(part for part in key.split("_") if part)
    bit = f"_{entry.bit}" if entry.bit >= 0 else ""
    return key or f"{TABLES.get(entry.function, 'register')}_{entry.address}{bit}"


def keyed(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries with a key each that no other register of its unit has."""
    taken: set[tuple[int, str]] = set()
    found = []
    for entry in entries:
        base = entry.key or slug(entry.name, entry)
        key, number = base, 2
        while (entry.unit, key) in taken:
            key, number = f"{base}_{number}", number + 1
        taken.add((entry.unit, key))
        found.append(replace(entry, key=key))
    return tuple(found)


def rows_of(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return a map as JSON rows; what has its default is left out."""
    plain = {field.name: field.default for field in fields(Entry)}
    return [{key: value for key, value in asdict(entry).items() if value != plain[key]} for entry in entries]


def entries_of(rows: object) -> tuple[Entry, ...]:
    """Return the map that JSON rows hold; ValueError names every row that is wrong."""
    if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) > MOST_ENTRIES:
        raise ValueError(f"a map is a list of at most {MOST_ENTRIES} rows")
    found, problems = [], []
    for number, row in enumerate(rows, 1):
        try:
            entry = _entry(row)
        except (TypeError, ValueError) as problem:
            problems.append(f"row {number}: {problem}")
            continue
        problems += [f"row {number}: {problem}" for problem in entry.problems()]
        found.append(entry)
    if problems:
        raise ValueError("; ".join(problems))
    return keyed(found)


def _entry(row: object) -> Entry:
    if not isinstance(row, Mapping):
        raise TypeError("not an object")
    kinds = {field.name: str(field.type) for field in fields(Entry)}
    unknown = set(row) - set(kinds)
    if unknown:
        raise ValueError(f"unknown {', '.join(sorted(map(str, unknown)))}")
    return Entry(**{key: _typed(key, value, kinds[key]) for key, value in row.items()})


def _typed(key: str, value: object, kind: str) -> Any:
    if value is None and "None" in kind:
        return None
    if kind == "str":
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key} is not a number")
    return int(value) if kind == "int" else float(value)


def stream_of(unit: int, entries: Iterable[Entry], interval_ms: float) -> StreamSpec:
    """Return the stream of one unit: a channel per register that holds a number."""
    channels = tuple(entry.register().channel for entry in entries if entry.unit == unit and not entry.is_text)
    return StreamSpec(f"unit_{unit}", channels, 1000.0 / interval_ms if interval_ms > 0 else None)


def units_of(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Return the units of a map in order of their first register."""
    return tuple(dict.fromkeys(entry.unit for entry in entries))
