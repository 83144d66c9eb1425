"""The register maps that come with the program, by name: CSV files in resources/profiles/modbus."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from devices.modbus.map_csv import read_map
from devices.modbus.maps import Entry, entries_of

FOLDER = Path(__file__).parents[2] / "resources" / "profiles" / "modbus"


def names() -> tuple[str, ...]:
    """Return the names of the shipped maps."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


@cache
def shipped(name: str) -> tuple[Entry, ...]:
    """Return a shipped map, of unit 1; ValueError when there is none of this name."""
    if name not in names():
        raise ValueError(f"there is no register map {name!r}; shipped are {', '.join(names())}")
    return read_map((FOLDER / f"{name}.csv").read_bytes())


def entries_for(told: object, units: tuple[int, ...] = ()) -> tuple[Entry, ...]:
    """Return the map a setting names (a shipped one, for each of `units`) or holds (rows with their own units)."""
    if not isinstance(told, str):
        return entries_of(told)
    return tuple(replace(entry, unit=unit) for unit in units or (1,) for entry in shipped(told))


def source_of(name: str) -> str:
    """Return the remark a shipped map begins with: where it comes from and what is not verified."""
    first = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    return first.lstrip("# ")
