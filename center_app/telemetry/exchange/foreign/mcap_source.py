"""Gather an MCAP file: each topic is a table; JSON, ROS 1, ROS 2 and Protobuf messages are flattened to numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.errors import PersonError, declare
from center_app.telemetry.exchange.foreign.gathered import MOST_COLUMNS, Gathered
from center_app.telemetry.exchange.parquet_file import quoted

NO_NUMBERS = declare(
    "import.no_numbers",
    "{file} holds no numbers that can be drawn.",
    "Choose a file with at least one column or topic of numbers.",
)
DAMAGED = declare(
    "import.mcap_damaged",
    "{file} cannot be read as MCAP: {detail}.",
    "Check the file with the program that wrote it; `mcap recover` may save what is whole.",
)
LONGEST_ARRAY = 16
DEEPEST = 8
BATCH_ROWS = 20_000


def gather_mcap(gathered: Gathered, path: Path) -> None:
    """Read every topic with numbers into a table of its own; PersonError for a damaged file."""
    topics: dict[str, _Topic] = {}
    try:
        for topic, t_ns, message in _messages(path):
            if topic not in topics:
                topics[topic] = _Topic(gathered, topic, len(topics))
            topics[topic].take(t_ns, message)
    except Exception as error:  # the decoders of four message formats raise what they like
        if isinstance(error, PersonError):
            raise
        raise PersonError(DAMAGED, file=path.name, detail=f"{type(error).__name__}: {error}"[:200]) from error
    for each in topics.values():
        each.finish()
    if not gathered.tables:
        raise PersonError(NO_NUMBERS, file=path.name)


def _messages(path: Path) -> Iterator[tuple[str, int, Any]]:
    """Yield (topic, log time in ns, decoded message) in the order of time."""
    from mcap.reader import make_reader
    from mcap_protobuf.decoder import DecoderFactory as Protobuf
    from mcap_ros1.decoder import DecoderFactory as Ros1
    from mcap_ros2.decoder import DecoderFactory as Ros2

    with path.open("rb") as file:
        factories = [Ros2(), Ros1(), Protobuf()]
        decoders: dict[int, Any] = {}
        for schema, channel, message in make_reader(file).iter_messages():
            if channel.message_encoding == "json":
                yield channel.topic, message.log_time, json.loads(message.data)
                continue
            if channel.id not in decoders:
                found = (each.decoder_for(channel.message_encoding, schema) for each in factories)
                decoders[channel.id] = next((each for each in found if each is not None), None)
            if decoders[channel.id] is not None:
                yield channel.topic, message.log_time, decoders[channel.id](message.data)


class _Topic:
    """Gather the messages of one topic; a column that turns up later is empty before."""

    def __init__(self, gathered: Gathered, topic: str, number: int) -> None:
        self._gathered, self._key, self._table = gathered, topic.strip("/") or topic, f"topic_{number}"
        self._columns: list[str] = []
        self._rows: list[tuple[int, dict[str, float]]] = []
        gathered.link.execute(f"CREATE TABLE {self._table} (t_ns BIGINT)")

    def take(self, t_ns: int, message: Any) -> None:
        self._rows.append((t_ns, dict(_flat(message, "", 0))))
        if len(self._rows) >= BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        self._flush()
        if self._columns:
            self._gathered.add(self._table, self._key, known_time="t_ns")

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        if not rows:
            return
        self._widen(rows)
        frame: dict[str, Any] = {"t_ns": np.array([t_ns for t_ns, _ in rows], dtype=np.int64)}
        for number, name in enumerate(self._columns):
            frame[f"c{number}"] = np.array([found.get(name, np.nan) for _, found in rows], dtype=np.float64)
        link = self._gathered.link
        link.register("frame", frame)
        cells = "".join(f", CASE WHEN isnan(c{n}) THEN NULL ELSE c{n} END" for n in range(len(self._columns)))
        link.execute(f"INSERT INTO {self._table} SELECT t_ns{cells} FROM frame")
        link.unregister("frame")

    def _widen(self, rows: list[tuple[int, dict[str, float]]]) -> None:
        known = set(self._columns)
        fresh = dict.fromkeys(name for _, found in rows for name in found if name not in known)
        for name in list(fresh)[: MOST_COLUMNS - len(self._columns)]:
            self._gathered.link.execute(f"ALTER TABLE {self._table} ADD COLUMN {quoted(name)} DOUBLE")
            self._columns.append(name)


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, float]]:
    """Yield (dotted path, number) of everything numeric; long arrays and deep nests are left out."""
    if isinstance(value, bool | int | float | np.number):
        yield path or "value", float(value)
    elif depth < DEEPEST:
        for key, child in _children(value):
            yield from _flat(child, f"{path}.{key}" if path else key, depth + 1)


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), child) for key, child in value.items())
    elif isinstance(value, list | tuple | np.ndarray):
        if len(value) <= LONGEST_ARRAY:
            yield from ((str(number), child) for number, child in enumerate(value))
    elif hasattr(value, "DESCRIPTOR") and hasattr(value, "ListFields"):
        yield from ((field.name, getattr(value, field.name)) for field in value.DESCRIPTOR.fields)
    elif hasattr(value, "__slots__") or hasattr(value, "__dict__"):
        names = getattr(value, "__slots__", None) or vars(value)
        yield from ((str(name), getattr(value, name)) for name in names if not str(name).startswith("_"))
