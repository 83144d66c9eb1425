"""People and partners: dated qualifications, training for many, forms with undo."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.registry import queries as registry
from tests.ui.desk import Desk
from ui.kit.avatar import initials
from ui.pages.people.data import chip_text, first_expiry, token_of

CTRL = Qt.KeyboardModifier.ControlModifier


def test_those_whose_qualifications_expire_first_come_first(desk: Desk) -> None:
    page = desk.go("people")
    shown = page.table.model().shown_rows()
    assert [first_expiry(person) for person in shown] == sorted(first_expiry(person) for person in shown)
    soon = shown[0].qualifications[0]
    assert chip_text(soon) == "5-axis milling to 21 Jun"
    assert token_of(soon) == "warn"
    assert token_of(shown[-1].qualifications[0]) == "ok"


def test_a_training_for_many_is_one_act_with_one_undo(desk: Desk) -> None:
    page = desk.go("people")
    page.tables["people"].selectAll()
    count = len(desk.center.read(registry.people))
    before = len(desk.center.read(registry.qualifications))
    QTest.keyClick(desk.window, Qt.Key.Key_G, CTRL)
    dialog = desk.dialog()
    dialog.form.field("valid_until").set_value("2027-06-01")
    dialog.submit()
    desk.until(lambda: not dialog.isVisible())
    assert len(desk.center.read(registry.qualifications)) == before + count
    desk.window.notices.toast.undo()  # type: ignore[union-attr]
    desk.until(lambda: len(desk.center.read(registry.qualifications)) == before)


def test_a_person_is_added_by_keyboard(desk: Desk) -> None:
    page = desk.go("people")
    QTest.keyClick(desk.window, Qt.Key.Key_N, CTRL)
    dialog = desk.dialog()
    dialog.form.field("name").editor.setFocus()
    desk.type("Aino Virtanen")
    dialog.form.field("login").editor.setFocus()
    desk.type("aino.virtanen")
    dialog.form.field("email").editor.setFocus()
    desk.type("nowhere")
    assert dialog.form.field("email").problem()
    desk.type("@example.org")
    desk.keys(Qt.Key.Key_Return)
    desk.until(lambda: not dialog.isVisible())
    desk.until(lambda: "Aino Virtanen" in [view.name for view in page.data.people])
    desk.window.notices.toast.undo()  # type: ignore[union-attr]
    desk.until(lambda: "Aino Virtanen" not in [view.name for view in page.data.people])


def test_organisations_and_projects_have_their_lists(desk: Desk) -> None:
    page = desk.go("people")
    page.tabs.pick("organisations")
    assert {view.names.say("en") for view in page.table.model().shown_rows()} == {
        "Lingwan Robotics",
        "Huarui Precision",
    }
    desk.go("people", project_id=desk.center.read(registry.projects)[0].id)
    assert page.tabs.key == "projects"
    assert page.sheet.shown.code == "P-2031"


def test_a_member_leaves_a_project_and_comes_back(desk: Desk) -> None:
    project = desk.center.read(registry.projects)[0]
    page = desk.go("people", project_id=project.id)
    page.acts.remove_member(project, desk.seeded.people[2].id)
    desk.until(lambda: len(desk.center.read(registry.project, project.id).members) == len(project.members) - 1)
    desk.until(desk.toast_text)
    desk.window.notices.toast.undo()  # type: ignore[union-attr]
    desk.until(lambda: len(desk.center.read(registry.project, project.id).members) == len(project.members))


def test_somebody_elses_edit_is_not_overwritten(desk: Desk) -> None:
    page = desk.go("people")
    stale = next(view for view in page.data.people if view.name == "Chen Yu")
    page.acts.edit_person(page.data, stale)
    dialog = desk.dialog()
    from center_app.core.access import SYSTEM
    from center_app.registry import service

    desk.center.write(SYSTEM, service.edit_person, stale.id, stale.version, stale.draft())
    dialog.form.field("phone").set_value("+86 20 1234")
    dialog.submit()
    desk.until(dialog.main.isEnabled)
    assert dialog.isVisible()
    assert dialog.problem.text()
    dialog.reject()


def test_initials() -> None:
    assert [initials(name) for name in ("Lin Wei", "林薇", "Ada", "Jean van der Berg")] == ["LW", "林", "A", "JB"]
