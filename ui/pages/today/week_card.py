"""The card "This week": booked, checked-in and measured hours against last week."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from ui.kit.buttons import button
from ui.kit.charts import HoursBar
from ui.kit.layout import Card, clear, column, holder, row
from ui.kit.panels import icon_label
from ui.kit.text import Label, label, rule
from ui.kit.words import _, weekday_day_month
from ui.pages.today.data import Week

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WeekCard(Card):
    """Show the week's hours."""

    report_asked = Signal()

    def __init__(self) -> None:
        """Build the frame; figures come with `show_week`."""
        super().__init__()
        self._body = QVBoxLayout()
        self._body.setSpacing(0)
        self._since = label("", "secondary")
        report = button(_("Hours report"), self.report_asked.emit, kind="link")
        head = row(label(_("This week"), "heading"), self._since, None, report, margins=(16, 10, 16, 4))
        self.setLayout(column(head, self._body, gap=0, margins=(1, 1, 1, 1)))

    def show_week(self, data: Week) -> None:
        """Show hours so far and last week's."""
        start = weekday_day_month(_.local(data.start).date())
        self._since.setText(_("{day} to now", day=start))
        clear(self._body)
        self._body.addLayout(self._grid(data))
        self._body.addWidget(rule())
        self._body.addWidget(holder(self._foot(data)))

    def _grid(self, data: Week) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(16, 2, 16, 12)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, 64)
        grid.setColumnMinimumWidth(3, 64)
        for at, text in ((2, _("so far")), (3, _("last week"))):
            grid.addWidget(label(text, "small", "text3"), 0, at, RIGHT)
        now, before = data.this_week, data.last_week
        widest = max(now.booked, now.checked_in, now.measured, 0.1)
        lines = (
            ("booked", _("Booked"), now.booked, before.booked, 0.0),
            ("checked_in", _("Checked-in"), now.checked_in, before.checked_in, 0.0),
            ("measured", _("Measured"), now.measured, before.measured, now.unmeasured),
        )
        for n, (kind, word, hours, last, missing) in enumerate(lines, 1):
            bar = HoursBar(kind, hours / widest, missing / widest)
            bar.setAccessibleName(f"{word} {_.number(hours, 1)} h")
            grid.addWidget(label(word), n, 0)
            grid.addWidget(bar, n, 1)
            grid.addWidget(label(f"{_.number(hours, 1)} h", "bold"), n, 2, RIGHT)
            grid.addWidget(label(f"{_.number(last, 1)} h", "body", "text2"), n, 3, RIGHT)
        return grid

    def _foot(self, data: Week) -> QVBoxLayout:
        now, before = data.this_week, data.last_week
        if now.checked_in:
            text = _(
                "{share} of checked-in hours are measured (last week {before})",
                share=_.percent(now.share, 0), before=_.percent(before.share, 0),
            )  # fmt: skip
        else:
            text = _("Nobody has checked in this week.")
        first = row(icon_label("gauge"), _wrapped(text, ""), gap=10)
        first.setStretch(1, 1)
        box = column(first, gap=2, margins=(16, 10, 16, 12))
        if now.machines_unmeasured:
            hours = _.number(now.unmeasured, 1)
            note = _.plural(
                "{hours} h not measured, on {n} machine without a recording",
                "{hours} h not measured, on {n} machines without a recording",
                now.machines_unmeasured, hours=hours,
            )  # fmt: skip
            second = row(26, _wrapped(note, "text3"), gap=0)
            second.setStretch(1, 1)
            box.addLayout(second)
        return box


def _wrapped(text: str, tone: str) -> Label:
    return label(text, "secondary", tone, wrap=True)
