"""What a table's menu offers: columns, filter row, CSV, XLSX, print."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu

from ui.kit.icons import icon
from ui.kit.page import Context
from ui.kit.table_clip import print_table
from ui.kit.table_view import TableView
from ui.kit.words import _


def table_menu(table: TableView, title: str, context: Context) -> QMenu:
    """Make the menu of a table; `title` names exported files and the printed page."""
    menu = table.column_menu()
    menu.addSeparator()
    rows = menu.addAction(icon("list-filter"), _("Filter row"))
    rows.setCheckable(True)
    rows.setChecked(table.header.has_filters)
    rows.toggled.connect(table.header.show_filters)
    menu.addAction(icon("copy"), _("Copy"), table.copy)
    menu.addAction(icon("file-text"), _("Export as CSV…"), lambda: export(table, title, context, "csv"))
    menu.addAction(icon("file-spreadsheet"), _("Export as XLSX…"), lambda: export(table, title, context, "xlsx"))
    menu.addAction(icon("printer"), _("Print…"), lambda: print_table(table, title, *table.shown_table()))
    return menu


def export(table: TableView, title: str, context: Context, kind: str) -> None:
    """Ask for a file and write what the table shows."""
    start = str(Path.home() / f"{title}.{kind}")
    name, _kind = QFileDialog.getSaveFileName(table, _("Export"), start, f"{kind.upper()} (*.{kind})")
    if name:
        export_to(table, title, context, Path(name), kind)


def export_to(table: TableView, title: str, context: Context, target: Path, kind: str) -> Any:
    """Write what a table shows on the work lane and tell when it is done; returns the task."""
    titles, cells = table.shown_table()
    at = context.center.clock.now()
    return context.tasks.work(
        write_table, target, kind, title, titles, cells, at, owner=table,
        done=lambda path: context.notices.tell(_("Written: {file}", file=path.name)),
    )  # fmt: skip


def write_table(
    _report: Any, target: Path, kind: str, title: str, titles: list[str], cells: list[list[str]], at: datetime
) -> Path:
    """Write CSV or XLSX, safe against formulas in texts (runs on the work lane)."""
    from center_app.documents import tables

    if kind == "csv":
        target.write_bytes(tables.csv_bytes(titles, cells))
    else:
        columns = tuple(tables.SheetColumn(text) for text in titles)
        tables.write_xlsx(target, [tables.SheetTable(title, columns, cells)], at, title)
    return target
