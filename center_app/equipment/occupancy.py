"""The one table of occupied time, and the door through which bookings and outages enter it.

The database itself makes overlaps impossible: triggers on SQLite, an exclusion constraint on
PostgreSQL; held time cannot be deleted, only released. A trigger looks only at the last live row
that starts before the new end: because live rows of a machine never overlap, that one ends last.
Booking and flows call this door inside their own unit of work; it writes no audit row.
"""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col, select

from center_app.core.db import Read, Row, UtcDateTime, Work, ddl
from center_app.core.periods import Period
from center_app.equipment.values import OccupancyKind, Occupied

FAR = datetime(9999, 1, 1, tzinfo=UTC)
_MARK = "occupancy.overlap"


class Occupancy(Row, table=True):
    """Store one stretch of occupied time [start_at, end_at) of a machine, buffers included."""

    __tablename__ = "occupancy"
    __table_args__ = (
        CheckConstraint("start_at < end_at", name="occupancy_not_empty"),
        CheckConstraint("kind IN ('booking', 'outage')", name="occupancy_kind"),
        Index("ix_occupancy_machine_start", "machine_id", "start_at"),
        Index("ix_occupancy_owner", "kind", "owner_id", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    machine_id: int = Field(foreign_key="machine.id")
    kind: str
    owner_id: int
    start_at: datetime = Field(sa_type=UtcDateTime)
    end_at: datetime = Field(sa_type=UtcDateTime)
    is_live: bool = True


_CLASH = """
 WHEN NEW.is_live BEGIN SELECT RAISE(ABORT, 'occupancy.overlap') WHERE (
   SELECT end_at FROM occupancy WHERE machine_id = NEW.machine_id AND is_live AND start_at < NEW.end_at
   AND id IS NOT NEW.id {other} ORDER BY start_at DESC LIMIT 1) > NEW.start_at; END"""
_KEPT = """
 WHEN OLD.is_live BEGIN SELECT RAISE(ABORT, 'occupancy.held'); END"""
_WHOLE = """
 BEGIN SELECT RAISE(ABORT, 'occupancy.not_a_time')
 WHERE typeof(NEW.start_at) <> 'integer' OR typeof(NEW.end_at) <> 'integer'
 OR NEW.is_live IS NULL OR NEW.is_live NOT IN (0, 1); END"""
ddl(
    sqlite=[
        "CREATE TRIGGER occupancy_whole_insert BEFORE INSERT ON occupancy" + _WHOLE,
        "CREATE TRIGGER occupancy_whole_update BEFORE UPDATE ON occupancy" + _WHOLE,
        "CREATE TRIGGER occupancy_clash_insert BEFORE INSERT ON occupancy" + _CLASH.format(other=""),
        "CREATE TRIGGER occupancy_clash_update BEFORE UPDATE ON occupancy"
        + _CLASH.format(other="AND id IS NOT OLD.id"),
        "CREATE TRIGGER occupancy_kept BEFORE DELETE ON occupancy" + _KEPT,
    ],
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        "ALTER TABLE occupancy ADD CONSTRAINT occupancy_finite CHECK (isfinite(start_at) AND isfinite(end_at))",
        "ALTER TABLE occupancy ADD CONSTRAINT occupancy_overlap EXCLUDE USING gist "
        "(machine_id WITH =, tstzrange(start_at, end_at, '[)') WITH &&) WHERE (is_live)",
        "CREATE FUNCTION occupancy_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'occupancy.held'; END $$",
        "CREATE TRIGGER occupancy_kept BEFORE DELETE ON occupancy "
        "FOR EACH ROW WHEN (OLD.is_live) EXECUTE FUNCTION occupancy_keep()",
    ],
)


class TakenError(Exception):
    """Say that the database refused an overlap, and with what."""

    def __init__(self, winner: Occupied | None) -> None:
        super().__init__(_MARK)
        self.winner = winner


def occupy(work: Work, machine_id: int, kind: OccupancyKind, owner_id: int, period: Period) -> int:
    """Occupy a machine and return the row's number; raises TakenError naming the winner."""
    row = Occupancy(machine_id=machine_id, kind=kind.value, owner_id=owner_id, start_at=period.start, end_at=period.end)
    _guarded(work, row, period, is_live=True)
    return row.id or 0


def reshape(work: Work, kind: OccupancyKind, owner_id: int, period: Period) -> None:
    """Change the time that a booking or outage occupies; raises TakenError naming the winner."""
    _guarded(work, _row(work, kind, owner_id), period, start_at=period.start, end_at=period.end)


def release(work: Work, kind: OccupancyKind, owner_id: int) -> None:
    """Give the time of a booking or outage back."""
    row = _row(work, kind, owner_id)
    row.is_live = False
    work.session.flush()


def reclaim(work: Work, kind: OccupancyKind, owner_id: int) -> None:
    """Occupy released time again; raises TakenError naming the winner."""
    row = _row(work, kind, owner_id)
    _guarded(work, row, Period(row.start_at, row.end_at), is_live=True)


def _row(work: Work, kind: OccupancyKind, owner_id: int) -> Occupancy:
    return work.session.exec(
        select(Occupancy).where(Occupancy.kind == kind.value, Occupancy.owner_id == owner_id)
    ).one()


def _guarded(work: Work, row: Occupancy, period: Period, **change: object) -> None:
    """Write a row inside a savepoint, so that a refusal leaves the unit of work usable."""
    own_id, machine_id = row.id, row.machine_id
    try:
        with work.session.begin_nested():
            for name, value in change.items():
                setattr(row, name, value)
            work.session.add(row)
            work.session.flush()
    except IntegrityError as error:
        if not _is_overlap(error):
            raise
        rivals = [one for one in occupied(work, [machine_id], period) if one.id != own_id]
        raise TakenError(rivals[0] if rivals else None) from error


def _is_overlap(error: IntegrityError) -> bool:
    """Recognise our trigger's message, or SQLSTATE 23P01."""
    return _MARK in str(error.orig) or getattr(error.orig, "sqlstate", None) == "23P01"


def occupied(read: Read, machine_ids: list[int] | None, period: Period) -> list[Occupied]:
    """List the live occupied time that touches a period, by start; one statement."""
    statement = select(Occupancy).where(
        col(Occupancy.is_live).is_(True), Occupancy.start_at < period.end, Occupancy.end_at > period.start
    )
    if machine_ids is not None:
        statement = statement.where(col(Occupancy.machine_id).in_(machine_ids))
    rows = read.session.exec(statement.order_by(col(Occupancy.start_at)))
    return [view(row) for row in rows]


def view(row: Occupancy) -> Occupied:
    """Return the view of a row."""
    return Occupied(
        row.id or 0, row.machine_id, OccupancyKind(row.kind), row.owner_id, Period(row.start_at, row.end_at)
    )


def overlaps(read: Read) -> int:
    """Count pairs of live rows that overlap, straight from the table: always 0."""
    statement = text(
        "SELECT count(*) FROM occupancy a JOIN occupancy b ON a.machine_id = b.machine_id AND a.id < b.id "
        "AND a.start_at < b.end_at AND b.start_at < a.end_at WHERE a.is_live AND b.is_live"
    )
    return int(read.session.connection().execute(statement).scalar_one())
