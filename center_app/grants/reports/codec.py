"""Write a snapshot as canonical JSON and read it back; the same snapshot is always the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from center_app.core.errors import PersonError, declare
from center_app.core.labels import Label
from center_app.grants.reports.values import SCHEMA, PrintedFigures, Snapshot

T = TypeVar("T")
Reader = Callable[[Any], Any]
MOST_BYTES = 200 * 1024 * 1024

DATA_UNREADABLE = declare(
    "report.data_unreadable",
    "The data inside the report cannot be read ({detail}).",
    "Take the report from where it was first filed.",
)
DATA_NEWER = declare(
    "report.data_newer",
    "The data inside the report has version {version}; this program reads up to {known}.",
    "Install the newer program to read it.",
)


def plain(value: object) -> Any:
    """Turn a snapshot's value into JSON: fractions as "2/5", days and instants in ISO form, rows as objects."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Label):
        return dict(value.texts)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value
    return {name: plain(getattr(value, name)) for name in _names(cast(Any, type(value)))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def dump(value: object) -> bytes:
    """Return the one JSON spelling of a snapshot or of its printed figures: sorted keys, no blanks, UTF-8."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(snapshot: Snapshot) -> str:
    """Return the hash that names a snapshot: SHA-256 of its canonical bytes."""
    return hashlib.sha256(dump(snapshot)).hexdigest()


def load_snapshot(data: bytes) -> Snapshot:
    """Read a snapshot; raises PersonError for damaged data or a newer schema."""
    raw = _json(data)
    version = raw.get("schema") if isinstance(raw, dict) else None
    if isinstance(version, int) and version > SCHEMA:
        raise PersonError(DATA_NEWER, version=version, known=SCHEMA)
    return _load(Snapshot, raw)


def load_printed(data: bytes) -> PrintedFigures:
    """Read the list of printed figures; raises PersonError for damaged data."""
    return _load(PrintedFigures, _json(data))


def _json(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise PersonError(DATA_UNREADABLE, detail="> 200 MiB")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PersonError(DATA_UNREADABLE, detail=str(error)[:80]) from error


def _load(kind: type[T], raw: Any) -> T:
    try:
        return cast(T, reader(cast(Any, kind))(raw))
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise PersonError(DATA_UNREADABLE, detail=f"{type(error).__name__}: {error}"[:80]) from error


@cache
def reader(kind: Any) -> Reader:
    """Return the function that makes a value of a type from JSON."""
    if get_origin(kind) in (Union, types.UnionType):
        return _union(get_args(kind))
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind))
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _record(kind)


def _exact(kind: type) -> Reader:
    def read(raw: Any) -> Any:
        if type(raw) is not kind:
            raise TypeError(f"{kind.__name__} expected")
        return raw

    return read


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise TypeError("number expected")
    return float(raw)


def _label(raw: Any) -> Label:
    if not isinstance(raw, dict):
        raise TypeError("label expected")
    return Label({str(key): str(text) for key, text in raw.items()})


_SIMPLE: Mapping[Any, Reader] = {
    str: _exact(str),
    int: _exact(int),
    bool: _exact(bool),
    float: _number,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Fraction: Fraction,
    Label: _label,
}


def _union(kinds: tuple[Any, ...]) -> Reader:
    """Read one of several types: a number where the JSON is one, a fraction where it is a text."""
    readers = {kind: reader(kind) for kind in kinds if kind is not type(None)}

    def read(raw: Any) -> Any:
        if raw is None and type(None) in kinds:
            return None
        if len(readers) == 1:
            return next(iter(readers.values()))(raw)
        return readers[int](raw) if type(raw) is int else readers[Fraction](raw)

    return read


def _tuple(kinds: tuple[Any, ...]) -> Reader:
    readers = [reader(kind) for kind in kinds if kind is not Ellipsis]

    def read(raw: Any) -> Any:
        if not isinstance(raw, list):
            raise TypeError("list expected")
        if Ellipsis in kinds:
            return tuple(readers[0](item) for item in raw)
        return tuple(one(item) for one, item in zip(readers, raw, strict=True))

    return read


def _record(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = [(name, reader(hints[name])) for name in _names(kind)]
    names = {name for name, _ in readers}

    def read(raw: Any) -> Any:
        if not isinstance(raw, dict) or raw.keys() - names:
            raise TypeError(f"{kind.__name__} expected")
        return kind(**{name: one(raw[name]) for name, one in readers})

    return read
