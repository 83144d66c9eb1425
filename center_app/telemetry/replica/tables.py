"""Tables of replicated recordings; PostgreSQL centres fill them, the schema is the same on SQLite.

Rows mirror those of the collectors' own files (`store/schema.py`), with the collector's name in every key. Ids of
chunks and blocks are made unique across day files: see `spool.py`. On PostgreSQL the schema `replica` holds a view
for each table that shows one collector, named by the setting `center.collector`, under the names that the store's
queries use, so that the same reader reads both.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, String, Table

from center_app.core.db import Row, ddl


def _table(name: str, keys: str, *columns: Column) -> Table:  # type: ignore[type-arg]
    """Declare a table whose key begins with the collector; `keys` names further key columns (a leading $ is text)."""
    own = [
        Column(key.lstrip("$"), String if key.startswith("$") else BigInteger, primary_key=True, autoincrement=False)
        for key in keys.split()
    ]
    return Table(f"replica_{name}", Row.metadata, Column("collector", String, primary_key=True), *own, *columns)


def _longs(names: str) -> list[Column]:  # type: ignore[type-arg]
    return [Column(name.rstrip("?"), BigInteger, nullable=name.endswith("?")) for name in names.split()]


def _texts(names: str) -> list[Column]:  # type: ignore[type-arg]
    return [Column(name.rstrip("?"), String, nullable=name.endswith("?")) for name in names.split()]


def _blobs(names: str) -> list[Column]:  # type: ignore[type-arg]
    return [Column(name.rstrip("?"), LargeBinary, nullable=name.endswith("?")) for name in names.split()]


def _floats(names: str) -> list[Column]:  # type: ignore[type-arg]
    return [Column(name.rstrip("?"), Float, nullable=name.endswith("?")) for name in names.split()]


RECORDING = _table(
    "recording", "id", *_longs("run_id cell_id"), *_texts("profile_id"), *_longs("profile_version"),
    *_texts("params line port"), *_longs("started_ns ended_ns?"), *_texts("ended_by"), *_longs("first_ns? last_ns?"),
)  # fmt: skip
STREAM = _table(
    "stream", "id", *_longs("recording_id"), *_texts("key"), *_floats("rate_hz?"), *_longs("tick_ns? tick_bits rows"),
)  # fmt: skip
CHANNEL = _table(
    "channel", "stream_id slot", *_texts("key label unit dtype"), *_floats("scale offset low? high?"),
    *_texts("states? grp"),
)  # fmt: skip
ANCHOR = _table("anchor", "id", *_longs("recording_id t_ns wall_ns"), *_texts("reason"))
GAP = _table(
    "gap", "id", *_longs("recording_id cell_id start_ns end_ns"), *_texts("reason"),
    *_longs("bytes_lost? samples_lost?"),
)  # fmt: skip
ACCOUNT = _table("account", "recording_id", *_texts("body"))
SEGMENT = _table(
    "segment", "recording_id ordinal", *_longs("first_offset end_offset t_first t_last records"),
    *_blobs("digest data?"),
)  # fmt: skip
CHUNK = _table(
    "chunk", "id",
    *_longs("stream_id recording_id ordinal first_row rows t_first t_last step segment raw_from raw_to"),
    *_longs("profile_version"), *_blobs("digest"),
)  # fmt: skip
BLOCK = _table("block", "id", *_texts("codec dtype"), *_longs("good"), *_texts("figures"), *_blobs("data quality?"))
PYRAMID = _table("pyramid", "id", *_longs("stream_id level first_row rows buckets t_first t_last"))
PYRAMID_BLOCK = _table(
    "pyramid_block", "id", *_texts("dtype low_codec"), *_blobs("low"), *_texts("high_codec"), *_blobs("high"),
    *_texts("good_codec?"), *_blobs("good?"),
)  # fmt: skip
TAIL = _table(
    "tail", "stream_id first_row", Column("rows", Integer, nullable=False), *_longs("t_last raw_from raw_to"),
    *_blobs("times data quality?"),
)  # fmt: skip
NOTE = _table("note", "$kind $key", *_longs("t_ns"), *_texts("body"))
MARK = _table("mark", "$name", *_longs("value"))

Index("replica_chunk_link", CHUNK.c.collector, CHUNK.c.recording_id, CHUNK.c.ordinal, unique=True)
Index("replica_chunk_time", CHUNK.c.collector, CHUNK.c.stream_id, CHUNK.c.t_last)
Index(
    "replica_pyramid_place", PYRAMID.c.collector, PYRAMID.c.stream_id, PYRAMID.c.level, PYRAMID.c.first_row,
    unique=True,
)  # fmt: skip
Index("replica_pyramid_time", PYRAMID.c.collector, PYRAMID.c.stream_id, PYRAMID.c.level, PYRAMID.c.t_last)
Index("replica_recording_cell", RECORDING.c.cell_id, RECORDING.c.started_ns)
Index("replica_gap_cell", GAP.c.cell_id, GAP.c.end_ns)
Index("replica_note_time", NOTE.c.kind, NOTE.c.t_ns)

_SHOWN = (RECORDING, STREAM, CHANNEL, ANCHOR, GAP, ACCOUNT, CHUNK, BLOCK, PYRAMID, PYRAMID_BLOCK, TAIL)


def _view(table: Table) -> str:
    name = table.name.removeprefix("replica_")
    columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "collector")
    where = "collector = current_setting('center.collector')"
    return f"CREATE VIEW replica.{name} AS SELECT {columns} FROM public.{table.name} WHERE {where}"


_MINE = "collector = current_setting('center.collector')"
VIEWS = (
    "CREATE SCHEMA replica",
    *(_view(table) for table in _SHOWN),
    "CREATE VIEW replica.raw_segment AS SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last,"
    " records, digest, data, mod(recording_id, 100000000000) * 10000000 + ordinal AS id FROM public.replica_segment"
    f" WHERE {_MINE}",
    "CREATE VIEW replica.raw_tail AS SELECT * FROM replica.raw_segment WHERE false",
    "CREATE VIEW replica.alarm_state AS SELECT CAST(key AS bigint) AS rule_id, body FROM public.replica_note"
    f" WHERE kind = 'alarm' AND {_MINE}",
    "CREATE VIEW replica.port_health AS SELECT CAST(key AS bigint) AS cell_id, t_ns, body FROM public.replica_note"
    f" WHERE kind = 'health' AND {_MINE}",
    "CREATE VIEW replica.run_interval AS SELECT key, CAST(CAST(body AS jsonb) ->> 'start_ns' AS bigint) AS start_ns,"
    " CAST(CAST(body AS jsonb) ->> 'end_ns' AS bigint) AS end_ns,"
    " CAST(CAST(body AS jsonb) ->> 'cell_id' AS bigint) AS cell_id,"
    " CAST(CAST(body AS jsonb) ->> 'machine_id' AS bigint) AS machine_id, body FROM public.replica_note"
    f" WHERE kind = 'interval' AND {_MINE}",
)
ddl(postgresql=VIEWS)
