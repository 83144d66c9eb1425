"""Alarms as a whole: samples in, states and log out; restart, late and double acknowledgement, shelves."""

from __future__ import annotations

import numpy as np
import pytest

from center_app.core.db import open_sqlite
from center_app.core.labels import Label
from center_app.telemetry.alarms.desk import AlarmDesk, Who
from center_app.telemetry.alarms.indicators import (
    CHATTER,
    MINUTE_NS,
    TEN_MINUTES_NS,
    Raise,
    chattering,
    floods,
    raises_in,
)
from center_app.telemetry.alarms.states import Happening, Outcome, State
from center_app.telemetry.collector import ledger
from center_app.telemetry.values import AlarmRuleView, Direction, Priority

S = 1_000_000_000


class LedgerSink:
    """Write straight into a collector's database, as the writer thread does."""

    def __init__(self, path) -> None:
        self.link = open_sqlite(path)
        ledger.create(self.link)

    def put_alarm_state(self, alarm) -> None:
        ledger.put_alarm_state(self.link, alarm)

    def put_event(self, t_ns, kind, subject, details) -> None:
        ledger.put_event(self.link, t_ns, kind, subject, details)


@pytest.fixture
def sink(tmp_path):
    made = LedgerSink(tmp_path / "collector.db")
    yield made
    made.link.close()


def rule(**changes) -> AlarmRuleView:
    given = {"id": 1, "version": 1, "cell_id": 7, "channel": "drive.current_j3", "label": Label.of("J3 current high"),
             "limit": 16.0, "direction": Direction.HIGH, "deadband": 0.5, "on_delay_s": 2.0, "off_delay_s": 1.0,
             "priority": Priority.CRITICAL, "steps": (), "act_within_s": 600.0, "is_latching": False,
             "enabled": True}  # fmt: skip
    return AlarmRuleView(**{**given, **changes})


def feed(desk, *pairs, rule_id=1, quality=0) -> None:
    t = np.array([round(at * S) for at, _ in pairs], dtype=np.int64)
    v = np.array([value for _, value in pairs], dtype=np.float64)
    desk.feed(rule_id, t, v, np.full(len(t), quality, np.uint8))


def desk_with(sink, *rules, stored=()) -> AlarmDesk:
    desk = AlarmDesk("local", sink)
    desk.configure(rules or (rule(),), stored, 0)
    return desk


def state(desk) -> str:
    return desk.views()[0].state


def test_the_value_at_the_limit_raises_after_the_delay_and_clears_only_beyond_the_deadband(sink):
    desk = desk_with(sink)
    feed(desk, (0, 16.0), (1, 16.0), (1.9, 16.2))
    assert state(desk) == State.NORMAL
    feed(desk, (2.0, 17.9), (2.5, 19.1))
    assert (state(desk), desk.views()[0].value, desk.views()[0].peak) == (State.UNACKNOWLEDGED, 17.9, 19.1)
    feed(desk, (3, 15.5), (4, 15.5), (5, 15.5))
    assert state(desk) == State.UNACKNOWLEDGED
    feed(desk, (5.5, 15.4), (6.6, 15.4))
    assert state(desk) == State.RETURNED


def test_any_dip_restarts_the_delay(sink):
    desk = desk_with(sink)
    feed(desk, (0, 17), (1.9, 17), (1.95, 15.9), (2.0, 17), (3.9, 17))
    assert state(desk) == State.NORMAL
    feed(desk, (4.0, 17))
    assert state(desk) == State.UNACKNOWLEDGED


@pytest.mark.parametrize(("value", "quality"), [(0.0, 1), (0.0, 2), (float("nan"), 0)])
def test_bad_samples_never_clear(sink, value, quality):
    desk = desk_with(sink)
    feed(desk, (0, 17), (2, 17))
    feed(desk, (3, value), (4, value), (60, value), quality=quality)
    assert state(desk) == State.UNACKNOWLEDGED


def test_low_limit_mirrors_high(sink):
    desk = desk_with(sink, rule(direction=Direction.LOW, limit=5.0, on_delay_s=0, off_delay_s=0))
    feed(desk, (0, 5.1), (1, 5.0))
    assert state(desk) == State.UNACKNOWLEDGED
    feed(desk, (2, 5.5))
    assert state(desk) == State.UNACKNOWLEDGED
    feed(desk, (3, 5.6))
    assert state(desk) == State.RETURNED


def raised(desk) -> int:
    feed(desk, (0, 17), (2, 17))
    return desk.views()[0].occurrence


def test_of_two_desks_one_acknowledges_and_both_stand_in_the_log(sink):
    desk = desk_with(sink)
    occurrence = raised(desk)
    one = desk.act(1, Happening.ACKNOWLEDGE, 3 * S, Who("Zhao Min", "heavy pallet"), occurrence=occurrence)
    two = desk.act(1, Happening.ACKNOWLEDGE, 3 * S + 1, Who("Sun Hao"), occurrence=occurrence)
    assert (one.outcome, two.outcome) == (Outcome.CHANGED, Outcome.REFUSED)
    log = ledger.events(sink.link, "local", "alarm")
    assert [(entry.details["by"], entry.details["outcome"]) for entry in log[:2]] == [
        ("Sun Hao", "refused"), ("Zhao Min", "changed")]  # fmt: skip
    assert desk.views()[0].acknowledged_by == "Zhao Min"


