"""Write a recording as HDF5: a group for each stream, a dataset for each channel with its unit, scale and quality.

`/stream/t_ns` int64 (n,), `/stream/<channel>` float64 (n,) scaled, NaN where nothing sound was measured,
`/stream/quality` uint8 (channels, n), `/gaps` (start_ns, end_ns) int64 (g, 2); the facts stand as JSON in the root.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from center_app.telemetry.exchange.table import QUALITY_WORDS, Table
from center_app.telemetry.exchange.values import Batch, Progress, StreamTable

CHUNK_ROWS = 4096
_PACKED = {"compression": "gzip", "compression_opts": 4, "shuffle": True}


def write_hdf5(table: Table, part: Path, progress: Progress) -> int | None:
    """Write the table to `part`; return the number of rows, None when cancelled."""
    import h5py

    rows = 0
    with h5py.File(part, "w") as file:
        _root(file, table)
        groups = {stream.key: _group(file, stream, table.options.language) for stream in table.streams}
        for batches in table.batches(progress):
            for batch in batches:
                _append(groups[batch.stream.key], batch)
                rows += batch.rows
    return None if table.is_cancelled else rows


def _root(file: Any, table: Table) -> None:
    facts = table.facts()
    file.attrs["center_desk"] = table.facts_text()
    file.attrs["time_base"] = facts["time_base"]
    file.attrs["quality"] = [f"{mark}: {word}" for mark, word in QUALITY_WORDS.items()]
    gaps = np.array([(gap["start_ns"], gap["end_ns"]) for gap in facts["gaps"]], np.int64).reshape(-1, 2)
    file.create_dataset("gaps", data=gaps)


def _group(file: Any, stream: StreamTable, language: str) -> Any:
    group = file.create_group(stream.key)
    _growing(group, "t_ns", "i8").attrs["unit"] = "ns since 1970-01-01 UTC"
    for view in stream.channels:
        dataset = _growing(group, view.channel, "f8")
        dataset.attrs["unit"] = view.unit
        dataset.attrs["label"] = view.label.get(language) or view.label.get("en", "")
        for number, word in (view.states or {}).items():
            dataset.attrs[f"state {number}"] = word
    group.create_dataset(
        "quality", (len(stream.channels), 0), "u1", maxshape=(len(stream.channels), None),
        chunks=(1, CHUNK_ROWS), **_PACKED,
    )  # fmt: skip
    return group


def _growing(group: Any, name: str, dtype: str) -> Any:
    return group.create_dataset(name, (0,), dtype, maxshape=(None,), chunks=(CHUNK_ROWS,), **_PACKED)


def _append(group: Any, batch: Batch) -> None:
    start = len(group["t_ns"])
    stop = start + batch.rows
    for name, values in (
        ("t_ns", batch.t_ns),
        *((view.channel, row) for view, row in zip(batch.stream.channels, batch.values, strict=True)),
    ):
        group[name].resize((stop,))
        group[name][start:stop] = values
    group["quality"].resize((len(batch.stream.channels), stop))
    group["quality"][:, start:stop] = batch.quality
