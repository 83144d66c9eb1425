"""Table rows of bookings and of the use of machines; they never leave their unit of work."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from center_app.core.db import Row, UtcDateTime

_OPEN_USE = text("ended_at IS NULL AND NOT is_void")


class Booking(Row, table=True):
    """Store a booking [start_at, end_at); the time that it occupies lies in the occupancy table.

    `occupied_*` repeats the buffers for the timeline. `is_long` marks a booking longer than a day,
    so that the window query knows how far back it must look.
    """

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("year", "number", "revision"),
        CheckConstraint("start_at < end_at", name="booking_not_empty"),
        Index(
            "ix_booking_window", "start_at", "is_long", "end_at", "machine_id", "occupied_start_at", "occupied_end_at",
            "state", "person_id", "project_id", "setup_s", "title", "year", "number",
        ),
        Index("ix_booking_long", "end_at", sqlite_where=text("is_long"), postgresql_where=text("is_long")),
        Index("ix_booking_machine", "machine_id", "start_at"),
        Index("ix_booking_person", "person_id", "start_at"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    year: int
    number: int
    revision: int = 1
    machine_id: int = Field(foreign_key="machine.id")
    person_id: int = Field(foreign_key="person.id")
    project_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    start_at: datetime = Field(sa_type=UtcDateTime)
    end_at: datetime = Field(sa_type=UtcDateTime)
    occupied_start_at: datetime = Field(sa_type=UtcDateTime)
    occupied_end_at: datetime = Field(sa_type=UtcDateTime)
    is_long: bool = False
    state: str = Field(index=True)
    title: str = ""
    note: str = ""
    setup_s: int = 0
    waived: str = ""
    created_by: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    predecessor_id: int | None = Field(default=None, foreign_key="booking.id")
    successor_id: int | None = None
    outage_id: int | None = Field(default=None, foreign_key="outage.id", index=True)


class BookingCounter(Row, table=True):
    """Store the last booking number of a year."""

    __tablename__ = "booking_counter"
    year: int = Field(primary_key=True)
    last: int = 0


class UsageSession(Row, table=True):
    """Store one use of a machine between check-in and check-out; one open session per machine."""

    __tablename__ = "usage_session"
    __table_args__ = (
        Index("ix_usage_open", "machine_id", unique=True, sqlite_where=_OPEN_USE, postgresql_where=_OPEN_USE),
        Index("ix_usage_machine", "machine_id", "started_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    booking_id: int = Field(foreign_key="booking.id", index=True)
    machine_id: int = Field(foreign_key="machine.id")
    person_id: int = Field(foreign_key="person.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    setup_s: int = 0
    postprocess_s: int = 0
    note: str = ""
    is_void: bool = False
