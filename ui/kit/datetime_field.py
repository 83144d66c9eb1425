"""A date and time field that is quick by keyboard: "1 Jun 14:30", "tomorrow 9", "+2h", arrows."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from center_app.core.text import N_
from ui.kit.words import _, full_day

_CLOCK = re.compile(r"(?<![\d.\-])(\d{1,2})[:h点](\d{2})?(?:\s*min|分)?\s*$|\s(\d{1,2})\s*$|^(\d{1,2})$")
_ISO = re.compile(r"(\d{4})[-年/](\d{1,2})[-月/](\d{1,2})日?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.(\d{4})?")
_STEP = re.compile(r"^\+\s*(\d+(?:[.,]\d+)?)\s*(h|min|d)$")
_DAY_WORDS = (N_("today"), N_("tomorrow"), N_("yesterday"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": 3, "mai": 5, "okt": 10, "dez": 12}
_NAMED = re.compile(r"(\d{1,2})\.?\s+([A-Za-zäÄ]{3,9})\.?(?:\s+(\d{4}))?")


def parse_moment(text: str, now: datetime) -> datetime | None:
    """Read a typed moment in the zone of `now`; None when it cannot be understood."""
    low = text.strip().casefold()
    step = _STEP.match(low)
    if step:
        amount = float(step[1].replace(",", "."))
        return now + amount * {"h": timedelta(hours=1), "min": timedelta(minutes=1), "d": timedelta(days=1)}[step[2]]
    try:
        day, rest = _day(low, now.date())
        clock = _clock(rest)
    except ValueError:
        return None
    if day is None and clock is None:
        return None
    if clock is None and rest.strip():
        return None
    return datetime.combine(day or now.date(), clock or time(0), tzinfo=now.tzinfo)


def _day(text: str, today: date) -> tuple[date | None, str]:
    for n, word in zip((0, 1, -1), _DAY_WORDS, strict=True):
        for said in (word, _(word).casefold()):
            if text.startswith(said):
                return today + timedelta(days=n), text[len(said) :]
    if found := _ISO.search(text):
        return date(int(found[1]), int(found[2]), int(found[3])), " " + text[found.end() :]
    if found := _DOTTED.search(text):
        year = int(found[3]) if found[3] else today.year
        return date(year, int(found[2]), int(found[1])), " " + text[found.end() :]
    if found := _NAMED.search(text):
        return date(int(found[3] or today.year), _month(found[2]), int(found[1])), " " + text[found.end() :]
    return None, text


def _month(name: str) -> int:
    short = name[:3].casefold()
    return _GERMAN.get(short) or _MONTHS.index(short) + 1


def _clock(text: str) -> time | None:
    found = _CLOCK.search(text.strip() if text.strip().isdigit() else text.replace(",", " "))
    if not found:
        return None
    hour = int(found[1] or found[3] or found[4])
    return time(hour % 24 if hour == 24 else hour, int(found[2] or 0))


class DateTimeField(QLineEdit):
    """Edit one instant; arrows step a quarter of an hour, Page keys a day."""

    edited = Signal()

    def __init__(self, value: datetime | None = None) -> None:
        """Take an aware instant, shown in the centre's zone."""
        super().__init__()
        self._zone: tzinfo = _.zone
        self._value = value
        self._bad = False
        self.setToolTip(_("For example: tomorrow 9:30, 2026-06-01 14:00, +2 h; arrow keys step 15 min"))
        self.textEdited.connect(self._on_typed)
        self.editingFinished.connect(self._show)
        self._show()

    def value(self) -> datetime | None:
        """Return the aware instant, None when empty or not understood."""
        return self._value

    def set_value(self, value: datetime | None) -> None:
        """Show an instant."""
        self._value, self._bad = value, False
        self._show()

    def problem(self) -> str:
        """Say what is wrong with the text."""
        return _("This is not a date and time. Write it like 2026-06-01 14:30.") if self._bad else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by keyboard."""
        steps = {
            Qt.Key.Key_Up: timedelta(minutes=15),
            Qt.Key.Key_Down: -timedelta(minutes=15),
            Qt.Key.Key_PageUp: timedelta(days=1),
            Qt.Key.Key_PageDown: -timedelta(days=1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._value is None:
            super().keyPressEvent(event)
            return
        self.set_value(self._value + step)
        self.edited.emit()

    def _on_typed(self, text: str) -> None:
        moment = parse_moment(text, _.now()) if text.strip() else None
        self._value, self._bad = moment, bool(text.strip()) and moment is None
        self.edited.emit()

    def _show(self) -> None:
        if self._value is not None:
            local = self._value.astimezone(self._zone)
            self.setText(f"{full_day(local.date())} {local:%H:%M}")
