"""Recognise a file or a port: findings with their evidence as a sentence, and a first look at the values.

A file is a capture with times, plain bytes, hexadecimal text, or a recorded line as level changes (CSV, VCD, sigrok);
every line of such a file is recognised by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from center_app.core.errors import PersonError, SurroundingsError
from center_app.core.text import N_, Words
from center_app.telemetry.byte_files import FILE_MISSING, FILE_UNREADABLE, ByteFile
from devices import profiles
from devices.errors import CaptureDamaged, ProfileUnknown
from devices.recognition import Finding, Kind, PortLine, Progress, Search, Seen, recognise_levels, search
from devices.recognition import recognise as recognise_bytes
from devices.recognition.polling import drive, particular
from devices.recognition.recorded import described
from devices.recorded_line import read_lines
from devices.toml_profiles.drafting import draft
from devices.values import Block, LineSettings, Profile, Quality, scaled

MOST_BYTES = 1 << 16
_POINTS = 60
_MOST_CHANNELS = 24
_LISTEN_S = 1.0
_SHOWN_BYTES = 2048
_LITTLE_BYTES = 2000
_POLLED_S = 2.5
_POLLED_ROWS = 4
_SENTENCES = {
    Kind.CHECKSUMS: N_("{line}, {profile}, {good} of {all} checksums good"),
    Kind.FORM: N_("{line}, {profile}, {good} of {all} messages in its form"),
    Kind.NUMBERS: N_("{line}, {profile}, numbers in {good} of {all} lines"),
    Kind.FRAMES: N_("{line}, unknown device: {good} frames of {size} bytes behind {sync}, {check}"),
    Kind.TEXT: N_("{line}, plain text without values, {count} characters"),
    Kind.CHARACTERS: N_("{line}, {count} characters, {errors} with an error; no profile fits"),
}
_ASKED = N_("{line}, {profile}, answers when asked")
_ASKED_TOLD = N_("{line}, {profile}, answers when asked ({told})")
_PACKED = N_("{line}, unknown device: {good} packets ({framing}), {check}")
_NO_LINE = N_("line settings unknown")
_STOPS_OPEN = N_("{evidence}; the pace does not prove the stop bits")
_NO_CHECK = N_("no checksum found")


@dataclass(frozen=True)
class Sample:
    """Show one channel of a preview: name, unit, the first value (None: not measured) and up to 60 scaled values."""

    stream: str
    channel: str
    label: Mapping[str, str]
    unit: str
    first: float | None
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Told:
    """Show one finding as people read it: the finding, its evidence and a first look at the values."""

    finding: Finding
    samples: tuple[Sample, ...] = ()
    account: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """Show what was found on one line, the best first, what was seen, and the bytes it was found in."""

    name: str
    findings: tuple[Told, ...]
    seen: tuple[Seen, ...] = ()
    data: bytes = b""


def recognise_place(place: str) -> tuple[Result, ...]:
    """Recognise every line of a file, or the standard input for "-".

    Raises PersonError for a missing or empty file, SurroundingsError for one that cannot be read.
    """
    levels = _levels(place) if place != "-" else None
    if levels is not None:
        return tuple(told(name, recognise_levels(line)) for name, line in levels.items())
    source = ByteFile(place)
    data = bytearray()
    for piece in source.pieces():
        data += piece
        if len(data) >= MOST_BYTES:
            break
    return (told(source.name, _of_bytes(bytes(data[:MOST_BYTES]), source.line)),)


def _levels(place: str) -> Mapping[str, Any] | None:
    path = Path(place)
    try:
        return read_lines(path)
    except FileNotFoundError as error:
        raise PersonError(FILE_MISSING, file=place) from error
    except (OSError, CaptureDamaged, MemoryError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise SurroundingsError(FILE_UNREADABLE, file=path.name, detail=detail or str(error)) from error


def _of_bytes(data: bytes, line: LineSettings | None) -> Search:
    found = recognise_bytes(data, line)
    if not found:
        plain = described(data, line)
        found = (plain,) if plain is not None else ()
    return Search(found, (), data)


def recognise_port(
    port: str,
    seconds: float = 25.0,
    ask: bool = True,
    report: Callable[[Progress], None] = lambda _progress: None,
) -> Result:
    """Recognise what hangs at a port by listening, with `ask` also by queries that only read; PortError: it cannot.

    `report(progress)` follows the search and may raise to end it.
    """
    with PortLine(port) as line:
        return recognise_line(port, line, seconds, ask, report)


def recognise_line(
    name: str, line: PortLine, seconds: float, ask: bool, report: Callable[[Progress], None]
) -> Result:  # fmt: skip
    """Recognise what hangs at an open port: settings and profile, then its first values, read as the profile does."""
    found = search(line, seconds, ask, report)
    best = found.best
    if best is None or best.line is None or not best.profile_id:
        return told(name, found)
    if best.asked:
        report(Progress(1, 1, 0.99, best.told))
        return _polled(name, line, found, particular(line, best))
    if len(found.data) < _LITTLE_BYTES:
        more = line.listen(best.line, _LISTEN_S).data
        found = replace(found, data=found.data + more if best.line.data_bits == 8 else found.data)
    return told(name, found)


def _polled(name: str, line: PortLine, found: Search, best: Finding) -> Result:
    """Read a device that answers when asked by its profile's own master, and show what it says."""
    assert best.line is not None
    profile = profiles.get(best.profile_id)
    if not line.has_parity and profile.line.baud == best.line.baud:
        best = replace(best, line=profile.line)  # a pseudo-terminal cannot tell parity: the profile's own is likelier
    polled = drive(line, profile, profile.settled(best.params), best.line or profile.line, _POLLED_S, _POLLED_ROWS)
    rows = sum(len(block.end_offset) for block in polled.blocks)
    best = replace(best, rows=rows, frames_good=max(best.frames_good, polled.account.frames_good))
    account = asdict(polled.account) | {"balanced": polled.account.balanced}
    return Result(name, (Told(best, _samples(profile, best.params, polled.blocks), account),), found.seen, found.data)


