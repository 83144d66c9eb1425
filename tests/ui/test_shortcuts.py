"""Keys: no two acts of one place share one, the sheet lists all acts, and menus and caps are readable."""

from __future__ import annotations

from collections import defaultdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.desk import Desk
from ui.kit.text import key_words
from ui.kit.words import _
from ui.shell.pages import PAGES
from ui.shell.shortcuts import ShortcutSheet

WINDOW_WIDE = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)


def place_of(shortcut: QShortcut, desk: Desk) -> str:
    """Name the page that a shortcut belongs to, "" for the window's own."""
    host = shortcut.parent()
    while isinstance(host, QWidget):
        for page_id, page in desk.window.pages.items():
            if host is page:
                return page_id
        host = host.parentWidget()
    return ""


def held_keys(desk: Desk) -> dict[str, dict[str, list[str]]]:
    """Return every place's keys with what they do, the window's own in each place."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for shortcut in desk.window.findChildren(QShortcut):
        if shortcut.isEnabled() and shortcut.context() in WINDOW_WIDE:
            keys = shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
            found[place_of(shortcut, desk)][keys].append(repr(shortcut.parent()))
    return found


def open_sheet(desk: Desk) -> ShortcutSheet:
    """Open the sheet and wait until it knows the acts of every page."""
    desk.window.show_shortcuts()
    sheet = desk.window.findChild(ShortcutSheet)
    assert sheet is not None
    desk.until(lambda: len(desk.window.pages) == len(PAGES), 30.0)
    desk.settle()
    return sheet


def test_no_two_acts_of_one_place_share_a_key(desk: Desk) -> None:
    open_sheet(desk).close()
    held = held_keys(desk)
    assert len(held[""]) > 10
    assert len(held["cells"]) > 10
    for page in (item.id for item in PAGES):
        both = {keys: held[""][keys] + held[page][keys] for keys in {*held[""], *held[page]}}
        assert not {keys: who for keys, who in both.items() if len(who) > 1}, page


def test_the_sheet_lists_every_act_the_person_may_do(desk: Desk) -> None:
    sheet = open_sheet(desk)
    said = {made.text() for made in sheet.findChildren(QLabel)}
    actor = desk.window.session.actor
    acts = [act for act in desk.window.acts.all() if act.right is None or actor.may(act.right)]
    assert {act.page for act in acts} >= {item.id for item in PAGES} - {"today"}
    assert not {_(act.text) for act in acts} - said
    assert key_words("Shift+Left") in said
    sheet.close()


@pytest.mark.parametrize(("keys", "said"), [("+", "+"), ("Ctrl++", "Ctrl +"), ("Shift+Left", "Shift ←"), ("F1", "F1")])
def test_key_caps_are_never_empty(desk: Desk, keys: str, said: str) -> None:
    assert key_words(keys) == said
