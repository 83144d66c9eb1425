"""Write machines with their funding shares and booking limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.core.periods import Period
from center_app.core.versions import advance, assign, columns, load
from center_app.equipment import queries, rules
from center_app.equipment.models import FundingShareRow, Machine
from center_app.equipment.occupancy import FAR, occupied
from center_app.equipment.service._common import flush_code, refuse
from center_app.equipment.values import FundingShare, MachineDraft, MachineView

_FLAG = Changed.EQUIPMENT | Changed.OCCUPANCY


def add_machine(work: Work, draft: MachineDraft) -> MachineView:
    """Add a machine."""
    require(work.actor, Right.EDIT_EQUIPMENT)
    refuse(rules.machine_problems(draft))
    row = Machine(**_columns(draft))
    work.session.add(row)
    flush_code(work, draft.code)
    machine_id = row.id or 0
    _store_shares(work, machine_id, draft.funding)
    work.record("machine.add", f"machine:{machine_id}", after=draft, changed=_FLAG)
    return queries.machine(work, machine_id)


def edit_machine(work: Work, machine_id: int, version: int, draft: MachineDraft) -> MachineView:
    """Change a machine; raises StaleError when somebody was faster. Undone by the former draft."""
    require(work.actor, Right.EDIT_EQUIPMENT)
    refuse(rules.machine_problems(draft))
    before = queries.machine(work, machine_id).draft()
    row = load(work, Machine, machine_id)
    advance(row, version, before.code, before, draft)
    assign(row, _columns(draft))
    flush_code(work, draft.code)
    if before.funding != draft.funding:
        work.session.execute(delete(FundingShareRow).where(col(FundingShareRow.machine_id) == machine_id))
        _store_shares(work, machine_id, draft.funding)
    work.record("machine.edit", f"machine:{machine_id}", before, draft, changed=_FLAG)
    return queries.machine(work, machine_id)


def archive_machine(work: Work, machine_id: int, version: int) -> MachineView:
    """Take a machine out of the lists; undone by restore_machine."""
    return _set_archived(work, machine_id, version, True)


def restore_machine(work: Work, machine_id: int, version: int) -> MachineView:
    """Bring an archived machine back."""
    return _set_archived(work, machine_id, version, False)


def _set_archived(work: Work, machine_id: int, version: int, is_archived: bool) -> MachineView:
    require(work.actor, Right.EDIT_EQUIPMENT)
    row = load(work, Machine, machine_id)
    advance(row, version, row.code)
    if is_archived:
        _require_unbooked(work, row)
    row.is_archived = is_archived
    act = "archive" if is_archived else "restore"
    work.record(f"machine.{act}", f"machine:{machine_id}", changed=_FLAG)
    return queries.machine(work, machine_id)


def _require_unbooked(work: Work, row: Machine) -> None:
    """Refuse to archive a machine that somebody counts on."""
    coming = occupied(work, [row.id or 0], Period(work.now, FAR))
    if coming:
        params = {"machine": row.names, "count": len(coming), "start": coming[0].period.start}
        raise PersonError(rules.STILL_BOOKED, **params)


def _columns(draft: MachineDraft) -> dict[str, Any]:
    values = columns(draft, without=("cost", "funding", "policy"))
    values["cost_minor"] = None if draft.cost is None else draft.cost.minor
    values["currency"] = "" if draft.cost is None else draft.cost.currency
    values["policy"] = asdict(draft.policy)
    return values


def _store_shares(work: Work, machine_id: int, funding: tuple[FundingShare, ...]) -> None:
    for position, part in enumerate(funding):
        row = FundingShareRow(
            machine_id=machine_id,
            position=position,
            source=part.source,
            numerator=part.share.numerator,
            denominator=part.share.denominator,
            award_number=part.award_number,
        )
        work.add(row)
