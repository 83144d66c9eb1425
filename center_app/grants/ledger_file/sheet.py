"""Read a CSV file as people save it: UTF-8 with or without mark, UTF-16 or GB18030; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from center_app.core.errors import PersonError, declare
from center_app.grants.errors import FILE_EMPTY, FILE_MISSING, FILE_TOO_BIG

MOST_ROWS = 100_000
MOST_BYTES = 64 * 1024 * 1024
MOST_COLUMNS = 100
MOST_CELL = 4_000

TOO_MANY_ROWS = declare(
    "ledger.too_many_rows", "{name} has more than {limit} rows.", "Split the file into parts, such as one a year."
)
NOT_TEXT = declare(
    "ledger.not_text",
    "{name} is not a text file that this program can read (line {line}).",
    "Save it as CSV in UTF-8 or GB18030.",
)
BROKEN_QUOTES = declare(
    "ledger.broken_quotes",
    "{name} cannot be read from line {line} on: a quotation mark is not closed or a cell is too long.",
    "Correct that line, or save the file as CSV again.",
)


@dataclass(frozen=True)
class SheetRow:
    """Hold one row: the line where it begins in the file, and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """Hold a file as read: name, SHA-256, how it was written, the header and the rows below it."""

    name: str
    sha256: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]

    def column(self, index: int) -> list[str]:
        """Return the cells of a column; missing ones are empty."""
        return [row.cells[index] if index < len(row.cells) else "" for row in self.rows]


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file; raises PersonError with the line where it cannot be read."""
    data = _bytes(path)
    encoding, text = _decoded(data, path.name)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter, path.name)
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if len(filled) < 2:
        raise PersonError(FILE_EMPTY, name=path.name)
    header = tuple(cell.strip() for cell in filled[0].cells)
    return Sheet(path.name, hashlib.sha256(data).hexdigest(), encoding, delimiter, header, tuple(filled[1:]))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PersonError(FILE_MISSING, name=path.name, detail=error.strerror or str(error)) from error
    if len(data) > MOST_BYTES:
        raise PersonError(FILE_TOO_BIG, name=path.name, size="> 64 MiB", limit="64 MiB")
    return data


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """Return the encoding and the text; GB18030 only when the bytes are not UTF-8."""
    if data.startswith(codecs.BOM_UTF16_LE) or data.startswith(codecs.BOM_UTF16_BE):
        order = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        order = ["utf-8-sig"]
    else:
        order = ["utf-8", "gb18030"]
    bad_at = 0
    for encoding in order:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            bad_at = error.start
            continue
        if "\0" in text:
            bad_at = len(text[: text.index("\0")].encode(encoding))
            break
        return encoding, text
    raise PersonError(NOT_TEXT, name=name, line=data[:bad_at].count(b"\n") + 1)


def _delimiter(text: str) -> str:
    """Choose the separator that the first lines agree on: the most columns, the same in most lines."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    scores = {mark: _score(lines, mark) for mark in (";", "\t", ",")}
    return max(scores, key=lambda mark: scores[mark])


def _score(lines: list[str], mark: str) -> tuple[float, int]:
    counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
    if not counts or counts[0] == 1:
        return (0.0, 0)
    same = sum(count == counts[0] for count in counts) / len(counts)
    return (same, counts[0])


def _rows(text: str, delimiter: str, name: str) -> list[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[SheetRow] = []
    line = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in cells):
                raise PersonError(BROKEN_QUOTES, name=name, line=line)
            rows.append(SheetRow(line, tuple(cells)))
            line = reader.line_num + 1
            if len(rows) > MOST_ROWS + 1:
                raise PersonError(TOO_MANY_ROWS, name=name, limit=MOST_ROWS)
    except csv.Error as error:
        raise PersonError(BROKEN_QUOTES, name=name, line=line) from error
    return rows
