"""The page Grants: one award whole, with the failing rules opened to their rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from center_app.core.access import Right
from center_app.core.changes import Changed
from center_app.core.text import N_
from center_app.grants.values import CostView
from ui.kit.layout import column, holder, row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.panels import EmptyState
from ui.kit.tasks import Task
from ui.kit.words import _
from ui.pages.grants import data, tables
from ui.pages.grants.acts import GrantActs
from ui.pages.grants.compliance import ComplianceCard
from ui.pages.grants.duties import DutiesCard
from ui.pages.grants.header import TABS, Header
from ui.pages.grants.money import BudgetCard, MoneyCard


class GrantsPage(Page):
    """Show an award in tabs; rules are checked in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Grants"))
        self.loaded, self.checked = data.Loaded(), data.Checked("", "")
        self._number = ""
        self._checking: Task | None = None
        self.acts = GrantActs(context, self, lambda: self._number)
        may_edit, may_build = context.may(Right.EDIT_LEDGER), context.may(Right.BUILD_REPORT)
        self.header = Header(self.record, self.build_report, may_edit, may_build)
        self.header.award_picked.connect(self._choose)
        self.header.tab_picked.connect(self._show_tab)
        self.money, self.budget, self.duties = MoneyCard(), BudgetCard(context.memory), DutiesCard()
        self.compliance = ComplianceCard(context.navigate, self.acts, lambda: self.header.tabs.pick("compliance"))
        self.ledger = tables.ledger_card(context, self.bring_in, self.record, self.reverse, self.export)
        self.files = tables.evidence_card(context, self.add_files, self.acts.show_file)
        self.rules = tables.rules_card(context)
        self.programme = tables.programme_card(context)
        self._tabs = QStackedWidget()
        for part in (self._overview(), self.ledger, self.files, self.rules, self.programme):
            self._tabs.addWidget(part)
        self._whole = QStackedWidget()
        inside = column(self.header, self._tabs, gap=12, margins=(16, 14, 16, 16))
        inside.setStretch(1, 1)
        self._whole.addWidget(holder(inside))
        self._whole.addWidget(self._empty())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._whole)
        self._actions()

    def _overview(self) -> QWidget:
        left = column(self.money, self.budget, gap=12)
        left.setStretch(0, 44)
        left.setStretch(1, 56)
        right = column(self.duties, self.compliance, gap=12)
        right.setStretch(1, 1)
        both = row(holder(left), holder(right), gap=12)
        both.setStretch(0, 60)
        both.setStretch(1, 40)
        return holder(both)

    @staticmethod
    def _empty() -> QWidget:
        return EmptyState(
            "landmark", _("No award yet"),
            _("An award comes with its notice: budget lines, instalments and the account. The demo centre has one."),
        )  # fmt: skip

    def _actions(self) -> None:
        for action_id, text, run, key, right in (
            ("grants.record", N_("Record a cost"), self.record, "Ctrl+N", Right.EDIT_LEDGER),
            ("grants.import", N_("Import costs from CSV…"), self.bring_in, "Ctrl+I", Right.EDIT_LEDGER),
            ("grants.reverse", N_("Reverse the chosen cost…"), self.reverse, "", Right.EDIT_LEDGER),
            ("grants.report", N_("Build a report…"), self.build_report, "Ctrl+B", Right.BUILD_REPORT),
            ("grants.find", N_("Filter the list"), self._find, "Ctrl+F", Right.VIEW),
        ):
            self.act(action_id, text, run, shortcut=key, right=right)

    def today(self) -> date:
        """Return the site's day."""
        day: date = _.local(_.now()).date()
        return day

    def refresh(self) -> None:
        """Load the award again, then check its rules."""
        self.context.tasks.read(
            lambda _read: data.load(self.context.center, self._number, self.today()), done=self._on_loaded, owner=self,
            key="award",
        )  # fmt: skip

    def _on_loaded(self, loaded: data.Loaded) -> None:
        self.loaded = loaded
        self._whole.setCurrentIndex(0 if loaded.award else 1)
        if loaded.award is None:
            return
        self._number = loaded.award.number
        today = self.today()
        self.header.show_awards(loaded.awards, loaded.award, today)
        self.money.show_loaded(loaded)
        self.budget.show_loaded(loaded, today)
        self.duties.show_duties(loaded.duties, today)
        tables.show_ledger(self.ledger, loaded)
        self.files.model.set_rows(loaded.evidence)
        self._show_counts()
        self._check()

    def _show_counts(self) -> None:
        open_rules = sum(one.verdict.value != "pass" for one in self.checked.rules) if self.checked.rules else None
        self.header.show_counts(len(self.loaded.costs), len(self.loaded.evidence), open_rules)

    def _check(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
        award = self.loaded.award
        if award is None:
            return
        self.compliance.show_waiting()
        self._checking = self.context.tasks.work(
            data.check, self.context.center, self.context.actor.name, award, self.today(), done=self._on_checked,
            owner=self,
        )  # fmt: skip

    def _on_checked(self, checked: data.Checked) -> None:
        self._checking = None
        if checked.award != self._number:
            return
        self.checked = checked
        self.compliance.show_checked(checked, self.loaded.costs, self.context.may(Right.EDIT_LEDGER))
        tables.show_rules(self.rules, checked.rules)
        self._show_counts()

    def _choose(self, number: str) -> None:
        if number != self._number:
            self._number = number
            self.refresh()

    def _show_tab(self, key: str) -> None:
        self._tabs.setCurrentIndex([name for name, _word in TABS].index(key))

    def _find(self) -> None:
        found = self._tabs.currentWidget()
        if isinstance(found, tables.TableCard):
            found.search.setFocus()

    def record(self) -> None:
        """Ask for a cost."""
        self.acts.record(self.loaded)

    def bring_in(self) -> None:
        """Ask for a file of costs."""
        if self._number:
            self.acts.bring_in(self._number)

    def reverse(self) -> None:
        """Reverse the chosen cost."""
        cost = self.ledger.table.current_row()
        if isinstance(cost, CostView) and not cost.is_reversed:
            self.acts.reverse(cost.number)

    def export(self) -> None:
        """Write the costs as CSV."""
        self.acts.export(self.loaded)

    def add_files(self) -> None:
        """File evidence for the costs chosen in the ledger."""
        self.acts.add_files([one for one in self.ledger.table.selected_rows() if isinstance(one, CostView)])

    def build_report(self) -> None:
        """Go to the reports page and ask for a build."""
        self.context.navigate("reports", award=self._number, build=True)

    def open(self, **args: Any) -> None:
        """Go to an `award`, a `tab`, a `cost` or a `rule`."""
        if args.get("award"):
            self._choose(str(args["award"]))
        for name, tab in (("cost", "ledger"), ("rule", "compliance")):
            if args.get(name):
                self.header.tabs.pick(tab)
        if args.get("tab"):
            self.header.tabs.pick(str(args["tab"]))
        if args.get("cost"):
            self.ledger.table.pick(lambda one: one.number == args["cost"])
        if args.get("rule"):
            self.rules.table.pick(lambda one: one.id == args["rule"])

    def state(self) -> dict[str, Any]:
        """Keep award and tab."""
        return {"award": self._number, "tab": self.header.tabs.key}

    def restore(self, state: dict[str, Any]) -> None:
        """Take them up again."""
        self._number = str(state.get("award", ""))
        if state.get("tab"):
            self.header.tabs.pick(str(state["tab"]))


PAGE = PageSpec(
    id="grants", icon="landmark", title=N_("Grants"), build=GrantsPage,
    watches=Changed.AWARDS | Changed.LEDGER | Changed.EVIDENCE | Changed.HOURS,
)  # fmt: skip
