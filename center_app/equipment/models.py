"""Table rows of equipment; they never leave their unit of work."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field

from center_app.core.db import JsonColumn, LabelColumn, Row, UtcDateTime
from center_app.core.labels import Label
from center_app.equipment.occupancy import Occupancy

__all__ = ["Category", "FundingShareRow", "Machine", "Occupancy", "Outage", "Place", "Pool"]


class Category(Row, table=True):
    """Store a group of machines."""

    __tablename__ = "machine_category"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    icon: str = ""
    position: int = 0


class Place(Row, table=True):
    """Store a place."""

    __tablename__ = "place"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    short: str = ""


class Pool(Row, table=True):
    """Store a pool of like machines."""

    __tablename__ = "machine_pool"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)


class Machine(Row, table=True):
    """Store a machine; cost in minor units of its currency, policy as the fields of BookingPolicy."""

    __tablename__ = "machine"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    code: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    category_id: int = Field(foreign_key="machine_category.id", index=True)
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    maker: str = ""
    model: str = ""
    serial: str = ""
    asset_number: str = ""
    custodian_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    condition: str = "in_service"
    condition_note: str = ""
    acquired_on: date | None = None
    in_service_on: date | None = None
    cost_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = ""
    origin: str = "unknown"
    is_new_purchase: bool = True
    is_shareable: bool = False
    qualification_kind_id: int | None = Field(default=None, foreign_key="qualification_kind.id", index=True)
    pool_id: int | None = Field(default=None, foreign_key="machine_pool.id", index=True)
    next_service_on: date | None = None
    calibrated_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    measured_by: str = ""
    capabilities: str = ""
    policy: Any = Field(default_factory=dict, sa_type=JsonColumn)
    is_archived: bool = False


class FundingShareRow(Row, table=True):
    """Store which exact share of a machine a source paid."""

    __tablename__ = "funding_share"
    id: int | None = Field(default=None, primary_key=True)
    machine_id: int = Field(foreign_key="machine.id", index=True)
    position: int = 0
    source: Label = Field(sa_type=LabelColumn)
    numerator: int
    denominator: int
    award_number: str = Field(default="", index=True)


class Outage(Row, table=True):
    """Store an outage; an open one has no end and occupies its machine until it is closed."""

    __tablename__ = "outage"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    machine_id: int = Field(foreign_key="machine.id", index=True)
    kind: str
    title: str
    note: str = ""
    start_at: datetime = Field(sa_type=UtcDateTime, index=True)
    end_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_cancelled: bool = False
    reported_by: str = ""
    reported_at: datetime = Field(sa_type=UtcDateTime)
