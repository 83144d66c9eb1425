"""People and partners: people with dated qualifications, organisations, projects."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from center_app.core.access import Right
from center_app.core.changes import Changed
from center_app.core.text import N_
from center_app.registry.values import OrganisationView, PersonView, ProjectView
from ui.kit.buttons import button, icon_button
from ui.kit.controls import SearchField, SegmentedControl
from ui.kit.layout import Card, column, row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.table_export import table_menu
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.people.acts import PeopleActs
from ui.pages.people.columns import organisation_columns, people_columns, project_columns
from ui.pages.people.data import People, load, load_bookings
from ui.pages.people.sheet import RegistrySheet

TABS = (("people", N_("All people")), ("organisations", N_("Organisations")), ("projects", N_("Projects")))
ADD = {"people": N_("Add person"), "organisations": N_("Add organisation"), "projects": N_("Add project")}


class PeoplePage(Page):
    """The page."""

    def __init__(self, context: Context) -> None:
        """Build three lists and one sheet."""
        super().__init__(context, _("People and partners"))
        self.acts = PeopleActs(context, self)
        self.data: People | None = None
        self.sheet = RegistrySheet(context, self.acts)
        self._chosen: tuple[str, int] | None = None
        self.tables = {
            "people": self._table(people_columns(), _("People"), 48),
            "organisations": self._table(organisation_columns(), _("Organisations"), 32),
            "projects": self._table(project_columns(), _("Projects"), 32),
        }
        self.stack = QStackedWidget()
        for table in self.tables.values():
            self.stack.addWidget(table)
        self.tabs = SegmentedControl(_("Lists"))
        self.tabs.picked.connect(self._on_tab)
        self.search = SearchField(_("Filter by name, organisation, project"))
        self.search.searched.connect(self._on_search)
        self.grant = button(_("Grant a qualification"), self._on_grant, icon="graduation-cap")
        self.add = button(_(ADD["people"]), self._on_add, icon="plus")
        for made in (self.grant, self.add):
            made.setEnabled(context.may(Right.EDIT_REGISTRY))
        self.more = icon_button(_("Columns, export, print"), "columns-3", self._on_more)
        self._foot = label("", "secondary")
        self._lay_out()
        self.setFocusProxy(self.tables["people"])
        self._register()

    def _lay_out(self) -> None:
        first = row(self.search, self.more)
        first.setStretch(0, 1)
        second = row(self.tabs, None, self.grant, self.add)
        bar = column(first, second, gap=8, margins=(12, 12, 12, 10))
        foot = row(self._foot, None, margins=(12, 6, 12, 7))
        inner = column(bar, rule(), self.stack, rule(), foot, gap=0, margins=(1, 1, 1, 1))
        inner.setStretch(2, 1)
        box = row(Card(inner), self.sheet, gap=12, margins=(16, 16, 16, 16))
        box.setStretch(0, 69)
        box.setStretch(1, 31)
        self.sheet.setMinimumWidth(380)
        self.setLayout(box)

    def _table(self, columns: Any, name: str, height: int) -> TableView:
        table = TableView(RowTableModel(columns), name, row_height=height, memory=self.context.memory, edge=6)
        table.same_row = lambda one, two: one.id == two.id
        table.row_picked.connect(self._on_picked)
        table.row_activated.connect(lambda view: self._edit(view))
        table.selectionModel().selectionChanged.connect(lambda *_args: self._show_foot())
        return table

    def _register(self) -> None:
        self.act(
            "people.find", N_("Filter people and partners"), self.search.setFocus, icon="search", shortcut="Ctrl+F"
        )
        self.act(
            "people.add",
            N_("Add to this list"),
            self._on_add,
            icon="plus",
            shortcut="Ctrl+N",
            right=Right.EDIT_REGISTRY,
        )
        self.act("people.grant", N_("Grant a qualification"), self._on_grant, icon="graduation-cap", shortcut="Ctrl+G",
                 right=Right.EDIT_REGISTRY)  # fmt: skip
        self.act("people.edit", N_("Edit the chosen line"), lambda: self._edit(self.sheet.shown),
              icon="pencil", shortcut="F2",
                 right=Right.EDIT_REGISTRY)  # fmt: skip

    @property
    def table(self) -> TableView:
        """Return the table in view."""
        return self.tables[self.tabs.key or "people"]

    def refresh(self) -> None:
        """Read the registry."""
        self.context.tasks.read(load, owner=self, key="people", done=self._on_loaded)

    def _on_loaded(self, data: People) -> None:
        self.data = data
        parts = {"people": data.people, "organisations": data.organisations, "projects": data.projects}
        self.tabs.set_segments([(key, _(word), str(len(parts[key]))) for key, word in TABS])
        for key, table in self.tables.items():
            model = table.model()
            assert isinstance(model, RowTableModel)
            model.set_rows(parts[key])
        self._choose()

    def _choose(self) -> None:
        if self._chosen and self._chosen[0] == self.tabs.key:
            wanted = self._chosen[1]
            if self.table.pick(lambda view: view.id == wanted):
                self._on_picked(self.table.current_row())
                return
        self.table.pick(lambda _view: True)

    def _on_tab(self, key: str) -> None:
        self.stack.setCurrentWidget(self.tables[key])
        self.add.setText(" " + _(ADD[key]))
        self.grant.setVisible(key == "people")
        self._on_search(self.search.text())
        self._choose()
        self._show_foot()

    def _on_search(self, text: str) -> None:
        model = self.table.model()
        assert isinstance(model, RowTableModel)
        model.set_filter(text)
        self._show_foot()

    def _show_foot(self) -> None:
        model = self.table.model()
        assert isinstance(model, RowTableModel)
        shown, chosen = len(model.shown_rows()), len(self.table.selected_rows())
        text = _.plural("{n} line", "{n} lines", shown)
        self._foot.setText(_("{lines}, {n} selected", lines=text, n=chosen) if chosen else text)

    def _on_picked(self, view: Any) -> None:
        if self.data is None or view is None:
            return
        if isinstance(view, PersonView):
            self._chosen = ("people", view.id)
            self.context.tasks.read(
                load_bookings, view.id, owner=self, key="sheet", done=lambda found: self._show_person(view, found)
            )
        elif isinstance(view, OrganisationView):
            self._chosen = ("organisations", view.id)
            self.sheet.show_organisation(self.data, view)
        elif isinstance(view, ProjectView):
            self._chosen = ("projects", view.id)
            self.sheet.show_project(self.data, view)

    def _show_person(self, view: PersonView, bookings: Any) -> None:
        if self.data is not None and self._chosen == ("people", view.id):
            self.sheet.show_person(self.data, view, bookings)

    def _on_more(self) -> None:
        title = _(dict(TABS)[self.tabs.key or "people"])
        table_menu(self.table, title, self.context).exec(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_grant(self) -> None:
        people = [view for view in self.tables["people"].selected_rows() if isinstance(view, PersonView)]
        if self.data and people:
            self.acts.grant(self.data, people)

    def _on_add(self) -> None:
        if self.data is None:
            return
        adders: dict[str, Any] = {
            "people": lambda data: self.acts.edit_person(data, None),
            "organisations": lambda _data: self.acts.edit_organisation(None),
            "projects": lambda data: self.acts.edit_project(data, None),
        }
        adders[self.tabs.key or "people"](self.data)

    def _edit(self, view: Any) -> None:
        if self.data is None or not self.context.may(Right.EDIT_REGISTRY):
            return
        if isinstance(view, PersonView):
            self.acts.edit_person(self.data, view)
        elif isinstance(view, OrganisationView):
            self.acts.edit_organisation(view)
        elif isinstance(view, ProjectView):
            self.acts.edit_project(self.data, view)

    def open(self, **args: Any) -> None:
        """Go to a person, organisation or project: `person_id`, `organisation_id`, `project_id`."""
        for name, tab in (("person_id", "people"), ("organisation_id", "organisations"), ("project_id", "projects")):
            if name in args:
                self._chosen = (tab, args[name])
                self.tabs.pick(tab)
                self._choose()

    def state(self) -> dict[str, Any]:
        """Keep tab, filter and choice."""
        return {"tab": self.tabs.key, "filter": self.search.text(), "chosen": self._chosen}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up tab, filter and choice."""
        self._chosen = state["chosen"]
        self.search.setText(state["filter"])
        if state["tab"]:
            self.tabs.pick(state["tab"])


def build(context: Context) -> QWidget:
    """Make the page."""
    return PeoplePage(context)


PAGE = PageSpec(
    "people", "users", N_("People"), build,
    Changed.PEOPLE | Changed.ORGANISATIONS | Changed.PROJECTS | Changed.BOOKINGS,
)  # fmt: skip
