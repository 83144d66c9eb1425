"""Table rows of the registry; they never leave their unit of work."""

from datetime import date, datetime

from sqlmodel import Field

from center_app.core.db import LabelColumn, Row, UtcDateTime
from center_app.core.labels import Label


class Organisation(Row, table=True):
    """Store an organisation."""

    __tablename__ = "organisation"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    names: Label = Field(sa_type=LabelColumn)
    kind: str = Field(index=True)
    tax_number: str = ""
    country: str = ""
    city: str = ""
    is_small: bool = False
    note: str = ""
    is_archived: bool = False


class Person(Row, table=True):
    """Store a person; how a person signs in is kept apart from it."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    name: str
    login: str = Field(unique=True)
    role: str
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    email: str = ""
    phone: str = ""
    inducted_on: date | None = None
    access_until: date | None = None
    is_archived: bool = False


class Project(Row, table=True):
    """Store a project."""

    __tablename__ = "project"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    leader_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""
    is_archived: bool = False


class ProjectMember(Row, table=True):
    """Store who belongs to a project."""

    __tablename__ = "project_member"
    project_id: int = Field(foreign_key="project.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)


class QualificationKind(Row, table=True):
    """Store a kind of qualification, such as five-axis milling."""

    __tablename__ = "qualification_kind"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    valid_days: int | None = None
    is_archived: bool = False


class Qualification(Row, table=True):
    """Store a granted qualification; both days belong to it."""

    __tablename__ = "qualification"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    person_id: int = Field(foreign_key="person.id", index=True)
    kind_id: int = Field(foreign_key="qualification_kind.id", index=True)
    valid_from: date
    valid_until: date | None = None
    granted_by: str = ""
    is_archived: bool = False


class SignIn(Row, table=True):
    """Store how a person signs in."""

    __tablename__ = "sign_in"
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    hashed: str
    failures: int = 0
    failed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
