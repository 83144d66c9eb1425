"""Seed organisations, people, projects, qualifications, places and machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from center_app.core.access import Role
from center_app.core.db import Work
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.equipment import service as equipment
from center_app.equipment.values import (
    BookingPolicy,
    CategoryDraft,
    FundingShare,
    MachineDraft,
    MachineView,
    Origin,
    PlaceDraft,
    PoolDraft,
)
from center_app.flows.demo.tables import label, table
from center_app.registry import service as registry
from center_app.registry.values import (
    OrganisationDraft,
    OrganisationKind,
    PersonDraft,
    ProjectDraft,
    QualificationDraft,
    QualificationKindDraft,
)

AWARD_NUMBER = "GDC-2025-007"
_SHAREABLE_FROM = 50_000_000  # minor units: 500,000 yuan
_NEEDS = {"machining": "MACHINING", "cutting": "LASER", "cells": "ROBOT", "metrology": "METROLOGY"}
_AWARD = Label.of("Centre grant", de="Zentrumszuwendung", zh="创新中心建设专项")
_OWN = Label.of("Own funds", de="Eigenmittel", zh="自筹资金")


@dataclass(frozen=True)
class Register:
    """Hold the numbers of what was seeded, by code or login."""

    people: dict[str, int]
    projects: dict[str, int]
    members: dict[str, tuple[str, ...]]
    machines: dict[str, MachineView]
    categories: dict[str, str]


def seed_register(work: Work, now: datetime) -> Register:
    """Fill an empty centre's registry and register of machines."""
    organisations = {row["code"]: _organisation(work, row) for row in table("organisations")}
    people = {row["login"]: _person(work, row, organisations) for row in table("people")}
    projects, members = _projects(work, organisations, people)
    kinds = _qualifications(work, people, now.date())
    machines, categories = _machines(work, people, kinds, now)
    return Register(people, projects, members, machines, categories)


def _organisation(work: Work, row: dict[str, str]) -> int:
    kind = OrganisationKind(row["kind"])
    draft = OrganisationDraft(
        names=label(row), kind=kind, tax_number=row["tax_number"], city=row["city"], is_small=row["small"] == "1"
    )
    return registry.add_organisation(work, draft).id


def _person(work: Work, row: dict[str, str], organisations: dict[str, int]) -> int:
    draft = PersonDraft(
        name=row["name"], login=row["login"], role=Role(row["role"]), email=row["email"],
        organisation_id=organisations.get(row["organisation"]), inducted_on=date(2025, 6, 2),
    )  # fmt: skip
    return registry.add_person(work, draft).id


def _projects(
    work: Work, organisations: dict[str, int], people: dict[str, int]
) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    engineers = [row["login"] for row in table("people") if row["role"] in ("engineer", "staff")]
    home = {row["login"]: row["organisation"] for row in table("people")}
    ids: dict[str, int] = {}
    members: dict[str, tuple[str, ...]] = {}
    for n, row in enumerate(table("projects")):
        draft = ProjectDraft(
            code=row["code"], names=label(row), organisation_id=organisations[row["organisation"]],
            leader_id=people[row["leader"]], starts_on=date.fromisoformat(row["starts_on"]),
            ends_on=date.fromisoformat(row["ends_on"]),
        )  # fmt: skip
        project = registry.add_project(work, draft)
        near = [login for login in engineers if home[login] in (row["organisation"], "lingwan")]
        chosen = dict.fromkeys([row["leader"], *near[n % 5 :: 4], *near[:2]])
        for login in chosen:
            if people[login] not in {member.person_id for member in project.members}:
                project = registry.add_member(work, project.id, people[login])
        ids[row["code"]], members[row["code"]] = project.id, tuple(chosen)
    return ids, members


def _qualifications(work: Work, people: dict[str, int], today: date) -> dict[str, int]:
    kinds: dict[str, int] = {}
    able = [login for login in people if login not in ("admin", "auditor")]
    for n, row in enumerate(table("qualifications")):
        days = int(row["valid_days"]) if row["valid_days"] else None
        kind = registry.add_kind(work, QualificationKindDraft(code=row["code"], names=label(row), valid_days=days))
        kinds[row["code"]] = kind.id
        until = today + timedelta(days=40 + 60 * n) if days else None
        drafts = [
            QualificationDraft(person_id=people[login], kind_id=kind.id, valid_from=date(2025, 6, 9), valid_until=until)
            for login in able
        ]
        registry.grant_many(work, drafts)
    return kinds


def _machines(
    work: Work, people: dict[str, int], kinds: dict[str, int], now: datetime
) -> tuple[dict[str, MachineView], dict[str, str]]:
    categories = {
        row["code"]: equipment.add_category(
            work, CategoryDraft(code=row["code"].upper(), names=label(row), icon=row["icon"], position=n)
        ).id
        for n, row in enumerate(table("categories"))
    }
    places = {
        row["code"]: equipment.add_place(
            work, PlaceDraft(code=row["code"].upper(), names=label(row), short=row["short"])
        ).id
        for row in table("places")
    }
    pool = equipment.add_pool(
        work, PoolDraft(code="ASCEND", names=Label.of("Accelerator cards", de="Beschleunigerkarten", zh="加速卡池"))
    )
    made: dict[str, MachineView] = {}
    belongs: dict[str, str] = {}
    for n, row in enumerate(table("machines")):
        draft = _machine(row, n, now, categories, places, people, kinds, pool.id)
        made[row["code"]] = equipment.add_machine(work, draft)
        belongs[row["code"]] = row["category"]
    return made, belongs


def _machine(
    row: dict[str, str],
    n: int,
    now: datetime,
    categories: dict[str, int],
    places: dict[str, int],
    people: dict[str, int],
    kinds: dict[str, int],
    pool_id: int,
) -> MachineDraft:
    cost = Money.of(row["cost"]) if row["cost"] else None
    category = row["category"]
    buffer_s = int(row["buffer_min"]) * 60
    return MachineDraft(
        code=row["code"], names=label(row), category_id=categories[category], place_id=places[row["place"]],
        maker=row["maker"], model=row["model"], serial=row["serial"], asset_number=f"GDC-A-{n + 1:04d}",
        custodian_id=people[row["custodian"]], acquired_on=date.fromisoformat(row["acquired_on"]),
        in_service_on=date.fromisoformat(row["acquired_on"]) + timedelta(days=14),
        cost=cost, origin=Origin(row["origin"]),
        is_shareable=bool(cost and cost.minor >= _SHAREABLE_FROM), funding=_funding(int(row["funded"])),
        qualification_kind_id=kinds.get(_NEEDS.get(category, "")), pool_id=pool_id if category == "cards" else None,
        next_service_on=now.date() + timedelta(days=4 + n * 7 % 120),
        calibrated_until=now + timedelta(days=9 + n * 13 % 340) if category in ("metrology", "testing") else None,
        policy=BookingPolicy(buffer_after_s=buffer_s, release_after_s=2700, horizon_days=60, max_length_s=72 * 3600),
    )  # fmt: skip


def _funding(per_cent: int) -> tuple[FundingShare, ...]:
    if not per_cent:
        return (FundingShare(_OWN, Fraction(1)),)
    share = Fraction(per_cent, 100)
    return (FundingShare(_AWARD, share, AWARD_NUMBER), FundingShare(_OWN, 1 - share))
