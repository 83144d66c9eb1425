"""Find what hangs at a line by listening at one setting after the other, the usual ones first.

A receiver at the wrong speed gets bytes that fit no profile; one that misses a parity bit of seven-bit characters shows
it in bit 7. Evidence that leaves no doubt ends the search; silence and noise end it with what was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from devices.recognition import probes
from devices.recognition.asking import Asking
from devices.recognition.fitting import printable, recognise
from devices.recognition.speeds import COMMON, RARE
from devices.recognition.unknown import propose
from devices.recognition.values import Finding, Heard, Kind, Line, Progress, Search, Seen
from devices.uart import parity_bits
from devices.values import LineSettings

FIRST_S, STEP_S, LONGER_S = 1.25, 0.45, 1.3
_BANNER_BYTES = 200
_SILENT_STEPS = 3
_PARITIES = ("E", "O")  # seven bits with parity are as long as 8N1: `variants` reads them there
_BEST_SPEEDS = 13
_WHOLE_SHARE = 0.97
_WORDS = 0.97
Told = Callable[[Progress], None]


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
        self.done = self.planned = 0
        self.share = 0.0

    @property
    def is_over(self) -> bool:
        """Say whether the time is up or nothing more can be learnt."""
        return self.spent_s >= self.seconds or self.is_sure

    @property
    def is_sure(self) -> bool:
        """Say whether a finding leaves no doubt."""
        return any(fit.is_strong and (fit.errors or 0) * 20 <= fit.characters for fit, _ in self.findings)

    def plan(self, count: int) -> None:
        """Expect so many more trials, or fewer."""
        self.planned += count

    def begin(self, text: str) -> None:
        """Say what is tried now and how far the search is, by trials or by time, whichever is further."""
        self.done += 1
        by_trials = (self.done - 1) / max(self.done, self.planned)
        self.share = min(0.99, max(self.share, by_trials, self.spent_s / self.seconds))
        self.told(Progress(self.done, max(self.done, self.planned), self.share, text))

    def spend(self, seconds: float) -> None:
        """Count time on the line."""
        self.spent_s += seconds

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Listen at one setting and judge what was heard."""
        self.begin(str(settings))
        heard = self.line.listen(settings, min(seconds, max(0.2, self.seconds - self.spent_s)))
        self.spent_s += heard.seconds or seconds
        self.take(settings, heard, seconds)
        return heard

    def take(self, settings: LineSettings, heard: Heard, seconds: float) -> None:
        """Judge bytes that came at one setting within so many seconds, as they are and with bit 7 as parity."""
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


def search(line: Line, seconds: float = 25.0, ask: bool = False, told: Told = lambda _progress: None) -> Search:
    """Find the settings of a line and what it carries, in about so many seconds.

    With `ask`, queries that only read are sent where nobody speaks unasked. `told(progress)` follows the search and
    may raise to end it. Failures of the line come through as its own errors.
    """
    trials = _Trials(line, told, seconds)
    trials.plan(len(COMMON) + len(RARE))
    asker = _Asker(trials, Asking(trials)) if ask else None
    usual = LineSettings(COMMON[0])
    first = trials.listen(usual, FIRST_S)
    pause_s = STEP_S if len(first.data) > 40 else LONGER_S
    _look_closer(trials, usual, first)
    if asker is not None:
        asker.after_first(usual, first)
    _pass(trials, (*COMMON[1:], *RARE), pause_s, asker)
    if not trials.is_sure:
        _parities(trials)
    if not trials.is_sure and not trials.findings:
        _again(trials)
    _confirm(trials)
    if asker is not None and not trials.findings:
        asker.ask_all()
    return trials.result()


@dataclass
class _Asker:
    """Decide when a line is silent enough to be asked; it is asked once."""

    trials: _Trials
    asking: Asking
    has_asked: bool = False
    _silent: int = 0

    def after_first(self, settings: LineSettings, first: Heard) -> None:
        """Ask a board that only greeted at the right speed, by text; listen once more before a silent line is asked."""
        if first.data:
            is_banner = len(first.data) < _BANNER_BYTES and printable(first.data) > 0.9 and not self.trials.is_over
            for probe in (probes.TEXT, probes.M105) if is_banner else ():
                self.trials.plan(1)
                self._keep(self.asking.ask(probe, settings))
            return
        if not self.trials.listen(LineSettings(COMMON[1]), FIRST_S).data:
            self.ask_all()

    def after(self, heard: Heard) -> None:
        """Ask a line that has fallen silent, as after a greeting at another speed."""
        self._silent = 0 if heard.data else self._silent + 1
        if self._silent >= _SILENT_STEPS:
            self.ask_all()

    def ask_all(self) -> None:
        """Ask everything there is, all Modbus units only where nobody was heard."""
        if self.has_asked or self.trials.is_over:
            return
        self.has_asked = True
        has_parity = bool(getattr(self.trials.line, "has_parity", True))
        self._keep(self.asking.all((*probes.first_rounds(has_parity), *probes.late_rounds())))
        if not self.trials.findings and not self.asking.stray_bytes:
            self._keep(self.asking.all(probes.unit_rounds(has_parity)))

    def _keep(self, found: tuple[Finding, bytes] | None) -> None:
        if found is not None:
            self.trials.findings.append(found)


def _pass(trials: _Trials, speeds: tuple[int, ...], pause_s: float, asker: _Asker | None) -> None:
    """Listen once at every speed, longer where it seems right."""
    for at, speed in enumerate(speeds):
        if trials.is_over:
            trials.plan(at - len(speeds))
            return
        heard = trials.listen(LineSettings(speed), pause_s)
        _look_closer(trials, LineSettings(speed), heard)
        if asker is not None:
            asker.after(heard)


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
