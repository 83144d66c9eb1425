"""The sheet of one alarm: the curve around its raise, facts, what to do, and its path of states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from center_app.telemetry.store.values import Window
from center_app.telemetry.values import Direction, LedgerEvent
from ui.kit.buttons import button
from ui.kit.layout import column, row
from ui.kit.panels import KeyValues
from ui.kit.pill import Pill
from ui.kit.recorded import to_datetime
from ui.kit.side_sheet import SideSheet
from ui.kit.text import label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.alarms.columns import PRIORITY, act_text, change_text, event_person, limit_text, value_text
from ui.pages.alarms.data import AlarmRow

_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class RaiseCurve(QWidget):
    """Draw two minutes around a raise with the limit, the raise and what lies beyond."""

    def __init__(self, alarm: AlarmRow, window: Window) -> None:
        super().__init__()
        self._alarm, self._window = alarm, window
        self.setFixedHeight(150)
        self.setAccessibleName(_("Curve around the raise"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, limit, curve and times."""
        painter = QPainter(self)
        room = QRectF(30, 4, self.width() - 34, 122)
        found = self._range()
        if found is None:
            return
        low, high = found
        start, end = int(self._window.edges_ns[0]), int(self._window.edges_ns[-1])

        def at(t_ns: float) -> float:
            return room.left() + (t_ns - start) / (end - start) * room.width()

        def up(value: float) -> float:
            return room.bottom() - (value - low) / ((high - low) or 1.0) * room.height()

        raised = at(self._alarm.alarm.raised_ns or start)
        painter.fillRect(QRectF(raised, room.top(), room.right() - raised, room.height()), theme["crit_soft"])
        self._paint_frame(painter, room, low, high, up)
        painter.setPen(QPen(theme["curve1"], 1))
        middle = (self._window.edges_ns[:-1] + self._window.edges_ns[1:]) / 2
        for t, lowest, highest in zip(middle, self._window.low, self._window.high, strict=True):
            if lowest == lowest:
                painter.drawLine(QLineF(at(t), up(lowest), at(t), up(highest) - 1))
        painter.setPen(QPen(theme["crit"], 1))
        painter.drawLine(QLineF(raised, room.top(), raised, room.bottom()))
        self._paint_times(painter, room, start, end)

    def _range(self) -> tuple[float, float] | None:
        values = np.concatenate((self._window.low, self._window.high))
        values = values[np.isfinite(values)]
        if not values.size:
            return None
        limit = self._alarm.rule.limit if self._alarm.rule.direction is not Direction.SILENCE else float(values.max())
        low, high = min(float(values.min()), limit), max(float(values.max()), limit)
        room = (high - low) * 0.1 or 1.0
        return low - room, high + room

    def _paint_frame(
        self, painter: QPainter, room: QRectF, low: float, high: float, up: Callable[[float], float]
    ) -> None:
        painter.setFont(font(11))
        painter.setPen(theme["text2"])
        for value in (low, (low + high) / 2, high):
            painter.drawText(
                QRectF(0, up(value) - 8, 26, 16), _MIDDLE | int(Qt.AlignmentFlag.AlignRight), _.number(value, 0)
            )
        painter.setPen(QPen(theme["line"], 1))
        painter.drawRect(room)
        if self._alarm.rule.direction is Direction.SILENCE:
            return
        pen = QPen(theme["crit"], 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([6, 3])
        painter.setPen(pen)
        edge = up(self._alarm.rule.limit)
        painter.drawLine(QLineF(room.left(), edge, room.right(), edge))
        painter.setPen(theme["crit"])
        painter.drawText(
            QRectF(room.left() + 6, edge - 17, 200, 16), _MIDDLE, _("Limit {value}", value=limit_text(self._alarm)[2:])
        )

    def _paint_times(self, painter: QPainter, room: QRectF, start: int, end: int) -> None:
        painter.setPen(theme["text2"])
        for t, align in (
            (start, Qt.AlignmentFlag.AlignLeft),
            ((start + end) // 2, Qt.AlignmentFlag.AlignHCenter),
            (end, Qt.AlignmentFlag.AlignRight),
        ):
            words = _.time(to_datetime(t), str(_.zone), seconds=True)
            painter.drawText(QRectF(room.left(), room.bottom() + 3, room.width(), 16), int(align) | _MIDDLE, words)


class PathItem(QWidget):
    """One step of an alarm's path: time, a mark, what changed and who did it."""

    def __init__(self, event: LedgerEvent, is_last: bool) -> None:
        super().__init__()
        self._event, self._is_last = event, is_last
        self.setFixedHeight(40)
        self.setAccessibleName(change_text(event))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the step."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12))
        painter.setPen(theme["text2"])
        painter.drawText(
            QRectF(0, 0, 62, 18), _MIDDLE, _.time(to_datetime(self._event.t_ns), str(_.zone), seconds=True)
        )
        after = str(self._event.details.get("after"))
        token = {"unacknowledged": "crit", "acknowledged": "crit", "normal": "ok"}.get(after, "warn")
        if not self._is_last:
            painter.setPen(QPen(theme["line_strong"], 1))
            painter.drawLine(QLineF(74, 16, 74, 40))
        painter.setPen(QPen(theme[token], 2))
        painter.setBrush(theme[token] if after == "unacknowledged" else theme["surface"])
        painter.drawEllipse(QRectF(70, 5, 9, 9))
        painter.setPen(theme["text"])
        painter.setFont(font(12, bold=True))
        told = painter.fontMetrics().elidedText(
            change_text(self._event), Qt.TextElideMode.ElideRight, self.width() - 90
        )
        painter.drawText(QRectF(88, 0, self.width() - 88, 18), _MIDDLE, told)
        painter.setFont(font(11.5))
        painter.setPen(theme["text2"])
        who = event_person(self._event)
        reason = str(self._event.details.get("reason") or "")
        painter.drawText(
            QRectF(88, 18, self.width() - 88, 16), _MIDDLE, " • ".join(part for part in (who, reason) if part)
        )


class AlarmSheet(SideSheet):
    """Show one alarm at the right."""

    def __init__(self, acts: dict[str, Callable[[AlarmRow], Any]]) -> None:
        """Take the acts by name: main, curve, shelve."""
        super().__init__(_("Alarm"), 370)
        self._acts = acts

    def show_alarm(self, alarm: AlarmRow, events: Sequence[LedgerEvent], window: Window | None, now_ns: int) -> None:
        """Replace everything."""
        self.empty()
        self._show_head(alarm, now_ns)
        if window is not None:
            self.body.addLayout(
                row(label(_("2 minutes around the raise"), "strong"), None, label(alarm.rule.channel, "secondary"))
            )
            self.body.addWidget(RaiseCurve(alarm, window))
            self.body.addWidget(rule())
        self._show_facts(alarm)
        self._show_steps(alarm)
        self._show_path(events)
        self.body.addStretch(1)
        self._show_foot(alarm)

    def _show_head(self, alarm: AlarmRow, now_ns: int) -> None:
        token, icon, word = PRIORITY[alarm.rule.priority]
        since = _.span((now_ns - (alarm.alarm.raised_ns or now_ns)) / 1e9)
        waits = alarm.group == "waiting"
        told = _("unacknowledged for {span}", span=since) if waits else _("raised {span} ago", span=since)
        pills = row(
            Pill(_(word), token, icon, "solid" if waits else "outlined"),
            Pill(told, token if waits else "off"),
            None,
            self.close_button(),
        )
        self.head.addLayout(pills)
        self.head.addWidget(label(alarm.rule.label.say(_.language), "title"))
        self.head.addWidget(label(alarm.machine.say(_.language), "secondary"))

    def _show_facts(self, alarm: AlarmRow) -> None:
        facts = KeyValues(110)
        peak = alarm.alarm.peak
        facts.show_rows(
            [
                (_("At the raise"), value_text(alarm)),
                (_("Highest value"), f"{_.number(peak, 1)} {alarm.unit}" if peak is not None else "–"),
                (_("Limit"), limit_text(alarm)),
                (_("Deadband"), f"{_.number(alarm.rule.deadband, 1)} {alarm.unit}"),
                (
                    _("Delays"),
                    _(
                        "{on} s on, {off} s off",
                        on=_.number(alarm.rule.on_delay_s, 1),
                        off=_.number(alarm.rule.off_delay_s, 1),
                    ),
                ),
                (_("Times raised"), _.number(alarm.alarm.count)),
            ]
        )
        self.body.addWidget(facts)
        self.body.addWidget(rule())

    def _show_steps(self, alarm: AlarmRow) -> None:
        act_in = _("time to act {span}", span=_.span(alarm.rule.act_within_s))
        self.body.addLayout(row(label(_("What to do"), "strong"), None, label(act_in, "secondary")))
        steps = alarm.rule.steps
        lines = [
            label(f"{n + 1}.  {step.say(_.language)}", "secondary", "text", wrap=True) for n, step in enumerate(steps)
        ]
        self.body.addLayout(column(*(lines or [label(_("No steps are written down yet."), "secondary")]), gap=3))
        self.body.addWidget(rule())

    def _show_path(self, events: Sequence[LedgerEvent]) -> None:
        self.body.addLayout(row(label(_("Path of states"), "strong"), None, label(_("who and when"), "secondary")))
        shown = sorted(events, key=lambda event: event.t_ns)[-8:]
        self.body.addLayout(column(*(PathItem(event, n == len(shown) - 1) for n, event in enumerate(shown)), gap=0))

    def _show_foot(self, alarm: AlarmRow) -> None:
        main = act_text(alarm)
        buttons = []
        if main:
            buttons.append(button(main, lambda: self._acts["main"](alarm), kind="primary"))
        buttons.append(button(_("Show curve"), lambda: self._acts["curve"](alarm)))
        if alarm.group in ("waiting", "active", "returned"):
            buttons.append(button(_("Shelve…"), lambda: self._acts["shelve"](alarm)))
        self.show_foot([row(*buttons)])
