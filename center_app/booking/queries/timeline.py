"""Read what the timeline paints: three statements, bars as plain tuples (see values.BAR_FIELDS)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col

from center_app.booking.values import Bar, Timeline, TimelineMachine
from center_app.core.db import Read
from center_app.core.db.columns import micros
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.core.picking import pick
from center_app.equipment.models import Category, Machine, Place
from center_app.equipment.occupancy import FAR

_SHOWN = "state IN ('pending', 'booked', 'in_use', 'done', 'missed')"
# A use that ended early gives the rest of its time back; its bar ends there.
_SHOWN_END = "(CASE WHEN occupied_end_at < end_at THEN occupied_end_at ELSE end_at END)"
_FIELDS = (
    "{id}, machine_id, {start}, {end}, {occupied_start}, {occupied_end}, state, person_id, project_id, setup_s, title"
)
_OUTAGE_FIELDS = "id, machine_id, {start}, {end}, {start}, {end}, kind, NULL, NULL, 0, title"
# A booking starts at most a day before the window, or is marked long; the two parts share no row.
_BARS = """
SELECT {fields} FROM booking WHERE start_at >= :day_before AND start_at < :until
  AND end_at > :since AND {shown} {chosen}
UNION ALL SELECT {fields} FROM booking WHERE is_long AND end_at > :since AND start_at < :day_before AND {shown} {chosen}
UNION ALL SELECT {outage} FROM outage WHERE NOT is_cancelled AND start_at < :until
  AND (end_at IS NULL OR end_at > :since) {chosen}
"""


def timeline(read: Read, period: Period, machine_ids: Iterable[int] | None = None) -> Timeline:
    """Return rows, bars and names of a period for all machines, or for the chosen ones; three statements."""
    ids = None if machine_ids is None else sorted(set(machine_ids))
    people, projects = _names(read)
    return Timeline(period, _machines(read, ids), _bars(read, period, ids), people, projects)


def _bars(read: Read, period: Period, ids: list[int] | None) -> tuple[Bar, ...]:
    link = read.session.connection()
    is_sqlite = link.dialect.name == "sqlite"
    moments = {"since": period.start, "until": period.end, "day_before": period.start - timedelta(days=1)}
    chosen = "" if ids is None else "AND machine_id IN (" + ",".join(str(int(number)) for number in ids or [0]) + ")"
    statement = _BARS.format(
        fields=_columns(is_sqlite), outage=_outage_columns(is_sqlite), shown=_shown(is_sqlite), chosen=chosen
    )
    values: dict[str, Any] = {name: micros(moment) for name, moment in moments.items()} if is_sqlite else dict(moments)
    result = link.execute(text(statement), values)
    cursor: Any = result.cursor
    try:
        return tuple(cursor.fetchall())
    finally:
        result.close()


def _shown(is_sqlite: bool) -> str:
    """Choose states; the plus keeps SQLite from searching by state, as the window's index holds all that is read."""
    return "+" + _SHOWN if is_sqlite else _SHOWN


def _us(column: str, is_sqlite: bool) -> str:
    """Write a moment as integer microseconds since 1970 UTC."""
    return column if is_sqlite else f"(EXTRACT(EPOCH FROM {column}) * 1000000)::bigint"


def _columns(is_sqlite: bool) -> str:
    return _FIELDS.format(
        id="id",
        start=_us("start_at", is_sqlite),
        end=_us(_SHOWN_END, is_sqlite),
        occupied_start=_us("occupied_start_at", is_sqlite),
        occupied_end=_us("occupied_end_at", is_sqlite),
    )


def _outage_columns(is_sqlite: bool) -> str:
    end = f"COALESCE({_us('end_at', is_sqlite)}, {micros(FAR)})"
    return _OUTAGE_FIELDS.format(start=_us("start_at", is_sqlite), end=end)


def _machines(read: Read, ids: list[int] | None) -> tuple[TimelineMachine, ...]:
    statement: Any = (
        pick(
            Machine.id, Machine.code, Machine.names, Category.id, Category.names, Category.position, Place.short,
            Machine.pool_id, Machine.qualification_kind_id,
        )
        .join(Category, col(Category.id) == Machine.category_id)
        .join(Place, col(Place.id) == Machine.place_id, isouter=True)
        .order_by(col(Category.position), Category.code, Machine.code)
    )  # fmt: skip
    if ids is None:
        statement = statement.where(col(Machine.is_archived).is_(False))
    else:
        statement = statement.where(col(Machine.id).in_(ids))
    return tuple(
        TimelineMachine(number, code, names, group_id, group, position, short or "", pool_id, kind_id)
        for number, code, names, group_id, group, position, short, pool_id, kind_id in read.session.exec(statement)
    )


def _names(read: Read) -> tuple[dict[int, str], dict[int, tuple[str, Label]]]:
    """Return the names of people, and the codes and names of projects, in one statement."""
    statement = text(
        "SELECT 'person', id, name, NULL FROM person "
        "UNION ALL SELECT 'project', id, code, CAST(names AS text) FROM project"
    )
    people: dict[int, str] = {}
    projects: dict[int, tuple[str, Label]] = {}
    for kind, number, name, names in read.session.connection().execute(statement):
        if kind == "person":
            people[number] = name
        else:
            projects[number] = (name, _label(names))
    return people, projects


def _label(text_of_json: str) -> Label:
    return Label(json.loads(text_of_json))
