"""Work on the calendar as a person does, by mouse and by keyboard, down to the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPdfWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from center_app.booking import queries
from center_app.booking.values import BookingState
from center_app.core.access import Role
from center_app.wiring import Center
from tests.support import wait_until
from tests.ui.calendar_world import CalendarWorld, at, calendar_world
from ui.pages.calendar.conflict import Reason
from ui.pages.calendar.explain import explain
from ui.pages.calendar.printing import page_pictures, prepare, print_picture
from ui.shots import settle

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
MILL, MILL_2, LASER = "5-axis mill 01", "5-axis mill 02", "Laser 01"


@pytest.fixture
def world(sqlite_center: Center, qtbot: object) -> Iterator[CalendarWorld]:
    made = calendar_world(sqlite_center)
    yield made
    made.close()


@pytest.fixture
def staff(sqlite_center: Center, qtbot: object) -> Iterator[CalendarWorld]:
    made = calendar_world(sqlite_center, Role.STAFF)
    yield made
    made.close()


def test_the_day_opens_with_the_present_in_view(world: CalendarWorld) -> None:
    picture = world.timeline.picture()
    assert picture.t0 < at(8).timestamp() < picture.t1
    assert world.page.toolbar.title.text() == "Monday, 1 June 2026"
    assert len(picture.rows) == 3


def test_a_drag_on_empty_time_books(world: CalendarWorld) -> None:
    world.drag(world.spot(0, 10.02), world.spot(0, 11), world.spot(0, 12))
    assert world.live() == [(MILL, 10, 12)]
    bars = world.timeline.data.bars
    assert bars.own.tolist() == [True]
    assert world.timeline.bar == 0


def test_a_drag_backwards_books_too(world: CalendarWorld) -> None:
    world.drag(world.spot(1, 14.1), world.spot(1, 12.5))
    assert world.live() == [(MILL_2, 12.5, 14.25)]


def test_a_drag_of_the_body_moves_to_another_time_and_machine(world: CalendarWorld) -> None:
    view = world.book(0, 10, 12)
    world.drag(world.spot(0, 11), world.spot(1, 13), world.spot(1, 14.5))
    assert world.live() == [(MILL_2, 13.5, 15.5)]
    old = world.center.read(queries.booking, view.id)
    assert old.state is BookingState.CANCELLED
    new = world.center.read(queries.booking, old.successor_id or 0)
    assert (new.predecessor_id, new.reference) == (view.id, view.reference)


def test_a_drag_of_an_edge_resizes(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    end = world.spot(0, 12) - QPoint(2, 0)
    world.drag(end, world.spot(0, 13.5))
    assert world.live() == [(MILL, 10, 13.5)]
    start = world.spot(0, 10) + QPoint(2, 0)
    world.drag(start, world.spot(0, 9))
    assert world.live() == [(MILL, 9, 13.5)]


def test_a_conflict_is_shown_before_the_drop_and_the_drop_is_refused(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.book(0, 14.5, 17.5, person=1)
    world.drag(world.spot(0, 11), world.spot(0, 14), drop=False)
    ghost = world.timeline.ghost
    assert ghost is not None
    assert ghost.conflict is not None
    assert ghost.conflict.reason is Reason.BOOKED
    assert (ghost.conflict.start, ghost.conflict.end) == (at(14.5).timestamp(), at(15).timestamp())
    said = explain(ghost, world.timeline.data)
    assert said is not None
    assert said.headline == "14:30–15:00 is already booked"
    assert "Jana Fischer" in said.holder
    assert said.step == "Nearest free: 12:30–14:30 or 17:30–19:30"
    world.release(world.spot(0, 14))
    assert world.timeline.ghost is not None
    assert world.timeline.ghost.refused
    assert world.live() == [(MILL, 10, 12), (MILL, 14.5, 17.5)]


def test_a_buffer_is_a_conflict_too(world: CalendarWorld) -> None:
    world.book(1, 10, 12, person=1)
    world.drag(world.spot(1, 12.02), world.spot(1, 13), drop=False)
    ghost = world.timeline.ghost
    assert ghost is not None
    assert ghost.conflict is not None
    assert ghost.conflict.reason is Reason.BUFFER
    world.release(world.spot(1, 13))
    assert world.live() == [(MILL_2, 10, 12)]


def test_escape_gives_a_drag_up(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.drag(world.spot(0, 11), world.spot(1, 14), drop=False)
    world.keys(Qt.Key.Key_Escape)
    assert world.timeline.ghost is None
    world.release(world.spot(1, 14))
    assert world.live() == [(MILL, 10, 12)]


def test_the_rule_engine_reddens_a_hovering_ghost(world: CalendarWorld) -> None:
    world.drag(world.spot(2, 10.02), world.spot(2, 12), drop=False)
    wait_until(lambda: settle(world.window) and world.timeline.ghost.conflict is not None)
    assert world.timeline.ghost.conflict.reason is Reason.RULE
    assert "qualification" in world.timeline.ghost.conflict.sentence
    world.release(world.spot(2, 12))
    assert world.live() == []


def test_a_booking_of_somebody_else_stays_where_it_is(world: CalendarWorld) -> None:
    world.book(0, 10, 12, person=1)
    world.drag(world.spot(0, 11), world.spot(0, 15), drop=False)
    assert world.timeline.ghost is None
    world.release(world.spot(0, 15))
    assert world.live() == [(MILL, 10, 12)]
    world.keys(Qt.Key.Key_M)
    assert not world.timeline.keys.is_carrying


def test_time_scrolls_while_a_drag_is_held_at_the_edge(world: CalendarWorld) -> None:
    before = world.timeline.axis.origin
    right = QPoint(world.timeline.width() - 3, world.spot(0, 10).y())
    world.drag(world.spot(0, 20), right, drop=False)
    wait_until(lambda: settle(world.window) and world.timeline.axis.origin > before + 3600)
    assert world.timeline.ghost.wish.end > before + 16 * 3600
    world.keys(Qt.Key.Key_Escape)


def test_a_booking_made_with_the_form_by_keyboard_alone(world: CalendarWorld) -> None:
    world.keys((Qt.Key.Key_N, CONTROL))
    form = world.page.conduct.forms.form
    assert form is not None
    world.keys(Qt.Key.Key_Home)
    machine = form.findChildren(type(form.field("machine").editor))[0]
    machine.setFocus()
    world.keys("5-axis mill 02", Qt.Key.Key_Tab, (Qt.Key.Key_A, CONTROL), "2026-06-01 15:00", Qt.Key.Key_Tab)
    world.keys((Qt.Key.Key_A, CONTROL), "2026-06-01 17:30", Qt.Key.Key_Return)
    assert world.live() == [(MILL_2, 15, 17.5)]
    assert world.page.conduct.forms.form is None


def test_arrows_and_enter_draw_a_booking(world: CalendarWorld) -> None:
    world.timeline.setFocus()
    world.timeline.choose(0, -1, int(at(10).timestamp()))
    world.keys(Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Right, (Qt.Key.Key_Right, SHIFT), Qt.Key.Key_Return)
    assert world.live() == [(MILL_2, 10.25, 11.5)]


def test_m_carries_the_selected_booking_and_enter_drops_it(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.click(world.spot(0, 11))
    world.keys(Qt.Key.Key_M, Qt.Key.Key_Down, (Qt.Key.Key_Right, CONTROL), Qt.Key.Key_Return)
    assert world.live() == [(MILL_2, 11, 13)]


def test_carrying_into_a_conflict_keeps_carrying(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.book(0, 12, 13, person=1)
    world.click(world.spot(0, 11))
    world.keys(Qt.Key.Key_M, (Qt.Key.Key_Right, CONTROL), Qt.Key.Key_Return)
    assert world.timeline.keys.is_carrying
    world.keys((Qt.Key.Key_Right, CONTROL), (Qt.Key.Key_Right, CONTROL), Qt.Key.Key_Return)
    assert world.live() == [(MILL, 12, 13), (MILL, 13, 15)]


def test_undo_and_redo_of_a_drawn_booking(world: CalendarWorld) -> None:
    world.drag(world.spot(0, 10.02), world.spot(0, 12))
    assert world.page.conduct.history.undo_label == "Book"
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == []
    world.keys((Qt.Key.Key_Y, CONTROL))
    assert world.live() == [(MILL, 10, 12)]
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == []


def test_undo_walks_back_over_several_acts(world: CalendarWorld) -> None:
    world.drag(world.spot(0, 10.02), world.spot(0, 12))
    world.drag(world.spot(0, 11), world.spot(1, 14))
    world.drag(world.spot(1, 15) - QPoint(2, 0), world.spot(1, 16))
    assert world.live() == [(MILL_2, 13, 16)]
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == [(MILL_2, 13, 15)]
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == [(MILL, 10, 12)]
    world.keys((Qt.Key.Key_Y, CONTROL))
    assert world.live() == [(MILL_2, 13, 15)]


def test_an_undo_that_the_world_overtook_is_told_and_forgotten(world: CalendarWorld) -> None:
    view = world.book(0, 10, 12)
    world.click(world.spot(0, 11))
    world.keys(Qt.Key.Key_Delete)
    assert world.live() == []
    world.book(0, 10, 11, person=1)
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == [(MILL, 10, 11)]
    assert world.center.read(queries.booking, view.id).state is BookingState.CANCELLED


def test_delete_cancels_and_the_toast_takes_it_back(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.click(world.spot(0, 11))
    world.keys(Qt.Key.Key_Delete)
    assert world.live() == []
    world.page.conduct.history.undo()
    world.settle()
    assert world.live() == [(MILL, 10, 12)]


def test_copy_and_paste_book_again_at_the_cursor(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.click(world.spot(0, 11))
    world.keys((Qt.Key.Key_C, CONTROL))
    world.click(world.spot(1, 14.1))
    world.keys((Qt.Key.Key_V, CONTROL))
    assert world.live() == [(MILL, 10, 12), (MILL_2, 14, 16)]


def test_the_form_lists_every_problem_with_who_may_waive(world: CalendarWorld) -> None:
    world.book(1, 10, 12, person=1)
    world.drag(world.spot(1, 13), world.spot(1, 14), drop=False)
    world.keys(Qt.Key.Key_Escape)
    world.timeline.choose(1, -1, int(at(12).timestamp()))
    world.keys((Qt.Key.Key_N, CONTROL))
    wait_until(lambda: settle(world.window) and world.page.conduct.forms.form.problems)
    texts = [child.text() for child in world.page.conduct.forms.form.findChildren(type(world.page.toolbar.title))]
    assert any("Jana Fischer" in text for text in texts)
    assert any(text.startswith("May be waived by") for text in texts)
    world.keys(Qt.Key.Key_Escape)
    assert world.page.conduct.forms.form is None


def test_staff_waive_a_buffer_with_a_reason(staff: CalendarWorld) -> None:
    staff.book(1, 10, 12, person=1)
    staff.timeline.choose(1, -1, int(at(12).timestamp()))
    staff.keys((Qt.Key.Key_N, CONTROL))
    form = staff.page.conduct.forms.form
    assert form is not None
    reason = form.field("waive_reason")
    wait_until(lambda: settle(staff.window) and reason.isVisible())
    staff.keys(Qt.Key.Key_Return)
    assert staff.live() == [(MILL_2, 10, 12)]
    reason.editor.setFocus()
    staff.keys("Same person, no clearing", Qt.Key.Key_Return)
    assert staff.live() == [(MILL_2, 10, 12), (MILL_2, 12, 13)]


def test_a_wish_in_words_finds_slots(world: CalendarWorld) -> None:
    world.book(0, 8.5, 12)
    world.keys(Qt.Key.Key_F)
    world.keys("2 h, 5 axis, today", Qt.Key.Key_Return)
    menu = world.page.conduct.finder.menu
    assert menu is not None
    texts = [act.text() for act in menu.actions()]
    assert f"{MILL_2}, 08:00–10:00" in texts
    assert not any("Laser" in text for text in texts)
    menu.actions()[texts.index(f"{MILL_2}, 08:00–10:00")].trigger()
    menu.close()
    world.settle()
    assert world.page.conduct.forms.form is not None
    world.keys(Qt.Key.Key_Return)
    assert (MILL_2, 8, 10) in world.live()


def test_check_in_and_out_from_the_panel(world: CalendarWorld) -> None:
    view = world.book(0, 8, 10)
    world.click(world.spot(0, 9))
    acts = world.page.conduct.panel_acts
    for wanted, state in (("Check in", BookingState.IN_USE), ("Check out", BookingState.DONE)):
        world.center.clock.advance(600)  # type: ignore[attr-defined]
        main = acts.of_booking(world.page.conduct.detail)[0]
        assert main.text == wanted
        main.run()
        world.settle()
        assert world.center.read(queries.booking, view.id).state is state
    world.page.conduct.history.undo()
    world.settle()
    assert world.center.read(queries.booking, view.id).state is BookingState.IN_USE


def test_out_of_order_displaces_and_one_undo_brings_back(staff: CalendarWorld) -> None:
    staff.book(0, 10, 12)
    staff.book(0, 13, 14, person=1)
    staff.page.conduct.acts.out_of_order(staff.machines[0].id, "Spindle noise")
    staff.settle()
    assert staff.live() == []
    titles = staff.timeline.data.bars.title
    assert any("Spindle noise" in text for text in titles)
    offered = [button.text() for button in staff.page.conduct.panel.findChildren(QPushButton)]
    assert f"{MILL_2}, 10:00–12:00" in offered
    staff.page.conduct.history.undo()
    staff.settle()
    assert staff.live() == [(MILL, 10, 12), (MILL, 13, 14)]


def test_another_desk_does_not_tear_a_drag(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.drag(world.spot(0, 11), world.spot(1, 14), drop=False)
    world.book(0, 16, 17, person=1)
    assert world.timeline.ghost is not None
    world.release(world.spot(1, 14))
    assert world.live() == [(MILL, 16, 17), (MILL_2, 13, 15)]


@pytest.mark.parametrize(("key", "days"), [(Qt.Key.Key_W, 7), (Qt.Key.Key_M, 31), (Qt.Key.Key_D, 0.7)])
def test_keys_switch_the_span(world: CalendarWorld, key: Qt.Key, days: float) -> None:
    world.timeline.setFocus()
    world.keys(key)
    picture = world.timeline.picture()
    assert (picture.t1 - picture.t0) / 86_400 == pytest.approx(days, abs=0.3)
    world.keys(Qt.Key.Key_PageDown)
    assert world.timeline.picture().t0 > picture.t0
    world.keys(Qt.Key.Key_T)
    assert world.timeline.picture().t0 == picture.t0


def test_the_list_shows_the_same_bookings(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.keys(Qt.Key.Key_L)
    rows = world.page.listing.rows()
    assert [(row.machine.say("en"), row.person) for row in rows] == [(MILL, "Chen Yu")]


def test_filters_and_groups_narrow_the_rows(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    assert len(world.timeline.layout_lines.line_of_row) == 3
    world.page.filters.booked.set_on(True)
    assert len(world.timeline.layout_lines.line_of_row) == 1
    world.page.filters.booked.set_on(False)
    world.page.filters.qualified.set_on(True)
    assert [world.timeline.data.rows[n].name for n in world.timeline.layout_lines.line_of_row] == [MILL, MILL_2]
    world.page.rows.group_by("state")
    assert {line.group for line in world.timeline.layout_lines.lines} == {"Free"}
    world.page.rows.group_by("none")
    assert {line.group for line in world.timeline.layout_lines.lines} == {"All machines"}


def test_screen_readers_hear_the_selection(world: CalendarWorld) -> None:
    world.book(0, 10, 12)
    world.click(world.spot(0, 11))
    said = world.timeline.accessibleDescription()
    assert MILL in said
    assert "10:00–12:00" in said
    assert world.timeline.accessibleName() == "Booking timeline"


def test_an_auditor_cannot_draw(sqlite_center: Center, qtbot: object) -> None:
    world = calendar_world(sqlite_center, Role.AUDITOR)
    world.drag(world.spot(0, 10), world.spot(0, 12))
    assert world.live() == []
    assert world.timeline.ghost is None
    world.close()


def test_the_wheel_scrolls_pans_and_zooms(world: CalendarWorld) -> None:
    timeline = world.timeline
    spot = world.spot(0, 12)
    before = timeline.axis.instant(spot.x())
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent

    def wheel(modifier: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            QPointF(spot), timeline.mapToGlobal(QPointF(spot)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        timeline.wheelEvent(event)

    scale = timeline.axis.scale
    wheel(CONTROL)
    assert timeline.axis.scale > scale
    assert timeline.axis.instant(spot.x()) == pytest.approx(before, abs=1)
    origin = timeline.axis.origin
    wheel(SHIFT)
    assert timeline.axis.origin < origin


def test_printing_cuts_the_rows_into_pages(world: CalendarWorld, tmp_path: Path) -> None:
    world.book(0, 10, 12)
    target = tmp_path / "timeline.pdf"
    writer = QPdfWriter(str(target))
    prepare(writer)
    assert print_picture(writer, world.timeline.picture()) == 1
    del writer
    assert target.read_bytes().startswith(b"%PDF")
    pages = page_pictures(world.timeline.picture(), 100)
    assert sum(one.height - 32 for one in pages) == world.timeline.layout_lines.height


def test_a_press_without_a_pull_only_selects(world: CalendarWorld) -> None:
    QTest.mouseClick(world.timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, world.spot(0, 10))
    world.settle()
    assert world.live() == []
    assert world.timeline.row == 0


def test_other_pages_open_a_booking_a_machine_and_a_day(world: CalendarWorld) -> None:
    view = world.book(0, 10, 12, day=3)
    world.page.open(booking_id=view.id)
    world.settle()
    assert world.page.toolbar.title.text() == "Thursday, 4 June 2026"
    assert world.timeline.bar >= 0
    assert world.page.conduct.panel.isVisible()
    world.page.open(machine_id=world.machines[1].id, day=at(8).date())
    world.settle()
    assert world.timeline.data.rows[world.timeline.row].name == MILL_2
    world.page.open(form=True)
    world.settle()
    assert world.page.conduct.forms.form is not None


def test_displaced_bookings_are_taken_up_elsewhere(staff: CalendarWorld) -> None:
    staff.book(0, 10, 12, person=1)
    staff.page.conduct.acts.out_of_order(staff.machines[0].id, "Spindle noise")
    staff.settle()
    staff.page.open(machine_id=staff.machines[0].id, moves=True)
    staff.settle()
    buttons = staff.page.conduct.panel.findChildren(QPushButton)
    next(button for button in buttons if button.text() == f"{MILL_2}, 10:00–12:00").click()
    staff.settle()
    assert staff.live() == [(MILL_2, 10, 12)]
    staff.page.conduct.history.undo()
    staff.settle()
    assert staff.live() == []


def test_text_on_paper_is_as_small_as_on_screen(world: CalendarWorld, tmp_path: Path) -> None:
    import pypdfium2

    target = tmp_path / "timeline.pdf"
    writer = QPdfWriter(str(target))
    prepare(writer)
    print_picture(writer, world.timeline.picture())
    del writer
    document = pypdfium2.PdfDocument(str(target))
    page = document[0].get_textpage()
    text = page.get_text_bounded()
    assert "Laser" in text
    boxes = [page.get_charbox(at) for at in range(page.count_chars())]
    assert max(top - bottom for _left, bottom, _right, top in boxes) < 14
    page.close()
    document.close()


def test_undo_survives_a_switch_of_language(world: CalendarWorld) -> None:
    world.drag(world.spot(0, 10.02), world.spot(0, 12))
    world.window.choose_language("de")
    world.settle()
    world.keys((Qt.Key.Key_Z, CONTROL))
    assert world.live() == []
    world.window.choose_language("en")


def test_acts_in_quick_succession_wait_for_each_other(world: CalendarWorld) -> None:
    first, second = at(10), at(13)
    conduct, machine_id = world.page.conduct, world.machines[0].id
    conduct.create(machine_id, int(first.timestamp()), int(first.timestamp()) + 3600)
    conduct.create(machine_id, int(second.timestamp()), int(second.timestamp()) + 3600)
    assert conduct.history.is_busy
    world.settle()
    assert world.live() == [(MILL, 10, 11), (MILL, 13, 14)]
    world.page.conduct.history.undo()
    world.settle()
    assert world.live() == [(MILL, 10, 11)]


def test_the_form_opens_on_a_calendar_that_was_never_shown(sqlite_center: Center, qtbot: object) -> None:
    world = calendar_world(sqlite_center, opened=False)
    world.window.navigate("calendar", machine_id=world.machines[1].id, book=True)
    world.settle()
    form = world.page.conduct.forms.form
    assert form is not None
    assert form.field("machine").value() == world.machines[1].id
    assert form.field("start").value() == at(8)
    world.close()


def test_a_run_without_booking_is_never_selected_by_itself(world: CalendarWorld) -> None:
    world.drag(world.spot(0, 10.02), world.spot(0, 11), world.spot(0, 12))
    timeline = world.timeline
    timeline.choose(1)
    timeline.indexed.of_id[0] = 0  # a run without a booking has the number 0
    world.page.conduct.select_awaited()
    assert (timeline.row, timeline.bar) == (1, -1)
