"""The one rule engine behind every way to book: it states every finding at once.

All functions are pure. A rule returns None when it does not apply, a passing finding with a text,
or a finding with its problem and the roles that may waive it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from center_app.booking import problems as p
from center_app.booking.values import Finding
from center_app.core.access import Role
from center_app.core.errors import ErrorCode, Problem
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.core.text import N_
from center_app.equipment.values import BookingPolicy, Condition, MachineView, OccupancyKind
from center_app.registry.values import Standing

_SOFT = (Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)
_CAREFUL = (Role.MANAGER, Role.ADMINISTRATOR)
_ADMIN = (Role.ADMINISTRATOR,)
TITLE_LIMIT, NOTE_LIMIT = 200, 4000


@dataclass(frozen=True)
class Busy:
    """Show occupied time on the machine: `own` without buffers, `occupied` with them."""

    kind: OccupancyKind
    owner_id: int
    own: Period
    occupied: Period
    holder: str
    title: str = ""


@dataclass(frozen=True)
class Case:
    """Hold everything that the rules look at.

    `replaces_start` is the start of the booking that is being changed. `busy` leaves that booking
    out, as do `own_periods` (bookings of the person on the machine near the time) and `own_future`.
    """

    now: datetime
    zone: ZoneInfo
    machine: MachineView
    start: datetime
    end: datetime
    standing: Standing
    project_id: int | None
    setup_s: int = 0
    title: str = ""
    note: str = ""
    busy: tuple[Busy, ...] = ()
    own_periods: tuple[Period, ...] = ()
    own_future: int = 0
    replaces_start: datetime | None = None

    @property
    def period(self) -> Period:
        """Return the wanted time."""
        return Period(self.start, self.end)

    @property
    def occupied(self) -> Period:
        """Return the wanted time with the buffers of the machine."""
        policy = self.machine.policy
        return self.period.padded(policy.buffer_before_s, policy.buffer_after_s)

    @property
    def length(self) -> timedelta:
        """Return the wanted length."""
        return self.end - self.start

    def local(self, moment: datetime) -> datetime:
        """Return an instant in the site's zone."""
        return moment.astimezone(self.zone)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last local day of the wanted time."""
        return days_of(self.period, self.zone)


Rule = Callable[[Case], Finding | None]


def days_of(period: Period, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local day that a period touches."""
    last = period.end - timedelta(microseconds=1)
    return period.start.astimezone(zone).date(), last.astimezone(zone).date()


def _broken(code: ErrorCode, by: tuple[Role, ...] = (), /, **params: object) -> Finding:
    return Finding(code.id, code.text, params, Problem(code, params, by))


def _passed(code: ErrorCode, text: str, /, **params: object) -> Finding:
    return Finding(code.id, text, params)


def in_service(case: Case) -> Finding | None:
    """Refuse locked, retired and archived machines."""
    machine = case.machine
    if machine.condition is Condition.IN_SERVICE and not machine.is_archived:
        return None
    if machine.condition is not Condition.LOCKED:
        return _broken(p.RETIRED, machine=machine.names)
    reason = machine.condition_note
    return _broken(p.LOCKED, machine=machine.names, reason=reason, custodian=machine.custodian)


def not_past(case: Case) -> Finding | None:
    """Refuse a start before this minute; a running booking may keep the start that it has."""
    keeps_start = case.replaces_start == case.start and case.end > case.now
    if case.start >= case.now.replace(second=0, microsecond=0) or keeps_start:
        return None
    return _broken(p.PAST, start=case.local(case.start))


def no_outage(case: Case) -> Finding | None:
    """Refuse time in an outage."""
    for busy in case.busy:
        if busy.kind is OccupancyKind.OUTAGE and busy.own.overlaps(case.period):
            problem = outage_problem(case.machine.names, case.local(busy.own.start), busy.title)
            return Finding(problem.code.id, problem.code.text, problem.params, problem)
    return None


def outage_problem(machine: Label, start: datetime, title: str) -> Problem:
    """Say that a machine is out of service, and why where somebody said it."""
    told = {"machine": machine, "start": start}
    return Problem(p.OUTAGE, {**told, "title": title}) if title else Problem(p.OUT_OF_ORDER, told)


def no_overlap(case: Case) -> Finding | None:
    """Refuse time that is booked."""
    for busy in case.busy:
        if busy.kind is OccupancyKind.BOOKING and busy.own.overlaps(case.period):
            return _broken(p.OVERLAP, (), machine=case.machine.names, **_spoken(case, busy))
    return _passed(p.OVERLAP, N_("No outage, no overlap")) if not no_outage(case) else None


