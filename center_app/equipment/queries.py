"""Read the register of machines and outages; each list takes one or two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.core.periods import Period
from center_app.core.picking import pick
from center_app.core.versions import gone, load
from center_app.equipment.models import Category, FundingShareRow, Machine, Outage, Place, Pool
from center_app.equipment.values import (
    BookingPolicy,
    CategoryView,
    Condition,
    FundingShare,
    MachineView,
    Origin,
    OutageKind,
    OutageView,
    PlaceView,
    PoolView,
)
from center_app.registry.models import Person, QualificationKind

_NONE = Label()


def categories(read: Read) -> list[CategoryView]:
    """List categories in their order."""
    return [
        _category(row) for row in read.session.exec(select(Category).order_by(col(Category.position), Category.code))
    ]


def category(read: Read, category_id: int) -> CategoryView:
    """Return one category; raises PersonError GONE."""
    return _category(load(read, Category, category_id))


def _category(row: Category) -> CategoryView:
    return CategoryView(
        id=row.id or 0, version=row.version, code=row.code, names=row.names, icon=row.icon, position=row.position
    )


def places(read: Read) -> list[PlaceView]:
    """List places by code."""
    return [_place(row) for row in read.session.exec(select(Place).order_by(Place.code))]


def place(read: Read, place_id: int) -> PlaceView:
    """Return one place; raises PersonError GONE."""
    return _place(load(read, Place, place_id))


def _place(row: Place) -> PlaceView:
    return PlaceView(id=row.id or 0, version=row.version, code=row.code, names=row.names, short=row.short)


def pools(read: Read) -> list[PoolView]:
    """List pools by code."""
    return [_pool(row) for row in read.session.exec(select(Pool).order_by(Pool.code))]


def pool(read: Read, pool_id: int) -> PoolView:
    """Return one pool; raises PersonError GONE."""
    return _pool(load(read, Pool, pool_id))


def _pool(row: Pool) -> PoolView:
    return PoolView(id=row.id or 0, version=row.version, code=row.code, names=row.names)


def machines(
    read: Read,
    *,
    with_archived: bool = False,
    only: Iterable[int] | None = None,
    pool_id: int | None = None,
    category_id: int | None = None,
    with_funding: bool = True,
) -> list[MachineView]:
    """List machines by category and code with everything a table sorts and filters by.

    Two statements; one without the funding shares, which is all that booking needs.
    """
    statement = _machines()
    if not with_archived:
        statement = statement.where(col(Machine.is_archived).is_(False))
    if only is not None:
        statement = statement.where(col(Machine.id).in_(list(only)))
    if pool_id is not None:
        statement = statement.where(Machine.pool_id == pool_id)
    if category_id is not None:
        statement = statement.where(Machine.category_id == category_id)
    found: Any = read.session.exec(statement).all()
    ids = None if only is None else [parts[0].id for parts in found]
    shares = _shares(read, ids) if with_funding else defaultdict(list)
    return [_machine(shares[parts[0].id], *parts) for parts in found]


@cache
def _machines() -> Any:
    return (
        pick(Machine, Category, Place, Person.name, QualificationKind.names, Pool.names)
        .join(Category, col(Category.id) == Machine.category_id)
        .join(Place, col(Place.id) == Machine.place_id, isouter=True)
        .join(Person, col(Person.id) == Machine.custodian_id, isouter=True)
        .join(QualificationKind, col(QualificationKind.id) == Machine.qualification_kind_id, isouter=True)
        .join(Pool, col(Pool.id) == Machine.pool_id, isouter=True)
        .order_by(col(Category.position), Category.code, Machine.code)
    )


def machine(read: Read, machine_id: int, *, with_funding: bool = True) -> MachineView:
    """Return one machine; raises PersonError GONE."""
    found = machines(read, with_archived=True, only=[machine_id], with_funding=with_funding)
    return found[0] if found else gone(Machine, machine_id)


def machine_by_code(read: Read, code: str) -> MachineView | None:
    """Return the machine with a code such as EQ-0101, or None."""
    found = read.session.exec(select(Machine.id).where(Machine.code == code)).first()
    return None if found is None else machine(read, found)


def policy_of(row: Machine) -> BookingPolicy:
    """Return the booking limits of a row."""
    return BookingPolicy(**row.policy)


def _shares(read: Read, ids: list[int] | None) -> dict[int, list[FundingShare]]:
    shares: dict[int, list[FundingShare]] = defaultdict(list)
    statement = select(FundingShareRow).order_by(col(FundingShareRow.position))
    if ids is not None:
        statement = statement.where(col(FundingShareRow.machine_id).in_(ids))
    for row in read.session.exec(statement):
        share = FundingShare(row.source, Fraction(row.numerator, row.denominator), row.award_number)
        shares[row.machine_id].append(share)
    return shares


def _machine(
    shares: list[FundingShare],
    row: Machine,
    group: Category,
    where: Place | None,
    custodian: str | None,
    qualification: Label | None,
    pooled: Label | None,
) -> MachineView:
    return MachineView(
        id=row.id or 0,
        version=row.version,
        code=row.code,
        names=row.names,
        category_id=row.category_id,
        category=group.names,
        category_icon=group.icon,
        category_position=group.position,
        place_id=row.place_id,
        place=where.names if where else _NONE,
        place_short=where.short if where else "",
        maker=row.maker,
        model=row.model,
        serial=row.serial,
        asset_number=row.asset_number,
        custodian_id=row.custodian_id,
        custodian=custodian or "",
        condition=Condition(row.condition),
        condition_note=row.condition_note,
        acquired_on=row.acquired_on,
        in_service_on=row.in_service_on,
        cost=None if row.cost_minor is None else Money(row.cost_minor, row.currency),
        origin=Origin(row.origin),
        is_new_purchase=row.is_new_purchase,
        is_shareable=row.is_shareable,
        funding=tuple(shares),
        qualification_kind_id=row.qualification_kind_id,
        qualification=qualification or _NONE,
        pool_id=row.pool_id,
        pool=pooled or _NONE,
        next_service_on=row.next_service_on,
        calibrated_until=row.calibrated_until,
        measured_by=row.measured_by,
        capabilities=row.capabilities,
        policy=policy_of(row),
        is_archived=row.is_archived,
    )


def outages_in(
    read: Read, period: Period, *, machine_ids: Iterable[int] | None = None, with_cancelled: bool = False
) -> list[OutageView]:
    """List outages that touch a period, by start; one statement."""
    statement: Any = _outages().where(
        Outage.start_at < period.end, or_(col(Outage.end_at).is_(None), col(Outage.end_at) > period.start)
    )
    if machine_ids is not None:
        statement = statement.where(col(Outage.machine_id).in_(list(machine_ids)))
    if not with_cancelled:
        statement = statement.where(col(Outage.is_cancelled).is_(False))
    return [_outage(*parts) for parts in read.session.exec(statement)]


def outages_now(read: Read) -> list[OutageView]:
    """List the outages that last at this moment."""
    moment: datetime = read.now
    statement: Any = _outages().where(
        col(Outage.is_cancelled).is_(False),
        Outage.start_at <= moment,
        or_(col(Outage.end_at).is_(None), col(Outage.end_at) > moment),
    )
    return [_outage(*parts) for parts in read.session.exec(statement)]


def outage(read: Read, outage_id: int) -> OutageView:
    """Return one outage; raises PersonError GONE."""
    row = load(read, Outage, outage_id)
    machine_row = load(read, Machine, row.machine_id)
    return _outage(row, machine_row.code, machine_row.names)


@cache
def _outages() -> Any:
    return (
        pick(Outage, Machine.code, Machine.names)
        .join(Machine, col(Machine.id) == Outage.machine_id)
        .order_by(col(Outage.start_at))
    )


def _outage(row: Outage, code: str, names: Label) -> OutageView:
    return OutageView(
        id=row.id or 0,
        version=row.version,
        machine_id=row.machine_id,
        machine_code=code,
        machine=names,
        kind=OutageKind(row.kind),
        title=row.title,
        note=row.note,
        start_at=row.start_at,
        end_at=row.end_at,
        is_cancelled=row.is_cancelled,
        reported_by=row.reported_by,
    )
