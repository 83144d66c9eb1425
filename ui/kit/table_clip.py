"""What tables give away: clipboard data and a printed page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import QMimeData

from ui.kit.table_model import Column


def clipboard_data(columns: Sequence[Column], rows: Sequence[Any]) -> QMimeData:
    """Return rows as tab-separated text and as an HTML table."""
    titles = [column.title for column in columns]
    cells = [[column.text(row) for column in columns] for row in rows]
    data = QMimeData()
    data.setText("\n".join("\t".join(_flat(text) for text in line) for line in [titles, *cells]))
    data.setHtml(html_table(titles, cells))
    return data


def html_table(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Return an HTML table; every text is escaped."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in line) + "</tr>" for line in cells)
    return f"<table border='1' cellspacing='0' cellpadding='3'><tr>{head}</tr>{body}</table>"


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")


def print_table(parent: Any, title: str, titles: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Preview and print what a table shows."""
    from PySide6.QtGui import QTextDocument
    from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog

    document = QTextDocument(parent)
    document.setHtml(f"<h3>{escape(title)}</h3>{html_table(titles, cells)}")
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    preview = QPrintPreviewDialog(printer, parent)
    preview.paintRequested.connect(document.print_)
    preview.exec()
