"""Write tables for other programs: CSV (RFC 4180) and XLSX, safe against formulas in users' texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

Value = str | int | Decimal | date | datetime | None
_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: a leading sign gets an apostrophe before it."""
    return "'" + text if text.lstrip(" ").startswith(_STARTS) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Value]], bom: bool = True) -> bytes:
    """Return a CSV file in UTF-8 (with a byte order mark, so that Excel reads Chinese), lines end in CR LF."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_text(title) for title in header])
    writer.writerows([[_plain(value) for value in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class SheetColumn:
    """Describe a column of a workbook: title, width in characters, number format (Excel's notation)."""

    title: str
    width: float = 14.0
    form: str = ""


@dataclass(frozen=True)
class SheetTable:
    """Hold one sheet: its name (at most 31 characters), columns, rows; `total` draws the last row bold."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]]
    total: bool = False


def write_xlsx(target: Path, sheets: Sequence[SheetTable], made_at: datetime, title: str = "") -> None:
    """Write a workbook; texts are never formulas, amounts stay numbers, the same input gives the same bytes."""
    import xlsxwriter

    part = target.with_suffix(".part")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "constant_memory": True, "remove_timezone": True}  # fmt: skip
    with xlsxwriter.Workbook(str(part), options) as book:
        book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
        for sheet in sheets:
            _write_sheet(book, sheet)
    part.replace(target)


def _write_sheet(book: Any, table: SheetTable) -> None:
    sheet = book.add_worksheet(_sheet_name(table.name))
    look = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "font_name": "Noto Sans SC"}
    head = book.add_format(look)
    sheet.freeze_panes(1, 0)
    for i, column in enumerate(table.columns):
        sheet.set_column(i, i, column.width)
        sheet.write_string(0, i, column.title, head)
    plain = [_form(book, column, False) for column in table.columns]
    bold = [_form(book, column, True) for column in table.columns]
    last = len(table.rows) - 1 if table.total else -1
    for number, row in enumerate(table.rows):
        forms = bold if number == last else plain
        for i, value in enumerate(row):
            _write(sheet, number + 1, i, value, forms[i])
    if table.rows and not table.total:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _form(book: Any, column: SheetColumn, bold: bool) -> Any:
    look: dict[str, object] = {"font_name": "Noto Sans SC", "valign": "top"}
    if column.form:
        look["num_format"] = column.form
    if bold:
        look |= {"bold": True, "top": 1}
    return book.add_format(look)


def _write(sheet: Any, row: int, column: int, value: Value, form: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, form)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), form)
    else:
        sheet.write_number(row, column, value, form)


def _sheet_name(name: str) -> str:
    cleaned = "".join(" " if char in "[]:*?/\\'" else char for char in name).strip()
    return cleaned[:31] or "Sheet"
