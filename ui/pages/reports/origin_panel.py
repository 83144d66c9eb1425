"""The panel over the paper: rows, booking, recording and raw bytes behind one figure, and what tracing it found."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from center_app.core.errors import describe as say
from center_app.grants.reports.trace import Trace
from center_app.grants.reports.values import CostRow, Snapshot, UseRow
from ui.kit.buttons import icon_button
from ui.kit.layout import clear, column, holder, row
from ui.kit.pill import Pill
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import Elided, Label, label, rule
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.reports.origin import Origin
from ui.pages.reports.origin_columns import columns, total_text
from ui.pages.reports.origin_steps import Badge, Stations

HEIGHT, ARROW = 216, 9


class OriginPanel(QWidget):
    """Show where a figure comes from; Escape or the cross closes it."""

    closed = Signal()
    row_picked = Signal(object)
    booking_asked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        """Float over a parent, which places it."""
        super().__init__(parent)
        self.origin: Origin | None = None
        self._snapshot: Snapshot | None = None
        self._tip = 0.0
        self._value, self._about = label("", "title"), Elided("", "secondary")
        self.verdict = Pill("", "off")
        self._say = Label("", "secondary", "crit", wrap=True)
        head = row(
            self._value, self._about, self.verdict, icon_button(_("Close"), "x", self.closed.emit, quiet=True),
            gap=10, margins=(14, 6, 8, 5),
        )  # fmt: skip
        head.setStretch(1, 1)
        self.table: TableView | None = None
        self._rows_title, self._total = Elided("", "strong"), Elided("", "small")
        self._rows = QVBoxLayout()
        first = holder(column(row(Badge(1), self._rows_title, gap=6), self._rows, self._total, gap=4))
        self.stations = Stations()
        self.steps = self.stations.steps
        self._body = QHBoxLayout()
        first.setMinimumWidth(236)
        self._body.setContentsMargins(12, 8, 12, 8)
        self._body.setSpacing(9)
        for stretch, part in zip((50, 20, 27, 21), (first, *self.steps), strict=True):
            if part is not first:
                self._body.addWidget(rule(vertical=True))
            self._body.addWidget(part, stretch)
        body = column(head, rule(), self._say, self._body, gap=0, margins=(1, ARROW + 1, 1, 1))
        body.setStretch(3, 1)
        self._say.setContentsMargins(14, 6, 14, 0)
        self.setLayout(body)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(_("Origin of a figure"))
        self.hide()

    # -- content --------------------------------------------------------------------------------------

    def show_origin(self, origin: Origin, snapshot: Snapshot) -> None:
        """Show a figure's rows at once; the rest follows from the row that is chosen."""
        self.origin, self._snapshot = origin, snapshot
        self._value.setText(origin.title)
        self._about.setText(origin.about)
        self.setAccessibleDescription(f"{origin.title}, {origin.about}")
        self._say.hide()
        self._rows_title.setText(_.plural("{n} row", "{n} rows", len(origin.rows)))
        self._total.setText(total_text(origin, snapshot.report.currency))
        self._show_table(origin, snapshot.report.currency)
        self.show()
        self.raise_()

    def _show_table(self, origin: Origin, currency: str) -> None:
        clear(self._rows)
        model = RowTableModel(columns(origin, currency))
        self.table = TableView(model, _("Rows of the figure"), row_height=22, edge=0)
        self.table.row_picked.connect(self._pick)
        self.table.row_activated.connect(self.booking_asked.emit)
        self._rows.addWidget(self.table)
        model.set_rows(list(origin.rows))
        if origin.rows:
            self.table.selectRow(0)
            self._pick(origin.rows[0])
        else:
            self.stations.show_formula(origin)

    def _pick(self, chosen: Any) -> None:
        if self.origin is None or self._snapshot is None or chosen is None:
            return
        if isinstance(chosen, UseRow):
            self.stations.show_booking(chosen, partial(self.booking_asked.emit, chosen))
        elif isinstance(chosen, CostRow):
            self.stations.show_entry(chosen, self._snapshot.report.currency)
        else:
            self.stations.show_formula(self.origin)
        self.row_picked.emit(chosen)

    # -- verdict --------------------------------------------------------------------------------------

    def show_waiting(self) -> None:
        """Say that the figure is being traced."""
        self.verdict.show_text(_("Being traced…"), "info", "hourglass")
        self.verdict.show()

    def show_verdict(self, trace: Trace) -> None:
        """Say what tracing the figure found."""
        if trace.broken is not None:
            self.verdict.show_text(_("Chain broken"), "crit", "unlink")
            self._say.setText(" ".join(say(trace.broken.problem, _.words)))
            self._say.show()
            return
        word = _("Chain recomputed") if trace.uses or trace.costs else _("Recounted")
        self.verdict.show_text(word, "ok", "shield-check")
        if trace.runs:
            told = _(
                "{runs} measured runs, {decoded} decoded again from {size}",
                runs=trace.runs, decoded=trace.decoded, size=_.bytes(trace.bytes_read),
            )  # fmt: skip
            self.verdict.setToolTip(told)
            self._total.setText(told)

    def show_rule(self, word: str, token: str, icon: str) -> None:
        """Say a rule's verdict in place of a trace."""
        self.verdict.show_text(word, token, icon)

    # -- look -----------------------------------------------------------------------------------------

    def point_at(self, x: float) -> None:
        """Let the arrow at the upper edge point at x px of the panel; 0 takes it away."""
        self._tip = max(24.0, min(self.width() - 24.0, x)) if x > 0 else 0.0
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card with its arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QPainterPath()
        body.addRoundedRect(QRectF(0.5, ARROW + 0.5, self.width() - 1, self.height() - ARROW - 1), 8, 8)
        if self._tip:
            arrow = QPainterPath(QPointF(self._tip - 10, ARROW + 1))
            arrow.lineTo(QPointF(self._tip, 0.5))
            arrow.lineTo(QPointF(self._tip + 10, ARROW + 1))
            arrow.closeSubpath()
            body = body.united(arrow)
        painter.setPen(QPen(theme["accent"], 1))
        painter.setBrush(theme["surface"])
        painter.drawPath(body)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
