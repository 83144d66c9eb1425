"""Freeze all that a report prints: one read of the store becomes one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from center_app.core.centre import CentreView
from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.equipment.queries import machines
from center_app.equipment.values import MachineView
from center_app.grants import queries
from center_app.grants.programmes import RuleSet, programme, rule_set_on
from center_app.grants.reports import parts, trail
from center_app.grants.reports.recheck import capitals_of
from center_app.grants.reports.registry import with_figures
from center_app.grants.reports.rows import AccountPart, CostRow, ReportPeriod, RuleRow, Severity, Verdict
from center_app.grants.reports.use import Use, gather
from center_app.grants.reports.values import SCHEMA, AuditPart, ReportHead, ReportState, RiskRow, Snapshot
from center_app.grants.rules import CostFact, Facts, ProofFact, evaluate
from center_app.grants.values import AwardView, CostView, EvidenceView, StatementView

PROGRAM = "Center Desk 0.1"
TITLE = Label({"en": "Compliance report", "de": "Verwendungsnachweis", "zh": "专项资金使用情况报告"})
KEY_FIGURES = ("award.spent", "award.free", "use.total.claimed", "use.total.external_share", "use.total.coverage")


@dataclass(frozen=True, kw_only=True)
class ReportRequest:
    """Ask for a report of an award over two days, both included; `slug` names the period, such as Y1.

    `reviewer` is who shall approve it; `reason` says why a later version is made.
    """

    award: str
    slug: str
    names: Label
    first_day: date
    last_day: date
    version: int = 1
    reviewer: str = ""
    reason: str = ""
    title: Label = TITLE


def build_snapshot(read: Read, folder: Path, centre: CentreView, made_by: str, ask: ReportRequest) -> Snapshot:
    """Return the snapshot of a report as the store stands now, with all its figures and rule results."""
    return with_figures(_ruled(read, folder, centre, made_by, ask, with_proofs=True))


def check_award(
    read: Read, folder: Path, centre: CentreView, made_by: str, ask: ReportRequest
) -> tuple[RuleRow, ...]:  # fmt: skip
    """Return the rule results that a report built now would print, without hashing raw bytes."""
    return _ruled(read, folder, centre, made_by, ask, with_proofs=False).rules


def _ruled(
    read: Read, folder: Path, centre: CentreView, made_by: str, ask: ReportRequest, *, with_proofs: bool
) -> Snapshot:
    """Return the snapshot with its rule results, without figures."""
    award = queries.award_view(read, ask.award)
    owned = machines_of(read, ask.award)
    claims = queries.claims_of(read, ask.award)
    use = gather(read, folder, owned, ask.first_day, ask.last_day, centre.zone, claims, with_proofs)
    costs = queries.costs_of(read, ask.award, until=ask.last_day)
    files = queries.evidence_of(read, ask.award)
    head = _head(read, centre, made_by, ask, award)
    bare = _bare(read, ask, award, head, costs, files, owned, use, centre.zone)
    rules = rule_set_on(head.made_at.astimezone(centre.tz).date())
    found = evaluate(_facts(read, folder, bare, costs, files), rules)
    return replace(bare, rules=found, risks=risks_of(found), report=_with_rules(head, rules))


def locked(snapshot: Snapshot, released_by: str) -> Snapshot:
    """Return a snapshot as its released version prints it; nothing but the state and the name changes."""
    return replace(snapshot, report=replace(snapshot.report, state=ReportState.LOCKED, approved_by=released_by))


def machines_of(read: Read, award: str) -> list[MachineView]:
    """Return the machines that an award paid for, wholly or in part."""
    return [one for one in machines(read) if any(share.award_number == award for share in one.funding)]


def _head(read: Read, centre: CentreView, made_by: str, ask: ReportRequest, award: AwardView) -> ReportHead:
    return ReportHead(
        number=f"CD-{ask.award}-{ask.slug}-V{ask.version}",
        title=ask.title,
        version=ask.version,
        state=ReportState.DRAFT,
        made_at=read.now.replace(microsecond=0),
        made_by=made_by,
        approved_by=ask.reviewer,
        rule_set="",
        program=PROGRAM,
        zone=centre.zone,
        currency=award.amount.currency,
        centre=centre.name,
        reason=ask.reason,
    )


def _with_rules(head: ReportHead, rules: RuleSet) -> ReportHead:
    return replace(head, rule_set=rules.id)


def _bare(
    read: Read,
    ask: ReportRequest,
    award: AwardView,
    head: ReportHead,
    costs: Sequence[CostView],
    files: Sequence[EvidenceView],
    owned: Sequence[MachineView],
    use: Use,
    zone: str,
) -> Snapshot:
    """Return the snapshot without rules and figures."""
    last_month = f"{ask.last_day:%Y-%m}"
    trail_head = trail.head(read)
    rows = tuple(parts.cost_row(cost, ask.first_day, ask.last_day) for cost in costs)
    statement = _statement(queries.statements(read, ask.award), ask.last_day)
    return Snapshot(
        schema=SCHEMA,
        report=head,
        period=ReportPeriod(ask.names, ask.first_day, ask.last_day),
        award=parts.award_part(award),
        instalments=parts.instalment_rows(queries.instalments(read, ask.award), ask.last_day),
        budget=parts.budget_rows(queries.budget(read, ask.award)),
        costs=rows,
        commitments=parts.commitment_rows(queries.commitments_of(read, ask.award), ask.last_day),
        plan=parts.plan_rows(queries.spending_plan(read, ask.award, ask.last_day), last_month),
        account=_account(statement, ask.last_day, sum(row.amount_minor for row in rows if row.paid_on)),
        equipment=tuple(parts.equipment_row(machine, ask.award) for machine in owned),
        months=use.months,
        uses=use.uses,
        intervals=use.intervals,
        rules=(),
        risks=(),
        key_figures=KEY_FIGURES,
        evidence=parts.evidence_rows(files, ZoneInfo(zone)),
        audit=AuditPart(trail_head.seq, trail_head.hash),
    )


def _statement(statements: Sequence[StatementView], last: date) -> StatementView | None:
    """Return the newest statement up to a day."""
    return next((one for one in reversed(statements) if one.statement_on <= last), None)


def _account(statement: StatementView | None, last: date, paid: int) -> AccountPart:
    if statement is None:
        return AccountPart(0, paid, None, None)
    is_current = statement.statement_on == last
    balance = statement.balance.minor if is_current else None
    return AccountPart(statement.interest.minor, paid, statement.statement_on, balance)


def _facts(read: Read, folder: Path, bare: Snapshot, costs: Sequence[CostView], files: Sequence[EvidenceView]) -> Facts:
    whole = trail.verdict(read)
    proofs = parts.proof_facts(files, folder)
    return Facts(
        award=bare.award,
        programme=programme(bare.award.programme),
        period=bare.period,
        currency=bare.report.currency,
        costs=tuple(_cost_fact(row, cost, proofs) for row, cost in zip(bare.costs, costs, strict=True)),
        budget=bare.budget,
        instalments=bare.instalments,
        account=bare.account,
        equipment=bare.equipment,
        uses=bare.uses,
        made_by=bare.report.made_by,
        reviewer=bare.report.approved_by,
        made_on=bare.report.made_at.astimezone(ZoneInfo(bare.report.zone)).date(),
        version=bare.report.version,
        reason=bare.report.reason,
        audit_rows=whole.rows,
        audit_first_bad=whole.first_bad or 0,
        capitals=capitals_of(bare),
    )


def _cost_fact(row: CostRow, cost: CostView, proofs: dict[str, ProofFact]) -> CostFact:
    shares: list[tuple[str, Fraction]] = [(share.award, share.share) for share in cost.shares]
    return CostFact(row, tuple(shares), tuple(proofs[number] for number in cost.evidence if number in proofs))


_WEIGHT = {
    (Verdict.FAIL, Severity.ERROR): 0,
    (Verdict.NOT_CHECKED, Severity.ERROR): 1,
    (Verdict.FAIL, Severity.WARNING): 2,
    (Verdict.NOT_CHECKED, Severity.WARNING): 3,
    (Verdict.FAIL, Severity.NOTE): 4,
    (Verdict.NOT_CHECKED, Severity.NOTE): 5,
}


def risks_of(rules: Sequence[RuleRow], most: int = 3) -> tuple[RiskRow, ...]:
    """Return the gravest rules that did not pass."""
    open_rules = [row for row in rules if row.verdict is not Verdict.PASS]
    gravest = sorted(open_rules, key=lambda row: _WEIGHT[row.verdict, row.severity])[:most]
    return tuple(RiskRow(row.id, row.severity, row.verdict, row.message) for row in gravest)
