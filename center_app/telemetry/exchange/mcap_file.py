"""Write a recording as MCAP: a topic for each stream, one JSON message for each row, with a JSON schema.

Log and publish time are the row's own time in ns; `quality` is there only where a value is not good. Readers of
MCAP (Foxglove, PlotJuggler) show it as it is; the facts stand in a metadata record named "center_desk".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from center_app.telemetry.exchange.table import Table, quality_texts
from center_app.telemetry.exchange.values import Batch, Progress, StreamTable

if TYPE_CHECKING:
    from mcap.writer import Writer


def write_mcap(table: Table, part: Path, progress: Progress) -> int | None:
    """Write the table to `part`; return the number of rows, None when cancelled."""
    from mcap.writer import CompressionType, Writer

    rows = 0
    with part.open("wb") as file:
        writer = Writer(file, compression=CompressionType.ZSTD)
        writer.start(profile="", library="center-desk")
        topics = {stream.key: _register(writer, stream, table.options.language) for stream in table.streams}
        for batches in table.batches(progress):
            for batch in _in_order(batches):
                _add(writer, topics[batch.stream.key], batch)
                rows += batch.rows
        writer.add_metadata("center_desk", {key: _text(value) for key, value in table.facts().items()})
        writer.finish()  # type: ignore[no-untyped-call]
    return None if table.is_cancelled else rows


def _in_order(batches: list[Batch]) -> list[Batch]:
    return sorted(batches, key=lambda batch: int(batch.t_ns[0]))


def _register(writer: Writer, stream: StreamTable, language: str) -> int:
    schema = writer.register_schema(
        name=stream.key, encoding="jsonschema", data=json.dumps(_schema(stream, language)).encode()
    )
    return writer.register_channel(
        topic=f"/{stream.key}", message_encoding="json", schema_id=schema,
        metadata={view.channel: view.unit for view in stream.channels},
    )  # fmt: skip


def _schema(stream: StreamTable, language: str) -> dict[str, Any]:
    channels = {
        view.channel: {
            "type": ["number", "null"],
            "description": f"{view.label.get(language) or view.label.get('en', '')} [{view.unit}]",
        }
        for view in stream.channels
    }
    return {"type": "object", "title": stream.key, "properties": channels | {"quality": {"type": "string"}}}


def _add(writer: Writer, topic: int, batch: Batch) -> None:
    names = [view.channel for view in batch.stream.channels]
    marks = quality_texts(batch)
    for row, (t_ns, cells) in enumerate(zip(batch.t_ns.tolist(), batch.values.T.tolist(), strict=True)):
        message: dict[str, Any] = {
            name: value if value == value else None for name, value in zip(names, cells, strict=True)
        }
        if marks[row] != "good":
            message["quality"] = marks[row]
        writer.add_message(topic, log_time=t_ns, publish_time=t_ns, data=json.dumps(message).encode())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
