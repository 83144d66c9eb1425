"""Recognise a line that was recorded as level changes: its settings from the changes, then what its bytes are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from devices.recognition.fitting import printable, recognise
from devices.recognition.formats import Reading, flaws, readings
from devices.recognition.speeds import likely_speeds
from devices.recognition.unknown import propose
from devices.recognition.values import Finding, Heard, Kind, Search, Seen
from devices.uart import Levels, receive
from devices.values import LineSettings

_MOST_CHANGES = 24_000
_TRIED = 6
_LEAST_CHARACTERS = 2
_MOST_ERRORS = 0.15


class LevelLine:
    """Let a recorded line stand in for a port at any trial setting; every listening starts where the last ended."""

    def __init__(self, levels: Levels) -> None:
        """Begin at the recording's start; at its end it starts over."""
        self._levels = levels
        self._at_ns = levels.start_ns

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Return what a receiver with these settings hears in so many seconds of the recording."""
        if self._at_ns >= self._levels.end_ns:
            self._at_ns = self._levels.start_ns
        end_ns = min(self._levels.end_ns, self._at_ns + round(seconds * 1e9))
        heard = receive(self._levels.window(self._at_ns, end_ns), settings)
        length_s = (end_ns - self._at_ns) / 1e9
        self._at_ns = end_ns
        return Heard(heard.data, heard.errors, length_s)

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Return what is recorded: nobody answers a query."""
        return self.listen(settings, seconds)


def recognise_levels(levels: Levels) -> Search:
    """Find the settings of a recorded line and what it carries, upright and inverted."""
    tried = [(each, each is not levels) for each in (levels, levels.inverted())]
    ranked: list[tuple[float, Reading, Levels, bool]] = []
    for each, is_inverted in tried:
        part = _part(each)
        for reading in readings(part, likely_speeds(part))[:_TRIED]:
            cost = reading.cost + (0.0 if _idles_high(each) else 0.35)
            ranked.append((cost, reading, each, is_inverted))
    ranked.sort(key=lambda entry: entry[0])
    return _judged(ranked)


def _idles_high(levels: Levels) -> bool:
    """Say whether the line rests at mark: two of its first, its last and its longest level inside are mark."""
    rests = np.diff(levels.changes_ns)
    last = levels.first == (levels.changes_ns.size % 2 == 0)
    longest = levels.first == (int(rests.argmax()) % 2 == 1) if rests.size else last
    return levels.first + last + longest >= 2


def _part(levels: Levels) -> Levels:
    """Return at most so many changes from the line's start."""
    if levels.changes_ns.size <= _MOST_CHANGES:
        return levels
    return levels.window(levels.start_ns, int(levels.changes_ns[_MOST_CHANGES]))


def _judged(ranked: list[tuple[float, Reading, Levels, bool]]) -> Search:
    """Try what the likeliest settings read; a profile that fits decides between settings that are close."""
    seen: list[Seen] = []
    findings: list[tuple[tuple[object, ...], Finding, bytes]] = []
    best_cost = min((reading.cost for _, reading, _, _ in ranked), default=0.0)
    near = [each for each in ranked if each[1].cost <= best_cost + 0.25]
    for cost, reading, levels, is_inverted in near[:_TRIED]:
        if reading.error_share > _MOST_ERRORS + 0.1:
            continue
        heard = receive(levels, reading.line)
        data = heard.data
        fits = recognise(data, reading.line) or (described(data, reading.line, flaws(heard)),)
        for place, fit in enumerate(fits):
            if fit is not None:
                fit = replace(fit, characters=len(data), errors=heard.errors, is_inverted=is_inverted)
                fit = replace(fit, is_stop_proved=reading.is_stop_proved)
                findings.append(((_weight(fit), place, cost), fit, data))
        seen.append(_seen(reading, data, levels.seconds))
    findings.sort(key=lambda entry: entry[0])
    kept = _one_each([fit for _, fit, _ in findings])
    return Search(kept, tuple(seen), findings[0][2] if findings else b"")


def _weight(fit: Finding) -> int:
    """Rank by what a fit rests on: checked frames, sure forms, text, bare characters."""
    if fit.kind in (Kind.CHECKSUMS, Kind.FORM) and fit.share >= 0.7:
        return 0
    return {Kind.CHECKSUMS: 1, Kind.FORM: 1, Kind.NUMBERS: 2}.get(fit.kind, 3)


def described(data: bytes, line: LineSettings | None = None, errors: float = 0.0) -> Finding | None:
    """Return what can be said of bytes that no profile knows: a layout, text, or that characters come sound."""
    if len(data) < _LEAST_CHARACTERS or errors > _MOST_ERRORS * len(data):
        return None
    if len(set(data)) < min(3, len(data)):
        return None  # a clock, a handshake or a fault, not characters
    share = printable(data)
    proposal = propose(data) if share < 0.95 else None
    if proposal is not None:
        return Finding(
            "", {}, line, proposal.frames, 0, proposal.share, Kind.FRAMES, len(data), proposal=proposal.as_params()
        )
    kind = Kind.TEXT if share >= 0.95 else Kind.CHARACTERS
    if line is None and kind is Kind.CHARACTERS:
        return None
    return Finding("", {}, line, 0, 0, share if kind is Kind.TEXT else 0.0, kind, len(data))


def _one_each(findings: list[Finding]) -> tuple[Finding, ...]:
    """Keep the best setting of each profile."""
    kept: dict[str, Finding] = {}
    for fit in findings:
        kept.setdefault(fit.profile_id, fit)
    return tuple(kept.values())


def _seen(reading: Reading, data: bytes, seconds: float) -> Seen:
    rate = len(data) / seconds if seconds else 0.0
    return Seen(reading.line, len(data), rate, reading.error_share, printable(data))
