"""Find what hangs at a line by listening at one setting after the other, the usual ones first.

A receiver at the wrong speed gets bytes that fit no profile; one that misses a parity bit of seven-bit characters shows
it in bit 7. Evidence that leaves no doubt ends the search; silence and noise end it with what was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from devices.recognition.fitting import printable, recognise
from devices.recognition.probes import probes
from devices.recognition.speeds import COMMON, RARE
from devices.recognition.unknown import propose
from devices.recognition.values import Finding, Heard, Kind, Line, Search, Seen
from devices.uart import parity_bits
from devices.values import LineSettings

FIRST_S, STEP_S, LONGER_S = 1.25, 0.45, 1.3
_PARITIES = ("E", "O")  # seven bits with parity are as long as 8N1: `variants` reads them there
_BEST_SPEEDS = 13
_WHOLE_SHARE = 0.97
_WORDS = 0.97
Told = Callable[[float, str], None]


@dataclass
class _Trials:
    """Collect what the trials of one search heard."""

    line: Line
    told: Told
    seconds: float
    spent_s: float = 0.0
    quietest: float = 1.0

    def __post_init__(self) -> None:
        """Start without findings."""
        self.findings: list[tuple[Finding, bytes]] = []
        self.seen: list[Seen] = []
        self.heard: dict[LineSettings, Heard] = {}

    @property
    def is_over(self) -> bool:
        """Say whether the time is up or nothing more can be learnt."""
        return self.spent_s >= self.seconds or self.is_sure

    @property
    def is_sure(self) -> bool:
        """Say whether a finding leaves no doubt."""
        return any(fit.is_strong and (fit.errors or 0) * 20 <= fit.characters for fit, _ in self.findings)

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Listen at one setting and judge what was heard."""
        self.told(min(0.99, self.spent_s / self.seconds), str(settings))
        heard = self.line.listen(settings, min(seconds, max(0.2, self.seconds - self.spent_s)))
        self.take(settings, heard, seconds)
        return heard

    def take(self, settings: LineSettings, heard: Heard, seconds: float) -> None:
        """Judge bytes that came at one setting, as they are and with bit 7 as parity."""
        self.spent_s += heard.seconds or seconds
        before = self.heard.get(settings)
        if before is not None:
            errors = None if heard.errors is None else heard.errors + (before.errors or 0)
            heard = Heard(before.data + heard.data, errors, before.seconds + heard.seconds)
        self.heard[settings] = heard
        rate = len(heard.data) / heard.seconds if heard.seconds else 0.0
        share = None if heard.errors is None else heard.error_share
        self.seen.append(Seen(settings, len(heard.data), rate, share, printable(heard.data)))
        if heard.data and heard.error_share < 0.3:
            self._judge(settings, heard)

    def _judge(self, settings: LineSettings, heard: Heard) -> None:
        for line, data in variants(settings, heard.data):
            for fit in recognise(data, line):
                self.findings.append((replace(fit, characters=len(data), errors=heard.errors), data))

    def result(self) -> Search:
        """Return the outcome, the best finding first; bytes nobody knows get a layout, or are told as text."""
        ranked = sorted(self.findings, key=lambda entry: _rank(entry[0]))
        kept: dict[str, Finding] = {}
        for fit, _ in ranked:
            kept.setdefault(fit.profile_id, fit)
        if kept:
            return Search(tuple(kept.values()), tuple(self.seen), ranked[0][1])
        found, data = self._unknown()
        return Search((found,) if found else (), tuple(self.seen), data)

    def _unknown(self) -> tuple[Finding | None, bytes]:
        best: tuple[float, Finding, bytes] | None = None
        for settings, heard in self.heard.items():
            for line, data in variants(settings, heard.data):
                found = _plain(line, data) if heard.error_share < 0.1 else None
                if found is not None and (best is None or found[0] > best[0]):
                    best = (found[0], found[1], data)
        return (best[1], best[2]) if best else (None, max((h.data for h in self.heard.values()), key=len, default=b""))


def _plain(line: LineSettings, data: bytes) -> tuple[float, Finding] | None:
    """Return a layout with a checksum, or text of several kinds of letters, with its weight."""
    share = printable(data)
    if len(data) >= 8 and share >= _WORDS and len(set(data)) > 4:
        return 1 + share, Finding("", {}, line, share=share, kind=Kind.TEXT, characters=len(data))
    proposal = propose(data)
    if proposal is None or not (proposal.check or (proposal.framing == "sync" and proposal.share > 0.9)):
        return None
    found = Finding(
        "", {}, line, proposal.frames, 0, proposal.share, Kind.FRAMES, len(data), proposal=proposal.as_params()
    )
    return 3 + bool(proposal.check) + proposal.share, found


