"""The centre itself: its name, time zone, currency, language and nightly backup."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlmodel import Field

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import LabelColumn, Read, Row, UtcDateTime, Work
from center_app.core.errors import PersonError, declare
from center_app.core.labels import LANGUAGES, Label

CENTRE_NAMELESS = declare("centre.nameless", "The centre has no name.", "Give the centre a name.")
CENTRE_ZONE = declare(
    "centre.zone",
    "“{zone}” is not a known time zone.",
    "Choose a zone from the list, such as Asia/Shanghai.",
)
CENTRE_CURRENCY = declare(
    "centre.currency",
    "“{currency}” is not a currency code.",
    "Write the three letters of ISO 4217, such as CNY.",
)
CENTRE_LANGUAGE = declare(
    "centre.language", "The language “{language}” is not available.", "Choose English, German or Chinese."
)
CENTRE_EXISTS = declare(
    "centre.exists",
    "This folder already holds the centre {name}.",
    "Open it, or choose an empty folder for a new centre.",
)


class Centre(Row, table=True):
    """Store the one row that names the centre."""

    __tablename__ = "centre"
    id: int = Field(default=1, primary_key=True)
    name: Label = Field(sa_type=LabelColumn)
    zone: str
    currency: str
    language: str
    backup_hour: int | None = None
    is_demo: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class CentreDraft:
    """Describe a centre; raises PersonError for what is not valid."""

    name: Label
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    language: str = "en"
    backup_hour: int | None = 2
    is_demo: bool = False

    def __post_init__(self) -> None:
        if not any(text.strip() for text in self.name.texts.values()):
            raise PersonError(CENTRE_NAMELESS)
        if self.zone not in available_timezones():
            raise PersonError(CENTRE_ZONE, zone=self.zone)
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise PersonError(CENTRE_CURRENCY, currency=self.currency)
        if self.language not in LANGUAGES:
            raise PersonError(CENTRE_LANGUAGE, language=self.language)


@dataclass(frozen=True)
class CentreView:
    """Show the centre."""

    name: Label
    zone: str
    currency: str
    language: str
    backup_hour: int | None
    is_demo: bool
    created_at: datetime

    @property
    def tz(self) -> ZoneInfo:
        """Return the time zone of the site."""
        return ZoneInfo(self.zone)


def _view(row: Centre) -> CentreView:
    return CentreView(row.name, row.zone, row.currency, row.language, row.backup_hour, row.is_demo, row.created_at)


def centre(read: Read) -> CentreView | None:
    """Return the centre, or None in an empty store."""
    row = read.session.get(Centre, 1)
    return _view(row) if row else None


def establish(work: Work, draft: CentreDraft) -> CentreView:
    """Found the centre in an empty store."""
    require(work.actor, Right.ADMINISTER)
    found = work.session.get(Centre, 1)
    if found:
        raise PersonError(CENTRE_EXISTS, name=found.name)
    row = work.add(_filled(Centre(created_at=work.now, name=draft.name, zone="", currency="", language=""), draft))
    work.record("centre.establish", "centre:1", after=draft, changed=Changed.SETTINGS)
    return _view(row)


def amend(work: Work, draft: CentreDraft) -> CentreView:
    """Change the centre's name, zone, currency, language or backup hour."""
    require(work.actor, Right.ADMINISTER)
    row = work.session.get_one(Centre, 1)
    before = _view(row)
    _filled(row, draft)
    work.session.add(row)
    work.record("centre.amend", "centre:1", before, draft, changed=Changed.SETTINGS)
    return _view(row)


def _filled(row: Centre, draft: CentreDraft) -> Centre:
    row.name, row.zone, row.currency = draft.name, draft.zone, draft.currency
    row.language, row.backup_hour, row.is_demo = draft.language, draft.backup_hour, draft.is_demo
    return row