def told(name: str, found: Search) -> Result:
    """Return a search's outcome with accounts and first values."""
    return Result(
        name, tuple(_told(fit, found.data, fit is found.best) for fit in found.findings), found.seen, found.data
    )


def _told(fit: Finding, data: bytes, is_best: bool) -> Told:
    if not fit.profile_id:
        return Told(fit)
    try:
        profile = profiles.get(fit.profile_id)
    except ProfileUnknown:
        return Told(fit)
    decoder = profile.decoder(fit.params)
    blocks = decoder.feed(data) + decoder.flush()
    account = decoder.account()
    samples = _samples(profile, fit.params, blocks) if is_best else ()
    return Told(fit, samples, asdict(account) | {"balanced": account.balanced})


def _samples(profile: Profile, params: Mapping[str, object], blocks: Sequence[Block]) -> tuple[Sample, ...]:
    samples: list[Sample] = []
    for stream in profile.streams_for(params):
        mine = [block for block in blocks if block.stream == stream.key and len(block.end_offset)]
        if mine:
            samples += [_sample(stream.key, channel, index, mine) for index, channel in enumerate(stream.channels)]
    return tuple(samples[:_MOST_CHANNELS])


def _sample(stream: str, channel: Any, index: int, blocks: list[Any]) -> Sample:
    values: list[float] = []
    for block in blocks:
        row = scaled(channel, block.values[index])
        marks = block.quality[index] if block.quality.ndim == 2 else block.quality
        good = (marks == Quality.GOOD) | (marks == Quality.OUT_OF_RANGE)
        values += [float(value) for value, ok in zip(row, good, strict=True) if ok and math.isfinite(value)]
        if len(values) >= _POINTS:
            break
    first = values[0] if values else None
    return Sample(stream, channel.key, dict(channel.label), channel.unit, first, tuple(values[:_POINTS]))


def name_of(fit: Finding, language: str) -> str:
    """Return the profile's name in a language, "" for a finding without profile."""
    if not fit.profile_id:
        return ""
    try:
        label = profiles.get(fit.profile_id).label
    except ProfileUnknown:
        return fit.profile_id
    return label.get(language) or label["en"]


def evidence(fit: Finding, words: Words) -> str:
    """Return what speaks for a finding as a sentence, such as "115200 8N1, …, 412 of 412 checksums good"."""
    found = _evidence(fit, words)
    return words(_STOPS_OPEN, evidence=found) if fit.is_stop_proved is False else found


