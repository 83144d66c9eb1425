"""The stations of the way back from a figure: booking or entry, recording or document, bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from center_app.core.errors import describe as say
from center_app.grants.reports.values import CostRow, UseRow
from ui.kit.buttons import button
from ui.kit.layout import clear, column, holder, row
from ui.kit.text import Elided, Label
from ui.kit.theme import font, theme
from ui.kit.words import _, weekday_day_month
from ui.pages.reports.curve import RunCurve
from ui.pages.reports.detail import FileDetail, RunDetail, hex_lines
from ui.pages.reports.origin import Origin, formula_text, hours_text, money_text


class Badge(QWidget):
    """A number in a circle."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = str(number)
        self.setFixedSize(18, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint circle and number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme["accent"])
        painter.drawEllipse(QRectF(1, 1, 16, 16))
        painter.setPen(theme["accent_on"])
        painter.setFont(font(11, bold=True))
        painter.drawText(QRectF(0, 0, 18, 18), int(Qt.AlignmentFlag.AlignCenter), self._number)


class Step(QWidget):
    """One station of the way back: a numbered heading over lines."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.title = Elided("", "strong")
        self.lines = QVBoxLayout()
        self.lines.setSpacing(1)
        self.setLayout(column(row(Badge(number), self.title, gap=6), self.lines, None, gap=5))

    def show_lines(self, title: str, items: Sequence[str | QWidget]) -> None:
        """Replace heading and lines."""
        self.title.setText(title)
        clear(self.lines)
        for item in items:
            self.lines.addWidget(item if isinstance(item, QWidget) else Elided(item, "secondary"))


class Stations:
    """Fill the three stations after the rows."""

    def __init__(self) -> None:
        self.steps = [Step(number) for number in (2, 3, 4)]
        self.steps[0].setMinimumWidth(84)
        self.steps[1].setMinimumWidth(104)

    def show_booking(self, use: UseRow, follow: Callable[[], Any]) -> None:
        """Show a booking; what follows from it is read."""
        link = button(use.booking or _("unbooked"), follow, kind="link")
        who = ", ".join(part for part in (use.person, _("external") if use.is_external else "") if part)
        self.steps[0].show_lines(
            _("Booking"),
            [
                holder(row(link, None)),
                weekday_day_month(use.day),
                _("booked {hours} h", hours=hours_text(use.booked_us)),
                _("checked in {hours} h", hours=hours_text(use.checked_in_us)),
                _("set-up {hours} h", hours=hours_text(use.setup_us)),
                who,
            ],
        )  # fmt: skip
        self.steps[1].show_lines(_("Recording"), [_("not measured") if use.measured_us is None else _("Being read…")])
        self.steps[2].show_lines(_("Raw bytes"), ["–"] if use.measured_us is None else [])

    def show_entry(self, cost: CostRow, currency: str) -> None:
        """Show a cost as the ledger holds it."""
        self.steps[0].show_lines(
            _("Ledger entry"),
            [
                Elided(cost.id, "strong"), cost.supplier,
                _("invoice {number}", number=cost.invoice_number or "–"),
                _("tax number {number}", number=cost.tax_number or "–"),
                _("gross {amount}", amount=money_text(cost.gross_minor, currency)), cost.text,
            ],
        )  # fmt: skip
        self.steps[1].show_lines(_("Supporting documents"), list(cost.evidence) or [_("none is on file")])
        self.steps[2].show_lines(_("Stored bytes"), [])

    def show_formula(self, origin: Origin) -> None:
        """Show how a figure is made that rests on no machine."""
        self.steps[0].show_lines(_("How it is made"), formula_text(origin))
        self.steps[1].show_lines(_("Recording"), [_("This figure rests on entries, not on a machine.")])
        self.steps[2].show_lines(_("Raw bytes"), ["–"])

    def show_run(self, detail: RunDetail, use: UseRow) -> None:
        """Show the recording behind the chosen use."""
        pieces = len(detail.spans)
        told = _.plural("{hours} h in {n} run", "{hours} h in {n} runs", pieces, hours=hours_text(use.measured_us))
        items: list[str | QWidget] = [told]
        if detail.window is not None:
            items.append(RunCurve(detail))
        if detail.problem is not None:
            items += [Label(" ".join(say(detail.problem, _.words)), "small", "crit", wrap=True)]
        items.append(Elided(detail.recording_id, "small", "text3"))
        self.steps[1].show_lines(_("Recording"), items)
        digest = hex_lines(bytes.fromhex(detail.sha256) if detail.sha256 else b"")
        self._show_bytes(_("Raw bytes"), detail.size_bytes, detail.head, digest)

    def show_files(self, files: Sequence[FileDetail]) -> None:
        """Show the stored files behind the chosen cost."""
        names = [f"{file.row.number}  {file.row.name}" for file in files]
        self.steps[1].show_lines(_("Supporting documents"), names or [_("none is on file")])
        if files:
            first = files[0]
            self._show_bytes(
                _("Stored bytes"), first.row.size_bytes, first.head or b"", hex_lines(bytes.fromhex(first.row.sha256))
            )

    def _show_bytes(self, title: str, size: int, head: bytes, digest: list[str]) -> None:
        lines: list[str | QWidget] = [_("{size}", size=_.bytes(size))]
        lines += [_mono(line) for line in hex_lines(head)[:3]] if head else [Label(_("missing"), "secondary", "crit")]
        lines.append(Elided(_("SHA-256"), "small"))
        lines += [_mono(line, "text3") for line in digest[:2]]
        self.steps[2].show_lines(title, lines)


def _mono(text: str, tone: str = "text2") -> Label:
    made = Label(text, "small", tone)
    face = font(11)
    face.setFamilies(["DejaVu Sans Mono", "Noto Sans Mono", "Consolas", "monospace"])
    made.setFont(face)
    return made
