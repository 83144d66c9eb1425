"""Table rows of the telemetry wing in the centre's database; they never leave their unit of work."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from center_app.core.db import JsonColumn, LabelColumn, Row, UtcDateTime
from center_app.core.labels import Label


class Cell(Row, table=True):
    """Bind a device at a port to a machine."""

    __tablename__ = "cell"

    id: int | None = Field(default=None, primary_key=True)
    machine_id: int | None = Field(default=None, index=True)
    names: Label = Field(sa_column=Column(LabelColumn, nullable=False))
    port: str
    profile_id: str
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    enabled: bool = True
    removed: bool = False
    collector: str = Field(index=True)
    headline: str = ""
    version: int = 1
    line: dict[str, Any] | None = Field(default=None, sa_column=Column(JsonColumn, nullable=True))


class DeviceProfile(Row, table=True):
    """Hold one version of a device profile that people wrote; a change adds a row, recordings cite theirs."""

    __tablename__ = "device_profile"
    __table_args__ = (Index("device_profile_series", "profile_id", "version", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    profile_id: str
    version: int = 1
    source: str
    is_current: bool = True
    removed: bool = False
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    set_by: str = ""


class AlarmRule(Row, table=True):
    """Hold one limit alarm of a cell; edited in place, the audit trail keeps old and new."""

    __tablename__ = "alarm_rule"

    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    cell_id: int = Field(foreign_key="cell.id", index=True)
    channel: str
    names: Label = Field(sa_column=Column(LabelColumn, nullable=False))
    limit_value: float
    direction: str
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    priority: str
    steps: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JsonColumn, nullable=False))
    act_within_s: float = 600.0
    is_latching: bool = False
    enabled: bool = True
    removed: bool = False


class RunRule(Row, table=True):
    """Hold one version of a run rule; a change adds a row, because intervals cite the version they used."""

    __tablename__ = "run_rule"
    __table_args__ = (Index("run_rule_series", "series", "version", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    series: int = 0
    version: int = 1
    cell_id: int = Field(foreign_key="cell.id", index=True)
    machine_id: int | None = Field(default=None, index=True)
    channel: str
    threshold: float
    hold_on_s: float
    hold_off_s: float
    is_current: bool = True
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Request(Row, table=True):
    """Ask something of a collector; it writes the outcome."""

    __tablename__ = "request"
    __table_args__ = (Index("request_waiting", "collector", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    collector: str
    cell_id: int | None = Field(default=None, index=True)
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    state: str
    outcome: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JsonColumn, nullable=False))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    asked_by: str
    person_id: int


class CollectorLease(Row, table=True):
    """Say which process runs a collector and until when others must leave it alone."""

    __tablename__ = "collector_lease"

    name: str = Field(primary_key=True)
    host: str
    pid: int
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    heartbeat_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    lease_until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    version: str = ""