def _evidence(fit: Finding, words: Words) -> str:
    line = str(fit.line) if fit.line else words(_NO_LINE)
    profile = name_of(fit, words.language)
    if fit.asked:
        return words(_ASKED_TOLD if fit.told else _ASKED, line=line, profile=profile, told=fit.told)
    good, total = fit.frames_good, fit.frames_good + fit.frames_bad
    if fit.kind is Kind.FRAMES:
        return _proposal(fit, line, words)
    if fit.kind is Kind.TEXT:
        return words(_SENTENCES[Kind.TEXT], line=line, count=fit.characters)
    if fit.kind is Kind.CHARACTERS:
        return words(_SENTENCES[Kind.CHARACTERS], line=line, count=fit.characters, errors=fit.errors or 0)
    return words(_SENTENCES[fit.kind], line=line, profile=profile, good=good, all=total)


def _proposal(fit: Finding, line: str, words: Words) -> str:
    layout = fit.proposal or {}
    check = str(layout.get("check") or words(_NO_CHECK))
    if layout.get("framing") != "sync":
        framing = str(layout.get("framing", "")).upper()
        return words(_PACKED, line=line, good=fit.frames_good, framing=framing, check=check)
    return words(
        _SENTENCES[Kind.FRAMES], line=line, good=fit.frames_good, size=layout.get("size"), sync=layout.get("sync"),
        check=check,
    )  # fmt: skip


def as_json(result: Result, words: Words) -> dict[str, Any]:
    """Return a result as plain values: ranked findings with line settings, evidence, account and first values."""
    return {
        "name": result.name,
        "recognised": any(each.finding.explains for each in result.findings),
        "findings": [_finding_json(each, words, result.data) for each in result.findings],
        "bytes": "" if any(each.finding.profile_id for each in result.findings) else result.data[:_SHOWN_BYTES].hex(),
        "seen": [_seen_json(each) for each in result.seen],
    }


def toml_of(result: Result) -> str:
    """Return the text of a profile to go on from for the best unknown layout of a line, "" when there is none."""
    return next((text for each in result.findings if (text := _toml(each.finding, result.data))), "")


def _toml(fit: Finding, data: bytes) -> str:
    return draft(fit.proposal, fit.line, data) if fit.proposal else ""


def _finding_json(each: Told, words: Words, data: bytes) -> dict[str, Any]:
    fit = each.finding
    return {
        "profile": fit.profile_id or None,
        "name": name_of(fit, words.language),
        "evidence": evidence(fit, words),
        "kind": fit.kind.value,
        "line": line_json(fit.line),
        "inverted": fit.is_inverted,
        "stop_bits_proved": fit.is_stop_proved,
        "params": dict(fit.params),
        "frames_good": fit.frames_good,
        "frames_bad": fit.frames_bad,
        "share": round(fit.share, 4),
        "characters": fit.characters,
        "errors": fit.errors,
        "asked": fit.asked.hex() or None,
        "told": fit.told or None,
        "proposal": dict(fit.proposal) if fit.proposal else None,
        "toml": _toml(fit, data) or None,
        "account": dict(each.account),
        "first": {f"{one.stream}.{one.channel}": {"value": one.first, "unit": one.unit} for one in each.samples},
        "samples": [asdict(one) for one in each.samples],
    }


def _seen_json(each: Seen) -> dict[str, Any]:
    return {
        "line": str(each.line), "bytes": each.size_bytes, "bytes_per_s": round(each.bytes_per_s, 1),
        "error_share": each.error_share if each.error_share is None else round(each.error_share, 4),
        "printable": round(each.printable, 3),
    }  # fmt: skip


def line_json(line: LineSettings | None) -> dict[str, object] | None:
    """Return line settings as plain values."""
    if line is None:
        return None
    return {
        "baud": line.baud, "data_bits": line.data_bits, "parity": line.parity, "stop_bits": line.stop_bits,
        "text": str(line),
    }  # fmt: skip


def line_of(told_line: Mapping[str, Any] | None) -> LineSettings | None:
    """Return the line settings of plain values."""
    if not told_line:
        return None
    return LineSettings(
        int(told_line["baud"]), int(told_line["data_bits"]), str(told_line["parity"]), float(told_line["stop_bits"])
    )