def test_a_late_acknowledgement_misses_the_next_occurrence(sink):
    desk = desk_with(sink)
    first = raised(desk)
    feed(desk, (3, 1), (4, 1), (5, 17), (7, 17))
    done = desk.act(1, Happening.ACKNOWLEDGE, 8 * S, Who("Li Na"), occurrence=first)
    assert (done.outcome, state(desk), desk.views()[0].count) == (Outcome.REFUSED, State.UNACKNOWLEDGED, 2)


@pytest.mark.parametrize("letter", list(State))
def test_restart_restores_each_state_silently(sink, letter):
    before = desk_with(sink, rule(is_latching=letter.value.startswith("latched")))
    _bring_to(before, letter)
    entries = ledger.head(sink.link)[0]
    again = desk_with(sink, rule(is_latching=letter.value.startswith("latched")),
                      stored=ledger.alarm_states(sink.link))  # fmt: skip
    assert (state(again), ledger.head(sink.link)[0]) == (letter, entries)
    assert again.views()[0] == before.views()[0]


def _bring_to(desk, target: State) -> None:
    occurrence = raised(desk)
    who, at = Who("Li Na", "test"), 3 * S
    if target is State.NORMAL:
        feed(desk, (3, 1), (4, 1))
        desk.act(1, Happening.ACKNOWLEDGE, 5 * S, who, occurrence=occurrence)
    if target in (State.ACKNOWLEDGED, State.LATCHED):
        desk.act(1, Happening.ACKNOWLEDGE, at, who, occurrence=occurrence)
    if target in (State.RETURNED, State.LATCHED, State.LATCHED_UNACKNOWLEDGED):
        feed(desk, (3, 1), (4, 1))
    acts = {State.SHELVED: Happening.SHELVE, State.SUPPRESSED: Happening.SUPPRESS,
            State.OUT_OF_SERVICE: Happening.TAKE_OUT}  # fmt: skip
    if target in acts:
        desk.act(1, acts[target], at, who, until_ns=100 * S)
    assert state(desk) == target


def test_a_shelf_ends_at_its_absolute_time_even_over_a_restart(sink):
    desk = desk_with(sink)
    raised(desk)
    desk.act(1, Happening.SHELVE, 3 * S, Who("Li Na", "changing the gripper"), until_ns=60 * S)
    again = desk_with(sink, stored=ledger.alarm_states(sink.link))
    again.tick(59 * S)
    assert state(again) == State.SHELVED
    again.tick(60 * S)
    assert (state(again), again.views()[0].shelved_until_ns) == (State.UNACKNOWLEDGED, None)


def test_silence_raises_and_returns(sink):
    desk = desk_with(sink, rule(direction=Direction.SILENCE, limit=5.0, channel=""))
    desk.silence(7, 5 * S, 0)
    assert state(desk) == State.NORMAL
    desk.silence(7, 6 * S, 0)
    assert (state(desk), desk.views()[0].value) == (State.UNACKNOWLEDGED, 6.0)
    desk.silence(7, 8 * S, 7 * S)
    assert state(desk) == State.RETURNED


def test_the_log_is_chained_and_names_the_first_changed_entry(sink):
    desk = desk_with(sink)
    occurrence = raised(desk)
    desk.act(1, Happening.ACKNOWLEDGE, 3 * S, Who("Li Na"), occurrence=occurrence)
    feed(desk, (4, 1), (5, 1))
    assert ledger.verify(sink.link) is None
    with pytest.raises(Exception, match="append-only"):
        sink.link.execute("UPDATE ledger_event SET t_ns = 0 WHERE number = 2")
    sink.link.execute("DROP TRIGGER ledger_event_update")
    sink.link.execute("UPDATE ledger_event SET body = replace(body, 'Li Na', 'Sun Hao') WHERE number = 2")
    assert ledger.verify(sink.link) == ledger.ChainFault(2, "changed")
    sink.link.execute("DROP TRIGGER ledger_event_delete")
    sink.link.execute("DELETE FROM ledger_event WHERE number = 1")
    assert ledger.verify(sink.link) == ledger.ChainFault(1, "missing")


def test_an_anchor_reveals_a_log_that_was_cut_off_or_chained_anew(sink):
    desk = desk_with(sink)
    raised(desk)
    feed(desk, (3, 1), (4, 1))
    number, digest = ledger.head(sink.link)
    assert ledger.verify(sink.link, {number: digest}) is None
    assert ledger.verify(sink.link, {number: "0" * 64}) == ledger.ChainFault(number, "chained anew")
    assert ledger.verify(sink.link, {number + 3: digest}) == ledger.ChainFault(number + 1, "the end is missing")


def test_raises_are_read_from_the_log(sink):
    desk = desk_with(sink)
    raised(desk)
    feed(desk, (3, 1), (4, 1), (5, 17), (7, 17))
    assert [one.t_ns // S for one in raises_in(ledger.events(sink.link, "local"))] == [2, 7]


def test_flood_edges():
    ten = [i * S for i in range(10)]
    assert floods(ten, TEN_MINUTES_NS * 3) == []
    eleven = [i * S for i in range(11)]
    assert floods(eleven, TEN_MINUTES_NS * 3) == [(10 * S, TEN_MINUTES_NS + 6 * S)]
    assert floods(eleven, 11 * S) == [(10 * S, 11 * S)]


def test_chattering_edges():
    def at(*times_s):
        return [Raise(round(t * S), 1, "low") for t in times_s]

    assert CHATTER == 3
    assert MINUTE_NS == 60 * S
    assert chattering(at(0, 30)) == ()
    assert chattering(at(0, 30, 59)) == (1,)
    assert chattering(at(0, 30, 61)) == ()
