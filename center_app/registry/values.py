"""Validated shapes of people, organisations, projects and qualifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from center_app.core.access import Role
from center_app.core.labels import Label


class OrganisationKind(StrEnum):
    """Name what an organisation is to the centre."""

    HOST = "host"
    MEMBER = "member"
    CLIENT = "client"
    SUPPLIER = "supplier"
    PARTNER = "partner"


@dataclass(frozen=True, kw_only=True)
class OrganisationDraft:
    """Describe an organisation to store; an outside user is one that is neither host nor member."""

    names: Label
    kind: OrganisationKind
    tax_number: str = ""
    country: str = "CN"
    city: str = ""
    is_small: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OrganisationView:
    """Show an organisation with the counts that lists need."""

    id: int
    version: int
    names: Label
    kind: OrganisationKind
    tax_number: str
    country: str
    city: str
    is_small: bool
    note: str
    is_archived: bool
    people: int = 0
    projects: int = 0

    def draft(self) -> OrganisationDraft:
        """Return the draft that would restore these values."""
        return OrganisationDraft(
            names=self.names,
            kind=self.kind,
            tax_number=self.tax_number,
            country=self.country,
            city=self.city,
            is_small=self.is_small,
            note=self.note,
        )


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    """Describe a person; `inducted_on` is the site safety training, `access_until` the last valid day."""

    name: str
    login: str
    role: Role = Role.ENGINEER
    organisation_id: int | None = None
    email: str = ""
    phone: str = ""
    inducted_on: date | None = None
    access_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class QualificationView:
    """Show one qualification of a person; valid on `valid_until` itself, for ever when None."""

    id: int
    version: int
    person_id: int
    person: str
    kind_id: int
    kind_code: str
    kind: Label
    valid_from: date
    valid_until: date | None
    granted_by: str
    is_archived: bool


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """Show a person with organisation, projects and dated qualifications, first to expire first."""

    id: int
    version: int
    name: str
    login: str
    role: Role
    organisation_id: int | None
    organisation: Label
    email: str
    phone: str
    inducted_on: date | None
    access_until: date | None
    is_archived: bool
    qualifications: tuple[QualificationView, ...] = ()
    project_codes: tuple[str, ...] = ()

    @property
    def initials(self) -> str:
        """Return up to two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def draft(self) -> PersonDraft:
        """Return the draft that would restore these values."""
        return PersonDraft(
            name=self.name,
            login=self.login,
            role=self.role,
            organisation_id=self.organisation_id,
            email=self.email,
            phone=self.phone,
            inducted_on=self.inducted_on,
            access_until=self.access_until,
        )


@dataclass(frozen=True, kw_only=True)
class ProjectDraft:
    """Describe a project; both dates belong to it, None is open."""

    code: str
    names: Label
    organisation_id: int | None = None
    leader_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ProjectMemberView:
    """Show a member of a project."""

    person_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """Show a project with its organisation and members."""

    id: int
    version: int
    code: str
    names: Label
    organisation_id: int | None
    organisation: Label
    organisation_kind: OrganisationKind | None
    leader_id: int | None
    leader: str
    starts_on: date | None
    ends_on: date | None
    note: str
    is_archived: bool
    members: tuple[ProjectMemberView, ...] = ()

    @property
    def is_external(self) -> bool:
        """Tell whether its hours count as service to outside users."""
        return self.organisation_kind in (OrganisationKind.CLIENT, OrganisationKind.PARTNER, OrganisationKind.SUPPLIER)

    def draft(self) -> ProjectDraft:
        """Return the draft that would restore these values."""
        return ProjectDraft(
            code=self.code,
            names=self.names,
            organisation_id=self.organisation_id,
            leader_id=self.leader_id,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            note=self.note,
        )


@dataclass(frozen=True, kw_only=True)
class QualificationKindDraft:
    """Describe a kind of qualification; `valid_days` None means that it does not expire."""

    code: str
    names: Label
    valid_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class QualificationKindView:
    """Show a kind of qualification."""

    id: int
    version: int
    code: str
    names: Label
    valid_days: int | None
    is_archived: bool
    holders: int = 0

    def draft(self) -> QualificationKindDraft:
        """Return the draft that would restore these values."""
        return QualificationKindDraft(code=self.code, names=self.names, valid_days=self.valid_days)


@dataclass(frozen=True, kw_only=True)
class QualificationDraft:
    """Grant a kind of qualification to a person for dates, both included."""

    person_id: int
    kind_id: int
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True)
class Standing:
    """Say what booking rules need to know of a person."""

    person_id: int
    name: str
    is_archived: bool
    inducted_on: date | None
    access_until: date | None
    qualified_until: date | None
    is_qualified: bool
    projects: tuple[ProjectTerm, ...]


@dataclass(frozen=True)
class ProjectTerm:
    """Say between which days a project of the person is open."""

    project_id: int
    code: str
    names: Label
    starts_on: date | None
    ends_on: date | None

    def is_open(self, first: date, last: date) -> bool:
        """Tell whether the project covers all days from first to last."""
        return (self.starts_on is None or self.starts_on <= first) and (self.ends_on is None or last <= self.ends_on)
