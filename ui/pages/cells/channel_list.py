"""The channels of a cell at the left: groups, check boxes, colours and live values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.kit.icons import paint_icon
from ui.kit.text import elide, plain_tip
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.panel import telling, value_text
from ui.pages.cells.plot.stack import PlotChannel

ROW = 22
NAME_LEFT, UNIT_GAP, EDGE = 50, 5, 12
FIGURE = "−8,888.88"
"""The widest usual figure: the list is made wide enough for it beside the longest name."""
NARROWEST, WIDEST = 200, 300
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


@dataclass(frozen=True)
class _Line:
    group: str
    channel: PlotChannel | None = None


class ChannelList(QWidget):
    """Choose what is drawn; Space or a click switches a channel, a group line switches all of its own."""

    chosen = Signal(object)

    def __init__(self, colour: Callable[[PlotChannel], QColor]) -> None:
        """Take what names a channel's colour."""
        super().__init__()
        self._colour = colour
        self._channels: tuple[PlotChannel, ...] = ()
        self._on: set[ChannelKey] = set()
        self._values: dict[ChannelKey, float] = {}
        self._lines: list[_Line] = []
        self._closed: set[str] = set()
        self._names: dict[ChannelKey, str] = {}
        self._unit_room = 0.0
        self._sought = ""
        self._row = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Channels"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_channels(self, channels: Sequence[PlotChannel], on: set[ChannelKey]) -> None:
        """Replace the channels and what is drawn of them."""
        self._channels, self._on = tuple(channels), set(on)
        self._names = short_names(self._channels)
        small = QFontMetricsF(font(11))
        widest = max((small.horizontalAdvance(channel.unit) for channel in channels), default=0.0)
        self._unit_room = widest + UNIT_GAP if widest else 0.0
        self._lay()

    def show_values(self, values: dict[ChannelKey, float]) -> None:
        """Show the newest values, or those under the crosshair."""
        if values != self._values:
            self._values = values
            self.update()

    def search(self, typed: str) -> None:
        """Show only channels whose name holds the typed letters."""
        self._sought = typed.casefold().strip()
        self._lay()

    def wish_width(self) -> int:
        """Return the width in px at which no name is cut, within reason."""
        names = QFontMetricsF(font(12))
        widest = max((names.horizontalAdvance(name) for name in self._names.values()), default=0.0)
        figure = QFontMetricsF(font(12, bold=True)).horizontalAdvance(FIGURE)
        return round(min(WIDEST, max(NARROWEST, NAME_LEFT + widest + 8 + figure + self._unit_room + EDGE)))

    def undrawn(self) -> list[PlotChannel]:
        """Return the channels that stand in the list but in no plot."""
        lines = [line.channel for line in self._lines if line.channel is not None]
        return [channel for channel in lines if channel.key not in self._on]

    def drawn(self) -> list[PlotChannel]:
        """Return the switched-on channels in their order."""
        return [channel for channel in self._channels if channel.key in self._on]

    def _lay(self) -> None:
        self._lines = []
        for group in dict.fromkeys(channel.group for channel in self._channels):
            found = [c for c in self._channels if c.group == group and self._sought in c.word.casefold()]
            if found:
                self._lines.append(_Line(group))
                self._lines += [_Line(group, channel) for channel in found if group not in self._closed]
        self.setFixedHeight(max(1, len(self._lines)) * ROW + 8)
        self.update()

    def sizeHint(self) -> QSize:
        """Fit every line."""
        return QSize(220, len(self._lines) * ROW + 8)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch the clicked line."""
        self._row = int(event.position().y() - 4) // ROW
        is_fold = event.position().x() < 26
        if 0 <= self._row < len(self._lines):
            line = self._lines[self._row]
            self._fold(line.group) if line.channel is None and is_fold else self._switch(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, switch with Space, fold with Left and Right."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._row = max(0, min(len(self._lines) - 1, self._row + step))
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and self._lines:
            self._switch(self._lines[self._row])
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._lines:
            self._fold(self._lines[self._row].group)
        else:
            super().keyPressEvent(event)

    def _fold(self, group: str) -> None:
        self._closed ^= {group}
        self._lay()

    def _switch(self, line: _Line) -> None:
        if line.channel is not None:
            self._on ^= {line.channel.key}
        else:
            keys = {channel.key for channel in self._channels if channel.group == line.group}
            self._on = self._on - keys if keys <= self._on else self._on | keys
        self.update()
        self.chosen.emit(self.drawn())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for n, line in enumerate(self._lines):
            room = QRectF(0, 4 + n * ROW, self.width(), ROW)
            if self.hasFocus() and n == self._row:
                painter.fillRect(room, theme["selection"])
            if line.channel is None:
                self._paint_group(painter, room, line.group)
            else:
                self._paint_channel(painter, room, line.channel)

    def _paint_group(self, painter: QPainter, room: QRectF, group: str) -> None:
        folded = group in self._closed
        paint_icon(painter, "chevron-right" if folded else "chevron-down", 8, room.center().y() - 7, 14, theme["text2"])
        painter.setFont(font(12, bold=True))
        painter.setPen(theme["text"])
        name = elide(painter.fontMetrics(), group or _("Other"), room.width() - 26 - 56)
        painter.drawText(room.adjusted(26, 0, 0, 0), _MIDDLE, name)
        keys = [channel.key for channel in self._channels if channel.group == group]
        painter.setFont(font(11))
        painter.setPen(theme["text3"])
        count = f"{sum(key in self._on for key in keys)} / {len(keys)}"
        painter.drawText(room.adjusted(0, 0, -EDGE, 0), _RIGHT, count)

    def _paint_channel(self, painter: QPainter, room: QRectF, channel: PlotChannel) -> None:
        on = channel.key in self._on
        self._paint_box(painter, QRectF(14, room.center().y() - 7, 14, 14), on)
        if not channel.is_state:
            painter.setPen(QPen(theme["line_strong"], 1) if not on else Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(channel) if on else Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(34, room.center().y() - 4, 8, 8))
        right = room.right() - EDGE - (self._unit_room if channel.unit else 0.0)
        value = self._value(channel)
        painter.setFont(font(12, bold=on))
        painter.setPen(theme["text" if on else "text2"])
        painter.drawText(QRectF(0, room.top(), right, ROW), _RIGHT, value)
        name_room = right - NAME_LEFT - QFontMetricsF(painter.font()).horizontalAdvance(value) - 6
        painter.setFont(font(12))
        painter.setPen(theme["text"])
        name = elide(painter.fontMetrics(), self._names[channel.key], name_room)
        painter.drawText(room.adjusted(NAME_LEFT, 0, 0, 0), _MIDDLE, name)
        painter.setFont(font(11))
        painter.setPen(theme["text3"])
        painter.drawText(QRectF(right + UNIT_GAP, room.top(), self._unit_room, ROW), _MIDDLE, channel.unit)

    def event(self, event: QEvent) -> bool:
        """Say a channel's whole name with its unit where the pointer rests."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = int(event.pos().y() - 4) // ROW
            channel = self._lines[at].channel if 0 <= at < len(self._lines) else None
            said = " ".join(part for part in (channel.word, channel.unit) if part) if channel else ""
            QToolTip.showText(event.globalPos(), plain_tip(said), self)
            return True
        return super().event(event)

    def _value(self, channel: PlotChannel) -> str:
        value = self._values.get(channel.key, float("nan"))
        if channel.states and value == value:
            return channel.states.get(int(value), str(int(value)))
        return value_text(value, channel.digits)

    @staticmethod
    def _paint_box(painter: QPainter, box: QRectF, on: bool) -> None:
        painter.setPen(QPen(theme["accent"] if on else theme["line_strong"], 1))
        painter.setBrush(theme["accent"] if on else theme["surface"])
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if on:
            paint_icon(painter, "check", box.x() + 1.5, box.y() + 1.5, 11, theme["accent_on"])


def short_names(channels: Sequence[PlotChannel]) -> dict[ChannelKey, str]:
    """Return each channel's name without what its whole group shares: under "Torques" hip, not hip torque."""
    found: dict[ChannelKey, str] = {}
    for group in dict.fromkeys(channel.group for channel in channels):
        own = [channel for channel in channels if channel.group == group]
        names = telling([channel.word for channel in own]) if group else [channel.word for channel in own]
        found.update({channel.key: name for channel, name in zip(own, names, strict=True)})
    return found
