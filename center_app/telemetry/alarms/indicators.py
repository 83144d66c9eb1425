"""Figures about the alarms themselves: rate, floods, chattering, stale ones, where they come from; pure.

Definitions: reliability page section 3 (ISA-18.2 / EEMUA 191 practice). The window for floods slides: a flood
begins with the raise that is the 11th within 10 minutes and ends when fewer than 5 lie within 10 minutes.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from center_app.telemetry.values import AlarmView, LedgerEvent

TEN_MINUTES_NS = 600_000_000_000
MINUTE_NS = 60_000_000_000
DAY_NS = 86_400_000_000_000
FLOOD_STARTS = 11
FLOOD_ENDS = 5
CHATTER = 3
_ACTIVE = frozenset({"unacknowledged", "acknowledged"})


@dataclass(frozen=True)
class Raise:
    """Hold one annunciation: when (ns), which alarm, how urgent."""

    t_ns: int
    rule_id: int
    priority: str


@dataclass(frozen=True)
class Indicators:
    """Show the alarm figures of a window; spans in ns, shares of one."""

    raises: int
    per_ten_minutes: float
    floods: tuple[tuple[int, int], ...]
    flood_share: float
    chattering: tuple[int, ...]
    stale: tuple[int, ...]
    top_ten_share: float
    by_priority: Mapping[str, float]


def raises_in(events: Iterable[LedgerEvent]) -> list[Raise]:
    """Pick the annunciations out of log entries, oldest first."""
    found = [
        Raise(event.t_ns, int(event.details["rule_id"]), str(event.details.get("priority", "")))
        for event in events
        if event.kind == "alarm"
        and event.details.get("outcome") == "changed"
        and event.details.get("after") == "unacknowledged"
    ]
    return sorted(found, key=lambda one: one.t_ns)


def indicators(raised: Sequence[Raise], alarms: Iterable[AlarmView], window: tuple[int, int]) -> Indicators:
    """Compute the figures for [start, end) ns; `raised` oldest first."""
    inside = [one for one in raised if window[0] <= one.t_ns < window[1]]
    span_ns = max(window[1] - window[0], 1)
    found = floods([one.t_ns for one in inside], window[1])
    counts = Counter(one.rule_id for one in inside)
    top = sum(count for _, count in counts.most_common(10))
    return Indicators(
        raises=len(inside),
        per_ten_minutes=len(inside) * TEN_MINUTES_NS / span_ns,
        floods=tuple(found),
        flood_share=sum(end - start for start, end in found) / span_ns,
        chattering=chattering(inside),
        stale=stale(alarms, window[1]),
        top_ten_share=top / len(inside) if inside else 0.0,
        by_priority=_shares(Counter(one.priority for one in inside)),
    )


def floods(times_ns: Sequence[int], now_ns: int) -> list[tuple[int, int]]:
    """Return the floods as (start, end) ns; one that lasts ends now."""
    recent: deque[int] = deque()
    found: list[tuple[int, int]] = []
    start: int | None = None
    for t, is_raise in _steps(times_ns):
        if is_raise:
            recent.append(t)
        else:
            recent.popleft()
        if start is None and len(recent) >= FLOOD_STARTS:
            start = t
        elif start is not None and len(recent) < FLOOD_ENDS and t <= now_ns:
            found.append((start, t))
            start = None
    return [*found, (start, now_ns)] if start is not None else found


def _steps(times_ns: Sequence[int]) -> list[tuple[int, bool]]:
    """Order the raises and their leaving of the sliding window; at the same instant the leaving comes first."""
    return sorted([(t, True) for t in times_ns] + [(t + TEN_MINUTES_NS, False) for t in times_ns])


def chattering(raised: Sequence[Raise]) -> tuple[int, ...]:
    """Return the rules with three raises or more within one minute (ends included)."""
    times: dict[int, list[int]] = {}
    for one in raised:
        times.setdefault(one.rule_id, []).append(one.t_ns)
    return tuple(rule_id for rule_id, at in sorted(times.items()) if _is_chattering(at))


def _is_chattering(at: Sequence[int]) -> bool:
    return any(late - early <= MINUTE_NS for early, late in zip(at, at[CHATTER - 1 :], strict=False))


def stale(alarms: Iterable[AlarmView], now_ns: int) -> tuple[int, ...]:
    """Return the rules whose alarm has stood for more than 24 h."""
    return tuple(
        alarm.rule_id
        for alarm in alarms
        if alarm.state in _ACTIVE and alarm.raised_ns is not None and now_ns - alarm.raised_ns > DAY_NS
    )


def _shares(counts: Counter[str]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: count / total for name, count in sorted(counts.items())}