def buffers_kept(case: Case) -> Finding | None:
    """Ask for the full time between two bookings; it may be waived, which shortens the buffers."""
    policy = case.machine.policy
    needed = policy.buffer_before_s + policy.buffer_after_s
    if not needed:
        return None
    for busy in case.busy:
        if busy.occupied.overlaps(case.occupied) and not busy.own.overlaps(case.period):
            left = max(busy.own.start - case.end, case.start - busy.own.end)
            return _broken(p.BUFFER, _SOFT, left=left, needed=timedelta(seconds=needed), **_spoken(case, busy))
    return _passed(p.BUFFER, N_("Buffer of {needed} kept"), needed=timedelta(seconds=needed))


def _spoken(case: Case, busy: Busy) -> dict[str, object]:
    return {"start": case.local(busy.own.start), "end": case.local(busy.own.end), "holder": busy.holder or busy.title}


def long_enough(case: Case) -> Finding | None:
    """Apply the shortest length."""
    limit = case.machine.policy.min_length_s
    if limit is None or case.length >= timedelta(seconds=limit):
        return None
    return _broken(p.SHORT, _SOFT, length=case.length, limit=timedelta(seconds=limit))


def short_enough(case: Case) -> Finding | None:
    """Apply the longest length."""
    limit = case.machine.policy.max_length_s
    if limit is None or case.length <= timedelta(seconds=limit):
        return None
    return _broken(p.LONG, _SOFT, length=case.length, limit=timedelta(seconds=limit))


def setup_fits(case: Case) -> Finding | None:
    """Keep the planned set-up inside the booking."""
    if timedelta(0) <= timedelta(seconds=case.setup_s) <= case.length:
        return None
    return _broken(p.SETUP_LONG, setup=timedelta(seconds=case.setup_s), length=case.length)


def title_fits(case: Case) -> Finding | None:
    """Bound the title."""
    if len(case.title.strip()) <= TITLE_LIMIT:
        return None
    return _broken(p.TITLE_LONG, count=len(case.title.strip()), limit=TITLE_LIMIT)


def note_fits(case: Case) -> Finding | None:
    """Bound the note."""
    if len(case.note) <= NOTE_LIMIT:
        return None
    return _broken(p.NOTE_LONG, count=len(case.note), limit=NOTE_LIMIT)


def within_horizon(case: Case) -> Finding | None:
    """Apply how far ahead a booking may start: elapsed days, or whole local days after today."""
    until = horizon_end(case)
    if until is None or case.start <= until:
        return None
    return _broken(p.HORIZON, _SOFT, machine=case.machine.names, until=case.local(until))


def horizon_end(case: Case) -> datetime | None:
    """Return the last instant at which a booking may start, or None without a horizon."""
    policy = case.machine.policy
    if policy.horizon_days is None:
        return None
    if not policy.horizon_whole_days:
        return case.now + timedelta(days=policy.horizon_days)
    last = case.local(case.now).date() + timedelta(days=policy.horizon_days + 1)
    midnight = datetime(last.year, last.month, last.day, tzinfo=case.zone)
    return midnight.astimezone(case.now.tzinfo) - timedelta(microseconds=1)


def in_opening_hours(case: Case) -> Finding | None:
    """Keep start and end inside the hours of each local day; a night between them is not inside."""
    policy = case.machine.policy
    if (policy.opens_minute, policy.closes_minute) == (0, 1440):
        return None
    first, last = case.days
    start, end = case.local(case.start), case.local(case.end)
    ends = 1440 if end.date() > last else end.hour * 60 + end.minute + (1 if end.second else 0)
    is_inside = first == last and start.hour * 60 + start.minute >= policy.opens_minute and ends <= policy.closes_minute
    if is_inside:
        return None
    hours = {"opens": _clock(policy.opens_minute), "closes": _clock(policy.closes_minute)}
    return _broken(p.CLOSED, _SOFT, machine=case.machine.names, **hours)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def person_active(case: Case) -> Finding | None:
    """Refuse people who left."""
    if not case.standing.is_archived:
        return None
    return _broken(p.PERSON_ARCHIVED, person=case.standing.name)


def access_valid(case: Case) -> Finding | None:
    """Ask for access on the last day of the booking."""
    until = case.standing.access_until
    if until is None:
        return None
    if until < case.days[1]:
        return _broken(p.ACCESS_EXPIRED, _ADMIN, person=case.standing.name, day=until)
    return _passed(p.ACCESS_EXPIRED, N_("Access until {day}"), day=until)


def inducted(case: Case) -> Finding | None:
    """Ask for the safety briefing where the machine needs it."""
    if not case.machine.policy.needs_induction:
        return None
    on = case.standing.inducted_on
    if on is None or on > case.days[0]:
        return _broken(p.NOT_INDUCTED, _ADMIN, person=case.standing.name)
    return None


