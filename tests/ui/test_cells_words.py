"""What the page Cells says: names beside figures, reasons in three languages, and imported files as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from center_app.core.access import Role
from center_app.telemetry.exchange import importing
from devices.account import REASONS
from tests.ui.desk import Desk
from ui.kit.words import _
from ui.pages.cells.monitor import parted
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.panel import SLOT, slot_width, telling
from ui.pages.cells.plot.stack import PlotChannel
from ui.pages.cells.reasons import reason_text
from ui.pages.cells.tile_paint import pills_of, state_of


def test_names_in_a_header_keep_what_tells_them_apart() -> None:
    assert telling(["Hip torque", "Knee torque"]) == ["Hip", "Knee"]
    assert telling(["Voltage L1", "Voltage L2"]) == ["L1", "L2"]
    assert telling(["Motor 1", "Motor 2"]) == ["Motor 1", "Motor 2"]
    assert telling(["Voltage L1", "Voltage L1"]) == ["Voltage L1", "Voltage L1"]
    assert telling(["torque", "hip torque"]) == ["torque", "hip torque"]


def test_slots_grow_for_long_names_only_while_there_is_room(desk: Desk) -> None:
    assert slot_width(["J1", "J2"], 600.0) == SLOT
    assert slot_width(["Energy of the day"] * 2, 600.0) > SLOT
    assert slot_width(["Energy of the day"] * 8, 600.0) == SLOT


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_every_reason_has_words(desk: Desk, language: str) -> None:
    _.choose(language)
    assert all(reason_text(kind) == names[language] for kind, names in REASONS.items())


def test_an_imported_cell_says_that_it_is_a_file(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "oven.csv"
    file.write_text("time,temperature [C]\n2026-01-05T08:00:00,20.5\n2026-01-05T08:00:01,20.7\n", encoding="utf-8")
    center, actor = desk.center, desk.seeded.actor(1)
    assert actor.role in (Role.MANAGER, Role.ENGINEER, Role.ADMINISTRATOR)
    done = importing.take_in(center.database, center.folder, center.clock, actor, importing.ImportWish(file))
    page = desk.go("cells", cell_id=done.cell_id)
    desk.until(lambda: page.monitor.card is not None and page.monitor.card.is_imported)
    card = page.monitor.card
    assert state_of(card)[2] == "Imported file"
    assert len(pills_of(card)) == 1, "a file loses nothing on the way"
    desk.until(lambda: "oven.csv" in {made.text() for made in page.monitor.facts.findChildren(QLabel)})
    said = {made.text() for made in page.monitor.facts.findChildren(QLabel)}
    assert "Imported from" in said
    assert not said & {"Byte account", "Setting", "Reading", "Data rate"}


def test_units_of_a_bus_stand_in_groups_of_their_own() -> None:
    _.choose("en")
    made = [PlotChannel(ChannelKey(1, f"unit_{n}", "u1"), "Voltage L1", "V", "Phases", None, (), 2) for n in (1, 2)]
    other = PlotChannel(ChannelKey(1, "unit_1", "f"), "Frequency", "Hz", "Total", None, (), 2)
    assert [each.group for each in parted([*made, other])] == ["Phases, unit 1", "Phases, unit 2", "Total"]
