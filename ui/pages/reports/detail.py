"""What lies behind one row: the curve of its runs and the first raw bytes, read on the window lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from center_app.core.errors import CenterError
from center_app.grants import evidence
from center_app.grants.reports.values import EvidenceRow, IntervalRow
from center_app.telemetry.store.values import Window
from ui.kit.recorded import Doors, to_ns

COLUMNS = 200
HEAD_BYTES = 32


@dataclass(frozen=True)
class RunDetail:
    """Show the recording of a use: a window over its runs, their spans (ns), bytes received, the first of them."""

    recording_id: str
    window: Window | None
    spans: tuple[tuple[int, int], ...]
    size_bytes: int
    head: bytes
    sha256: str
    problem: CenterError | None = None


@dataclass(frozen=True)
class FileDetail:
    """Show a stored file of evidence: its first bytes; None when it is gone."""

    row: EvidenceRow
    head: bytes | None


def run_detail(doors: Doors, pieces: Sequence[IntervalRow]) -> RunDetail:
    """Read curve and bytes of the measured pieces of a use (window lane); what is missing is named."""
    first, last = pieces[0], pieces[-1]
    spans = tuple((to_ns(piece.start_at), to_ns(piece.end_at)) for piece in pieces)
    start, end = spans[0][0], spans[-1][1]
    room = max(1_000_000_000, (end - start) // 12)
    reader = doors.open_reader()
    size = last.raw_to - first.raw_from
    try:
        window = reader.window(first.cell_id, first.stream, first.channel, start - room, end + room, COLUMNS)
        head = b"".join(
            record.data[max(0, first.raw_from - record.offset) :]
            for record in reader.raw(
                int(first.recording_id), first.raw_from, first.raw_from + HEAD_BYTES,
                t0_ns=first.run_start_ns - 3_600_000_000_000, t1_ns=first.run_start_ns + 3_600_000_000_000,
            )
            if record.direction == 0
        )  # fmt: skip
    except CenterError as error:
        return RunDetail(first.recording_id, None, spans, size, b"", first.raw_sha256, error)
    return RunDetail(first.recording_id, window, spans, size, head[:HEAD_BYTES], first.raw_sha256)


def file_details(folder: Path, rows: Sequence[EvidenceRow]) -> tuple[FileDetail, ...]:
    """Read the first bytes of stored files (window lane)."""
    return tuple(FileDetail(row, _head(evidence.path_of(folder, row.sha256))) for row in rows)


def _head(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return None


def hex_lines(data: bytes, width: int = 8) -> list[str]:
    """Write bytes as lines of hex in groups of four."""
    lines = []
    for at in range(0, len(data), width):
        part = data[at : at + width].hex()
        lines.append(" ".join(part[n : n + 8] for n in range(0, len(part), 8)))
    return lines
