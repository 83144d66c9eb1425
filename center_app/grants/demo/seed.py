"""Make the demo award and its ledger in a demo centre."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from center_app.core.access import Actor, Role
from center_app.core.db import Database, Work
from center_app.core.labels import LANGUAGES, Label
from center_app.core.money import Money
from center_app.core.paths import RESOURCES
from center_app.core.text import catalogue
from center_app.equipment.values import MachineView
from center_app.grants import evidence, service
from center_app.grants.demo import figures
from center_app.grants.demo.figures import yuan
from center_app.grants.demo.ledger import (
    closed_months,
    commitment_drafts,
    cost_drafts,
    invoice_bytes,
    months_from,
)
from center_app.grants.reports.snapshot import machines_of
from center_app.grants.reports.use import gather
from center_app.grants.values import (
    AwardDraft,
    BudgetLineDraft,
    CostDraft,
    EvidenceDraft,
    InstalmentDraft,
    StatementDraft,
    StoredFile,
)

AWARD_NUMBER = "GDC-2025-007"
MONTHS = 24
OVERCLAIMED = "EQ-0205"
_FIRST = date(2025, 6, 1)
_ZONE = "Asia/Shanghai"


class Register(Protocol):
    """Name what the award needs of the demo's register: people by login, machines by code."""

    @property
    def people(self) -> Mapping[str, int]:
        """Return person numbers by login."""
        ...

    @property
    def machines(self) -> Mapping[str, MachineView]:
        """Return machines by code."""
        ...


def seed(database: Database, folder: Path, register: Register, today: date) -> str:
    """Make the award, its ledger with evidence, and one claim too many; returns its number. Takes a second or two."""
    first = first_day(today)
    actor = Actor(register.people.get("chen.jie", 0), "Chen Jie", Role.MANAGER, "demo")
    machines = [one for one in register.machines.values() if any(s.award_number == AWARD_NUMBER for s in one.funding)]
    items = _items()
    drafts = cost_drafts(AWARD_NUMBER, first, today, machines, items)
    stored = [evidence.put_bytes(folder, invoice_bytes(draft)) for draft in drafts]
    with database.unit_of_work(actor) as work:
        service.add_award(work, award_draft(first, today))
        for draft, file in zip(drafts, stored, strict=True):
            _book(work, draft, file)
        for promise in commitment_drafts(AWARD_NUMBER, today, items):
            service.add_commitment(work, promise)
        _statements(work, first, today, drafts)
        _duties(work, today)
    _claim_too_much(database, folder, actor, today)
    return AWARD_NUMBER


def first_day(today: date) -> date:
    """Return the award's first day: June 2025, or a year ago where that would lie too far back or ahead."""
    is_running = months_from(_FIRST, 1) <= today < months_from(_FIRST, MONTHS)
    return _FIRST if is_running else months_from(today, -12)


def _items() -> list[dict[str, str]]:
    with (RESOURCES / "demo" / "grant_items.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def award_draft(first: date, today: date) -> AwardDraft:
    """Return the demo award: 50,000,000.00 CNY, ten budget lines, four instalments, a plan over 24 months."""
    amount = yuan("50,000,000.00")
    steps = [
        (f"{months_from(first, n):%Y-%m}", Money(amount.minor * part // 1000)) for n, part in enumerate(figures.PLAN)
    ]
    return AwardDraft(
        number=AWARD_NUMBER,
        names=figures.NAMES,
        programme="GD-CENTRE",
        funder=figures.FUNDER,
        grantee=figures.GRANTEE,
        notice=f"粤工信创新〔{first.year}〕88号",
        noticed_on=first - timedelta(days=6),
        first_day=first,
        last_day=months_from(first, MONTHS) - timedelta(days=1),
        amount=amount,
        tier="national",
        financing="post_hoc",
        account="2013 0277 1920 0480 077",
        is_core_tech=True,
        budget=tuple(
            BudgetLineDraft(code=code, names=names, planned=yuan(planned), revised=yuan(revised))
            for code, names, planned, revised, _, _, _ in figures.LINES
        ),
        instalments=tuple(_instalment(first, today, *row) for row in figures.INSTALMENTS),
        plan=tuple(steps),
    )


def _instalment(first: date, today: date, after: int, amount: str, condition: Label) -> InstalmentDraft:
    due = months_from(first, after) + timedelta(days=11 if after else 24)
    has_come = due < months_from(today, 0)
    return InstalmentDraft(
        due_on=due,
        planned=yuan(amount),
        received=yuan(amount) if has_come else None,
        received_on=due + timedelta(days=2) if has_come else None,
        condition=condition,
    )


def _book(work: Work, draft: CostDraft, file: StoredFile) -> None:
    cost = service.add_cost(work, draft)
    service.add_evidence(
        work,
        EvidenceDraft(
            name=f"{draft.invoice_number}.xml", kind="invoice", stored=file, amount=draft.gross, costs=(cost.number,)
        ),
    )


def _statements(work: Work, first: date, today: date, drafts: Sequence[CostDraft]) -> None:
    """File a statement for each closed month but not for the last month, so that CN-18 is not checked."""
    received = [
        (months_from(first, n) + timedelta(days=13 if n else 26), yuan(text)) for n, text, _ in figures.INSTALMENTS
    ]
    for n in range(1, closed_months(first, today)):
        on = months_from(first, n) - timedelta(days=1)
        paid = sum(_share(draft) for draft in drafts if draft.paid_on and draft.paid_on <= on)
        came = sum(money.minor for day, money in received if day <= on)
        interest = Money(1_234_56 * n)
        balance = Money(came + interest.minor - paid)
        work_draft = StatementDraft(award=AWARD_NUMBER, statement_on=on, balance=balance, interest=interest)
        service.file_statement(work, work_draft)


def _share(draft: CostDraft) -> int:
    return draft.gross.times(draft.shares[0].share).minor


def _duties(work: Work, today: date) -> None:
    month = months_from(today, -1)
    texts = {
        language: figures.DUTY_STATEMENT.say(language).format(month=catalogue(language).date(month, "month"))
        for language in LANGUAGES
    }
    service.add_duty(work, AWARD_NUMBER, today + timedelta(days=4), Label(texts), "statement", "Lin Wei")
    people = {"chen.jie": "Chen Jie", "zhou.kai": "Zhou Kai"}
    for kind, days, names, login in figures.DUTIES:
        service.add_duty(work, AWARD_NUMBER, today + timedelta(days=days), names, kind, people[login])


def _claim_too_much(database: Database, folder: Path, actor: Actor, today: date) -> None:
    """Claim booked instead of measured hours on one machine in the last closed month: what GEN-08 finds."""
    last = months_from(today, 0) - timedelta(days=1)
    with database.unit_of_work(actor) as work:
        owned = [machine for machine in machines_of(work, AWARD_NUMBER) if machine.code == OVERCLAIMED]
        if not owned:
            work.session.rollback()
            return
        uses = gather(work, folder, owned, last.replace(day=1), last, _ZONE, {}).uses
        proved = sum(use.effective_us or 0 for use in uses)
        excess = 0
        known = [use for use in uses if use.effective_us is not None and use.booked_us > use.effective_us]
        for use in sorted(known, key=lambda one: (one.effective_us or 0) - one.booked_us):
            if excess * 100 > proved * 6:
                break
            service.claim_hours(work, AWARD_NUMBER, use.id, use.booked_us, "claimed as booked")
            excess += use.booked_us - (use.effective_us or 0)
