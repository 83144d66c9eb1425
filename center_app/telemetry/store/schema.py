"""Tables of a collector's own SQLite files.

`collector.db` (kept for ever): runs, recordings, streams, channels, anchors, gaps, accounts, day files,
chain heads, pyramid levels from x256 up. `<UTC day>.db` (deleted whole by retention): raw log, chunks,
x16 pyramid, tails. Ids of blocks are (id of their chunk << 10) | slot; slot 0 is the time column.
"""

from __future__ import annotations

from typing import Final

FORMAT: Final = 1
PAGE_BYTES: Final = 8192
SLOT_BITS: Final = 10

_PYRAMID: Final = (
    """CREATE TABLE IF NOT EXISTS pyramid (
        id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, level INTEGER NOT NULL, first_row INTEGER NOT NULL,
        rows INTEGER NOT NULL, buckets INTEGER NOT NULL, t_first INTEGER NOT NULL, t_last INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS pyramid_time ON pyramid (stream_id, level, t_last)",
    """CREATE TABLE IF NOT EXISTS pyramid_block (
        id INTEGER PRIMARY KEY, dtype TEXT NOT NULL, low_codec TEXT NOT NULL, low BLOB NOT NULL,
        high_codec TEXT NOT NULL, high BLOB NOT NULL, good_codec TEXT, good BLOB)""",
)

LEDGER: Final = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS run (
        id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
        started_wall_ns INTEGER NOT NULL, started_boot_ns INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS recording (
        id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run (id), cell_id INTEGER NOT NULL,
        profile_id TEXT NOT NULL, profile_version INTEGER NOT NULL, params TEXT NOT NULL, line TEXT NOT NULL,
        port TEXT NOT NULL, started_ns INTEGER NOT NULL, ended_ns INTEGER, ended_by TEXT NOT NULL DEFAULT '',
        first_ns INTEGER, last_ns INTEGER)""",
    "CREATE INDEX IF NOT EXISTS recording_cell ON recording (cell_id, started_ns)",
    """CREATE TABLE IF NOT EXISTS stream (
        id INTEGER PRIMARY KEY, recording_id INTEGER NOT NULL REFERENCES recording (id), key TEXT NOT NULL,
        rate_hz REAL, tick_ns INTEGER, tick_bits INTEGER NOT NULL, rows INTEGER NOT NULL DEFAULT 0,
        UNIQUE (recording_id, key))""",
    """CREATE TABLE IF NOT EXISTS channel (
        stream_id INTEGER NOT NULL REFERENCES stream (id), slot INTEGER NOT NULL, key TEXT NOT NULL,
        label TEXT NOT NULL, unit TEXT NOT NULL, dtype TEXT NOT NULL, scale REAL NOT NULL, offset REAL NOT NULL,
        low REAL, high REAL, states TEXT, grp TEXT NOT NULL, PRIMARY KEY (stream_id, slot)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS anchor (
        id INTEGER PRIMARY KEY, recording_id INTEGER NOT NULL, t_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,
        reason TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS anchor_recording ON anchor (recording_id, t_ns)",
    """CREATE TABLE IF NOT EXISTS gap (
        id INTEGER PRIMARY KEY, recording_id INTEGER NOT NULL, cell_id INTEGER NOT NULL, start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL, reason TEXT NOT NULL, bytes_lost INTEGER, samples_lost INTEGER)""",
    "CREATE INDEX IF NOT EXISTS gap_cell ON gap (cell_id, end_ns)",
    "CREATE TABLE IF NOT EXISTS account (recording_id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS day (
        name TEXT PRIMARY KEY, day INTEGER NOT NULL, t_first INTEGER, t_last INTEGER,
        sealed INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE IF NOT EXISTS head (
        recording_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, ordinal INTEGER NOT NULL,
        digest BLOB NOT NULL, PRIMARY KEY (recording_id, kind, name)) WITHOUT ROWID""",
    *_PYRAMID,
)

DAY: Final = (
    """CREATE TABLE IF NOT EXISTS raw_segment (
        id INTEGER PRIMARY KEY, recording_id INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        first_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, t_first INTEGER NOT NULL,
        t_last INTEGER NOT NULL, records INTEGER NOT NULL, digest BLOB NOT NULL, data BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS raw_segment_ordinal ON raw_segment (recording_id, ordinal)",
    """CREATE TABLE IF NOT EXISTS raw_tail (
        id INTEGER PRIMARY KEY, recording_id INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        first_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, t_first INTEGER NOT NULL,
        t_last INTEGER NOT NULL, records INTEGER NOT NULL, data BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS chunk (
        id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, recording_id INTEGER NOT NULL, ordinal INTEGER NOT NULL,
        first_row INTEGER NOT NULL, rows INTEGER NOT NULL, t_first INTEGER NOT NULL, t_last INTEGER NOT NULL,
        step INTEGER NOT NULL, segment INTEGER NOT NULL, raw_from INTEGER NOT NULL, raw_to INTEGER NOT NULL,
        profile_version INTEGER NOT NULL, digest BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS chunk_time ON chunk (stream_id, t_last)",
    "CREATE UNIQUE INDEX IF NOT EXISTS chunk_ordinal ON chunk (recording_id, ordinal)",
    """CREATE TABLE IF NOT EXISTS block (
        id INTEGER PRIMARY KEY, codec TEXT NOT NULL, dtype TEXT NOT NULL, good INTEGER NOT NULL, low, high, total,
        first, last, data BLOB NOT NULL, quality BLOB)""",
    """CREATE TABLE IF NOT EXISTS tail (
        id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
        t_last INTEGER NOT NULL, raw_from INTEGER NOT NULL, raw_to INTEGER NOT NULL, times BLOB NOT NULL,
        data BLOB NOT NULL, quality BLOB)""",
    "CREATE INDEX IF NOT EXISTS tail_stream ON tail (stream_id, first_row)",
    "CREATE TABLE IF NOT EXISTS account (recording_id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    *_PYRAMID,
)
