"""The sheet's overview: picture, key facts, today, hours, funding, dates."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from center_app.booking.values import BookingState
from center_app.core.money import Money
from ui.kit.charts import DayStrip, MonthBars, MonthHours, Share, SharesBar, StripBar
from ui.kit.icons import paint_icon
from ui.kit.layout import clear, column, holder, row
from ui.kit.panels import KeyValues, icon_label
from ui.kit.text import Elided, label, rule
from ui.kit.theme import theme
from ui.kit.words import _, full_day, month_name, today_or_day
from ui.pages.equipment.columns import maker_model
from ui.pages.equipment.data import Detail, calibration_days, service_days

SHARE_TOKENS = ("curve1", "curve3", "off", "curve4", "curve2", "curve6")


class Picture(QWidget):
    """A machine's picture: its kind drawn large on a sunken ground."""

    def __init__(self, icon: str, name: str, wide: bool = True) -> None:
        """Take the icon of the category, the machine's name and whether there is room."""
        super().__init__()
        self._icon = icon or "wrench"
        self.setFixedSize(176 if wide else 128, 128)
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and drawing."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme["line"], 1))
        painter.setBrush(theme["sunken"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QPen(theme["line_strong"], 1))
        painter.drawLine(18, 104, self.width() - 18, 104)
        paint_icon(painter, self._icon, self.width() / 2 - 34, 30, 68, theme["text2"])


def overview(detail: Detail, width: int) -> QWidget:
    """Build the overview of one machine for a width in px."""
    parts = [_facts(detail, width), _today(detail), _hours(detail, width - 44), _funding(detail), _dates(detail)]
    made = column(gap=12, margins=(16, 12, 16, 16))
    for n, part in enumerate(parts):
        if n:
            made.addWidget(rule())
        made.addWidget(part)
    made.addStretch(1)
    return holder(made)


def _facts(detail: Detail, width: int) -> QWidget:
    machine = detail.row.machine
    facts = KeyValues(88, gap=4)
    since = machine.in_service_on or machine.acquired_on
    facts.show_rows(
        [
            (_("Maker, model"), maker_model(detail.row)),
            (_("Serial number"), machine.serial),
            (_("Asset number"), machine.asset_number),
            (_("Custodian"), machine.custodian),
            (_("In service"), full_day(since) if since else "–"),
            (_("Measured by"), machine.measured_by or _("not measured")),
        ]
    )
    line = row(Picture(machine.category_icon, machine.names.say(_.language), width > 470), column(facts, None), gap=16)
    line.setStretch(1, 1)
    return holder(line)


def _heading(text: str, *right: QWidget) -> QHBoxLayout:
    return row(label(text, "strong"), None, *right, gap=12)


def _heading_with(text: str, note: str) -> QHBoxLayout:
    said = Elided(note, "secondary")
    said.setAlignment(Qt.AlignmentFlag.AlignRight)
    line = row(label(text, "strong"), said, gap=12)
    line.setStretch(1, 1)
    return line


def _today(detail: Detail) -> QWidget:
    start, end = detail.today.start, detail.today.end

    def at(moment: datetime) -> float:
        return (moment - start).total_seconds() / (end - start).total_seconds()

    bars = []
    for view in detail.bookings:
        if view.is_live and view.occupied_start_at < end and view.occupied_end_at > start:
            kind = {BookingState.IN_USE: "in_use", BookingState.DONE: "off"}.get(view.state, "booked")
            bars.append(StripBar(max(0.0, at(view.start_at)), min(1.0, at(view.end_at)), view.person, kind))
            if view.occupied_end_at > view.end_at:
                bars.append(StripBar(at(view.end_at), min(1.0, at(view.occupied_end_at)), "", "buffer"))
    for outage in detail.outages:
        if not outage.is_cancelled and outage.start_at < end and (outage.end_at is None or outage.end_at > start):
            bars.append(
                StripBar(max(0.0, at(outage.start_at)), min(1.0, at(outage.end_at or end)), outage.title, "outage")
            )
    first = _.local(start).hour
    ticks = [(n / 6, f"{first + 2 * n:02d}:00") for n in range(7)]
    strip = DayStrip(_("Today"), bars, ticks, at(detail.row.at))
    return holder(column(_heading_with(_("Today"), _next_line(detail)), strip, gap=6))


def _next_line(detail: Detail) -> str:
    now = detail.row.now
    parts = []
    using = next((view for view in detail.bookings if view.state is BookingState.IN_USE), None)
    if using and using.usage:
        since = f"{_.local(using.usage.started_at):%H:%M}"
        parts.append(_("{person} checked in {time}", person=using.person, time=since))
    if now.next_at:
        parts.append(_("Next {time}, {person}", time=today_or_day(now.next_at, detail.row.at), person=now.next_holder))
    return "    ".join(parts) or _("no booking")


def _hours(detail: Detail, width: int) -> QWidget:
    months = [MonthHours(month_name(day), booked, checked, hours) for day, booked, checked, hours in detail.months]
    measured = [month.measured for month in months if month.measured is not None]
    said = _("Measured {hours}", hours=_.number(sum(measured), 1)) if measured else _("not measured")
    legend = row(
        *_legend("line", _("Booked {hours}", hours=_.number(sum(m.booked for m in months), 1))),
        *_legend("tint", _("Checked-in {hours}", hours=_.number(sum(m.checked_in for m in months), 1))),
        *_legend("solid", said),
        gap=6,
    )
    title, marks = label(_("Hours, last 6 months"), "strong"), holder(legend)
    fits = title.sizeHint().width() + marks.sizeHint().width() + 8 < width
    head = row(title, None, marks) if fits else column(title, row(marks, None), gap=4)
    return holder(column(head, MonthBars(_("Hours, last 6 months"), months), gap=6))


class Swatch(QWidget):
    """A small square of a chart's legend."""

    def __init__(self, kind: str) -> None:
        """Take line, tint, solid, or a colour token."""
        super().__init__()
        self._kind = kind
        self.setFixedSize(11, 11)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the square."""
        painter = QPainter(self)
        box = QRectF(0.5, 0.5, 10, 10)
        edges = {"line": "text3", "tint": "accent", "solid": "accent"}
        fills = {"line": "surface", "tint": "accent_soft", "solid": "accent"}
        painter.setPen(QPen(theme[edges.get(self._kind, self._kind)], 1))
        painter.setBrush(theme[fills.get(self._kind, self._kind)])
        painter.drawRect(box)


def _legend(kind: str, text: str) -> tuple[QWidget, QWidget]:
    return Swatch(kind), label(text, "small")


def _funding(detail: Detail) -> QWidget:
    machine = detail.row.machine
    cost = _("Cost, {currency}", currency=machine.cost.currency) if machine.cost else _("Cost")
    amount = label(_.money(machine.cost) if machine.cost else "–", "strong")
    made = column(_heading(_("Funding"), label(cost, "secondary"), amount), gap=6)
    if not machine.funding:
        made.addWidget(label(_("No funding source is entered."), "secondary", "text3"))
        return holder(made)
    shares = [Share(float(part.share), SHARE_TOKENS[n % len(SHARE_TOKENS)]) for n, part in enumerate(machine.funding)]
    made.addWidget(SharesBar(_("Funding"), shares))
    made.addLayout(_funding_lines(detail))
    return holder(made)


def _funding_lines(detail: Detail) -> QGridLayout:
    machine = detail.row.machine
    grid = QGridLayout()
    grid.setContentsMargins(0, 2, 0, 0)
    grid.setVerticalSpacing(3)
    grid.setHorizontalSpacing(10)
    grid.setColumnStretch(1, 1)
    for n, part in enumerate(machine.funding):
        name = " ".join(text for text in (part.source.say(_.language), part.award_number) if text)
        grid.addWidget(Swatch(SHARE_TOKENS[n % len(SHARE_TOKENS)]), n, 0)
        grid.addWidget(Elided(name), n, 1)
        grid.addWidget(label(_.percent(part.share, 0), "body"), n, 2, Qt.AlignmentFlag.AlignRight)
        if machine.cost:
            paid = Money(round(machine.cost.minor * part.share), machine.cost.currency)
            amount = label(_.money(paid))
            amount.setMinimumWidth(110)
            amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(amount, n, 3)
    return grid


def _with_days(day: date, days: int | None) -> str:
    return _(", ").join((full_day(day), _("{n} d", n=_.number(days or 0))))


def _dates(detail: Detail) -> QWidget:
    machine = detail.row.machine
    days, left = service_days(detail.row), calibration_days(detail.row)
    service = _with_days(machine.next_service_on, days) if machine.next_service_on else "–"
    until = machine.calibrated_until
    calibrated = _with_days(_.local(until).date(), left) if until else _("none")
    open_word = _("Yes") if machine.is_shareable else _("No")
    pairs = (
        ("wrench", _("Next service"), service, ""),
        ("circle-check", _("Calibrated until"), calibrated, "crit" if left is not None and left < 0 else ""),
        ("graduation-cap", _("Qualified people"), _.number(detail.qualified), ""),
        ("users", _("Open to outside users"), open_word, "ok" if machine.is_shareable else ""),
    )
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    for n, (icon, key, value, tone) in enumerate(pairs):
        line = row(icon_label(icon), Elided(key, "secondary"), label(value, "body", tone), gap=8)
        line.setStretch(1, 1)
        grid.addLayout(line, n // 2, n % 2)
    return holder(grid)


def replace(host: QVBoxLayout, made: QWidget) -> None:
    """Put a widget in place of everything in a layout."""
    clear(host)
    host.addWidget(made)