def qualified(case: Case) -> Finding | None:
    """Ask for the machine's qualification on every day of the booking."""
    if case.machine.qualification_kind_id is None:
        return None
    kind, until = case.machine.qualification, case.standing.qualified_until
    if not case.standing.is_qualified:
        return _broken(p.NOT_QUALIFIED, _CAREFUL, person=case.standing.name, qualification=kind)
    if until is None:
        return _passed(p.NOT_QUALIFIED, N_("Qualified: {qualification}"), qualification=kind)
    return _passed(p.NOT_QUALIFIED, N_("Qualified: {qualification}, to {day}"), qualification=kind, day=until)


def project_open(case: Case) -> Finding | None:
    """Ask for a project of the person that is open on every day of the booking."""
    if not case.machine.policy.needs_project and case.project_id is None:
        return None
    name, terms = case.standing.name, case.standing.projects
    open_terms = [term for term in terms if term.is_open(*case.days)]
    if case.project_id is None:
        if not open_terms:
            return _broken(p.NO_PROJECT, _CAREFUL, person=name)
        if len(open_terms) > 1:
            return _broken(p.WHICH_PROJECT, person=name, codes=", ".join(term.code for term in open_terms))
        return _passed(p.NO_PROJECT, N_("Project {code} is open"), code=open_terms[0].code)
    chosen = next((term for term in terms if term.project_id == case.project_id), None)
    if chosen is None:
        return _broken(p.NOT_MEMBER, _CAREFUL, person=name)
    if chosen not in open_terms:
        return _broken(p.PROJECT_CLOSED, _CAREFUL, code=chosen.code)
    return _passed(p.NO_PROJECT, N_("Project {code} is open"), code=chosen.code)


def project_of(case: Case) -> int | None:
    """Return the project that the time counts for: the chosen one, else the only open one."""
    if case.project_id is not None or not case.machine.policy.needs_project:
        return case.project_id
    open_terms = [term for term in case.standing.projects if term.is_open(*case.days)]
    return open_terms[0].project_id if len(open_terms) == 1 else None


def gap_kept(case: Case) -> Finding | None:
    """Apply the least time between two bookings of one person on the machine."""
    gap_s = case.machine.policy.min_gap_s
    if not gap_s:
        return None
    wide = case.period.padded(gap_s, gap_s)
    if not any(other.overlaps(wide) for other in case.own_periods):
        return None
    return _broken(p.TOO_CLOSE, _SOFT, person=case.standing.name, gap=timedelta(seconds=gap_s))


def few_enough(case: Case) -> Finding | None:
    """Apply the most coming bookings of one person on the machine."""
    limit = case.machine.policy.max_future
    if limit is None or case.own_future < limit:
        return None
    names = {"person": case.standing.name, "machine": case.machine.names}
    return _broken(p.TOO_MANY, _SOFT, count=case.own_future, limit=limit, **names)


def calibrated(case: Case) -> Finding | None:
    """Refuse time after the calibration ends."""
    until = case.machine.calibrated_until
    if until is None:
        return None
    if case.end > until:
        names = {"machine": case.machine.names, "custodian": case.machine.custodian}
        return _broken(p.CALIBRATION, _CAREFUL, until=case.local(until), **names)
    return _passed(p.CALIBRATION, N_("Calibration valid to {day}"), day=case.local(until).date())


TIME_RULES: tuple[Rule, ...] = (
    in_service, not_past, no_outage, no_overlap, buffers_kept, in_opening_hours, within_horizon, calibrated,
    gap_kept,
)  # fmt: skip
OTHER_RULES: tuple[Rule, ...] = (
    long_enough, short_enough, setup_fits, person_active, access_valid, inducted, qualified, project_open,
    few_enough, title_fits, note_fits,
)  # fmt: skip


def judge(case: Case) -> tuple[Finding, ...]:
    """State every finding on a case; an empty time is stated alone, since nothing else can be judged."""
    if case.end <= case.start:
        return (_broken(p.EMPTY),)
    found = (rule(case) for rule in (*OTHER_RULES, *TIME_RULES))
    return tuple(finding for finding in found if finding is not None)


def is_time_legal(case: Case, start: datetime) -> bool:
    """Tell whether the same length is legal from another start, as far as time decides."""
    other = replace(case, start=start, end=start + case.length, replaces_start=None)
    findings = (rule(other) for rule in TIME_RULES)
    return all(finding is None or finding.is_pass for finding in findings)


def unwaived(
    findings: tuple[Finding, ...], waive: frozenset[str], may_waive: Callable[[Problem], bool]
) -> tuple[Problem, ...]:
    """Return the problems that remain when rules are waived by somebody who may."""
    problems = (finding.problem for finding in findings if finding.problem)
    return tuple(one for one in problems if not (one.code.id in waive and may_waive(one)))


def check_in_window(period: Period, policy: BookingPolicy) -> tuple[datetime, datetime]:
    """Return from when and until when (excluded) people may check in for a booking."""
    opens = period.start - timedelta(seconds=policy.check_in_opens_s)
    if policy.release_after_s is None:
        return opens, period.end
    return opens, min(period.end, period.start + timedelta(seconds=policy.release_after_s))
