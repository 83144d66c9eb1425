"""The sheet of a person, an organisation or a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from center_app.booking.values import BookingView
from center_app.core.access import Right
from center_app.registry.values import OrganisationView, PersonView, ProjectView
from ui.kit.avatar import Avatar
from ui.kit.buttons import button, icon_button
from ui.kit.layout import Card, Item, clear, column, holder, row, scrolling
from ui.kit.page import Context
from ui.kit.panels import EmptyState, KeyValues
from ui.kit.pill import Pill
from ui.kit.states import state
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import Elided, label, rule
from ui.kit.words import _, full_day, weekday_day_month
from ui.pages.people.acts import PeopleActs
from ui.pages.people.data import KIND_WORDS, ROLE_WORDS, People, chip_text, icon_of, project_term, token_of


class RegistrySheet(Card):
    """Show what is chosen in the list."""

    def __init__(self, context: Context, acts: PeopleActs) -> None:
        """Take the context and the page's acts."""
        super().__init__()
        self._context, self._acts = context, acts
        self.shown: Any = None
        self._box = column(gap=0, margins=(1, 1, 1, 1))
        self.setLayout(self._box)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Say that nothing is chosen."""
        self.shown = None
        clear(self._box)
        self._box.addWidget(EmptyState("users", _("Nothing chosen"), _("Choose a line to see its sheet.")))

    def _start(self, view: Any, name: str, note: str, lead: QWidget | None, *acts: Item) -> None:
        self.shown = view
        clear(self._box)
        title = column(Elided(name, "title"), Elided(note, "body", "text2"), gap=1)
        top = row(lead, title, gap=12) if lead else row(title)
        top.setStretch(1 if lead else 0, 1)
        self._box.addLayout(column(top, 10, row(*acts, None, self._more(view)), gap=0, margins=(16, 14, 16, 12)))
        self._box.addWidget(rule())

    def _more(self, view: Any) -> QWidget:
        more = icon_button(_("More"), "ellipsis")
        menu = QMenu(more)
        act = menu.addAction(_("Archive"), lambda: self._acts.archive(view))
        act.setEnabled(self._context.may(Right.EDIT_REGISTRY))
        more.setMenu(menu)
        return more

    def _act(self, text: str, icon: str, run: Callable[[], Any], *, main: bool = False) -> QWidget:
        made = button(text, run, icon=icon, kind="primary" if main else "plain")
        made.setEnabled(self._context.may(Right.EDIT_REGISTRY))
        return made

    def show_person(self, data: People, view: PersonView, bookings: tuple[BookingView, ...]) -> None:
        """Show a person."""
        note = _(", ").join(
            part for part in (_(ROLE_WORDS[view.role.value]), view.organisation.say(_.language)) if part
        )
        grant = self._act(
            _("Grant a qualification"), "graduation-cap", lambda: self._acts.grant(data, [view]), main=True
        )
        edit = self._act(_("Edit"), "pencil", lambda: self._acts.edit_person(data, view))
        self._start(view, view.name, note, Avatar(view.name, 44), grant, edit)
        facts = KeyValues(120)
        facts.show_rows(
            [
                (_("E-mail"), view.email),
                (_("Phone"), view.phone),
                (_("Login name"), view.login),
                (_("Safety induction on"), full_day(view.inducted_on) if view.inducted_on else _("missing")),
                (_("Access until"), full_day(view.access_until) if view.access_until else _("open")),
                (_("Projects"), _(", ").join(view.project_codes)),
            ]
        )
        held = column(label(_("Qualifications"), "strong"), gap=6)
        for one in view.qualifications:
            revoke = icon_button(_("Revoke {kind}", kind=one.kind), "x", self._revoker(one), quiet=True)
            revoke.setEnabled(self._context.may(Right.EDIT_REGISTRY))
            by = Elided(_("by {person}", person=one.granted_by) if one.granted_by else "", "secondary")
            line = row(Pill(chip_text(one), token_of(one), icon_of(one)), by, revoke, gap=10)
            line.setStretch(1, 1)
            held.addLayout(line)
        if not view.qualifications:
            held.addWidget(
                label(
                    _("None yet. Grant one to let this person book machines that need it."),
                    "secondary",
                    "text3",
                    wrap=True,
                )
            )
        top = holder(column(facts, rule(), held, gap=12, margins=(16, 14, 16, 12)))
        self._box.addWidget(top)
        self._box.addWidget(rule())
        self._box.addLayout(row(label(_("Bookings"), "strong"), margins=(16, 10, 16, 6)))
        self._box.addWidget(self._bookings(bookings), 1)

    def _revoker(self, one: Any) -> Callable[[], None]:
        return lambda: self._acts.revoke(one)

    def _bookings(self, bookings: tuple[BookingView, ...]) -> QWidget:
        if not bookings:
            return EmptyState("calendar-days", _("No bookings yet"), _("This person has booked nothing so far."))
        columns = [
            Column("state", _("State"), lambda v: _(state(v.state.value).word), pill=lambda v: v.state.value,
                   pill_look="bare", width=100),
            Column("when", _("Time"), _when, value=lambda v: v.start_at, width=150),
            Column("machine", _("Machine"), lambda v: v.machine.say(_.language), width=120, stretch=1),
        ]  # fmt: skip
        model = RowTableModel(columns)
        table = TableView(model, _("Bookings"), edge=10)
        model.set_rows(bookings)
        table.row_activated.connect(lambda view: self._context.navigate("calendar", booking_id=view.id))
        return table

    def show_organisation(self, data: People, view: OrganisationView) -> None:
        """Show an organisation with its people and projects."""
        edit = self._act(_("Edit"), "pencil", lambda: self._acts.edit_organisation(view), main=True)
        self._start(view, view.names.say(_.language), _(KIND_WORDS[view.kind.value]), None, edit)
        facts = KeyValues(120)
        people = [person.name for person in data.people if person.organisation_id == view.id]
        projects = [project.code for project in data.projects if project.organisation_id == view.id]
        facts.show_rows(
            [
                (_("City"), _(", ").join(part for part in (view.city, view.country) if part)),
                (_("Tax number"), view.tax_number),
                (_("Small firm"), _("Yes") if view.is_small else _("No")),
                (_("Projects"), _(", ").join(projects)),
            ]
        )
        said = label(_(", ").join(people) or "–", "body", wrap=True)
        parts = column(facts, rule(), label(_("People"), "strong"), said, gap=12, margins=(16, 14, 16, 12))
        if view.note:
            parts.addWidget(label(view.note, "body", "text2", wrap=True))
        parts.addStretch(1)
        self._box.addWidget(scrolling(holder(parts)), 1)

    def show_project(self, data: People, view: ProjectView) -> None:
        """Show a project with its members."""
        edit = self._act(_("Edit"), "pencil", lambda: self._acts.edit_project(data, view), main=True)
        self._start(view, f"{view.code} {view.names.say(_.language)}", view.organisation.say(_.language), None, edit)
        facts = KeyValues(120)
        external = _("Yes, hours count as external") if view.is_external else _("No")
        facts.show_rows([(_("Leader"), view.leader), (_("Term"), project_term(view)), (_("Outside user"), external)])
        members = column(label(_("Members"), "strong"), gap=4)
        for member in view.members:
            drop = icon_button(
                _("Remove {person}", person=member.name), "x", self._remover(view, member.person_id), quiet=True
            )
            drop.setEnabled(self._context.may(Right.EDIT_REGISTRY))
            line = row(Avatar(member.name, 24), Elided(member.name), drop, gap=10)
            line.setStretch(1, 1)
            members.addLayout(line)
        members.addWidget(self._member_box(data, view))
        parts = column(facts, rule(), members, None, gap=12, margins=(16, 14, 16, 12))
        self._box.addWidget(scrolling(holder(parts)), 1)

    def _remover(self, view: ProjectView, person_id: int) -> Callable[[], None]:
        return lambda: self._acts.remove_member(view, person_id)

    def _member_box(self, data: People, view: ProjectView) -> QComboBox:
        inside = {member.person_id for member in view.members}
        box = QComboBox()
        box.setAccessibleName(_("Add a member"))
        box.addItem(_("Add a member"), None)
        for person in data.people:
            if person.id not in inside:
                box.addItem(person.name, person.id)
        box.setEnabled(self._context.may(Right.EDIT_REGISTRY))

        def chosen(at: int) -> None:
            if at:
                self._acts.add_member(view, box.itemData(at))

        box.activated.connect(chosen)
        return box


def _when(view: BookingView) -> str:
    start, end = _.local(view.start_at), _.local(view.end_at)
    return f"{weekday_day_month(start.date())} {start:%H:%M}–{end:%H:%M}"
