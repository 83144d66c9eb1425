"""What Today reads: needs, machines now and next, the week's hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from center_app.booking import queries as booking
from center_app.booking.values import OCCUPYING, MachineNow, MachineState
from center_app.core.access import Actor
from center_app.core.labels import Label
from center_app.core.periods import Period, intersect, total_s, union, week
from center_app.equipment import queries as equipment
from center_app.equipment.values import MachineView
from center_app.telemetry.opening import of_center
from ui.kit.ledgers import records
from ui.kit.words import _, span, today_or_day
from ui.pages.today.needs import Need, load_needs

LIVE = frozenset(state.value for state in OCCUPYING)
URGENT_FIRST = ("late", "out_of_order", "setup", "in_use", "booked", "service", "free", "locked")


@dataclass(frozen=True)
class NowRow:
    """One machine now and next."""

    machine: MachineView
    now: MachineNow
    at: datetime
    displaced: int = 0
    pool_size: int = 0
    pool_used: int = 0

    @property
    def names(self) -> Label:
        """Return the name of the machine or its pool."""
        return self.machine.pool if self.pool_size else self.machine.names


@dataclass(frozen=True)
class Hours:
    """Hours of a period in h; `unmeasured` are checked-in hours without a recording, on so many machines."""

    booked: float = 0.0
    checked_in: float = 0.0
    measured: float = 0.0
    unmeasured: float = 0.0
    machines_unmeasured: int = 0

    @property
    def share(self) -> float:
        """Return measured by checked-in hours, 0 to 1, as the report's coverage does."""
        return min(1.0, self.measured / self.checked_in) if self.checked_in else 0.0


@dataclass(frozen=True)
class Today:
    """What the page shows first: needs, and machines now and next."""

    needs: tuple[Need, ...]
    machines: tuple[NowRow, ...]
    at: datetime


@dataclass(frozen=True)
class Week:
    """The hours of this week so far and of last week."""

    this_week: Hours
    last_week: Hours
    start: datetime


def load(read: Any, center: Any, actor: Actor) -> Today:
    """Read what is shown first."""
    machines = equipment.machines(read)
    displaced = Counter(view.machine_id for view in booking.displaced_to_move(read))
    needs = load_needs(read, center, actor, {machine.id: machine for machine in machines}, displaced)
    return Today(needs, _machines(read, machines, displaced), read.now)


def load_week(read: Any, center: Any) -> Week:
    """Read the week's hours."""
    zone = str(_.zone)
    today = _.local(read.now).date()
    monday = week(today, zone)
    so_far = Period(monday.start, max(read.now, monday.start + timedelta(seconds=1)))
    before = week(today - timedelta(days=7), zone)
    return Week(week_hours(read, center, so_far), week_hours(read, center, before), monday.start)


def _machines(read: Any, machines: list[MachineView], displaced: Counter[int]) -> tuple[NowRow, ...]:
    states = booking.machine_states(read)
    rows = [
        NowRow(view, states.get(view.id) or MachineNow(view.id, MachineState.FREE), read.now, displaced[view.id])
        for view in machines
    ]
    return tuple(sorted(_pooled(rows), key=_by_urgency))


def _by_urgency(row: NowRow) -> tuple[int, float]:
    until = row.now.until or row.now.free_until
    return URGENT_FIRST.index(row.now.state.value), until.timestamp() if until else float("inf")


def _pooled(rows: list[NowRow]) -> list[NowRow]:
    """Show a pool as one line: the member that changes next, with the count of those in use."""
    single = [row for row in rows if row.machine.pool_id is None]
    pools: dict[int, list[NowRow]] = {}
    for row in rows:
        if row.machine.pool_id is not None:
            pools.setdefault(row.machine.pool_id, []).append(row)
    for members in pools.values():
        used = [row for row in members if row.now.state in (MachineState.IN_USE, MachineState.SETUP)]
        first = min(used or members, key=_by_urgency)
        single.append(replace(first, pool_size=len(members), pool_used=len(used)))
    return single


def week_hours(read: Any, center: Any, period: Period) -> Hours:
    """Add up booked, checked-in and measured hours inside a period; measured ones only where checked in."""
    bars = booking.timeline(read, period).bars
    first, last = (int(moment.timestamp() * 1e6) for moment in (period.start, period.end))
    booked = sum(max(0, min(bar[3], last) - max(bar[2], first)) for bar in bars if bar[6] in LIVE) / 1e6
    checked: dict[int, list[Period]] = {}
    for use in booking.usage_in(read, period):
        end = use.ended_at or read.now
        if end > use.started_at:
            checked.setdefault(use.machine_id, []).append(Period(use.started_at, end))
    measured = _measured(center, period)
    seconds = {key: total_s(intersect(union(parts), [period])) for key, parts in checked.items()}
    missing = {key: held for key, held in seconds.items() if key not in measured and held}
    matched = sum(total_s(intersect(union(checked.get(key, [])), union(runs))) for key, runs in measured.items())
    return Hours(
        booked / 3600,
        sum(seconds.values()) / 3600,
        matched / 3600,
        sum(missing.values()) / 3600,
        len(missing),
    )


def _measured(center: Any, period: Period) -> dict[int, list[Period]]:
    """Return the measured runs by machine inside a period."""
    start, end = (int(moment.timestamp() * 1e9) for moment in (period.start, period.end))
    found: dict[int, list[Period]] = {}
    for run in records(of_center(center)).runs(start, end):
        if run.machine_id is not None and run.end_ns > run.start_ns:
            first, last = (datetime.fromtimestamp(ns / 1e9, period.start.tzinfo) for ns in (run.start_ns, run.end_ns))
            found.setdefault(run.machine_id, []).append(Period(max(first, period.start), min(last, period.end)))
    return found


def right_text(row: NowRow) -> str:
    """Say until when, or since when."""
    now = row.now
    if now.state is MachineState.OUT_OF_ORDER and now.since:
        return _("since {moment}", moment=today_or_day(now.since, row.at))
    if now.state is MachineState.LATE and row.machine.policy.release_after_s is not None and now.since:
        at = now.since + timedelta(seconds=row.machine.policy.release_after_s)
        return _("auto-release {moment}", moment=today_or_day(at, row.at))
    until = now.free_until if now.state is MachineState.FREE else now.until
    return _("until {moment}", moment=today_or_day(until, row.at)) if until else ""


def next_text(row: NowRow) -> str:
    """Say who is next, or how many bookings were displaced."""
    if row.displaced:
        return _.plural("{n} booking displaced", "{n} bookings displaced", row.displaced)
    if row.now.next_at is None:
        return ""
    return _(
        "next {moment} {person}", moment=today_or_day(row.now.next_at, row.at), person=short_name(row.now.next_holder)
    )


def short_name(name: str) -> str:
    """Shorten a long Latin name to an initial and the last part, as in "J. Fischer"."""
    parts = name.split()
    return f"{parts[0][0]}. {parts[-1]}" if len(parts) > 1 and len(name) > 9 else name


def holder_text(row: NowRow) -> str:
    """Say who has the machine, or for how long it is free; of a pool, how many are in use."""
    now = row.now
    if row.pool_size:
        return _("{used} of {size} in use", used=row.pool_used, size=row.pool_size)
    if now.state is MachineState.FREE:
        return _("Free for {span}", span=span(now.free_until - row.at)) if now.free_until else _("no booking")
    return _(", ").join(part for part in (now.holder, now.title) if part)
