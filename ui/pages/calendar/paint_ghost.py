"""Paint the ghost of a drag: where it came from, what it would be, what is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.pages.calendar.explain import Explanation, explain, ghost_text
from ui.pages.calendar.geometry import BAR_HEIGHT, BAR_TOP, HEADER, LABEL, RADIUS, ROW

if TYPE_CHECKING:
    from ui.pages.calendar.ink import Ink
    from ui.pages.calendar.picture import Ghost, Picture

_ICON = 12
_TIP_MOST = 420
_TIP_LEAST = 200


class GhostPainter:
    """Paint the ghost of one picture, if it has one."""

    def __init__(self, painter: QPainter, picture: Picture, ink: Ink) -> None:
        """Keep what is painted on."""
        self._painter, self._picture, self._ink = painter, picture, ink

    def paint(self) -> None:
        """Paint origin, ghost and tooltip."""
        ghost = self._picture.ghost
        if ghost is None:
            return
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self._rect(ghost.wish.row, ghost.wish.start, ghost.wish.end)
        if rect is not None:
            self._paint_body(ghost, rect)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _rect(self, row: int, start: int, end: int) -> QRectF | None:
        picture = self._picture
        line = picture.layout.line_of_row.get(row)
        if line is None:
            return None
        x0 = max(picture.axis.x(start), LABEL - 8)
        x1 = min(picture.axis.x(end), picture.width + 8)
        return QRectF(x0, picture.y(line) + BAR_TOP, max(3.0, x1 - x0), BAR_HEIGHT)

    def paint_origin(self) -> None:
        """Outline the place a moved bar would leave."""
        ghost, bars = self._picture.ghost, self._picture.data.bars
        if ghost is None or ghost.wish.bar < 0:
            return
        bar = ghost.wish.bar
        rect = self._rect(int(bars.row[bar]), int(bars.start[bar]), int(bars.end[bar]))
        if rect is None:
            return
        p, ink = self._painter, self._ink
        p.setPen(ink.dashed_strong)
        p.setBrush(ink.colour["surface"])
        p.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        room = rect.adjusted(7, 0, -5, -3)
        p.setFont(ink.bar_font)
        p.setPen(ink.colour["text3"])
        text = ink.fitted(bars.title[bar], bars.detail[bar], int(room.width()), False)
        p.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_body(self, ghost: Ghost, rect: QRectF) -> None:
        p, ink = self._painter, self._ink
        tone = "crit" if ghost.conflict else "accent"
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(ink.colour[f"{tone}_soft"])
        p.drawRoundedRect(rect, RADIUS, RADIUS)
        if ghost.conflict:
            self._hatch_overlap(ghost, rect)
        p.setPen(ink.crit if ghost.conflict else ink.ring)
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        self._paint_text(ghost, rect, tone)

    def _hatch_overlap(self, ghost: Ghost, rect: QRectF) -> None:
        assert ghost.conflict is not None
        axis, p = self._picture.axis, self._painter
        for start, end in ghost.conflict.spans:
            x0, x1 = max(rect.left(), axis.x(start)), min(rect.right(), axis.x(end))
            over = QRectF(x0, rect.top() + 1, x1 - x0, rect.height() - 2)
            p.setBrushOrigin(over.topLeft())
            p.fillRect(over, self._ink.crit_hatch)

    def _paint_text(self, ghost: Ghost, rect: QRectF, tone: str) -> None:
        p, ink = self._painter, self._ink
        left = max(rect.left(), LABEL) + 6
        if rect.right() - left < _ICON + 2:
            return
        name = "circle-x" if ghost.conflict else "calendar-check"
        ratio = float(p.device().devicePixelRatioF())
        text = ghost_text(ghost)
        width = ink.width(text, True)
        if rect.right() - left > _ICON + width + 8:
            p.fillRect(QRectF(left - 2, rect.top() + 3, _ICON + width + 9, 17), ink.colour[f"{tone}_soft"])
            p.setFont(ink.bold_font)
            p.setPen(ink.colour["text"])
            p.drawText(QPointF(round(left) + _ICON + 5, round(rect.top()) + 15), text)
        p.drawPixmap(QPointF(round(left), round(rect.top()) + 5), ink.icon(name, ink.colour[tone], _ICON, ratio))

    def paint_tip(self) -> None:
        """Paint the tooltip with reason, holder and nearest free times beside the ghost."""
        ghost = self._picture.ghost
        said = explain(ghost, self._picture.data) if ghost else None
        if ghost is None or said is None:
            return
        rect = self._rect(ghost.wish.row, ghost.wish.start, ghost.wish.end)
        if rect is None:
            return
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_tip(said, self._tip_rect(said, rect))
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _tip_rect(self, said: Explanation, near: QRectF) -> QRectF:
        p, ink = self._painter, self._ink
        p.setFont(ink.body_bold)
        widest = p.fontMetrics().horizontalAdvance(said.headline) + 22
        p.setFont(ink.body)
        for text in (said.holder, said.step):
            widest = max(widest, p.fontMetrics().horizontalAdvance(text))
        width = min(max(widest + 28, _TIP_LEAST), _TIP_MOST)
        height = 20 + 20 * sum(1 for text in (said.headline, said.holder, said.step) if text)
        left = min(max(near.left(), LABEL + 4), self._picture.width - width - 8)
        top = near.top() + ROW - 2
        if top + height > self._picture.height - 4:
            top = max(HEADER + 4, near.top() - height - 4)
        return QRectF(round(left) + 0.5, round(top) + 0.5, width, height)

    def _paint_tip(self, said: Explanation, box: QRectF) -> None:
        p, ink = self._painter, self._ink
        p.setPen(QPen(ink.colour["crit"], 1))
        p.setBrush(ink.colour["surface"])
        p.drawRoundedRect(box, 8, 8)
        ratio = float(p.device().devicePixelRatioF())
        p.drawPixmap(QPointF(box.left() + 13, box.top() + 12), ink.icon("circle-x", ink.colour["crit"], 14, ratio))
        lines = (
            (said.headline, ink.body_bold, "crit", 22),
            (said.holder, ink.body, "text", 0),
            (said.step, ink.body, "text2", 0),
        )
        top = box.top() + 9
        for text, font, tone, indent in lines:
            if text:
                self._line(text, font, tone, QRectF(box.left() + 13 + indent, top, box.width() - 26 - indent, 20))
                top += 20

    def _line(self, text: str, font: object, tone: str, room: QRectF) -> None:
        p = self._painter
        p.setFont(font)  # type: ignore[arg-type]
        p.setPen(self._ink.colour[tone])
        shown = p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        p.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
