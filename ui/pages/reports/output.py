"""Paper and tables that leave the program: print, save a copy, a workbook of figures, costs and machine use."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from center_app.core.money import minor_digits
from center_app.grants.reports.values import Figure, Kind, Snapshot
from ui.kit.words import _
from ui.pages.reports import pdf
from ui.pages.reports.data import Document
from ui.pages.reports.origin import HOUR_US, describe

DOTS_PER_INCH = 300
Report = Callable[..., None]


def make_printer() -> QPrinter:
    """Make a printer for A4 without margins of its own: the paper has them already."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFullPage(True)
    printer.setResolution(DOTS_PER_INCH)
    return printer


def print_pages(report: Report, printer: QPrinter, document: Document) -> int:
    """Print the pages that the dialog chose (work lane); returns how many."""
    assert document.path is not None
    first = max(1, printer.fromPage() or 1)
    last = min(len(document.sizes), printer.toPage() or len(document.sizes))
    painter = QPainter(printer)
    try:
        for number in range(first, last + 1):
            report((number - first) / (last - first + 1), "")
            if number > first:
                printer.newPage()
            image = pdf.picture(document.path, number - 1, printer.resolution() / 72)
            painter.drawImage(QRectF(painter.viewport()), image)
    finally:
        painter.end()
    return last - first + 1


def save_copy(_report: Report, source: Path, target: Path) -> Path:
    """Copy a paper to where a person wants it (work lane)."""
    shutil.copyfile(source, target)
    return target


def write_workbook(_report: Report, snapshot: Snapshot, target: Path, made_at: datetime) -> Path:
    """Write figures, cost list and machine use as sheets (work lane)."""
    from center_app.documents import tables

    sheets = [_figures(snapshot, tables), _costs(snapshot, tables), _uses(snapshot, tables)]
    tables.write_xlsx(target, sheets, made_at, snapshot.report.number)
    return target


def _figures(snapshot: Snapshot, tables: Any) -> Any:
    columns = (
        tables.SheetColumn(_("Figure"), 34), tables.SheetColumn(_("Meaning"), 48),
        tables.SheetColumn(_("Value"), 18, "#,##0.00"), tables.SheetColumn(_("Unit"), 8),
    )  # fmt: skip
    rows = [
        (figure.id, describe(snapshot, figure.id), *_value(figure, snapshot.report.currency))
        for figure in snapshot.figures
    ]
    return tables.SheetTable(_("Figures"), columns, rows)


def _value(figure: Figure, currency: str) -> tuple[Decimal | int | None, str]:
    value = figure.value
    if value is None:
        return None, ""
    if figure.kind is Kind.MONEY:
        return money(int(value), currency), currency
    if figure.kind is Kind.TIME:
        return hours(int(value)), "h"
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return (exact * 100, "%") if figure.kind is Kind.SHARE else (exact, "")


def money(minor: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal amount."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def hours(duration_us: int | None) -> Decimal | None:
    """Return microseconds as hours, None when not measured."""
    return None if duration_us is None else Decimal(duration_us) / HOUR_US


def _costs(snapshot: Snapshot, tables: Any) -> Any:
    currency = snapshot.report.currency
    titles = (
        (_("Entry"), 12, ""), (_("Budget line"), 14, ""), (_("Paid"), 12, "yyyy-mm-dd"), (_("Supplier"), 30, ""),
        (_("Tax number"), 22, ""), (_("Invoice"), 22, ""), (_("Text"), 34, ""), (_("Gross"), 16, "#,##0.00"),
        (_("Share of the award"), 16, "#,##0.00"), (_("Supporting documents"), 24, ""),
    )  # fmt: skip
    rows = [
        (row.id, row.line, row.paid_on, row.supplier, row.tax_number, row.invoice_number, row.text,
         money(row.gross_minor, currency), money(row.amount_minor, currency), " ".join(row.evidence))
        for row in snapshot.costs
    ]  # fmt: skip
    return tables.SheetTable(_("Cost list"), tuple(tables.SheetColumn(*title) for title in titles), rows)


def _uses(snapshot: Snapshot, tables: Any) -> Any:
    titles = (
        (_("Machine"), 12, ""), (_("Day"), 12, "yyyy-mm-dd"), (_("Booking"), 14, ""), (_("Person"), 18, ""),
        (_("Booked h"), 12, "0.00"), (_("Checked in h"), 12, "0.00"), (_("Measured h"), 12, "0.00"),
        (_("Set-up h"), 12, "0.00"), (_("Post-processing h"), 12, "0.00"), (_("Claimed h"), 12, "0.00"),
    )  # fmt: skip
    rows = [
        (row.machine, row.day, row.booking, row.person, hours(row.booked_us), hours(row.checked_in_us),
         hours(row.measured_us), hours(row.setup_us), hours(row.postprocess_us), hours(row.claimed_us))
        for row in snapshot.uses
    ]  # fmt: skip
    return tables.SheetTable(_("Machine use"), tuple(tables.SheetColumn(*title) for title in titles), rows)
