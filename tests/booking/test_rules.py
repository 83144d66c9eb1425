"""The rule engine alone: every rule passes and fails where it should; slots are legal and near."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.booking import rules
from center_app.booking.rules import Busy, Case, judge
from center_app.booking.slots import nearest, rounded_up
from center_app.booking.states import Use, state_of
from center_app.booking.values import BookingDraft, Finding, MachineState
from center_app.core.access import Role
from center_app.core.errors import PersonError, describe
from center_app.core.labels import Label
from center_app.core.periods import Period
from center_app.core.text import catalogue
from center_app.equipment.occupancy import FAR
from center_app.equipment.values import (
    BookingPolicy,
    Condition,
    MachineView,
    OccupancyKind,
    Origin,
)
from center_app.registry.values import ProjectTerm, Standing

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MACHINE = MachineView(
    id=1, version=1, code="EQ-0101", names=Label.of("5-axis mill"), category_id=1, category=Label.of("CNC"),
    category_icon="", category_position=0, place_id=None, place=Label(), place_short="", maker="", model="", serial="",
    asset_number="", custodian_id=9, custodian="Zhao Lan", condition=Condition.IN_SERVICE, condition_note="",
    acquired_on=None, in_service_on=None, cost=None, origin=Origin.UNKNOWN, is_new_purchase=True, is_shareable=False,
    funding=(), qualification_kind_id=1, qualification=Label.of("5-axis"), pool_id=None, pool=Label(),
    next_service_on=None, calibrated_until=None, measured_by="", capabilities="", policy=BookingPolicy(),
    is_archived=False,
)  # fmt: skip
TERM = ProjectTerm(1, "P-2031", Label.of("Hip implant"), date(2026, 1, 1), date(2026, 12, 31))
PERSON = Standing(2, "Chen Yu", False, date(2026, 1, 1), None, None, True, (TERM,))


def case(**fields: Any) -> Case:
    policy = fields.pop("policy", None)
    machine = fields.pop("machine", MACHINE)
    person = fields.pop("person", {})
    start = fields.pop("start", NOW + 24 * HOUR)
    base = Case(
        now=NOW,
        zone=ZoneInfo("Asia/Shanghai"),
        machine=replace(machine, policy=BookingPolicy(**policy)) if policy else machine,
        start=start,
        end=fields.pop("end", start + HOUR),
        standing=replace(PERSON, **person),
        project_id=fields.pop("project_id", None),
    )
    return replace(base, **fields)


def broken(one: Case) -> list[str]:
    return [finding.problem.code.id for finding in judge(one) if finding.problem]


def busy(start: float, end: float, buffer_h: float = 0, kind: OccupancyKind = OccupancyKind.BOOKING) -> Busy:
    own = Period(NOW + start * HOUR, NOW + end * HOUR)
    return Busy(kind, 7, own, own.padded(0, buffer_h * 3600), "Li Nan", "Bracket")


CASES = [
    ({}, []),
    ({"end": NOW + 24 * HOUR}, ["booking.empty"]),
    ({"machine": replace(MACHINE, condition=Condition.LOCKED, condition_note="guard")}, ["booking.locked"]),
    ({"machine": replace(MACHINE, condition=Condition.RETIRED)}, ["booking.retired"]),
    ({"machine": replace(MACHINE, is_archived=True)}, ["booking.retired"]),
    ({"start": NOW - HOUR}, ["booking.past"]),
    ({"now": NOW + 42 * HOUR / 3600, "start": NOW, "end": NOW + HOUR}, []),
    ({"now": NOW + 60 * HOUR / 3600, "start": NOW, "end": NOW + HOUR}, ["booking.past"]),
    ({"start": NOW - HOUR, "end": NOW + HOUR, "replaces_start": NOW - HOUR}, []),
    ({"start": NOW - 2 * HOUR, "end": NOW - HOUR, "replaces_start": NOW - 2 * HOUR}, ["booking.past"]),
    ({"busy": (busy(24.5, 26),)}, ["booking.overlap"]),
    ({"busy": (busy(25, 26),)}, []),
    ({"busy": (busy(24.5, 26, kind=OccupancyKind.OUTAGE),)}, ["booking.outage"]),
    ({"busy": (busy(22, 23.75, 0.5),), "policy": {"buffer_after_s": 1800}}, ["booking.buffer"]),
    ({"busy": (busy(22, 23.5, 0.5),), "policy": {"buffer_after_s": 1800}}, []),
    ({"policy": {"min_length_s": 5400}}, ["booking.short"]),
    ({"policy": {"max_length_s": 1800}}, ["booking.long"]),
    ({"policy": {"min_length_s": 3600, "max_length_s": 3600}}, []),
    ({"setup_s": 3601}, ["booking.setup_long"]),
    ({"setup_s": -1}, ["booking.setup_long"]),
    ({"title": "x" * 201}, ["booking.title_long"]),
    ({"note": "x" * 4001}, ["booking.note_long"]),
    ({"policy": {"horizon_days": 1}}, []),
    ({"policy": {"horizon_days": 0}}, ["booking.horizon"]),
    ({"policy": {"horizon_days": 0, "horizon_whole_days": True}, "start": NOW + 15 * HOUR}, []),
    ({"policy": {"horizon_days": 0, "horizon_whole_days": True}, "start": NOW + 16 * HOUR}, ["booking.horizon"]),
    ({"policy": {"opens_minute": 480, "closes_minute": 540}}, []),
    ({"policy": {"opens_minute": 481}}, ["booking.closed"]),
    ({"policy": {"closes_minute": 539}}, ["booking.closed"]),
    ({"policy": {"opens_minute": 60}, "start": NOW + 15 * HOUR, "end": NOW + 16 * HOUR}, []),
    ({"policy": {"opens_minute": 60}, "start": NOW + 15 * HOUR, "end": NOW + 19 * HOUR}, ["booking.closed"]),
    ({"person": {"is_archived": True}}, ["booking.person_archived"]),
    ({"person": {"access_until": date(2026, 6, 1)}}, ["booking.access_expired"]),
    ({"person": {"access_until": date(2026, 6, 2)}}, []),
    ({"person": {"inducted_on": None}}, ["booking.not_inducted"]),
    ({"person": {"inducted_on": None}, "policy": {"needs_induction": False}}, []),
    ({"person": {"is_qualified": False}}, ["booking.not_qualified"]),
    ({"person": {"qualified_until": date(2026, 11, 14)}}, []),
    ({"person": {"is_qualified": False}, "machine": replace(MACHINE, qualification_kind_id=None)}, []),
    ({"person": {"projects": ()}}, ["booking.no_project"]),
    ({"person": {"projects": ()}, "policy": {"needs_project": False}}, []),
    ({"person": {"projects": (TERM, replace(TERM, project_id=2))}}, ["booking.which_project"]),
    ({"person": {"projects": (TERM, replace(TERM, project_id=2))}, "project_id": 2}, []),
    ({"project_id": 3}, ["booking.not_member"]),
    ({"person": {"projects": (replace(TERM, ends_on=date(2026, 6, 1)),)}, "project_id": 1}, ["booking.project_closed"]),
    ({"policy": {"min_gap_s": 3600}, "own_periods": (busy(22, 23.5).own,)}, ["booking.too_close"]),
    ({"policy": {"min_gap_s": 3600}, "own_periods": (busy(22, 23).own,)}, []),
    ({"policy": {"max_future": 1}, "own_future": 1}, ["booking.too_many"]),
    ({"machine": replace(MACHINE, calibrated_until=NOW + 25 * HOUR)}, []),
    ({"machine": replace(MACHINE, calibrated_until=NOW + 24.5 * HOUR)}, ["booking.calibration"]),
]


@pytest.mark.parametrize(("fields", "expected"), CASES)
def test_every_rule_at_its_edge(fields: dict[str, Any], expected: list[str]) -> None:
    assert broken(case(**fields)) == expected


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_every_finding_speaks_every_language(language: str) -> None:
    words = catalogue(language)
    for fields, _ in CASES:
        for finding in judge(case(**fields)):
            said = [words(finding.text, **finding.params)]
            said += describe(finding.problem, words) if finding.problem else ()
            for text in said:
                assert text
                assert "{" not in text


def test_texts_are_translated() -> None:
    problem = finding_of(case(busy=(busy(24.5, 26),))).problem
    assert problem is not None
    sentence, step = describe(problem, catalogue("de"))
    assert sentence.startswith("5-axis mill ist bereits gebucht: ")
    assert "08:30" in sentence
    assert step == "Eine andere Zeit oder einen der Vorschläge wählen."


def finding_of(one: Case) -> Finding:
    return next(finding for finding in judge(one) if finding.problem)


def test_who_may_waive_is_said() -> None:
    assert finding_of(case(policy={"max_length_s": 60})).problem.waivable_by == (  # type: ignore[union-attr]
        Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR,
    )  # fmt: skip
    assert finding_of(case(busy=(busy(24, 25),))).problem.waivable_by == ()  # type: ignore[union-attr]


def test_drafts_refuse_times_without_a_zone_or_beyond_reason() -> None:
    for moment in (datetime(2026, 6, 1), datetime(9999, 12, 31, tzinfo=UTC)):
        with pytest.raises(PersonError):
            BookingDraft(start_at=moment, end_at=NOW, person_id=1)


def test_project_of_takes_the_only_open_one() -> None:
    assert rules.project_of(case()) == 1
    assert rules.project_of(case(person={"projects": (TERM, replace(TERM, project_id=2))})) is None
    assert rules.project_of(case(policy={"needs_project": False})) is None


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Case, tuple[Busy, ...]]:
    quarters = sorted(draw(st.sets(st.integers(4, 300), max_size=24)))
    pairs = list(zip(quarters[::2], quarters[1::2], strict=False))
    taken = tuple(busy(first / 4, last / 4) for first, last in pairs)
    buffers = {"buffer_before_s": draw(st.sampled_from([0, 900])), "buffer_after_s": draw(st.sampled_from([0, 1800]))}
    hours = draw(st.sampled_from([{}, {"opens_minute": 420, "closes_minute": 1260}]))
    start = NOW + draw(st.integers(0, 280)) * timedelta(minutes=15)
    one = case(start=start, end=start + draw(st.integers(1, 16)) * timedelta(minutes=15), policy={**buffers, **hours})
    return one, taken


@given(calendars())
def test_proposed_slots_are_legal_disjoint_and_nearest_first(found: tuple[Case, tuple[Busy, ...]]) -> None:
    one, taken = found
    window = Period(NOW, NOW + 100 * HOUR)
    slots = nearest(one, taken, window, 4)
    assert [abs(slot.start - one.start) for slot in slots] == sorted(abs(slot.start - one.start) for slot in slots)
    for slot in slots:
        assert window.covers(slot)
        assert slot.end - slot.start == one.length
        assert broken(replace(one, start=slot.start, end=slot.end, busy=taken)) == []
    for first, second in zip(sorted(slots), sorted(slots)[1:], strict=False):
        assert not first.overlaps(second)
    if not broken(replace(one, busy=taken)) and window.covers(one.period):
        assert slots[0] == one.period


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_quarters_are_rounded_up(moment: datetime) -> None:
    up = rounded_up(moment)
    assert up >= moment
    assert up - moment < timedelta(minutes=15)
    assert (up.minute % 15, up.second, up.microsecond) == (0, 0, 0)


def test_states_follow_outage_lock_use_and_booking() -> None:
    use = Use(7, NOW - HOUR / 2, 3600, NOW + HOUR, "Chen Yu", "Hip")
    outage = busy(-1, 2, kind=OccupancyKind.OUTAGE)
    held = busy(-0.5, 1, 0.5)

    def state(
        *told: Busy, used: Use | None = None, locked: str | None = None, down: frozenset[int] = frozenset()
    ) -> Any:
        return state_of(1, NOW, tuple(told), used, down, locked)

    assert state(outage, used=use).state is MachineState.SERVICE
    assert state(outage, down=frozenset({7})).state is MachineState.OUT_OF_ORDER
    open_end = replace(outage, own=Period(NOW, FAR), occupied=Period(NOW, FAR))
    assert (state(open_end).until, state(open_end).free_from) == (None, None)
    assert state(held, locked="guard").title == "guard"
    assert state(held, used=use).state is MachineState.SETUP
    assert state(used=replace(use, setup_s=0)).holder == "Chen Yu"
    assert state(held).state is MachineState.LATE
    assert state(held).free_from == NOW + 1.5 * HOUR
    assert state(busy(0, 1)).state is MachineState.BOOKED
    following = state(held, busy(1.5, 3), busy(5, 6))
    assert (following.free_from, following.next_at) == (NOW + 3 * HOUR, NOW + 1.5 * HOUR)
    assert state(busy(2, 3)).free_until == NOW + 2 * HOUR
    assert state().free_until is None
