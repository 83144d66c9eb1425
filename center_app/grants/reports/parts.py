"""Turn views of the ledger and of equipment into the rows of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from center_app.equipment.values import MachineView
from center_app.grants import evidence
from center_app.grants.reports.rows import (
    AwardPart,
    BudgetRow,
    CommitmentRow,
    CostRow,
    EquipmentRow,
    EvidenceRow,
    InstalmentRow,
    PlanRow,
)
from center_app.grants.rules import ProofFact
from center_app.grants.values import (
    AwardView,
    BudgetLineView,
    CommitmentView,
    CostView,
    EvidenceView,
    InstalmentView,
    PlanView,
)


def award_part(award: AwardView) -> AwardPart:
    """Return the award as the report shows it."""
    return AwardPart(
        number=award.number,
        names=award.names,
        programme=award.programme,
        programme_names=award.programme_names,
        funder=award.funder,
        grantee=award.grantee,
        notice=award.notice,
        noticed_on=award.noticed_on,
        first_day=award.first_day,
        last_day=award.last_day,
        amount_minor=award.amount.minor,
        tier=award.tier,
        financing=award.financing,
        account=award.account,
        budget_version=award.budget_version,
    )


def instalment_rows(parts: Sequence[InstalmentView], last: date) -> tuple[InstalmentRow, ...]:
    """Return the instalments; what came after the period's end has not come yet."""
    return tuple(
        InstalmentRow(
            id=str(part.position),
            due_on=part.due_on,
            planned_minor=part.planned.minor,
            received_minor=part.received.minor if part.received and _is_by(part.received_on, last) else None,
            received_on=part.received_on if _is_by(part.received_on, last) else None,
            condition=part.condition,
        )
        for part in parts
    )


def _is_by(day: date | None, last: date) -> bool:
    return day is not None and day <= last


def budget_rows(lines: Sequence[BudgetLineView]) -> tuple[BudgetRow, ...]:
    """Return the budget lines."""
    return tuple(BudgetRow(line.code, line.names, line.planned.minor, line.revised.minor) for line in lines)


def cost_row(cost: CostView, first: date, last: date) -> CostRow:
    """Return a cost; one without a date counts in the period's last month."""
    day = cost.paid_on or cost.invoice_on or last
    return CostRow(
        id=cost.number,
        line=cost.line,
        month=f"{day:%Y-%m}",
        in_period=first <= day <= last,
        invoice_on=cost.invoice_on,
        paid_on=cost.paid_on,
        supplier=cost.supplier,
        tax_number=cost.tax_number,
        invoice_number=cost.invoice_number,
        text=cost.text,
        net_minor=cost.net.minor,
        vat_minor=cost.vat.minor,
        gross_minor=cost.gross.minor,
        share=cost.share,
        amount_minor=cost.amount.minor,
        machine=cost.machine_code,
        evidence=cost.evidence,
    )


def commitment_rows(views: Sequence[CommitmentView], last: date) -> tuple[CommitmentRow, ...]:
    """Return the commitments made up to a day."""
    return tuple(
        CommitmentRow(view.number, view.line, view.supplier, view.text, view.agreed_on, view.amount.minor)
        for view in views
        if view.agreed_on <= last
    )


def plan_rows(plan: Sequence[PlanView], last_month: str) -> tuple[PlanRow, ...]:
    """Return the plan by month."""
    return tuple(PlanRow(point.month, point.planned.minor, point.month <= last_month) for point in plan)


def equipment_row(machine: MachineView, award: str) -> EquipmentRow:
    """Return a machine with the share that an award pays."""
    share = sum((part.share for part in machine.funding if part.award_number == award), Fraction(0))
    return EquipmentRow(
        code=machine.code,
        names=machine.names,
        category=machine.category,
        maker=machine.maker,
        model=machine.model,
        serial=machine.serial,
        asset_number=machine.asset_number,
        place=machine.place,
        custodian=machine.custodian,
        acquired_on=machine.acquired_on,
        in_service_on=machine.in_service_on,
        cost_minor=machine.cost.minor if machine.cost else None,
        share=share,
        funded_minor=machine.cost.times(share).minor if machine.cost else None,
        origin=machine.origin.value,
        is_new_purchase=machine.is_new_purchase,
        is_shareable=machine.is_shareable,
        condition=machine.condition.value,
        measured_by=machine.measured_by,
    )


def evidence_rows(files: Sequence[EvidenceView], zone: ZoneInfo) -> tuple[EvidenceRow, ...]:
    """Return the index of evidence."""
    return tuple(
        EvidenceRow(
            number=file.number,
            name=file.name,
            kind=file.kind,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            added_on=file.added_at.astimezone(zone).date(),
            items=file.costs,
        )
        for file in files
    )


def proof_facts(files: Sequence[EvidenceView], folder: Path) -> dict[str, ProofFact]:
    """Return each file by number, with its amount and whether its bytes still have their hash."""
    has_folder = evidence.folder_of(folder).is_dir()
    return {
        file.number: ProofFact(
            file.number,
            file.amount.minor if file.amount else None,
            (evidence.is_intact(folder, file.sha256) or False) if has_folder else None,
        )
        for file in files
    }
