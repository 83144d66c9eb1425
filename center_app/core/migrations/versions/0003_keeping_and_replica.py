"""Rules by which recordings go; recordings replicated to the server."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE = [
    r"""CREATE TABLE replica_account (
    collector VARCHAR NOT NULL,
    recording_id BIGINT NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (collector, recording_id)
)""",
    r"""CREATE TABLE replica_anchor (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    t_ns BIGINT NOT NULL,
    wall_ns BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_block (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    codec VARCHAR NOT NULL,
    dtype VARCHAR NOT NULL,
    good BIGINT NOT NULL,
    figures VARCHAR NOT NULL,
    data BLOB NOT NULL,
    quality BLOB,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_channel (
    collector VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    "key" VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    dtype VARCHAR NOT NULL,
    scale FLOAT NOT NULL,
    "offset" FLOAT NOT NULL,
    low FLOAT,
    high FLOAT,
    states VARCHAR,
    grp VARCHAR NOT NULL,
    PRIMARY KEY (collector, stream_id, slot)
)""",
    r"""CREATE TABLE replica_chunk (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    stream_id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    step BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    raw_from BIGINT NOT NULL,
    raw_to BIGINT NOT NULL,
    profile_version BIGINT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE UNIQUE INDEX replica_chunk_link ON replica_chunk (collector, recording_id, ordinal)""",
    r"""CREATE INDEX replica_chunk_time ON replica_chunk (collector, stream_id, t_last)""",
    r"""CREATE TABLE replica_gap (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    cell_id BIGINT NOT NULL,
    start_ns BIGINT NOT NULL,
    end_ns BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    bytes_lost BIGINT,
    samples_lost BIGINT,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE INDEX replica_gap_cell ON replica_gap (cell_id, end_ns)""",
    r"""CREATE TABLE replica_mark (
    collector VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (collector, name)
)""",
    r"""CREATE TABLE replica_note (
    collector VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    t_ns BIGINT NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (collector, kind, "key")
)""",
    r"""CREATE INDEX replica_note_time ON replica_note (kind, t_ns)""",
    r"""CREATE TABLE replica_pyramid (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    stream_id BIGINT NOT NULL,
    level BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    buckets BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE UNIQUE INDEX replica_pyramid_place ON replica_pyramid (collector, stream_id, level, first_row)""",
    r"""CREATE INDEX replica_pyramid_time ON replica_pyramid (collector, stream_id, level, t_last)""",
    r"""CREATE TABLE replica_pyramid_block (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    dtype VARCHAR NOT NULL,
    low_codec VARCHAR NOT NULL,
    low BLOB NOT NULL,
    high_codec VARCHAR NOT NULL,
    high BLOB NOT NULL,
    good_codec VARCHAR,
    good BLOB,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_recording (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    cell_id BIGINT NOT NULL,
    profile_id VARCHAR NOT NULL,
    profile_version BIGINT NOT NULL,
    params VARCHAR NOT NULL,
    line VARCHAR NOT NULL,
    port VARCHAR NOT NULL,
    started_ns BIGINT NOT NULL,
    ended_ns BIGINT,
    ended_by VARCHAR NOT NULL,
    first_ns BIGINT,
    last_ns BIGINT,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE INDEX replica_recording_cell ON replica_recording (cell_id, started_ns)""",
    r"""CREATE TABLE replica_segment (
    collector VARCHAR NOT NULL,
    recording_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    first_offset BIGINT NOT NULL,
    end_offset BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    records BIGINT NOT NULL,
    digest BLOB NOT NULL,
    data BLOB,
    PRIMARY KEY (collector, recording_id, ordinal)
)""",
    r"""CREATE TABLE replica_stream (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    "key" VARCHAR NOT NULL,
    rate_hz FLOAT,
    tick_ns BIGINT,
    tick_bits BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_tail (
    collector VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows INTEGER NOT NULL,
    t_last BIGINT NOT NULL,
    raw_from BIGINT NOT NULL,
    raw_to BIGINT NOT NULL,
    times BLOB NOT NULL,
    data BLOB NOT NULL,
    quality BLOB,
    PRIMARY KEY (collector, stream_id, first_row)
)""",
    r"""CREATE TABLE retention_rule (
    cell_id INTEGER NOT NULL,
    raw_days INTEGER,
    chunk_months INTEGER,
    PRIMARY KEY (cell_id)
)""",
]
POSTGRESQL = [
    r"""CREATE TABLE replica_account (
    collector VARCHAR NOT NULL,
    recording_id BIGINT NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (collector, recording_id)
)""",
    r"""CREATE TABLE replica_anchor (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    t_ns BIGINT NOT NULL,
    wall_ns BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_block (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    codec VARCHAR NOT NULL,
    dtype VARCHAR NOT NULL,
    good BIGINT NOT NULL,
    figures VARCHAR NOT NULL,
    data BYTEA NOT NULL,
    quality BYTEA,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_channel (
    collector VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    key VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    dtype VARCHAR NOT NULL,
    scale FLOAT NOT NULL,
    "offset" FLOAT NOT NULL,
    low FLOAT,
    high FLOAT,
    states VARCHAR,
    grp VARCHAR NOT NULL,
    PRIMARY KEY (collector, stream_id, slot)
)""",
    r"""CREATE TABLE replica_chunk (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    stream_id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    step BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    raw_from BIGINT NOT NULL,
    raw_to BIGINT NOT NULL,
    profile_version BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE UNIQUE INDEX replica_chunk_link ON replica_chunk (collector, recording_id, ordinal)""",
    r"""CREATE INDEX replica_chunk_time ON replica_chunk (collector, stream_id, t_last)""",
    r"""CREATE TABLE replica_gap (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    cell_id BIGINT NOT NULL,
    start_ns BIGINT NOT NULL,
    end_ns BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    bytes_lost BIGINT,
    samples_lost BIGINT,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE INDEX replica_gap_cell ON replica_gap (cell_id, end_ns)""",
    r"""CREATE TABLE replica_mark (
    collector VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (collector, name)
)""",
    r"""CREATE TABLE replica_note (
    collector VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    t_ns BIGINT NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (collector, kind, key)
)""",
    r"""CREATE INDEX replica_note_time ON replica_note (kind, t_ns)""",
    r"""CREATE TABLE replica_pyramid (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    stream_id BIGINT NOT NULL,
    level BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    buckets BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE UNIQUE INDEX replica_pyramid_place ON replica_pyramid (collector, stream_id, level, first_row)""",
    r"""CREATE INDEX replica_pyramid_time ON replica_pyramid (collector, stream_id, level, t_last)""",
    r"""CREATE TABLE replica_pyramid_block (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    dtype VARCHAR NOT NULL,
    low_codec VARCHAR NOT NULL,
    low BYTEA NOT NULL,
    high_codec VARCHAR NOT NULL,
    high BYTEA NOT NULL,
    good_codec VARCHAR,
    good BYTEA,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_recording (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    cell_id BIGINT NOT NULL,
    profile_id VARCHAR NOT NULL,
    profile_version BIGINT NOT NULL,
    params VARCHAR NOT NULL,
    line VARCHAR NOT NULL,
    port VARCHAR NOT NULL,
    started_ns BIGINT NOT NULL,
    ended_ns BIGINT,
    ended_by VARCHAR NOT NULL,
    first_ns BIGINT,
    last_ns BIGINT,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE INDEX replica_recording_cell ON replica_recording (cell_id, started_ns)""",
    r"""CREATE TABLE replica_segment (
    collector VARCHAR NOT NULL,
    recording_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    first_offset BIGINT NOT NULL,
    end_offset BIGINT NOT NULL,
    t_first BIGINT NOT NULL,
    t_last BIGINT NOT NULL,
    records BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    data BYTEA,
    PRIMARY KEY (collector, recording_id, ordinal)
)""",
    r"""CREATE TABLE replica_stream (
    collector VARCHAR NOT NULL,
    id BIGINT NOT NULL,
    recording_id BIGINT NOT NULL,
    key VARCHAR NOT NULL,
    rate_hz FLOAT,
    tick_ns BIGINT,
    tick_bits BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (collector, id)
)""",
    r"""CREATE TABLE replica_tail (
    collector VARCHAR NOT NULL,
    stream_id BIGINT NOT NULL,
    first_row BIGINT NOT NULL,
    rows INTEGER NOT NULL,
    t_last BIGINT NOT NULL,
    raw_from BIGINT NOT NULL,
    raw_to BIGINT NOT NULL,
    times BYTEA NOT NULL,
    data BYTEA NOT NULL,
    quality BYTEA,
    PRIMARY KEY (collector, stream_id, first_row)
)""",
    r"""CREATE TABLE retention_rule (
    cell_id INTEGER NOT NULL,
    raw_days INTEGER,
    chunk_months INTEGER,
    PRIMARY KEY (cell_id)
)""",
    r"""CREATE SCHEMA replica""",
    r"""CREATE VIEW replica.recording AS SELECT "id", "run_id", "cell_id", "profile_id", "profile_version", "params", "line", "port", "started_ns", "ended_ns", "ended_by", "first_ns", "last_ns" FROM public.replica_recording WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.stream AS SELECT "id", "recording_id", "key", "rate_hz", "tick_ns", "tick_bits", "rows" FROM public.replica_stream WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.channel AS SELECT "stream_id", "slot", "key", "label", "unit", "dtype", "scale", "offset", "low", "high", "states", "grp" FROM public.replica_channel WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.anchor AS SELECT "id", "recording_id", "t_ns", "wall_ns", "reason" FROM public.replica_anchor WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.gap AS SELECT "id", "recording_id", "cell_id", "start_ns", "end_ns", "reason", "bytes_lost", "samples_lost" FROM public.replica_gap WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.account AS SELECT "recording_id", "body" FROM public.replica_account WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.chunk AS SELECT "id", "stream_id", "recording_id", "ordinal", "first_row", "rows", "t_first", "t_last", "step", "segment", "raw_from", "raw_to", "profile_version", "digest" FROM public.replica_chunk WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.block AS SELECT "id", "codec", "dtype", "good", "figures", "data", "quality" FROM public.replica_block WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.pyramid AS SELECT "id", "stream_id", "level", "first_row", "rows", "buckets", "t_first", "t_last" FROM public.replica_pyramid WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.pyramid_block AS SELECT "id", "dtype", "low_codec", "low", "high_codec", "high", "good_codec", "good" FROM public.replica_pyramid_block WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.tail AS SELECT "stream_id", "first_row", "rows", "t_last", "raw_from", "raw_to", "times", "data", "quality" FROM public.replica_tail WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.raw_segment AS SELECT recording_id, ordinal, first_offset, end_offset, t_first, t_last, records, digest, data, mod(recording_id, 100000000000) * 10000000 + ordinal AS id FROM public.replica_segment WHERE collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.raw_tail AS SELECT * FROM replica.raw_segment WHERE false""",
    r"""CREATE VIEW replica.alarm_state AS SELECT CAST(key AS bigint) AS rule_id, body FROM public.replica_note WHERE kind = 'alarm' AND collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.port_health AS SELECT CAST(key AS bigint) AS cell_id, t_ns, body FROM public.replica_note WHERE kind = 'health' AND collector = current_setting('center.collector')""",
    r"""CREATE VIEW replica.run_interval AS SELECT key, CAST(CAST(body AS jsonb) ->> 'start_ns' AS bigint) AS start_ns, CAST(CAST(body AS jsonb) ->> 'end_ns' AS bigint) AS end_ns, CAST(CAST(body AS jsonb) ->> 'cell_id' AS bigint) AS cell_id, CAST(CAST(body AS jsonb) ->> 'machine_id' AS bigint) AS machine_id, body FROM public.replica_note WHERE kind = 'interval' AND collector = current_setting('center.collector')""",
]


def upgrade() -> None:
    """Add the tables, on PostgreSQL also the views that show one collector."""
    link = op.get_bind()
    for statement in SQLITE if link.dialect.name == "sqlite" else POSTGRESQL:
        link.exec_driver_sql(statement)
