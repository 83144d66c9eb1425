"""A centre with a few machines and people, shown in a real window on the calendar page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from center_app.booking import queries
from center_app.booking import service as booking
from center_app.booking.values import BookingDraft, BookingView
from center_app.core.access import SYSTEM, Actor, Role
from center_app.core.centre import CentreDraft, establish
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.equipment import service as equipment
from center_app.equipment.values import BookingPolicy, CategoryDraft, MachineDraft
from center_app.registry import service as registry
from center_app.registry.values import PersonDraft, ProjectDraft, QualificationDraft, QualificationKindDraft
from center_app.wiring import Center
from ui.kit.memory import Memory
from ui.pages.calendar.geometry import BAR_HEIGHT, BAR_TOP, HEADER
from ui.pages.calendar.page import CalendarPage
from ui.shell.window import Window
from ui.shots import application, settle

SITE = ZoneInfo("Asia/Shanghai")
DAY = datetime(2026, 6, 1, tzinfo=SITE)


def at(hour: float, day: int = 0) -> datetime:
    """Give a local hour of Monday 2026-06-01, or of a day after it, in UTC."""
    return (DAY + timedelta(days=day, hours=hour)).astimezone(UTC)


@dataclass
class CalendarWorld:
    """Hold the centre, the window and what tests point at."""

    center: Center
    window: Window
    people: Sequence[Any]
    machines: Sequence[Any]
    project_id: int

    @property
    def page(self) -> CalendarPage:
        """Give the calendar page."""
        return self.window.pages["calendar"]

    @property
    def timeline(self) -> Any:
        """Give the timeline."""
        return self.page.timeline

    def settle(self) -> None:
        """Let every lane finish and the page take up the result."""
        assert settle(self.window)

    def book(self, machine: int, start: float, end: float, person: int = 0, day: int = 0) -> BookingView:
        """Book behind the window's back, as another desk would."""
        draft = BookingDraft(
            start_at=at(start, day), end_at=at(end, day), person_id=self.people[person].id,
            machine_id=self.machines[machine].id, project_id=self.project_id,
        )  # fmt: skip
        view = self.center.write(SYSTEM, booking.book, draft)
        self.page.touch()
        self.settle()
        return view

    def live(self) -> list[tuple[str, float, float]]:
        """List live bookings as (machine, start hour, end hour) of the Monday."""
        views = self.center.read(queries.bookings_in, Period(at(-240), at(480)))
        found = [(view.machine.say("en"), _hour(view.start_at), _hour(view.end_at)) for view in views if view.is_live]
        return sorted(found)

    def spot(self, machine: int, hour: float) -> QPoint:
        """Give the pixel of a machine and local hour in the timeline."""
        timeline = self.timeline
        row = [row.machine_id for row in timeline.data.rows].index(self.machines[machine].id)
        picture = timeline.picture()
        y = picture.y(picture.layout.line_of_row[row]) + BAR_TOP + BAR_HEIGHT / 2
        assert y > HEADER
        return QPoint(round(timeline.axis.x(at(hour).timestamp())), round(y))

    def drag(self, start: QPoint, *stops: QPoint, drop: bool = True) -> None:
        """Press, pull over stops, and let go."""
        QTest.mousePress(self.timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        for stop in (start + QPoint(6, 0), *stops):
            QTest.mouseMove(self.timeline, stop)
            QCoreApplication.processEvents()
        if drop:
            self.release(stops[-1])

    def release(self, spot: QPoint) -> None:
        """Let go and wait for what follows."""
        QTest.mouseRelease(self.timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
        self.settle()

    def click(self, spot: QPoint) -> None:
        """Click once."""
        QTest.mouseClick(self.timeline, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
        self.settle()

    def keys(self, *keys: Any) -> None:
        """Press keys in whatever has the focus; a text is typed, a (key, modifier) pair pressed."""
        for key in keys:
            target = self.window.focusWidget() or self.window
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            elif isinstance(key, tuple):
                QTest.keyClick(target, key[0], key[1])
            else:
                QTest.keyClick(target, key)
            QCoreApplication.processEvents()
        self.settle()

    def close(self) -> None:
        """Close the window and end its lanes."""
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _hour(moment: datetime) -> float:
    return (moment - DAY).total_seconds() / 3600


def calendar_world(
    center: Center, role: Role = Role.ENGINEER, person: int = 0, *, opened: bool = True
) -> CalendarWorld:
    """Found a centre and open its window on the calendar: three machines, the last needs a training."""
    application()
    center.write(SYSTEM, establish, CentreDraft(Label.of("Lingwan")))
    center.__dict__.pop("profile", None)
    kind = center.write(SYSTEM, registry.add_kind, QualificationKindDraft(code="LASER", names=Label.of("Laser")))
    group = center.write(SYSTEM, equipment.add_category, CategoryDraft(code="CNC", names=Label.of("CNC machining")))
    project = center.write(SYSTEM, registry.add_project, ProjectDraft(code="P-2031", names=Label.of("Hip implant")))
    people = []
    for name in ("Chen Yu", "Jana Fischer"):
        draft = PersonDraft(name=name, login=name.split()[0].lower(), role=role, inducted_on=date(2025, 1, 1))
        people.append(center.write(SYSTEM, registry.add_person, draft))
        center.write(SYSTEM, registry.add_member, project.id, people[-1].id)
    center.write(
        SYSTEM, registry.grant, QualificationDraft(person_id=people[1].id, kind_id=kind.id, valid_from=date(2025, 1, 1))
    )
    machines = []
    for n, name in enumerate(("5-axis mill 01", "5-axis mill 02", "Laser 01")):
        draft = MachineDraft(
            code=f"EQ-010{n}", names=Label.of(name), category_id=group.id,
            qualification_kind_id=kind.id if n == 2 else None,
            policy=BookingPolicy(buffer_after_s=1800 if n == 1 else 0),
        )  # fmt: skip
        machines.append(center.write(SYSTEM, equipment.add_machine, draft))
    who = people[person]
    window = Window(center, Actor(who.id, who.name, role, "desk"), Memory(None))
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    world = CalendarWorld(center, window, people, machines, project.id)
    if opened:
        window.navigate("calendar")
        world.settle()
    return world
