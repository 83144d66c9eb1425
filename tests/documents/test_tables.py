"""CSV and XLSX: users' texts are never formulas, amounts stay numbers, same input, same bytes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from center_app.documents.tables import SheetColumn, SheetTable, csv_bytes, safe_text, write_xlsx

MADE = datetime(2026, 6, 18, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "  =HYPERLINK(1)", "\t=1"])
def test_formula_like_text_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == "'" + text


def test_csv_reads_back() -> None:
    data = csv_bytes(("供应商", "amount"), [("=cmd|'/c'!A1", Decimal("1234.50")), ('quote"and,comma', -5)])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["供应商", "amount"], ["'=cmd|'/c'!A1", "1234.50"], ['quote"and,comma', "-5"]]


def _book(folder: Path, name: str) -> Path:
    columns = (SheetColumn("No."), SheetColumn("Day", form="yyyy-mm-dd"), SheetColumn("Amount", form="#,##0.00"))
    rows = [("=1+1", date(2026, 5, 31), Decimal("86400.00")), ("http://example.org", None, Decimal("-1.50"))]
    path = folder / name
    write_xlsx(path, [SheetTable("Costs: [2026]/?", columns, rows)], MADE, "Costs")
    return path


def test_workbook_keeps_texts_and_numbers(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(_book(tmp_path, "a.xlsx")).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["C2"].value == 86400
    assert sheet["B2"].value == datetime(2026, 5, 31)
    assert sheet["A3"].hyperlink is None
    assert sheet.title == "Costs   2026"


def test_same_workbook_same_bytes(tmp_path: Path) -> None:
    assert _book(tmp_path, "a.xlsx").read_bytes() == _book(tmp_path, "b.xlsx").read_bytes()
