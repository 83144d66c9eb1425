"""Match measured running time with bookings and check-ins; pure, exact, nothing counted twice.

Effective time = measured run + set-up + post-processing, the last two only inside a check-in and
capped per machine, and only where the machine did not run anyway. A machine without a recording is
not measured: its measured and effective figures are None, never zero. All figures are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from center_app.core.periods import Period, intersect, subtract, total_s, union


@dataclass(frozen=True)
class MeasuredInterval:
    """State a run that a rule found in a recording; `covered` is where the recording has data.

    Recording numbers are those of a collector.
    """

    machine_id: int
    period: Period
    recording_id: int
    rule_version: int
    covered: tuple[Period, ...] = ()
    collector: str = ""


@dataclass(frozen=True)
class Measurement:
    """Hold all that was measured on a machine; empty coverage means not measured."""

    machine_id: int
    intervals: tuple[MeasuredInterval, ...] = ()
    covered: tuple[Period, ...] = ()

    def coverage(self) -> tuple[Period, ...]:
        """Return the time in which the machine was really watched, that of every run included."""
        parts = [part for interval in self.intervals for part in (interval.period, *interval.covered)]
        return union([*self.covered, *parts])


@dataclass(frozen=True)
class BookedTime:
    """State one booking: `is_missed` when nobody came, `is_external` for outside users."""

    booking_id: int
    reference: str
    period: Period
    person: str = ""
    project_code: str = ""
    is_missed: bool = False
    is_external: bool = False


@dataclass(frozen=True)
class CheckedIn:
    """State one use between check-in and check-out, with its capped set-up and post-processing."""

    session_id: int
    booking_id: int
    period: Period
    setup_s: int = 0
    postprocess_s: int = 0


@dataclass(frozen=True)
class Source:
    """Point from measured seconds to the recording and the rule version that they come from."""

    recording_id: int
    rule_version: int
    period: Period
    collector: str = ""


@dataclass(frozen=True)
class BookingHours:
    """Show the hours of one booking; `measured_s` and `effective_s` are None where nothing watched."""

    booking_id: int
    reference: str
    person: str
    project_code: str
    is_external: bool
    period: Period
    session_ids: tuple[int, ...]
    booked_s: float
    checked_in_s: float
    measured_s: float | None
    setup_s: float
    postprocess_s: float
    no_show_s: float
    claimed_s: float
    covered_s: float
    sources: tuple[Source, ...] = ()

    @property
    def effective_s(self) -> float | None:
        """Return measured run + set-up + post-processing."""
        return None if self.measured_s is None else self.measured_s + self.setup_s + self.postprocess_s


@dataclass(frozen=True)
class MachineHours:
    """Show the hours of one machine in a period; the rows and the unbooked use add up to the whole."""

    machine_id: int
    period: Period
    rows: tuple[BookingHours, ...]
    booked_s: float
    checked_in_s: float
    measured_s: float | None
    setup_s: float
    postprocess_s: float
    unbooked_s: float | None
    no_show_s: float
    external_s: float | None
    covered_s: float
    unbooked: tuple[Source, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Tell whether any recording covers the period."""
        return self.measured_s is not None

    @property
    def effective_s(self) -> float | None:
        """Return measured run + set-up + post-processing, None when not measured."""
        return None if self.measured_s is None else self.measured_s + self.setup_s + self.postprocess_s

    @property
    def coverage(self) -> Fraction | None:
        """Return which share of the time that bookings and check-ins claim was watched; None without any."""
        claimed = sum(row.claimed_s for row in self.rows)
        watched = sum(row.covered_s for row in self.rows)
        return None if claimed <= 0 else Fraction(watched) / Fraction(claimed)


@dataclass(frozen=True)
class _Claim:
    """Give a booking the time that belongs to it: its check-ins first, else its booked time."""

    booked: BookedTime
    sessions: tuple[CheckedIn, ...]
    time: tuple[Period, ...]


def machine_hours(
    machine_id: int,
    within: Period,
    bookings: Iterable[BookedTime],
    sessions: Iterable[CheckedIn],
    measurement: Measurement | None,
) -> MachineHours:
    """Return the hours of a machine in a period, clipped to it."""
    watched = intersect(measurement.coverage(), [within]) if measurement else ()
    runs = union(interval.period for interval in measurement.intervals) if measurement else ()
    runs = intersect(runs, [within])
    claims = _claims(list(bookings), list(sessions), within)
    sources = measurement.intervals if measurement else ()
    rows = tuple(_row(claim, within, runs, watched, sources) for claim in claims)
    owned = [part for claim in claims for part in claim.time]
    free = subtract(runs, owned)
    return _summed(machine_id, within, rows, runs, free, watched, sources)


