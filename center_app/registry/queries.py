"""Read the registry; each list takes one or two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from center_app.core.access import Role
from center_app.core.db import Read
from center_app.core.labels import Label
from center_app.core.picking import pick
from center_app.core.versions import load
from center_app.registry.models import (
    Organisation,
    Person,
    Project,
    ProjectMember,
    Qualification,
    QualificationKind,
)
from center_app.registry.values import (
    OrganisationKind,
    OrganisationView,
    PersonView,
    ProjectMemberView,
    ProjectTerm,
    ProjectView,
    QualificationKindView,
    QualificationView,
    Standing,
)

NO_LABEL = Label()
_FAR = date.max


def organisations(read: Read, *, with_archived: bool = False) -> list[OrganisationView]:
    """List organisations with how many people and projects each has, by name."""
    people = (
        select(func.count()).where(Person.organisation_id == Organisation.id, col(Person.is_archived).is_(False))
    ).scalar_subquery()
    projects = (
        select(func.count()).where(Project.organisation_id == Organisation.id, col(Project.is_archived).is_(False))
    ).scalar_subquery()
    statement = select(Organisation, people, projects)
    if not with_archived:
        statement = statement.where(col(Organisation.is_archived).is_(False))
    views = [_organisation(row, many, count) for row, many, count in read.session.exec(statement)]
    return sorted(views, key=lambda view: str(view.names).casefold())


def organisation(read: Read, organisation_id: int) -> OrganisationView:
    """Return one organisation; raises PersonError GONE."""
    return _organisation(load(read, Organisation, organisation_id))


def _organisation(row: Organisation, people: int = 0, projects: int = 0) -> OrganisationView:
    return OrganisationView(
        id=row.id or 0,
        version=row.version,
        names=row.names,
        kind=OrganisationKind(row.kind),
        tax_number=row.tax_number,
        country=row.country,
        city=row.city,
        is_small=row.is_small,
        note=row.note,
        is_archived=row.is_archived,
        people=people,
        projects=projects,
    )


def people(read: Read, *, with_archived: bool = False, only: Iterable[int] | None = None) -> list[PersonView]:
    """List people with organisation, projects and qualifications, by name; three statements."""
    statement = pick(Person, Organisation.names).join(
        Organisation, col(Person.organisation_id) == Organisation.id, isouter=True
    )
    if not with_archived:
        statement = statement.where(col(Person.is_archived).is_(False))
    ids = None if only is None else list(only)
    if ids is not None:
        statement = statement.where(col(Person.id).in_(ids))
    found = read.session.exec(statement).all()
    held, codes = _held_by_person(read, ids), _codes_by_person(read, ids)
    views = [_person(row, names, held[row.id or 0], codes[row.id or 0]) for row, names in found]
    return sorted(views, key=lambda view: view.name.casefold())


def person(read: Read, person_id: int) -> PersonView:
    """Return one person; raises PersonError GONE."""
    load(read, Person, person_id)
    return people(read, with_archived=True, only=[person_id])[0]


def person_by_login(read: Read, login: str) -> PersonView | None:
    """Return the person of a login name, or None."""
    found = read.session.exec(select(Person.id).where(Person.login == login)).first()
    return None if found is None else person(read, found)


def _person(row: Person, names: Label | None, held: Sequence[QualificationView], codes: Sequence[str]) -> PersonView:
    return PersonView(
        id=row.id or 0,
        version=row.version,
        name=row.name,
        login=row.login,
        role=Role(row.role),
        organisation_id=row.organisation_id,
        organisation=names or NO_LABEL,
        email=row.email,
        phone=row.phone,
        inducted_on=row.inducted_on,
        access_until=row.access_until,
        is_archived=row.is_archived,
        qualifications=tuple(sorted(held, key=lambda view: (view.valid_until or _FAR, view.kind_code))),
        project_codes=tuple(sorted(codes)),
    )


def _held_by_person(read: Read, ids: Sequence[int] | None) -> dict[int, list[QualificationView]]:
    held: dict[int, list[QualificationView]] = defaultdict(list)
    for view in qualifications(read, person_ids=ids):
        held[view.person_id].append(view)
    return held


def _codes_by_person(read: Read, ids: Sequence[int] | None) -> dict[int, list[str]]:
    statement = (
        select(ProjectMember.person_id, Project.code)
        .join(Project, col(Project.id) == ProjectMember.project_id)
        .where(col(Project.is_archived).is_(False))
    )
    if ids is not None:
        statement = statement.where(col(ProjectMember.person_id).in_(ids))
    codes: dict[int, list[str]] = defaultdict(list)
    for person_id, code in read.session.exec(statement):
        codes[person_id].append(code)
    return codes


def qualifications(
    read: Read,
    *,
    person_ids: Sequence[int] | None = None,
    kind_id: int | None = None,
    with_archived: bool = False,
) -> list[QualificationView]:
    """List granted qualifications, those that expire first on top; one statement."""
    statement: Any = (
        select(Qualification, Person.name, QualificationKind)
        .join(Person, col(Person.id) == Qualification.person_id)
        .join(QualificationKind, col(QualificationKind.id) == Qualification.kind_id)
    )
    if not with_archived:
        statement = statement.where(col(Qualification.is_archived).is_(False))
    if person_ids is not None:
        statement = statement.where(col(Qualification.person_id).in_(person_ids))
    if kind_id is not None:
        statement = statement.where(Qualification.kind_id == kind_id)
    views = [_qualification(row, name, kind) for row, name, kind in read.session.exec(statement)]
    return sorted(views, key=lambda view: (view.valid_until or _FAR, view.person.casefold()))


def qualification(read: Read, qualification_id: int) -> QualificationView:
    """Return one granted qualification; raises PersonError GONE."""
    row = load(read, Qualification, qualification_id)
    return _qualification(row, load(read, Person, row.person_id).name, load(read, QualificationKind, row.kind_id))


def _qualification(row: Qualification, name: str, kind: QualificationKind) -> QualificationView:
    return QualificationView(
        id=row.id or 0,
        version=row.version,
        person_id=row.person_id,
        person=name,
        kind_id=row.kind_id,
        kind_code=kind.code,
        kind=kind.names,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        granted_by=row.granted_by,
        is_archived=row.is_archived,
    )


def qualification_kinds(read: Read, *, with_archived: bool = False) -> list[QualificationKindView]:
    """List kinds of qualification with how many people hold each today, by code."""
    today = read.now.date()
    holders = (
        select(func.count(func.distinct(Qualification.person_id)))
        .where(
            Qualification.kind_id == QualificationKind.id,
            col(Qualification.is_archived).is_(False),
            col(Qualification.valid_from) <= today,
            (col(Qualification.valid_until).is_(None)) | (col(Qualification.valid_until) >= today),
        )
        .scalar_subquery()
    )
    statement = select(QualificationKind, holders).order_by(QualificationKind.code)
    if not with_archived:
        statement = statement.where(col(QualificationKind.is_archived).is_(False))
    return [_kind(row, count) for row, count in read.session.exec(statement)]


def qualification_kind(read: Read, kind_id: int) -> QualificationKindView:
    """Return one kind of qualification; raises PersonError GONE."""
    return _kind(load(read, QualificationKind, kind_id))


def _kind(row: QualificationKind, holders: int = 0) -> QualificationKindView:
    return QualificationKindView(
        id=row.id or 0,
        version=row.version,
        code=row.code,
        names=row.names,
        valid_days=row.valid_days,
        is_archived=row.is_archived,
        holders=holders,
    )


def projects(
    read: Read, *, with_archived: bool = False, only: Iterable[int] | None = None, member_id: int | None = None
) -> list[ProjectView]:
    """List projects with organisation and members, by code; two statements."""
    statement: Any = (
        select(Project, Organisation, Person.name)
        .join(Organisation, col(Project.organisation_id) == Organisation.id, isouter=True)
        .join(Person, col(Project.leader_id) == Person.id, isouter=True)
        .order_by(Project.code)
    )
    if not with_archived:
        statement = statement.where(col(Project.is_archived).is_(False))
    if only is not None:
        statement = statement.where(col(Project.id).in_(list(only)))
    if member_id is not None:
        mine = select(ProjectMember.project_id).where(ProjectMember.person_id == member_id)
        statement = statement.where(col(Project.id).in_(mine))
    found = read.session.exec(statement).all()
    members = _members_by_project(read)
    return [_project(row, owner, leader, members[row.id]) for row, owner, leader in found]


def project(read: Read, project_id: int) -> ProjectView:
    """Return one project; raises PersonError GONE."""
    load(read, Project, project_id)
    return projects(read, with_archived=True, only=[project_id])[0]


def _members_by_project(read: Read) -> dict[int, list[ProjectMemberView]]:
    statement = select(ProjectMember.project_id, Person.id, Person.name).join(
        Person, col(Person.id) == ProjectMember.person_id
    )
    members: dict[int, list[ProjectMemberView]] = defaultdict(list)
    for project_id, person_id, name in read.session.exec(statement.order_by(Person.name)):
        members[project_id].append(ProjectMemberView(person_id=person_id or 0, name=name))
    return members


def _project(
    row: Project, owner: Organisation | None, leader: str | None, members: Sequence[ProjectMemberView]
) -> ProjectView:
    return ProjectView(
        id=row.id or 0,
        version=row.version,
        code=row.code,
        names=row.names,
        organisation_id=row.organisation_id,
        organisation=owner.names if owner else NO_LABEL,
        organisation_kind=OrganisationKind(owner.kind) if owner else None,
        leader_id=row.leader_id,
        leader=leader or "",
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        note=row.note,
        is_archived=row.is_archived,
        members=tuple(members),
    )


def standing(read: Read, person_id: int, kind_id: int | None, first: date, last: date) -> Standing:
    """Say what booking rules need of a person for the days first to last; three statements."""
    row = load(read, Person, person_id)
    until, is_qualified = (None, True) if kind_id is None else _qualified(read, person_id, kind_id, first, last)
    return Standing(
        person_id=person_id,
        name=row.name,
        is_archived=row.is_archived,
        inducted_on=row.inducted_on,
        access_until=row.access_until,
        qualified_until=until,
        is_qualified=is_qualified,
        projects=_terms(read, person_id),
    )


def _qualified(read: Read, person_id: int, kind_id: int, first: date, last: date) -> tuple[date | None, bool]:
    """Return the last day of the best qualification and whether one covers all days."""
    statement = select(Qualification).where(
        Qualification.person_id == person_id,
        Qualification.kind_id == kind_id,
        col(Qualification.is_archived).is_(False),
    )
    found = read.session.exec(statement).all()
    covering = [row for row in found if row.valid_from <= first and last <= (row.valid_until or _FAR)]
    latest = max((row.valid_until or _FAR for row in covering or found), default=None)
    return (None if latest == _FAR else latest), bool(covering)


def _terms(read: Read, person_id: int) -> tuple[ProjectTerm, ...]:
    statement = (
        select(Project)
        .join(ProjectMember, col(ProjectMember.project_id) == Project.id)
        .where(ProjectMember.person_id == person_id, col(Project.is_archived).is_(False))
        .order_by(Project.code)
    )
    rows = read.session.exec(statement).all()
    return tuple(ProjectTerm(row.id or 0, row.code, row.names, row.starts_on, row.ends_on) for row in rows)
