"""Paint what does not move with bookings: grid, closed hours, time header, labels, now line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.kit.words import _
from ui.pages.calendar.data import RowState
from ui.pages.calendar.formats import clock
from ui.pages.calendar.geometry import GROUP, HEADER, LABEL, ROW
from ui.pages.calendar.ink import ROW_TONES
from ui.pages.calendar.ticks import Tick, closed, ticks

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QFont

    from ui.pages.calendar.geometry import Line
    from ui.pages.calendar.ink import Ink
    from ui.pages.calendar.picture import Picture

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine)
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_ACCENT_EDGE = 3
_LEAST_SHADE = 24


class FramePainter:
    """Paint the surroundings of the bars of one picture."""

    def __init__(self, painter: QPainter, picture: Picture, ink: Ink) -> None:
        """Prepare the marks of the visible time."""
        self._painter, self._picture, self._ink = painter, picture, ink
        self._zone = picture.data.zone
        self._ticks = ticks(picture.t0, picture.t1, picture.axis.scale, self._zone)

    def _text(self, rect: QRectF, flags: int, text: str, font: QFont, colour: QColor) -> None:
        self._painter.setFont(font)
        self._painter.setPen(colour)
        self._painter.drawText(rect, flags, text)

    def paint_ground(self) -> None:
        """Paint surface, closed hours, grid lines and row lines under the bars."""
        p, picture, colour = self._painter, self._picture, self._ink.colour
        p.fillRect(0, HEADER, picture.width, picture.height - HEADER, colour["surface"])
        bottom = min(picture.height, picture.layout.height - picture.scroll + HEADER)
        for start, end in closed(picture.t0, picture.t1, picture.data.opening, self._zone):
            x0, x1 = max(LABEL, picture.axis.x(start)), min(picture.width, picture.axis.x(end))
            if x1 - x0 >= _LEAST_SHADE:
                p.fillRect(QRectF(round(x0), HEADER, round(x1) - round(x0), bottom - HEADER), colour["bg"])
        for tick in self._ticks:
            p.setPen(self._ink.strong if tick.strong and picture.axis.scale * 3600 < 30 else self._ink.grid)
            x = round(picture.axis.x(tick.instant))
            if x >= LABEL:
                p.drawLine(x, HEADER, x, int(bottom))
        self._paint_row_lines()

    def _paint_row_lines(self) -> None:
        p, picture = self._painter, self._picture
        p.setPen(self._ink.grid)
        for row, y in picture.rows:
            line = round(y) + ROW - 1
            if row == picture.row:
                p.fillRect(QRectF(LABEL, round(y), picture.width - LABEL, ROW - 1), self._row_tint())
            p.drawLine(0, line, picture.width, line)

    def _row_tint(self) -> QColor:
        return self._ink.tokens.alpha("selection", 0.28)

    def paint_cursor(self) -> None:
        """Paint the keyboard's place on an empty time: a small accent outline of one snap step."""
        picture = self._picture
        if picture.cursor is None or picture.bar >= 0 or not picture.focused:
            return
        for row, y in picture.rows:
            if row == picture.row:
                x = picture.axis.x(picture.cursor)
                width = max(6.0, picture.axis.scale * 900)
                self._painter.setPen(self._ink.ring)
                self._painter.setBrush(Qt.BrushStyle.NoBrush)
                self._painter.drawRect(QRectF(x, y + 4, width, ROW - 9))

    def paint_now(self) -> None:
        """Paint the line of the present instant over the fills."""
        picture = self._picture
        if picture.t0 <= picture.now < picture.t1:
            x = round(picture.axis.x(picture.now))
            bottom = min(picture.height, round(picture.layout.height - picture.scroll) + HEADER)
            self._painter.fillRect(x - 1, HEADER - 6, 2, bottom - HEADER + 6, self._ink.colour["accent"])

    def paint_groups(self) -> None:
        """Paint the group headers across labels and time."""
        for number in self._picture.lines:
            line = self._picture.layout.lines[number]
            if line.row < 0:
                self._paint_group(line, self._picture.y(number))

    def _paint_group(self, line: Line, y: float) -> None:
        p, ink, picture = self._painter, self._ink, self._picture
        rect = QRectF(0, round(y), picture.width, GROUP)
        p.fillRect(rect, ink.colour["sunken"])
        p.setPen(ink.line)
        p.drawLine(rect.bottomLeft() - QPointF(0, 1), rect.bottomRight() - QPointF(0, 1))
        p.drawLine(rect.topLeft() - QPointF(0, 1), rect.topRight() - QPointF(0, 1))
        name = "chevron-right" if line.group in picture.folded else "chevron-down"
        image = ink.icon(name, ink.colour["text2"], 12, float(p.device().devicePixelRatioF()))
        p.drawPixmap(QPointF(12, round(y) + 4), image)
        room = rect.adjusted(30, 0, 0, -1)
        self._text(room, _LEFT, line.group, ink.small_bold, ink.colour["text2"])
        width = p.fontMetrics().horizontalAdvance(line.group)
        count = _("{shown} of {total}", shown=line.shown, total=line.total)
        self._text(room.adjusted(width + 6, 0, 0, 0), _LEFT, count, ink.small, ink.colour["text2"])

    def paint_labels(self) -> None:
        """Paint the label column: state, name and place of each machine."""
        p, ink, picture = self._painter, self._ink, self._picture
        for row, y in picture.rows:
            chosen = row == picture.row
            rect = QRectF(0, round(y), LABEL, ROW - 1)
            p.fillRect(rect, ink.colour["selection" if chosen else "surface"])
            if chosen:
                p.fillRect(QRectF(0, round(y), _ACCENT_EDGE, ROW - 1), ink.colour["accent"])
            self._paint_label(row, rect, chosen)
        self._paint_column_line()

    def _paint_column_line(self) -> None:
        picture = self._picture
        self._painter.setPen(self._ink.strong)
        for _row, y in picture.rows:
            self._painter.drawLine(LABEL - 1, round(y), LABEL - 1, round(y) + ROW - 1)

    def _paint_label(self, row: int, rect: QRectF, chosen: bool) -> None:
        p, ink, machine = self._painter, self._ink, self._picture.data.rows[row]
        tone, icon = ROW_TONES.get(machine.state, ROW_TONES[RowState.FREE])
        image = ink.icon(icon, ink.colour[tone], 15, float(p.device().devicePixelRatioF()))
        p.drawPixmap(QPointF(12, rect.top() + 6), image)
        place = rect.adjusted(0, 0, -12, 0)
        self._text(place, _RIGHT, machine.place, ink.small, ink.colour["text3"])
        taken = p.fontMetrics().horizontalAdvance(machine.place) + 12
        font = ink.body_bold if chosen else ink.body
        p.setFont(font)
        room = place.adjusted(35, 0, -taken, 0)
        name = p.fontMetrics().elidedText(machine.name, Qt.TextElideMode.ElideRight, int(room.width()))
        self._text(room, _LEFT, name, font, ink.colour["text"])

    def paint_header(self, caption: str) -> None:
        """Paint the time header: the caption over the labels, marks, now pill, ghost times."""
        p, ink, picture = self._painter, self._ink, self._picture
        p.fillRect(0, 0, picture.width, HEADER, ink.colour["surface"])
        p.setPen(ink.strong)
        p.drawLine(0, HEADER - 1, picture.width, HEADER - 1)
        self._text(QRectF(16, 0, LABEL - 24, HEADER), _LEFT, caption, ink.small, ink.colour["text3"])
        pills = [self._ghost_pill(), self._now_pill()]
        taken = [rect for rect, *_rest in (pill for pill in pills if pill)]
        self._paint_ticks(taken)
        for pill in pills:
            if pill:
                self._paint_pill(*pill)

    def _paint_ticks(self, taken: list[QRectF]) -> None:
        p, ink, picture = self._painter, self._ink, self._picture
        p.setClipRect(LABEL - 1, 0, picture.width - LABEL + 1, HEADER - 1)
        for tick in self._ticks:
            x = round(picture.axis.x(tick.instant))
            p.setPen(ink.strong)
            p.drawLine(x, HEADER - (14 if tick.strong else 10), x, HEADER - 2)
            if tick.text:
                self._paint_tick_text(tick, x, taken)
        p.setClipping(False)

    def _paint_tick_text(self, tick: Tick, x: int, taken: list[QRectF]) -> None:
        """Write beside the mark; a day whose place a pill has taken moves behind the pill."""
        p, ink = self._painter, self._ink
        p.setFont(ink.small)
        width = p.fontMetrics().horizontalAdvance(tick.text)
        held = QRectF(x + 5, 0, width + 2, HEADER)
        for rect in taken:
            if rect.intersects(held) and tick.strong:
                held.moveLeft(rect.right() + 6)
        if held.right() > self._picture.width - 2:
            return
        day_px = self._picture.axis.scale * 86_400
        if not any(rect.intersects(held) for rect in taken) and (held.left() == x + 5 or held.right() < x + day_px):
            self._text(held.adjusted(0, 0, 40, 0), _LEFT, tick.text, ink.small, ink.colour["text2"])

    def _paint_pill(self, rect: QRectF, text: str, fill: QColor, colour: QColor) -> None:
        p = self._painter
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(fill)
        p.drawRoundedRect(rect, 5, 5)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._text(rect, _MIDDLE, text, self._ink.small_bold, colour)

    def _now_pill(self) -> tuple[QRectF, str, QColor, QColor] | None:
        picture, colour = self._picture, self._ink.colour
        if not picture.t0 <= picture.now < picture.t1:
            return None
        rect = QRectF(round(picture.axis.x(picture.now)) - 21.5, 6, 43, 20)
        rect.moveLeft(max(rect.left(), LABEL))
        return rect, clock(picture.now, self._zone), colour["accent"], colour["accent_on"]

    def _ghost_pill(self) -> tuple[QRectF, str, QColor, QColor] | None:
        picture, colour = self._picture, self._ink.colour
        if picture.ghost is None:
            return None
        wish = picture.ghost.wish
        text = f"{clock(wish.start, self._zone)}–{clock(wish.end, self._zone)}"
        self._painter.setFont(self._ink.small_bold)
        least = self._painter.fontMetrics().horizontalAdvance(text) + 16
        x0, x1 = picture.axis.x(wish.start), picture.axis.x(wish.end)
        width = max(x1 - x0, least)
        left = min(max((x0 + x1 - width) / 2, LABEL), picture.width - width)
        tone = "crit" if picture.ghost.conflict else "accent"
        return QRectF(round(left), 6, width, 20), text, colour[f"{tone}_soft"], colour[tone]
