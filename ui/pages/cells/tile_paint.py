"""Paint the parts of a cell's tile: head, value, last minute, day and foot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPen

from center_app.core.text import N_
from center_app.telemetry.values import Direction, PortState, Priority
from ui.kit.icons import paint_icon
from ui.kit.pill import paint_pill, pill_width
from ui.kit.recorded import to_datetime
from ui.kit.recorded_clock import clock_offset_ns
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.data import CellCard, name_of
from ui.pages.cells.health_rows import countdown
from ui.pages.cells.plot.curves import draw_run
from ui.pages.cells.plot.timebase import SECOND
from ui.pages.cells.plot.trace import Points, runs

HEIGHT = 248
PAD = 14
SPARK_LEFT = 146
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_END_ALIGNS = {0: _MIDDLE, 8: _RIGHT}

STATES = {
    PortState.RECORDING: ("ok", "circle-dot", N_("Recording")),
    PortState.SILENT: ("warn", "clock-alert", N_("Silent")),
    PortState.MISSING: ("warn", "unplug", N_("Offline")),
    PortState.BUSY: ("warn", "triangle-alert", N_("In use by another program")),
    PortState.FORBIDDEN: ("crit", "lock", N_("No permission")),
    PortState.RELEASED: ("info", "unlink", N_("Port released")),
    PortState.STOPPED: ("off", "circle", N_("Not recording")),
}
IMPORTED_FILE = ("off", "file-text", N_("Imported file"))
PROFILE_REMOVED = ("warn", "circle-x", N_("Profile removed"))


def state_of(card: CellCard) -> tuple[str, str, str]:
    """Return token, icon and word of a cell's state."""
    if card.is_imported:
        return IMPORTED_FILE
    return STATES[card.state] if card.has_profile else PROFILE_REMOVED


def state_text(card: CellCard) -> str:
    """Say a cell's state, with how long a port is still lent or since when it is gone."""
    said = _.context("cell state", state_of(card)[2])
    health = card.health
    if health is None or card.is_imported or not card.has_profile:
        return said
    if card.state is PortState.RELEASED and health.resumes_ns is not None:
        return _("{state}, {left} left", state=said, left=countdown((health.resumes_ns - health.t_ns) / 1e9))
    if card.state in (PortState.MISSING, PortState.SILENT):
        since = max(health.since_ns, health.last_byte_ns or 0)
        return _("{state} since {time}", state=said, time=_.time(to_datetime(since), str(_.zone)))
    return said


def message_of(card: CellCard) -> str:
    """Say what to expect, or do, where no curve can be drawn."""
    if card.is_imported:
        return _("Open it to see its data")
    if not card.has_profile:
        return _("Add its profile again to record")
    health = card.health
    if card.state is PortState.RELEASED and health is not None and health.resumes_ns is not None:
        until = to_datetime(health.resumes_ns + clock_offset_ns(health))
        return _("Recording resumes by {time}", time=_.time(until, str(_.zone)))
    if card.state is PortState.BUSY and health is not None and health.holder:
        return _("In use by {holder}", holder=health.holder)
    return _("This account may not open the port") if card.state is PortState.FORBIDDEN else ""


def limit_of(card: CellCard) -> float | None:
    """Return the upper limit of a cell's headline channel."""
    if card.headline is None:
        return None
    key = name_of(card.headline)
    return next((r.limit for r in card.limits if r.channel == key and r.direction is Direction.HIGH), None)


def unacknowledged(card: CellCard) -> list[str]:
    """Return the names of the alarms that nobody has acknowledged."""
    return [rule.label.say(_.language) for alarm, rule in card.raised if alarm.state == "unacknowledged"]


def tone_of(card: CellCard) -> str:
    """Return the border's token: crit, warn or line."""
    if any(rule.priority is Priority.CRITICAL for _alarm, rule in card.raised):
        return "crit"
    calm = card.state in (PortState.RECORDING, PortState.RELEASED, PortState.STOPPED)
    return "line" if calm and not unacknowledged(card) else "warn"


