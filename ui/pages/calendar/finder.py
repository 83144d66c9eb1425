"""Search free slots for a wish typed in words, and offer them in a menu under the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from center_app.booking.queries import SlotQuery, find_slots
from center_app.booking.values import BookingDraft, Slot
from center_app.core.periods import Period
from ui.kit.icons import icon
from ui.kit.words import _
from ui.pages.calendar.acts import at
from ui.pages.calendar.formats import day_start, length, local
from ui.pages.calendar.rules_text import slot_text
from ui.pages.calendar.wish import Wish, read_wish

if TYPE_CHECKING:
    from ui.pages.calendar.conduct import Conduct


class Finder:
    """Ask for slots and show what was found; belongs to the GUI thread."""

    def __init__(self, conduct: Conduct) -> None:
        """Attach to the page's conduct."""
        self._conduct = conduct
        self.menu: QMenu | None = None

    def search(self, text: str) -> None:
        """Read the wish and ask for slots."""
        page = self._conduct.page
        wish = read_wish(text, local(page.now_s, page.zone).date())
        if wish.length_s <= 0:
            return
        query = SlotQuery(
            duration_s=wish.length_s,
            period=self._period(wish),
            person_id=page.context.actor.person_id,
            machine_ids=self._machines(wish),
        )
        self._conduct.tasks.read(
            find_slots, query, done=partial(self._show, wish), failed=self._conduct.on_failed, owner=page, key="find"
        )

    def _period(self, wish: Wish) -> Period:
        zone = self._conduct.page.zone
        start = day_start(wish.first, zone) + wish.from_minute * 60
        end = day_start(wish.last + timedelta(days=1), zone) - (1440 - wish.to_minute) * 60
        return Period(max(at(start), at(self._conduct.page.now_s)), max(at(end), at(self._conduct.page.now_s + 900)))

    def _machines(self, wish: Wish) -> tuple[int, ...]:
        """Choose the machines whose names, category, maker or abilities hold every word."""
        loaded = self._conduct.page.loaded
        found = []
        for key, view in loaded.machines.items() if loaded else ():
            labels = (view.names, view.category, view.qualification)
            told = [text for label in labels for text in label.texts.values()]
            if wish.names(view.code, view.maker, view.model, view.capabilities, *told):
                found.append(key)
        return tuple(found)

    def _fits(self, wish: Wish, slot: Slot) -> bool:
        start = slot.period.start.astimezone(UTC).timestamp()
        moment: datetime = local(start, self._conduct.page.zone)
        minute = moment.hour * 60 + moment.minute
        return wish.from_minute <= minute < wish.to_minute

    def _show(self, wish: Wish, slots: list[Slot]) -> None:
        page = self._conduct.page
        fitting = [slot for slot in slots if self._fits(wish, slot)]
        menu = QMenu(page)
        menu.setAccessibleName(_("Free slots"))
        for slot in fitting:
            act = QAction(icon("calendar-plus", "accent"), slot_text(slot, page.zone, page.now_s), menu)
            act.triggered.connect(partial(self._take, slot))
            menu.addAction(act)
        if not fitting:
            text = _("No free slot of {length} found. Try another time or fewer words.", length=length(wish.length_s))
            none = QAction(icon("info", "text2"), text, menu)
            none.setEnabled(False)
            menu.addAction(none)
        self._open(menu)

    def _open(self, menu: QMenu) -> None:
        field = self._conduct.page.toolbar.search
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu
        menu.setMinimumWidth(field.width())
        menu.popup(field.mapToGlobal(QPoint(0, field.height() + 2)))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])

    def _take(self, slot: Slot, _checked: Any = False) -> None:
        """Go to the slot and open the form on it."""
        page = self._conduct.page
        page.go(local(slot.period.start.timestamp(), page.zone).date())
        self._conduct.forms.open(
            BookingDraft(
                machine_id=slot.machine_id,
                start_at=slot.period.start,
                end_at=slot.period.end,
                person_id=page.context.actor.person_id,
            )
        )
