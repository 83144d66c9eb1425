"""Keep every alarm of one collector: evaluate, step, remember, log; shared by reader threads and the request loop."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from center_app.telemetry.alarms.limit import Crossing, LimitWatch, SilenceWatch
from center_app.telemetry.alarms.states import Alarm, Happening, Outcome, State, Step, step
from center_app.telemetry.values import AlarmRuleView, AlarmView, Direction


class Sink(Protocol):
    """Take what must be remembered; the store's writer thread puts it into the collector's database."""

    def put_alarm_state(self, alarm: AlarmView) -> None:
        """Replace the stored state of one alarm."""
        ...

    def put_event(self, t_ns: int, kind: str, subject: str, details: dict[str, Any]) -> None:
        """Append one entry to the collector's log."""
        ...


@dataclass
class _Kept:
    rule: AlarmRuleView
    watch: LimitWatch | SilenceWatch
    alarm: Alarm
    view: AlarmView


@dataclass(frozen=True)
class Who:
    """Say who did something to an alarm, and why; empty for the collector itself."""

    name: str = ""
    reason: str = ""


NOBODY = Who()


@dataclass
class AlarmDesk:
    """Hold the alarms of one collector; every method may be called from any thread."""

    collector: str
    sink: Sink
    _kept: dict[int, _Kept] = field(default_factory=dict)
    _by_cell: dict[int, tuple[_Kept, ...]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def configure(self, rules: Iterable[AlarmRuleView], stored: Iterable[AlarmView], t_ns: int) -> None:
        """Take over the rules in force; known alarms keep their state, stored ones get theirs back, silently."""
        memory = {view.rule_id: view for view in stored}
        with self._lock:
            wanted = {rule.id: rule for rule in rules if rule.enabled}
            for rule_id in [known for known in self._kept if known not in wanted]:
                self._forget(rule_id, t_ns)
            for rule in wanted.values():
                known = self._kept.get(rule.id)
                if known is None:
                    self._kept[rule.id] = self._new(rule, memory.get(rule.id), t_ns)
                elif known.rule != rule:
                    known.rule, known.watch = rule, _watch(rule, known.alarm.condition)
            self._by_cell = _by_cell(self._kept.values())

    def channels(self, cell_id: int) -> tuple[tuple[int, str], ...]:
        """Return (rule id, channel name) of the cell's limit alarms."""
        with self._lock:
            kept = self._by_cell.get(cell_id, ())
            return tuple((k.rule.id, k.rule.channel) for k in kept if k.rule.direction is not Direction.SILENCE)

    def feed(
        self, rule_id: int, t_ns: NDArray[np.int64], values: NDArray[np.float64], quality: NDArray[np.uint8]
    ) -> None:
        """Evaluate samples of the rule's channel: (n,) each, values in the channel's unit."""
        with self._lock:
            kept = self._kept.get(rule_id)
            if kept is None or not isinstance(kept.watch, LimitWatch):
                return
            for crossing in kept.watch.feed(t_ns, values, quality):
                self._cross(kept, crossing)
            self._note_peak(kept)

    def silence(self, cell_id: int, now_ns: int, last_frame_ns: int) -> None:
        """Compare how long a cell has given no good frame with its silence alarms."""
        with self._lock:
            for kept in self._by_cell.get(cell_id, ()):
                if isinstance(kept.watch, SilenceWatch):
                    for crossing in kept.watch.look(now_ns, last_frame_ns):
                        self._cross(kept, crossing)

    def act(
        self, rule_id: int, happening: Happening, t_ns: int, who: Who, *, occurrence: int | None = None,
        until_ns: int | None = None, one_shot: bool = False,
    ) -> Step | None:  # fmt: skip
        """Do what a person asked; None when there is no such alarm. Refusals are logged too."""
        with self._lock:
            kept = self._kept.get(rule_id)
            if kept is None:
                return None
            done = step(kept.alarm, happening, is_latching=kept.rule.is_latching, occurrence=occurrence,
                        one_shot=one_shot)  # fmt: skip
            shelf = until_ns if happening is Happening.SHELVE else kept.view.shelved_until_ns
            self._apply(kept, done, happening, t_ns, who, view=replace(kept.view, shelved_until_ns=shelf))
            return done

    def tick(self, t_ns: int) -> None:
        """End the shelves whose time is over (absolute times, so that a restart changes nothing)."""
        with self._lock:
            for kept in list(self._kept.values()):
                until = kept.view.shelved_until_ns
                if kept.alarm.is_shelved and (until is None or until <= t_ns):
                    self.act(kept.rule.id, Happening.UNSHELVE, t_ns, NOBODY)

    def views(self) -> list[AlarmView]:
        """Return every alarm as it stands."""
        with self._lock:
            return [kept.view for kept in self._kept.values()]

    def _new(self, rule: AlarmRuleView, stored: AlarmView | None, t_ns: int) -> _Kept:
        view = stored or AlarmView(
            collector=self.collector, rule_id=rule.id, cell_id=rule.cell_id, state=State.NORMAL.value, occurrence=0,
            count=0, condition=False, raised_ns=None, changed_ns=t_ns, value=None, peak=None,
            rule_version=rule.version,
        )  # fmt: skip
        alarm = _alarm_of(view)
        watch = _watch(rule, alarm.condition)
        watch.peak = view.peak
        return _Kept(rule, watch, alarm, view)

    def _forget(self, rule_id: int, t_ns: int) -> None:
        kept = self._kept.pop(rule_id)
        calm = Alarm(occurrence=kept.alarm.occurrence)
        self._store(kept, calm, replace(kept.view, changed_ns=t_ns, shelved_until_ns=None))
        self.sink.put_event(t_ns, "alarm", f"alarm {rule_id}", {"rule_id": rule_id, "happening": "rule_removed"})

    def _cross(self, kept: _Kept, crossing: Crossing) -> None:
        happening = Happening.RISES if crossing.is_true else Happening.CLEARS
        done = step(kept.alarm, happening, is_latching=kept.rule.is_latching)
        self._apply(kept, done, happening, crossing.t_ns, NOBODY, crossing.value)

    def _apply(
        self, kept: _Kept, done: Step, happening: Happening, t_ns: int, who: Who, value: float | None = None,
        view: AlarmView | None = None,
    ) -> None:  # fmt: skip
        before = kept.alarm
        if done.outcome is Outcome.UNCHANGED:
            kept.alarm = done.alarm
            return
        if done.outcome is not Outcome.REFUSED:
            self._store(kept, done.alarm, _dated(view or kept.view, before, done.alarm, t_ns, who, value, kept.rule))
        self.sink.put_event(t_ns, "alarm", f"alarm {kept.rule.id}", {
            "rule_id": kept.rule.id, "rule_version": kept.rule.version, "cell_id": kept.rule.cell_id,
            "happening": happening.value, "outcome": done.outcome.value, "before": before.state.value,
            "after": done.alarm.state.value, "occurrence": done.alarm.occurrence, "count": done.alarm.count,
            "value": value, "limit": kept.rule.limit, "priority": kept.rule.priority.value, "by": who.name,
            "reason": who.reason, "why": done.why,
        })  # fmt: skip

    def _store(self, kept: _Kept, alarm: Alarm, view: AlarmView) -> None:
        kept.alarm = alarm
        kept.view = replace(
            view, state=alarm.state.value, occurrence=alarm.occurrence, count=alarm.count, condition=alarm.condition,
            shelved_until_ns=view.shelved_until_ns if alarm.is_shelved else None,
        )  # fmt: skip
        self.sink.put_alarm_state(kept.view)

    def _note_peak(self, kept: _Kept) -> None:
        peak = kept.watch.peak
        if not kept.alarm.condition or peak is None or peak == kept.view.peak:
            return
        kept.view = replace(kept.view, peak=peak)
        self.sink.put_alarm_state(kept.view)


def _watch(rule: AlarmRuleView, is_true: bool) -> LimitWatch | SilenceWatch:
    return SilenceWatch(rule, is_true) if rule.direction is Direction.SILENCE else LimitWatch(rule, is_true)


def _by_cell(kept: Iterable[_Kept]) -> dict[int, tuple[_Kept, ...]]:
    result: dict[int, tuple[_Kept, ...]] = {}
    for one in kept:
        result[one.rule.cell_id] = (*result.get(one.rule.cell_id, ()), one)
    return result


def _alarm_of(view: AlarmView) -> Alarm:
    state = State(view.state)
    return Alarm(
        state=state, condition=view.condition, occurrence=view.occurrence, count=view.count,
        is_shelved=view.shelved_until_ns is not None or state is State.SHELVED, is_one_shot=view.is_one_shot,
        is_suppressed=view.is_suppressed or state is State.SUPPRESSED, is_out=state is State.OUT_OF_SERVICE,
    )  # fmt: skip


def _dated(
    view: AlarmView, before: Alarm, after: Alarm, t_ns: int, who: Who, value: float | None, rule: AlarmRuleView
) -> AlarmView:
    view = replace(
        view, is_one_shot=after.is_one_shot, is_suppressed=after.is_suppressed, rule_version=rule.version,
        reason=who.reason or view.reason,
    )  # fmt: skip
    if after.occurrence != before.occurrence:
        return replace(
            view, raised_ns=t_ns, changed_ns=t_ns, value=value if value is not None else view.value, peak=value,
            acknowledged_by="", acknowledged_ns=None, reason="",
        )  # fmt: skip
    if after.state is not before.state:
        view = replace(view, changed_ns=t_ns)
    if (before.state is State.UNACKNOWLEDGED and after.state is State.ACKNOWLEDGED) or after.state is State.LATCHED:
        view = replace(view, acknowledged_by=who.name or view.acknowledged_by, acknowledged_ns=t_ns)
    return view
