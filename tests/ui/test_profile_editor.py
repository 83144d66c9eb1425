"""The editor of device profiles: live preview, problems that lead to their line, saving by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.core.access import Actor, Role
from center_app.core.labels import Label
from center_app.telemetry import channels, service, user_profiles
from center_app.telemetry.values import CellDraft
from devices import profiles
from devices.toml_profiles import compile_text
from ui.kit.recorded import Doors
from ui.pages.cells.data import load_cards
from ui.pages.cells.profile_editor import sources
from ui.pages.cells.profile_editor.dialog import ProfileEditor
from ui.pages.cells.tile_paint import state_of


@pytest.fixture
def editor(desk):
    desk.window.session.become(Actor(0, "Ada", Role.ENGINEER, "desk"))
    page = desk.go("cells")
    made = ProfileEditor(page.context, page)
    made.show()
    desk.until(lambda: made.result_of is not None)
    desk.settle()
    yield made
    for left in desk.visible(ProfileEditor):
        left.discard()
    profiles.set_own(())


def test_the_preview_follows_the_text(desk, editor):
    text = editor.text.toPlainText()
    data = b"\x01\x02" + compile_text(text).simulator(1).bytes_between(0.0, 1.0)
    editor.use_bytes(data)
    desk.settle()
    assert editor.result_of.account.frames_good == 100
    assert editor.result_of.spans[0].kind == "noise"
    assert [row.unit for row in editor.panel.values.rows][:2] == ["N", "N"]
    editor.text.setPlainText(text.replace('unit = "N"', 'unit = "kN"', 1))
    desk.until(lambda: editor.panel.values.rows[0].unit == "kN")


def test_a_problem_leads_to_its_line_and_blocks_saving(desk, editor):
    text = editor.text.toPlainText()
    editor.text.replace_all(text.replace("at = 5", "at = 4"))
    desk.until(lambda: editor.result_of.problems)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one == "at = 5")
    assert [found for found, _problem in editor.result_of.problems] == [line]
    assert not editor.save_button.isEnabled()
    editor.problems.itemActivated.emit(editor.problems.item(0))
    assert editor.text.textCursor().blockNumber() + 1 == line
    editor.text.undo()
    desk.until(lambda: editor.save_button.isEnabled())


def test_saving_by_keyboard_makes_versions(desk, editor):
    QTest.keyClick(editor.text, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    editor.save()
    desk.settle()
    desk.until(lambda: channels.profile("my_force_sensor") is not None)
    (saved,) = desk.center.read(user_profiles.written_profiles)
    assert (saved.version, editor.based_on) == (1, 1)
    editor.text.setPlainText(editor.text.toPlainText().replace('unit = "N"', 'unit = "kN"'))
    desk.until(lambda: editor.save_button.isEnabled() and editor.panel.values.rows[0].unit == "kN")
    editor.save()
    desk.settle()
    assert editor.based_on == 2


def test_what_to_start_from_and_where_bytes_come_from(desk, editor, tmp_path: Path):
    choices = desk.center.read(sources.load_choices)
    assert "binary_frame" in [one.title for one in choices.shipped]
    editor.begin(choices.shipped[0])
    desk.until(lambda: editor.result_of.profile and editor.result_of.profile.id.startswith("my_"))
    assert sources.from_hex("0xAA, 0x55 0d") == b"\xaa\x55\x0d"
    file = tmp_path / "bytes.bin"
    file.write_bytes(bytes(range(256)))
    assert sources.from_file(lambda *_args: None, file) == bytes(range(256))


def test_find_goes_round(desk, editor):
    editor.find_field.setText("[[message.field]]")
    places = set()
    for _turn in range(4):
        editor.find_next()
        places.add(editor.text.textCursor().blockNumber())
    assert len(places) == 3


@pytest.mark.parametrize("name", [name for name, _title in sources.TEMPLATES])
def test_templates_are_sound(name: str):
    assert compile_text(sources.template(name)).id.startswith("my_")


def test_a_cell_whose_profile_was_removed_says_so(desk, admin):
    desk.center.write(admin, user_profiles.save_profile, sources.template("force_sensor_sync"))
    draft = CellDraft(None, Label.of("Sensor"), "/dev/ttyUSB9", "my_force_sensor")
    made = desk.center.write(admin, service.add_cell, draft)

    def words() -> str:
        (card,) = (one for one in load_cards(desk.center, Doors(desk.center.folder), {}, {}) if one.cell.id == made.id)
        return state_of(card)[2]

    assert words() == "Not recording"
    desk.center.write(admin, user_profiles.remove_profile, "my_force_sensor")
    assert words() == "Profile removed"
    profiles.set_own(())


def test_unsaved_text_is_not_lost_by_closing(desk, editor):
    editor.text.insertPlainText("# mine\n")
    editor.close()
    assert editor.isVisible()
    assert editor.foot.is_asking
    desk.keys(Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert not editor.foot.is_asking, "the second Escape keeps the text"
    editor.close()
    editor.foot.discard.click()
    desk.settle()
    assert not desk.visible(ProfileEditor)


def test_the_list_of_profiles_leads_to_the_editor(desk):
    desk.window.session.become(desk.seeded.actor(1))
    desk.settle()
    page = desk.go("settings", tab="profiles")
    wanted = next(row for row in page.data.profiles if row.id == "delimited_text")
    page._edit("profiles", wanted)
    desk.settle()
    (opened,) = desk.visible(ProfileEditor)
    desk.until(lambda: "delimited_text" in opened.text.toPlainText() or opened.problems.count() > 1)
    opened.close()