def variants(settings: LineSettings, data: bytes) -> list[tuple[LineSettings, bytes]]:
    """Return the readings that bytes of one setting allow: as they are, and seven bits when bit 7 is their parity."""
    found = [(settings, data)]
    values = np.frombuffer(data, dtype=np.uint8).astype(np.uint16)
    if settings.data_bits != 8 or settings.parity != "N" or values.size < 8 or not (values & 0x80).any():
        return found
    low = (values & 0x7F).astype(np.uint16)
    for parity in "EO":
        if (parity_bits(low, parity) == (values >> 7).astype(np.bool_)).mean() >= _WHOLE_SHARE:
            found.insert(
                0, (LineSettings(settings.baud, 7, parity, settings.stop_bits), low.astype(np.uint8).tobytes())
            )
    return found


def _rank(fit: Finding) -> tuple[object, ...]:
    by_kind = {Kind.CHECKSUMS: 0, Kind.FORM: 1, Kind.NUMBERS: 2}.get(fit.kind, 3)
    general = fit.profile_id in ("modbus_rtu",)
    flawed = round((fit.errors or 0) / max(1, fit.characters), 2)
    return not fit.is_strong, by_kind, general, flawed, -round(fit.share, 2), -fit.frames_good


def search(line: Line, seconds: float = 25.0, ask: bool = False, told: Told = lambda _share, _text: None) -> Search:
    """Find the settings of a line and what it carries, in about so many seconds.

    With `ask`, harmless queries are sent where nobody speaks unasked. `told(share, text)` follows the search and may
    raise to end it. Failures of the line come through as its own errors.
    """
    trials = _Trials(line, told, seconds)
    first = trials.listen(LineSettings(COMMON[0]), FIRST_S)
    pause_s = STEP_S if len(first.data) > 40 else LONGER_S
    if ask and not first.data:
        _ask(trials)
    _look_closer(trials, LineSettings(COMMON[0]), first)
    _pass(trials, (*COMMON[1:], *RARE), pause_s)
    if not trials.is_sure:
        _parities(trials)
    if not trials.is_sure and not trials.findings:
        _again(trials)
    _confirm(trials)
    if ask and not trials.findings:
        _ask(trials)
    return trials.result()


def _pass(trials: _Trials, speeds: tuple[int, ...], pause_s: float) -> None:
    """Listen once at every speed, longer where it seems right."""
    for speed in speeds:
        if trials.is_over:
            return
        _look_closer(trials, LineSettings(speed), trials.listen(LineSettings(speed), pause_s))


def _look_closer(trials: _Trials, settings: LineSettings, heard: Heard) -> None:
    """Listen longer where the first bytes look right: a slow device needs time for its proof."""
    for _ in range(2):
        is_found = any(fit.line is not None and fit.line.baud == settings.baud for fit, _ in trials.findings)
        seems_text = max(printable(data) for _, data in variants(settings, heard.data)) > 0.9
        if trials.is_over or not heard.data or not (is_found or seems_text):
            return
        heard = trials.listen(settings, LONGER_S)


def _parities(trials: _Trials) -> None:
    """Listen with a parity bit at the speeds whose bytes look least like noise."""
    ranked = sorted(trials.heard.items(), key=lambda entry: _unlikely(entry[1]))
    for settings, heard in ranked[:_BEST_SPEEDS]:
        if not heard.data:
            return
        for parity in _PARITIES:
            if trials.is_over:
                return
            trials.listen(LineSettings(settings.baud, 8, parity), STEP_S)


def _unlikely(heard: Heard) -> tuple[float, float]:
    """Rank bytes by how little they look like those of a device: errors, or few printable ones and few kinds."""
    if not heard.data:
        return 9.0, 0.0
    zeros = heard.data.count(0) / len(heard.data)
    return round(heard.error_share, 1), zeros - printable(heard.data)


def _again(trials: _Trials) -> None:
    """Listen longer at the likeliest speeds: a slow device may not have spoken in the first round."""
    ranked = sorted(trials.heard.items(), key=lambda entry: _unlikely(entry[1]))
    for settings, heard in ranked[:4]:
        if trials.is_over or not heard.data:
            return
        trials.listen(settings, 2 * LONGER_S)


def _confirm(trials: _Trials) -> None:
    """Listen once more where the only evidence is thin."""
    best = min((fit for fit, _ in trials.findings), key=_rank, default=None)
    if best is not None and best.line is not None and not best.is_strong and trials.spent_s < trials.seconds:
        told = best.line if best.line in trials.heard else LineSettings(best.line.baud)
        trials.listen(told, LONGER_S)


def _ask(trials: _Trials) -> None:
    """Send the queries of polled devices at their own settings; the first that is answered ends it."""
    for probe in probes():
        for settings in probe.lines:
            if trials.is_over:
                return
            trials.told(min(0.99, trials.spent_s / trials.seconds), f"{settings}, {probe.name}")
            heard = trials.line.ask(probe.query, settings, probe.wait_s)
            trials.spent_s += heard.seconds
            answer = heard.data.removeprefix(probe.query)
            if len(answer) > 1 and probe.is_answer(answer):
                for fit in probe.findings(answer, settings):
                    trials.findings.append((fit, answer))
                if trials.findings:
                    return
