"""One channel of one recording: its levels, chunks and tail merged, and single figures of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from center_app.core.db import Connection
from center_app.telemetry.store.archive import DayRef
from center_app.telemetry.store.source import FAR, FIRST_KEPT_LEVEL, Piece, Source

Array = NDArray[Any]
_TAIL_NS = 120_000_000_000


class Series(Source):
    """Merge what is stored of one channel of one recording."""

    def collect(
        self, level: int, t0_ns: int, t1_ns: int, is_wide: Callable[[Piece], Array] | None = None
    ) -> list[Piece]:
        """Return entries of at most `level` that touch [t0, t1), by rows, none twice.

        What a level has not sealed yet comes from finer levels, chunks and the tail; what retention took
        comes from the coarser levels that are kept. Entries that `is_wide` marks are split into finer ones.
        """
        pieces = self._from_level(level, t0_ns, t1_ns)
        if level < FIRST_KEPT_LEVEL and self.archive.has_deleted(t0_ns, t1_ns):
            pieces = self._fill_holes(pieces, t0_ns, t1_ns)
        if is_wide is None:
            return pieces
        return [part for piece in pieces for part in self._split(piece, is_wide)]

    def _from_level(self, level: int, t0_ns: int, t1_ns: int) -> list[Piece]:
        pieces: list[Piece] = []
        row, start_ns = 0, t0_ns
        for current in range(level, -1, -1):
            for piece in self.fetch(current, start_ns, t1_ns, row, FAR):
                pieces.append(piece)
                row, start_ns = piece.end_row, max(start_ns, int(piece.t_last[-1]))
            if pieces and pieces[-1].t_last[-1] >= t1_ns:
                return pieces
        pieces.extend(self.tail(t0_ns, t1_ns, row))
        return pieces

    def _fill_holes(self, pieces: list[Piece], t0_ns: int, t1_ns: int) -> list[Piece]:
        coarse = list(self.fetch(FIRST_KEPT_LEVEL, t0_ns, t1_ns, 0, FAR))
        if not coarse:
            return pieces
        filled = list(pieces)
        row = coarse[0].first_row
        ends = [(piece.first_row, piece.end_row) for piece in sorted(pieces, key=lambda piece: piece.first_row)]
        for first_row, end_row in [*ends, (coarse[-1].end_row, coarse[-1].end_row)]:
            if first_row > row:
                filled.extend(part for piece in coarse if len(part := piece.in_rows(row, first_row)))
            row = max(row, end_row)
        return sorted(filled, key=lambda piece: piece.first_row)

    def _split(self, piece: Piece, is_wide: Callable[[Piece], Array]) -> Iterator[Piece]:
        wide = is_wide(piece) if piece.level else np.zeros(len(piece), dtype=bool)
        if not wide.any():
            yield piece
            return
        edges = np.flatnonzero(np.diff(wide, prepend=~wide[:1], append=~wide[-1:]))
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            part = piece.slice(start, stop)
            finer = self._finer(part) if wide[start] else []
            if finer:
                for found in finer:
                    yield from self._split(found, is_wide)
            else:
                yield part

    def _finer(self, part: Piece) -> list[Piece]:
        """Return the entries one level finer for the rows of a part; none where they are gone."""
        found = list(
            self.fetch(part.level - 1, int(part.t_first[0]), int(part.t_last[-1]) + 1, part.first_row, part.end_row)
        )
        return found if sum(piece.end_row - piece.first_row for piece in found) == part.end_row - part.first_row else []

    def last_before(self, until_ns: int) -> float | None:
        """Return the last good scaled value before a time; None when the newest day holds none."""
        for piece in self.tail(min(until_ns, self.last_ns) - _TAIL_NS, until_ns, 0):
            good = np.flatnonzero(piece.good)
            if len(good):
                return float(self.scaled(piece.low[good[-1:]])[0])
        for day in reversed(self.archive.days(self.first_ns, until_ns)):
            pieces = list(self._newest_chunk(day, until_ns))
            for piece in pieces:
                good = np.flatnonzero(piece.good)
                return float(self.scaled(piece.low[good[-1:]])[0]) if len(good) else None
        return None

    def _newest_chunk(self, day: DayRef, until_ns: int) -> Iterator[Piece]:
        file = self.archive.open_day(day)
        row = file.execute(
            "SELECT t_last FROM chunk WHERE stream_id = ? AND t_last < ? ORDER BY t_last DESC LIMIT 1",
            (self.stream_id, until_ns),
        ).fetchone()
        start = row[0] if row else self.first_ns
        found = list(self.chunks(file, day.name, 0, start, until_ns, 0, FAR))
        yield from found[-1:]

    def row_at(self, t_ns: int) -> float:
        """Estimate how many rows lie before a time, from the blocks of the lowest kept level."""
        with self.archive.snapshot() as ledger:
            blocks = self.archive.ask(
                ledger,
                "SELECT first_row, rows, t_first, t_last FROM pyramid WHERE stream_id = ? AND level = ?"
                " AND t_last >= ? ORDER BY t_last LIMIT 1",
                (self.stream_id, FIRST_KEPT_LEVEL, t_ns),
            )
            block = blocks[0] if blocks else self._open_part(ledger)
        first_row, rows, t_first, t_last = block
        return float(first_row + rows * min(1.0, max(0.0, (t_ns - t_first) / max(1, t_last - t_first))))

    def _open_part(self, ledger: Connection) -> tuple[int, int, int, int]:
        ends = self.archive.ask(
            ledger,
            "SELECT first_row + rows, t_last FROM pyramid WHERE stream_id = ? AND level = ?"
            " ORDER BY t_last DESC LIMIT 1",
            (self.stream_id, FIRST_KEPT_LEVEL),
        )
        end = ends[0] if ends else (0, self.first_ns)
        return end[0], max(1, self.rows - end[0]), end[1], max(self.last_ns, end[1] + 1)
