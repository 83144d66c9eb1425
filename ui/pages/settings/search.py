"""Search over every setting: fixed ones by their words, rules by their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from center_app.core.text import N_
from ui.kit.words import _
from ui.pages.settings.data import Settings
from ui.pages.settings.tables import TABLES

FIXED: Final = (
    (N_("Language"), N_("English, German or Chinese, at once"), "languages"),
    (N_("Appearance"), N_("Light, dark, or as the system"), "moon"),
    (N_("Reset window layout"), N_("Sizes and columns as at the beginning"), "layout-list"),
    (N_("Centre"), N_("Name, time zone, currency, language"), "building-2"),
    (N_("Nightly backup"), N_("When the centre is copied"), "save"),
    (N_("Database"), N_("Kind, place, size, last backup"), "database"),
    (N_("Recording"), N_("Collectors and their ports"), "circle-dot"),
)
ICONS: Final = {
    "rules": "calendar-clock", "alarms": "bell", "runs": "gauge", "profiles": "cable", "kinds": "graduation-cap",
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """Something found: its words, where it is, and the row to edit."""

    text: str
    note: str
    where: str
    tab: str
    icon: str
    row: Any = None


def find(data: Settings, typed: str) -> list[Hit]:
    """Return the settings and rules that hold every typed word."""
    words = typed.casefold().split()
    hits = [Hit(_(text), _(note), _("Overview"), "overview", icon) for text, note, icon in FIXED]
    for key, (_name, title, columns, rows) in TABLES.items():
        shown = columns()
        for held in rows(data):
            note = _(", ").join(text for column in shown[1:] if (text := column.text(held)) not in ("–", ""))
            hits.append(Hit(shown[0].text(held), note, _(title), key, ICONS[key], held))
    return [hit for hit in hits if all(word in f"{hit.text} {hit.note} {hit.where}".casefold() for word in words)]
