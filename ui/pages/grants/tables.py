"""The other tabs: ledger, evidence, all rules, and the programme's funding lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from center_app.core.access import Right
from center_app.grants.programmes import Programme, programmes
from center_app.grants.reports.values import RuleRow, Severity, Verdict
from center_app.grants.values import CostView, EvidenceView
from ui.kit.buttons import button
from ui.kit.controls import SearchField
from ui.kit.layout import Card, column, row
from ui.kit.page import Context
from ui.kit.table_model import Column, RowTableModel
from ui.kit.table_view import TableView
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.grants.compliance import verdict_word
from ui.pages.grants.data import Loaded

_PILLS = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_CHECKED: "not_checked"}


class TableCard(Card):
    """A searchable table with acts at the right."""

    def __init__(self, context: Context, name: str, columns: list[Column], acts: list[Any], row_height: int = 32,
                 group_of: Callable[[Any], tuple[str, str]] | None = None) -> None:  # fmt: skip
        """Take the accessible name, columns, widgets for the right side, row height and grouping."""
        super().__init__()
        self.names: dict[str, str] = {}
        self.search = SearchField(_("Filter"))
        self.search.setMaximumWidth(280)
        self.note = label("", "secondary")
        self.model = RowTableModel(columns, group_of)
        self.table = TableView(self.model, name, row_height=row_height, memory=context.memory)
        self.search.searched.connect(self.model.set_filter)
        head = row(self.search, self.note, None, *acts, gap=10, margins=(12, 9, 12, 9))
        body = column(head, rule(), self.table, gap=0)
        body.setStretch(2, 1)
        self.setLayout(body)


def ledger_card(context: Context, bring_in: Callable[[], Any], record: Callable[[], Any],
                reverse: Callable[[], Any], save: Callable[[], Any]) -> TableCard:  # fmt: skip
    """Make the tab of costs."""
    acts = [
        button(_("Reverse…"), reverse, icon="rotate-ccw"), button(_("Import CSV…"), bring_in, icon="upload"),
        button(_("Export CSV…"), save, icon="download"), button(_("Record a cost"), record, icon="plus"),
    ]  # fmt: skip
    for n in (0, 1, 3):
        acts[n].setVisible(context.may(Right.EDIT_LEDGER))
    names: dict[str, str] = {}
    columns = [
        Column("number", _("No."), lambda cost: cost.number, width=84, bold=lambda cost: not cost.is_reversed),
        Column("paid", _("Paid on"), lambda cost: _.date(cost.paid_on, "iso") if cost.paid_on else "–",
               value=lambda cost: cost.paid_on, width=92),
        Column("invoiced", _("Invoiced"), lambda cost: _.date(cost.invoice_on, "iso") if cost.invoice_on else "–",
               value=lambda cost: cost.invoice_on, width=92, drop=2),
        Column("supplier", _("Supplier"), lambda cost: cost.supplier, width=170, stretch=2),
        Column("invoice", _("Invoice number"), lambda cost: cost.invoice_number, width=170, drop=3),
        Column("text", _("Purpose"), lambda cost: cost.text, width=170, stretch=3),
        Column("line", _("Budget line"), lambda cost: names.get(cost.line, cost.line), width=120, drop=1),
        Column("evidence", _("Evidence"), lambda cost: ", ".join(cost.evidence) or _("missing"), width=92,
               token=lambda cost: "" if cost.evidence else "crit"),
        Column("amount", _("Amount"), lambda cost: str(_.money(cost.amount)), value=lambda cost: cost.amount.minor,
               right=True, width=116, token=lambda cost: "text3" if cost.is_reversed else ""),
        Column("state", "", lambda cost: _("reversed") if cost.is_reversed else "", token=lambda _cost: "text3",
               width=76),
    ]  # fmt: skip
    made = TableCard(context, _("Costs"), columns, acts)
    made.names = names
    return made


def show_ledger(card: TableCard, loaded: Loaded) -> None:
    """Fill the tab of costs."""
    card.names.clear()
    card.names.update({line.code: line.names.say(_.language) for line in loaded.budget})
    card.model.set_rows(loaded.costs)
    if loaded.award:
        told = _("{count} costs, {amount} {currency} spent", count=_.number(_valid(loaded.costs)),
                 amount=_.money(loaded.award.spent), currency=loaded.award.amount.currency)  # fmt: skip
        card.note.setText(told)


def _valid(costs: tuple[CostView, ...]) -> int:
    return sum(not cost.is_reversed for cost in costs)


def evidence_card(context: Context, add: Callable[[], Any], show: Callable[[EvidenceView], Any]) -> TableCard:
    """Make the tab of files."""
    acts = [button(_("Add files…"), add, icon="upload")]
    acts[0].setVisible(context.may(Right.EDIT_LEDGER))
    columns = [
        Column("number", _("No."), lambda file: file.number, width=84, bold=lambda _file: True),
        Column("name", _("File"), lambda file: file.name, width=240, stretch=2),
        Column("kind", _("Kind"), lambda file: kind_word(file.kind), width=110),
        Column("costs", _("Costs"), lambda file: ", ".join(file.costs) or "–", width=150, stretch=1),
        Column("sha", _("SHA-256"), lambda file: f"{file.sha256[:8]} {file.sha256[8:16]} …", width=150, drop=2),
        Column("size", _("Size"), lambda file: _.bytes(file.size_bytes), value=lambda file: file.size_bytes, right=True,
               width=80, drop=1),
        Column("added", _("Added"), lambda file: _.date(_.local(file.added_at).date(), "iso"),
               value=lambda file: file.added_at, width=92),
        Column("by", _("By"), lambda file: file.added_by, width=110, drop=3),
    ]  # fmt: skip
    made = TableCard(context, _("Files of evidence"), columns, acts)
    made.table.row_activated.connect(show)
    return made


def kind_word(kind: str) -> str:
    """Return the word for a kind of evidence."""
    return {
        "invoice": _("invoice"), "voucher": _("payment voucher"), "contract": _("contract"), "photo": _("photo"),
        "log": _("log"), "statement": _("bank statement"),
    }.get(kind, kind)  # fmt: skip


def rules_card(context: Context) -> TableCard:
    """Make the tab of all rules."""
    columns = [
        Column("id", _("Rule"), lambda one: one.id, width=76, bold=lambda _one: True),
        Column("name", _("What is checked"), lambda one: one.names.say(_.language), width=240, stretch=2,
               second=lambda one: one.source.say(_.language)),
        Column("verdict", _("Verdict"), lambda one: "", value=lambda one: one.verdict.value,
               pill=lambda one: _PILLS[one.verdict], width=124),
        Column("weight", _("When it fails"), lambda one: severity_word(one.severity), width=130),
        Column("message", _("Finding"), lambda one: one.message.say(_.language), width=280, stretch=3,
               second=lambda one: one.remedy.say(_.language)),
        Column("version", _("Version"), lambda one: one.version, width=64, drop=1),
    ]  # fmt: skip
    return TableCard(context, _("All rules"), columns, [], 48, lambda one: (one.group, one.group))


def severity_word(severity: Severity) -> str:
    """Return what a failure means."""
    return {Severity.ERROR: _("blocks release"), Severity.WARNING: _("must be explained"),
            Severity.NOTE: _("for information")}[severity]  # fmt: skip


def show_rules(card: TableCard, rules: tuple[RuleRow, ...]) -> None:
    """Fill the tab of rules, the open ones first within their group."""
    rank = {Verdict.FAIL: 0, Verdict.NOT_CHECKED: 1, Verdict.PASS: 2}
    order = {group: n for n, group in enumerate(dict.fromkeys(one.group for one in rules))}
    card.model.set_rows(sorted(rules, key=lambda one: (order[one.group], rank[one.verdict], one.id)))
    parts = [f"{sum(one.verdict is verdict for one in rules)} {verdict_word(verdict)}" for verdict in Verdict]
    card.note.setText(" · ".join(parts))


def programme_card(context: Context) -> TableCard:
    """Make the tab of the programme's funding lines."""
    columns = [
        Column("name", _("Funding line"), lambda line: line.names.say(_.language), width=260, stretch=2,
               second=lambda line: line.terms.say(_.language), bold=lambda _line: True),
        Column("cap", _("At most"), lambda line: str(_.money(line.cap)) if line.cap else "–",
               value=lambda line: line.cap.minor if line.cap else None, right=True, width=130),
        Column("quota", _("A year"), lambda line: str(line.quota or "–"), value=lambda line: line.quota, right=True,
               width=70),
        Column("valid", _("Valid"), _valid_text, width=180),
        Column("source", _("Source"), lambda line: line.source.say(_.language), width=220, stretch=1,
               second=lambda line: line.article),
        Column("verified", _("Source verified"), lambda line: _("yes") if line.is_verified else _("not yet"),
               icon=lambda line: "circle-check" if line.is_verified else "circle-dashed",
               token=lambda line: "ok" if line.is_verified else "text3", width=124),
    ]  # fmt: skip
    made = TableCard(context, _("Funding lines"), columns, [], 48)
    made.model.set_rows(list(programmes().values()))
    made.note.setText(_("Dated data with their source; a rule reads them, no code holds them."))
    made.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    return made


def _valid_text(line: Programme) -> str:
    last = _.date(line.valid_to, "iso") if line.valid_to else ""
    return f"{_.date(line.valid_from, 'iso')} – {last}".strip()
