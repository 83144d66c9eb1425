"""The command box: one field that runs commands and finds machines, people and projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from center_app.core.text import N_
from ui.kit.actions import matches
from ui.kit.controls import SearchField
from ui.kit.icons import paint_icon
from ui.kit.page import Context
from ui.kit.table_model import Index
from ui.kit.text import elide
from ui.kit.theme import font, theme
from ui.kit.words import _

MOST = 12
HIT_ROLE = Qt.ItemDataRole.UserRole + 1
PLACES = {
    "machine": ("equipment", N_("Equipment")),
    "person": ("people", N_("People")),
    "project": ("people", N_("Projects")),
}


@dataclass(frozen=True)
class Hit:
    """Something the command box offers: icon, text, a note at the right, what Enter does."""

    icon: str
    text: str
    note: str
    run: Callable[[], Any]


class HitDelegate(QStyledItemDelegate):
    """Paint one hit: icon, text, note."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the height of a hit."""
        return QSize(100, 32)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a hit, filled when chosen."""
        hit: Hit = index.data(HIT_ROLE)
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme["selection"])
        paint_icon(painter, hit.icon or "arrow-right", rect.left() + 10, rect.center().y() - 7, 15, theme["text2"])
        painter.setFont(font(12))
        wide = painter.fontMetrics().horizontalAdvance(hit.note)
        painter.setPen(theme["text3"])
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(rect.right() - wide - 12, rect.top(), wide + 2, rect.height()), int(middle), hit.note)
        painter.setFont(font(13))
        painter.setPen(theme["text"])
        room = QRectF(rect.left() + 36, rect.top(), rect.width() - wide - 60, rect.height())
        painter.drawText(room, int(middle), elide(painter.fontMetrics(), hit.text, room.width()))


class CommandBox(SearchField):
    """Ctrl+K puts the focus here; arrows choose, Enter runs, Escape leaves."""

    left = Signal()

    def __init__(self, context: Context, host: QWidget, page: Callable[[], str]) -> None:
        """Take the context, the widget over which hits are shown, and which page is in view."""
        super().__init__(_("Search or run a command"), "Ctrl K")
        self.setProperty("sunken", "true")
        self.setFixedWidth(320)
        self._context, self._page = context, page
        self._list = QListWidget(host)
        self._list.setAccessibleName(_("Commands and results"))
        self._list.setItemDelegate(HitDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        edge = theme["line_strong"].name()
        self._list.setStyleSheet(f"QListWidget {{ border: 1px solid {edge}; border-radius: 6px; }}")
        self._list.itemClicked.connect(self._on_clicked)
        self._list.hide()
        self._found: list[Hit] = []
        self.textEdited.connect(self._offer)
        self.searched.connect(self._on_searched)
        self.installEventFilter(self)

    def start(self) -> None:
        """Take the focus and offer what is possible."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._offer(self.text())

    def hits(self) -> list[Hit]:
        """Return what is offered now."""
        return [self._list.item(n).data(HIT_ROLE) for n in range(self._list.count())]

    def _commands(self, typed: str) -> list[Hit]:
        actions = self._context.actions
        able = actions.possible(self._context.actor, self._page())
        return [
            Hit(action.icon, _(action.text), action.shortcut.replace("Ctrl+", "Ctrl "), action.run)
            for action in matches(able, typed, _)
        ]

    def _offer(self, typed: str) -> None:
        hits = self._commands(typed)[: MOST - min(6, len(self._found))] + self._found
        self._list.clear()
        for hit in hits[:MOST]:
            item = QListWidgetItem(hit.text)
            item.setData(HIT_ROLE, hit)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._place()

    def _place(self) -> None:
        host = self._list.parentWidget()
        assert host is not None
        at = self.mapTo(host, self.rect().bottomLeft())
        wide = max(420, self.width())
        self._list.setGeometry(at.x() + self.width() - wide, at.y() + 4, wide, 32 * self._list.count() + 4)
        self._list.setVisible(self._list.count() > 0 and self.hasFocus())
        self._list.raise_()

    def _on_searched(self, typed: str) -> None:
        self._found = []
        if len(typed.strip()) >= 2 and self.hasFocus():
            self._context.tasks.read(
                find, typed, _.language, owner=self, key="search", done=self._on_found, failed=lambda _error: None
            )

    def _on_found(self, rows: Sequence[tuple[str, int, str, str, str]]) -> None:
        self._found = [
            Hit(icon, text, note or _(PLACES[kind][1]), partial(self._go, kind, key))
            for kind, key, icon, text, note in rows
        ]
        if self.hasFocus():
            self._offer(self.text())

    def _go(self, kind: str, key: int) -> None:
        self._context.navigate(PLACES[kind][0], **{f"{kind}_id": key})

    def _run(self, hit: Hit) -> None:
        self.leave()
        hit.run()

    def leave(self) -> None:
        """Close the list and clear the field."""
        self._list.hide()
        self._found = []
        self.clear()
        self.clearFocus()
        self.left.emit()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._run(item.data(HIT_ROLE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with arrows, run with Enter, leave with Escape."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._list.setCurrentRow((self._list.currentRow() + step) % max(1, self._list.count()))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._list.currentItem():
            self._run(self._list.currentItem().data(HIT_ROLE))
        elif key == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Offer on focus, hide on leaving."""
        if event.type() == QEvent.Type.FocusIn:
            self._offer(self.text())
        elif event.type() == QEvent.Type.FocusOut:
            self._list.hide()
        return super().eventFilter(watched, event)


def find(read: Any, typed: str, language: str) -> list[tuple[str, int, str, str, str]]:
    """Find machines, people and projects that hold every typed word: (kind, id, icon, text, note)."""
    from center_app.equipment import queries as equipment
    from center_app.registry import queries as registry

    sought = typed.casefold().split()
    rows = [("machine", m.id, m.category_icon, m.names.say(language), m.code) for m in equipment.machines(read)]
    rows += [("person", p.id, "user", p.name, p.organisation.say(language)) for p in registry.people(read)]
    rows += [("project", p.id, "briefcase", f"{p.code} {p.names.say(language)}", "") for p in registry.projects(read)]
    fits = [row for row in rows if all(word in f"{row[3]} {row[4]}".casefold() for word in sought)]
    return fits[:6]