def _claims(bookings: Sequence[BookedTime], sessions: Sequence[CheckedIn], within: Period) -> list[_Claim]:
    """Cut the period into disjoint parts: check-ins first, by start, then booked time that is left."""
    taken: tuple[Period, ...] = ()
    used: dict[int, list[tuple[CheckedIn, tuple[Period, ...]]]] = {}
    for session in sorted(sessions, key=lambda one: (one.period.start, one.session_id)):
        mine = subtract(intersect([session.period], [within]), taken)
        taken = union([*taken, *mine])
        used.setdefault(session.booking_id, []).append((session, mine))
    claims = []
    for booked in sorted(bookings, key=lambda one: (one.period.start, one.booking_id)):
        own = used.get(booked.booking_id, [])
        time: tuple[Period, ...] = union(part for _, mine in own for part in mine)
        if not own:
            time = subtract(intersect([booked.period], [within]), taken)
            taken = union([*taken, *time])
        claims.append(_Claim(booked, tuple(session for session, _ in own), time))
    return claims


def _row(
    claim: _Claim,
    within: Period,
    runs: tuple[Period, ...],
    watched: tuple[Period, ...],
    sources: tuple[MeasuredInterval, ...],
) -> BookingHours:
    booked = claim.booked
    mine = intersect(runs, claim.time)
    seen = intersect(watched, claim.time)
    setup, post = _flanks(claim, mine)
    booked_s = total_s(intersect([booked.period], [within]))
    return BookingHours(
        booking_id=booked.booking_id,
        reference=booked.reference,
        person=booked.person,
        project_code=booked.project_code,
        is_external=booked.is_external,
        period=booked.period,
        session_ids=tuple(session.session_id for session in claim.sessions),
        booked_s=booked_s,
        checked_in_s=total_s(claim.time) if claim.sessions else 0.0,
        measured_s=total_s(mine) if seen else None,
        setup_s=total_s(setup),
        postprocess_s=total_s(post),
        no_show_s=booked_s if booked.is_missed else 0.0,
        claimed_s=total_s(claim.time),
        covered_s=total_s(seen),
        sources=_sources(sources, mine),
    )


def _flanks(claim: _Claim, runs: tuple[Period, ...]) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """Return set-up at the begin and post-processing at the end of each check-in, outside the runs."""
    setup: tuple[Period, ...] = ()
    post: tuple[Period, ...] = ()
    for session in claim.sessions:
        first, last = session.period.start, session.period.end
        before = _between(first, min(first + timedelta(seconds=session.setup_s), last))
        after = _between(max(last - timedelta(seconds=session.postprocess_s), first), last)
        setup = union([*setup, *before])
        post = union([*post, *after])
    setup = subtract(intersect(setup, claim.time), runs)
    return setup, subtract(subtract(intersect(post, claim.time), runs), setup)


def _between(start: datetime, end: datetime) -> tuple[Period, ...]:
    return (Period(start, end),) if start < end else ()


def _sources(intervals: Iterable[MeasuredInterval], time: tuple[Period, ...]) -> tuple[Source, ...]:
    """Return where the measured time comes from; time that two recordings saw is named once."""
    left = time
    found = []
    for one in sorted(intervals, key=lambda run: (run.period.start, run.collector, run.recording_id)):
        for part in intersect([one.period], left):
            found.append(Source(one.recording_id, one.rule_version, part, one.collector))
        left = subtract(left, [one.period])
    return tuple(found)


def _summed(
    machine_id: int,
    within: Period,
    rows: tuple[BookingHours, ...],
    runs: tuple[Period, ...],
    free: tuple[Period, ...],
    watched: tuple[Period, ...],
    sources: tuple[MeasuredInterval, ...],
) -> MachineHours:
    is_measured = bool(watched)
    counted = [row for row in rows if row.measured_s is not None] if is_measured else rows
    external = sum(row.effective_s or 0.0 for row in rows if row.is_external)
    return MachineHours(
        machine_id=machine_id,
        period=within,
        rows=rows,
        booked_s=sum(row.booked_s for row in rows),
        checked_in_s=sum(row.checked_in_s for row in rows),
        measured_s=total_s(runs) if is_measured else None,
        setup_s=sum(row.setup_s for row in counted),
        postprocess_s=sum(row.postprocess_s for row in counted),
        unbooked_s=total_s(free) if is_measured else None,
        no_show_s=sum(row.no_show_s for row in rows),
        external_s=external if is_measured else None,
        covered_s=total_s(watched),
        unbooked=_sources(sources, free),
    )