@dataclass(frozen=True)
class TilePaint:
    """Paint one tile of a width in px for a card, the points of its last minute, and a moment (ns, recording time)."""

    card: CellCard
    curve: Points
    now_ns: int
    width: int

    def paint(self, painter: QPainter) -> None:
        """Paint every part."""
        self._paint_head(painter)
        self._paint_value(painter)
        self._paint_curve(painter, QRectF(SPARK_LEFT, 76, self.width - SPARK_LEFT - PAD, 64))
        self._paint_day(painter)
        self._paint_foot(painter)

    def _text(
        self,
        painter: QPainter,
        room: QRectF,
        text: str,
        size: float = 12,
        bold: bool = False,
        ink: str = "text",
        right: bool = False,
    ) -> float:
        painter.setFont(font(size, bold=bold))
        painter.setPen(theme[ink])
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, _RIGHT if right else _MIDDLE, shown)
        return metrics.horizontalAdvance(shown)

    def _paint_head(self, painter: QPainter) -> None:
        token, icon, _word = state_of(self.card)
        text = state_text(self.card)
        wide = pill_width(text, icon)
        paint_pill(painter, QRectF(self.width - PAD - wide, 12, wide, 20), text, token, icon)
        name = self.card.machine.say(_.language)
        self._text(painter, QRectF(PAD, 11, self.width - wide - 3 * PAD, 22), name, 14, True)
        booking = self.card.booking_at(wall_of(self.card, self.now_ns)) if self.now_ns else None
        paint_icon(painter, "user", PAD, 45, 14, theme["text2"])
        if booking is None:
            self._text(painter, QRectF(PAD + 20, 42, 200, 20), _("Not booked"), ink="text2")
            return
        until = _("booked until {time}", time=_.time(booking.period.end, str(_.zone)))
        used = self._text(painter, QRectF(self.width - PAD - 160, 42, 160, 20), until, ink="text2", right=True)
        who = f"{booking.person} • {booking.project}"
        self._text(painter, QRectF(PAD + 20, 42, self.width - used - 3 * PAD - 20, 20), who)

    def _paint_value(self, painter: QPainter) -> None:
        head = self.card.headline
        if head is None:
            self._text(painter, QRectF(PAD, 74, 120, 20), _("No data yet"), ink="text2")
            return
        word = head.label.get(_.language) or head.label.get("en") or head.channel
        self._text(painter, QRectF(PAD, 70, SPARK_LEFT - 2 * PAD, 20), word, ink="text2")
        is_live = self.card.state is PortState.RECORDING and self.curve.last == self.curve.last
        ink = "crit" if self._is_beyond() else "text"
        text = _figure(self.curve.last) if is_live else "—"
        wide = self._text(painter, QRectF(PAD, 88, 110, 34), text, 22, True, ink)
        if is_live:
            self._text(painter, QRectF(PAD + wide + 5, 94, 40, 26), head.unit, ink="text2")
        elif self.curve.last == self.curve.last:
            last = _("last {value} {unit}", value=_figure(self.curve.last), unit=head.unit)
            self._text(painter, QRectF(PAD, 121, 132, 16), last, 11, ink="text2")
            return
        self._paint_extremes(painter)

    def _paint_extremes(self, painter: QPainter) -> None:
        y = self.curve.y[np.isfinite(self.curve.y)]
        if y.size:
            low, high = _figure(float(y.min())), _figure(float(y.max()))
            self._text(
                painter, QRectF(PAD, 121, 132, 16), _("1 min: {low} to {high}", low=low, high=high), 11, ink="text2"
            )
        limit = limit_of(self.card)
        if limit is not None:
            self._text(painter, QRectF(PAD, 136, 132, 16), _("limit {value}", value=_figure(limit)), 11, ink="text2")

    def _is_beyond(self) -> bool:
        limit = limit_of(self.card)
        return limit is not None and self.curve.last >= limit

    def _paint_curve(self, painter: QPainter, room: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        end, span = self.now_ns, 60 * SECOND
        y = self.curve.y[np.isfinite(self.curve.y)]
        if not y.size:
            painter.fillRect(room, QBrush(theme["hatch"], Qt.BrushStyle.BDiagPattern))
            self._paint_message(painter, room)
            return
        limit = limit_of(self.card)
        low, high = float(y.min()), max(float(y.max()), limit if limit is not None else float(y.max()))
        reach = (high - low) or 1.0
        self._paint_ground(painter, room, limit, low, reach)
        x = room.left() + (self.curve.t_ns - (end - span)) / span * room.width()
        height = room.bottom() - 2 - (self.curve.y - low) / (reach * 1.1) * (room.height() - 4)
        painter.setPen(QPen(theme["curve1"], 1))
        painter.setClipRect(room)
        for begin, stop in runs(height):
            draw_run(painter, x[begin:stop], height[begin:stop])
        painter.setClipping(False)
        self._paint_absence(painter, room, x)
        for n, word in enumerate(("−60 s", "−40", "−20", _("now"))):
            at = room.left() + n / 3 * room.width()
            place = QRectF(at - (0 if n == 0 else 60 if n == 3 else 30), room.bottom() + 2, 60, 16)
            painter.setFont(font(11))
            painter.setPen(theme["text2"])
            align = (
                Qt.AlignmentFlag.AlignLeft
                if n == 0
                else Qt.AlignmentFlag.AlignRight
                if n == 3
                else Qt.AlignmentFlag.AlignHCenter
            )
            painter.drawText(place, int(align | Qt.AlignmentFlag.AlignVCenter), word)

    def _paint_absence(self, painter: QPainter, room: QRectF, x: np.ndarray) -> None:
        """Hatch the time since the last value while nothing comes."""
        if self.card.state is PortState.RECORDING or not x.size or x[-1] > room.right() - 4:
            return
        empty = QRectF(float(x[-1]), room.top(), room.right() - float(x[-1]), room.height())
        painter.fillRect(empty, QBrush(theme["hatch"], Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(theme["warn"], 1))
        painter.drawLine(QLineF(empty.left(), room.top(), empty.left(), room.bottom()))

    def _paint_message(self, painter: QPainter, room: QRectF) -> None:
        """Say in the empty plot what comes next."""
        said = message_of(self.card)
        if not said:
            return
        painter.setFont(font(12))
        wide = min(room.width() - 12, QFontMetricsF(painter.font()).horizontalAdvance(said) + 20)
        place = QRectF(room.center().x() - wide / 2, room.center().y() - 11, wide, 22)
        painter.fillRect(place, theme["surface"])
        painter.setPen(theme["text2"])
        shown = QFontMetricsF(painter.font()).elidedText(said, Qt.TextElideMode.ElideRight, wide - 8)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), shown)

    @staticmethod
    def _paint_ground(painter: QPainter, room: QRectF, limit: float | None, low: float, reach: float) -> None:
        painter.setPen(QPen(theme["grid"], 1))
        for part in (1, 2):
            x = room.left() + room.width() * part / 3
            painter.drawLine(QLineF(x, room.top(), x, room.bottom()))
        painter.drawLine(QLineF(room.left(), room.bottom(), room.right(), room.bottom()))
        if limit is None:
            return
        edge = room.bottom() - 2 - (limit - low) / (reach * 1.1) * (room.height() - 4)
        painter.fillRect(QRectF(room.left(), room.top(), room.width(), max(0.0, edge - room.top())), theme["crit_soft"])
        pen = QPen(theme["crit"], 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([6, 3])
        painter.setPen(pen)
        painter.drawLine(QLineF(room.left(), edge, room.right(), edge))

    def _paint_day(self, painter: QPainter) -> None:
        now = wall_of(self.card, self.now_ns) if self.now_ns else None
        run_s = sum(run.duration_s for run in self.card.runs)
        word = _("{span} run", span=_.span(run_s)) if self.card.runs else _("not measured")
        self._text(painter, QRectF(PAD, 158, self.width / 2, 18), _("Today"), ink="text2")
        self._text(painter, QRectF(self.width / 2, 158, self.width / 2 - PAD, 18), word, right=True)
        room = QRectF(PAD, 177, self.width - 2 * PAD, 9)
        painter.fillRect(room, theme["sunken"])
        if now is None:
            return
        start = _day_start(now)
        for booking in self.card.bookings:
            left, right = (self._hour_x(room, start, moment) for moment in (booking.period.start, booking.period.end))
            painter.setPen(QPen(theme["text2"], 1))
            painter.setBrush(theme["surface"])
            painter.drawRect(QRectF(left, room.top() - 1, max(2.0, right - left), room.height() + 1))
        for run in self.card.runs:
            left, right = (self._hour_x(room, start, to_datetime(t)) for t in (run.start_ns, run.end_ns))
            painter.fillRect(QRectF(left, room.top() + 1, max(1.0, right - left), room.height() - 2), theme["text2"])
        at = self._hour_x(room, start, now)
        painter.fillRect(QRectF(at, room.top() - 2, 2, room.height() + 4), theme["accent"])
        painter.setFont(font(10.5))
        painter.setPen(theme["text3"])
        for n in range(9):
            x = room.left() + n / 8 * room.width() - (0 if n == 0 else 20 if n == 8 else 10)
            painter.drawText(QRectF(x, 188, 20, 14), _END_ALIGNS.get(n, _CENTRE), f"{n * 3:02d}")

    @staticmethod
    def _hour_x(room: QRectF, start: datetime, moment: datetime) -> float:
        share = (moment - start).total_seconds() / 86_400
        return room.left() + max(0.0, min(1.0, share)) * room.width()

    def _paint_foot(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = HEIGHT - 38
        painter.setPen(QPen(theme["line"], 1))
        painter.drawLine(QLineF(1, y - 4, self.width - 2, y - 4))
        x: float = PAD
        for text, token, icon, look in pills_of(self.card):
            wide = pill_width(text, icon)
            paint_pill(painter, QRectF(x, y + 5, wide, 20), text, token, icon, look)
            x += wide + 8
        self._text(painter, QRectF(x, y + 4, self.width - x - PAD, 22), foot_text(self.card), ink="text2", right=True)


def wall_of(card: CellCard, now_ns: int) -> datetime:
    """Return what the wall clock reads at a moment of recording time (ns); bookings go by it."""
    return to_datetime(now_ns + clock_offset_ns(card.health))


def foot_text(card: CellCard) -> str:
    """Say how fast the device sends, or when the port is tried again."""
    health = card.health
    if health is None or card.is_imported or card.state in (PortState.RELEASED, PortState.STOPPED):
        return ""
    if card.state is PortState.MISSING and health.next_try_s is not None:
        return _("port absent, next try in {n} s", n=_.number(max(0.0, health.next_try_s)))
    return _("{n} frames/s", n=_.number(health.frames_per_s)) + f" • {_.number(health.bytes_per_s / 1000, 1)} kB/s"


def _figure(value: float) -> str:
    """Write a headline's figure with one decimal, large ones without."""
    return str(_.number(value, 0 if abs(value) >= 1000 else 1))


def pills_of(card: CellCard) -> list[tuple[str, str, str, str]]:
    """Return the foot's pills: text, token, icon, look."""
    waiting, raised = unacknowledged(card), card.raised
    pills = []
    if waiting:
        token = "crit" if tone_of(card) == "crit" else "warn"
        pills.append((_.plural("{n} alarm", "{n} alarms", len(waiting)), token, "circle-alert", "solid"))
    elif raised:
        pills.append((_("{n} acknowledged", n=len(raised)), "off", "bell", "soft"))
    else:
        pills.append((_("No alarms"), "text2", "", "outlined"))
    if card.is_imported:
        return pills
    health = card.health
    lost = health.lost_samples if health else 0
    balanced = health is None or (health.is_balanced and not lost)
    pills.append(
        (
            _("{n} lost", n=_.number(lost)) if balanced or lost else _("Byte account open"),
            "ok" if balanced else "crit",
            "check" if balanced else "triangle-alert",
            "soft",
        )
    )
    return pills


def _day_start(now: datetime) -> datetime:
    local = now.astimezone(_.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
