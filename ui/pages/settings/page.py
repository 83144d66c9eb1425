"""Settings: search first; this workplace, database and recording on top; rules with who is affected."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from center_app.core.access import Right
from center_app.core.changes import Changed
from center_app.core.doctor import Finding
from center_app.core.text import N_
from ui.kit.buttons import button, icon_button
from ui.kit.controls import SearchField, SegmentedControl
from ui.kit.layout import Card, clear, column, row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.table_export import table_menu
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.settings.acts import SettingsActs
from ui.pages.settings.checks import ChecksCard
from ui.pages.settings.data import Settings, load
from ui.pages.settings.overview import overview
from ui.pages.settings.search import Hit, find
from ui.pages.settings.tables import NOTES, TABLES


class SettingsPage(Page):
    """The page."""

    def __init__(self, context: Context) -> None:
        """Build search, tabs and tables."""
        super().__init__(context, _("Settings"))
        self.acts = SettingsActs(context, self)
        self.data: Settings | None = None
        self._findings: tuple[Finding, ...] | None = None
        self.search = SearchField(_("Search all settings and rules"))
        self.search.searched.connect(self._on_search)
        self.tabs = SegmentedControl(_("Settings"))
        self.tabs.picked.connect(self._on_tab)
        self.add = button(_("Add qualification"), lambda: self.acts.edit_kind(None), icon="plus")
        self.add.setEnabled(context.may(Right.EDIT_REGISTRY))
        self.stack = QStackedWidget()
        self._overview = QVBoxLayout()
        self._overview.setContentsMargins(0, 0, 0, 0)
        first = QWidget()
        first.setLayout(self._overview)
        self.stack.addWidget(first)
        self.tables = {key: self._table(key) for key in TABLES}
        self.results = self._results()
        self._lay_out()
        self.setFocusProxy(self.search)
        self.act("settings.find", N_("Search all settings"), self.search.setFocus, icon="search", shortcut="Ctrl+F")
        self.act("settings.edit", N_("Edit the chosen rule"), self._on_edit, icon="pencil", shortcut="F2")
        self.act("settings.backup", N_("Back up now"), self._back_up, icon="save", right=Right.ADMINISTER)

    def _lay_out(self) -> None:
        bar = row(self.search, self.tabs, self.add, gap=8)
        bar.setStretch(0, 1)
        self.search.setMinimumWidth(220)
        box = column(bar, self.stack, gap=12, margins=(16, 16, 16, 16))
        box.setStretch(1, 1)
        self.setLayout(box)
        self._show_tabs()
        self._on_tab("overview")

    def _show_tabs(self) -> None:
        parts = [("overview", _("Overview"), "")]
        for key, (_name, title, _columns, rows) in TABLES.items():
            parts.append((key, _(title), str(len(rows(self.data))) if self.data else ""))
        self.tabs.set_segments(parts)

    def _table(self, key: str) -> TableView:
        name, title, columns, _rows = TABLES[key]
        table = TableView(RowTableModel(columns()), name, memory=self.context.memory, edge=6)
        table.row_activated.connect(lambda held: self._edit(key, held))
        more = icon_button(_("Columns, export, print"), "columns-3", quiet=True)
        more.clicked.connect(partial(self._on_more, table, _(title), more))
        note = row(label(_(NOTES[key]), "secondary"), None, more, margins=(12, 4, 8, 4))
        inner = column(note, rule(), table, gap=0, margins=(1, 1, 1, 6))
        inner.setStretch(2, 1)
        self.stack.addWidget(Card(inner))
        return table

    def _on_more(self, table: TableView, title: str, at: QWidget, _on: bool = False) -> None:
        table_menu(table, title, self.context).exec(at.mapToGlobal(at.rect().bottomLeft()))

    def _results(self) -> TableView:
        columns = [
            Column("what", _("Setting"), lambda hit: hit.text, second=lambda hit: hit.note, width=320, stretch=3,
                   bold=lambda _hit: True, icon=lambda hit: hit.icon, boxed_icon=True),
            Column("where", _("Where"), lambda hit: hit.where, width=180, stretch=1, token=lambda _hit: "text2"),
        ]  # fmt: skip
        table = TableView(RowTableModel(columns), _("Results"), row_height=48, edge=6)
        table.row_activated.connect(self._on_hit)
        inner = column(table, margins=(1, 1, 1, 6))
        self.stack.addWidget(Card(inner))
        return table

    def refresh(self) -> None:
        """Read everything the page shows."""
        self.context.tasks.read(load, self.context.center, owner=self, key="settings", done=self._on_loaded)

    def _on_loaded(self, data: Settings) -> None:
        self.data = data
        for key, table in self.tables.items():
            model = table.model()
            assert isinstance(model, RowTableModel)
            model.set_rows(TABLES[key][3](data))
        self._show_tabs()
        clear(self._overview)
        self._overview.addWidget(
            overview(
                self.context, data, self._overview_acts(), ChecksCard(self.context, self._findings, self._on_found)
            )
        )

    def _on_found(self, findings: tuple[Finding, ...]) -> None:
        self._findings = findings

    def _overview_acts(self) -> dict[str, Any]:
        window = self.window()
        nothing = lambda *_args: None  # noqa: E731
        return {
            "language": getattr(window, "choose_language", nothing),
            "theme": getattr(window, "choose_theme", nothing),
            "reset": getattr(window, "reset_layout", nothing),
            "centre": lambda: self.acts.edit_centre(self.data.centre) if self.data and self.data.centre else None,
            "backup": self._back_up,
        }

    def _back_up(self) -> None:
        self.acts.back_up(lambda _made: self.refresh())

    def _on_tab(self, key: str) -> None:
        self.add.setVisible(key == "kinds")
        self.stack.setCurrentIndex(["overview", *TABLES].index(key or "overview"))

    def _on_search(self, text: str) -> None:
        if not text.strip():
            self._on_tab(self.tabs.key)
            return
        model = self.results.model()
        assert isinstance(model, RowTableModel)
        model.set_rows(find(self.data, text) if self.data else [])
        self.results.pick(lambda _hit: True)
        self.stack.setCurrentIndex(len(TABLES) + 1)

    def _on_hit(self, hit: Hit) -> None:
        self.search.clear()
        self.tabs.pick(hit.tab)
        self._on_tab(hit.tab)
        if hit.row is not None:
            self.tables[hit.tab].pick(lambda held: held == hit.row)
            self._edit(hit.tab, hit.row)

    def _on_edit(self) -> None:
        table = self.tables.get(self.tabs.key)
        if table is not None and table.current_row() is not None:
            self._edit(self.tabs.key, table.current_row())

    def _edit(self, key: str, held: Any) -> None:
        editors: dict[str, tuple[Right, Any]] = {
            "rules": (Right.EDIT_EQUIPMENT, self.acts.edit_rule),
            "alarms": (Right.EDIT_ALARMS, self.acts.edit_alarm),
            "runs": (Right.EDIT_ALARMS, self.acts.edit_run),
            "kinds": (Right.EDIT_REGISTRY, self.acts.edit_kind),
            "profiles": (Right.RECORD, lambda one: self.context.navigate("cells", profile=one.id)),
        }
        if key in editors:
            right, edit = editors[key]
            if self.context.may(right):
                edit(held)
            else:
                self.context.notices.tell(_("Your role does not allow this change."), token="warn")

    def open(self, **args: Any) -> None:
        """Go to a tab: `tab`."""
        if args.get("tab") in ("overview", *TABLES):
            self.tabs.pick(args["tab"])

    def state(self) -> dict[str, Any]:
        """Keep the tab."""
        return {"tab": self.tabs.key}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the tab."""
        self.open(**state)


def build(context: Context) -> QWidget:
    """Make the page."""
    return SettingsPage(context)


PAGE = PageSpec(
    "settings", "settings", N_("Settings"), build,
    Changed.SETTINGS | Changed.EQUIPMENT | Changed.CELLS | Changed.PEOPLE | Changed.ALARMS, at_bottom=True,
)  # fmt: skip
