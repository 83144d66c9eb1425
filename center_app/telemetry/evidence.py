"""Prove a measured interval: find its raw bytes, decode them again, recompute it, pin them, hand them out."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from center_app.core.errors import SurroundingsError
from center_app.telemetry import channels
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import RawRecord, RecordingView
from center_app.telemetry.store.versions import AS_RECORDED
from center_app.telemetry.timing import SampleTimes
from center_app.telemetry.values import RunInterval, RunRuleView
from devices.values import Block, LineSettings, Profile, StreamSpec, scaled

MARGIN_NS = 60_000_000_000
TOLERANCE_NS = 50_000_000
"""How far a recomputed edge may lie from the stored one: the device clock is fitted anew from the window's start."""
HOLE_NS = 2_000_000_000
"""Bytes missing for longer make the decoder begin anew; shorter losses it steps over, as the collector's did."""
_FAR = 1 << 62
LINKS = ("recording", "profile", "raw bytes", "chain", "frames", "edges")


@dataclass(frozen=True)
class Recomputed:
    """Return what the stored bytes say: the interval again, or the first broken link and why."""

    interval: RunInterval | None
    is_same: bool
    is_same_start: bool
    broken: str = ""
    detail: str = ""
    bytes_read: int = 0
    segments: tuple[tuple[int, str], ...] = ()
    """Number and SHA-256 of each sealed segment of raw bytes that was read."""


@dataclass(frozen=True)
class _Source:
    recording: RecordingView
    profile: Profile
    streams: tuple[StreamSpec, ...]
    place: channels.ChannelPlace


def recompute(reader: StoreReader, interval: RunInterval, *, to_end: bool = False, verify: bool = False) -> Recomputed:
    """Decode the stored raw bytes around an interval again and recompute it.

    `to_end` reads on to the end of the recording (for an interval that a crash left open); `verify` recomputes
    the recording's whole chain first. Never raises for damaged evidence: it names the broken link.
    """
    source = _source(reader, interval)
    if isinstance(source, str):
        return _broken(source)
    try:
        damage = reader.verify(interval.recording_id) if verify else None
        if damage is not None:
            return _broken("chain", f"{damage.kind} {damage.ordinal}: {damage.reason}")
        records = list(_records(reader, interval, to_end))
    except SurroundingsError as error:
        return _broken("raw bytes", str(error))
    if not any(record.direction == 0 for record in records):
        return _broken("raw bytes", "none are stored")
    found = _decode(reader, source, interval, records, _last_byte(interval, to_end))
    return _compare(interval, found, records, _segments(reader, interval, records))


def _last_byte(interval: RunInterval, to_end: bool) -> int:
    """Return up to which received byte the rule looked: to the interval's end where recording or rule ended."""
    return interval.end_bytes[1] if interval.ended_by == "end" and not to_end else _FAR


def _source(reader: StoreReader, interval: RunInterval) -> _Source | str:
    recording = _recording(reader, interval)
    if recording is None:
        return "recording"
    profile = channels.profile(recording.profile_id, interval.profile_version)
    if profile is None:
        return "profile"
    streams = profile.streams_for(recording.params)
    place = channels.find(streams, f"{interval.stream}.{interval.channel}")
    return "profile" if place is None else _Source(recording, profile, streams, place)


def _recording(reader: StoreReader, interval: RunInterval) -> RecordingView | None:
    for recording in reader.recordings(interval.cell_id):
        if (recording.id, recording.collector) == (interval.recording_id, interval.collector):
            return recording
    return None


def _records(reader: StoreReader, interval: RunInterval, to_end: bool) -> Iterator[RawRecord]:
    margin_ns = max(MARGIN_NS, round((interval.hold_on_s + interval.hold_off_s + interval.pause_s) * 1e9))
    end_ns = None if to_end else interval.end_ns + margin_ns
    return reader.raw(interval.recording_id, t0_ns=interval.start_ns - margin_ns, t1_ns=end_ns)


def _decode(
    reader: StoreReader, source: _Source, interval: RunInterval, records: Sequence[RawRecord], last_byte: int
) -> list[RunInterval]:
    """Run decoder, time and rule over the records, as the collector did.

    Where only the bytes around the edges are here (pinned, the rest gone or with the collector), the samples stored
    from the bytes between stand in for them; both edges themselves always come from bytes.
    """
    watch = RunWatch(_rule(interval), _origin(interval), round(interval.pause_s * 1e9))
    found: list[RunInterval] = []
    piece: _Piece | None = None
    for record in records:
        if record.direction != 0:
            continue
        if piece is None or piece.is_apart(record):
            stored = _stored(reader, interval, piece, record) if piece else None
            floor_ns = piece.last_ns if piece else None
            if stored is not None and len(stored.t_ns):
                found += watch.feed(stored.within(interval.watched_from, last_byte))
                floor_ns = int(stored.t_ns[-1])
            piece = _Piece(source, interval.stream, record.offset, floor_ns)
        for samples in piece.feed(record):
            found += watch.feed(samples.within(interval.watched_from, last_byte))
    return found + watch.finish()


class _Piece:
    """Decode raw bytes without a hole."""

    def __init__(self, source: _Source, stream: str, base: int, floor_ns: int | None) -> None:
        line = LineSettings(**source.recording.line)  # type: ignore[arg-type]
        self._decoder = source.profile.decoder(source.recording.params)
        self._times = SampleTimes(line, source.streams, is_polled=source.profile.make_master is not None)
        self._place, self._stream = source.place, stream
        self._base = self._last = self.end = base
        self._received = 0
        self._floor_ns = floor_ns
        self.read_ns = 0
        self.last_ns = floor_ns

    def is_apart(self, record: RawRecord) -> bool:
        """Tell whether bytes are missing before a record, for longer than a moment."""
        return record.offset > self.end and record.t_ns - self.read_ns > HOLE_NS

    def feed(self, record: RawRecord) -> Iterator[Samples]:
        """Yield the samples that the next bytes complete; those that the store gave already are left out."""
        self.end, self.read_ns = record.offset + len(record.data), record.t_ns
        self._received = self._received + len(record.data)
        for block in self._decoder.feed(record.data):
            t_ns = self._times.of(block, record.t_ns, self._received)
            if block.stream == self._stream and len(t_ns):
                samples = _samples(block, t_ns, self._place, self._base, self._last)
                self._last = int(block.end_offset[-1]) + self._base
                self.last_ns = int(t_ns[-1])
                yield samples if self._floor_ns is None else samples.after(self._floor_ns)


def _stored(reader: StoreReader, interval: RunInterval, before: _Piece, after: RawRecord) -> Samples:
    """Return the samples recorded between two pieces of raw bytes, their places in the bytes evenly spread."""
    parts = []
    start_ns = (before.last_ns or before.read_ns) + 1
    while True:
        part = reader.recorded(
            interval.recording_id, interval.stream, interval.channel, start_ns, after.t_ns, version=AS_RECORDED
        )
        parts.append(part)
        if not part.is_cut:
            break
        start_ns = int(part.t_ns[-1]) + 1
    t_ns = np.concatenate([part.t_ns for part in parts])
    places = np.linspace(before.end, after.offset, len(t_ns) + 1).astype(np.int64)
    values, quality = (np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "quality"))
    return Samples(t_ns, values, quality, places[:-1], places[1:])


def _samples(block: Block, t_ns: Any, place: channels.ChannelPlace, base: int, last: int) -> Samples:
    ends = block.end_offset + base
    starts = np.concatenate((np.array([last], np.int64), ends[:-1]))
    quality = np.broadcast_to(block.quality, block.values.shape)[place.index]
    return Samples(t_ns, scaled(place.spec, block.values[place.index]), quality, starts, ends)


def _rule(interval: RunInterval) -> RunRuleView:
    return RunRuleView(
        interval.rule_id, interval.rule_version, interval.cell_id, interval.machine_id,
        f"{interval.stream}.{interval.channel}", interval.threshold, interval.hold_on_s, interval.hold_off_s,
    )  # fmt: skip


def _origin(interval: RunInterval) -> Origin:
    return Origin(interval.collector, interval.recording_id, interval.profile_id, interval.profile_version,
                  interval.stream, interval.channel)  # fmt: skip


def _compare(
    stored: RunInterval, found: Sequence[RunInterval], records: Sequence[RawRecord],
    segments: tuple[tuple[int, str], ...],
) -> Recomputed:  # fmt: skip
    read = sum(len(record.data) for record in records if record.direction == 0)
    if not found:
        return replace(_broken("frames", "the bytes hold no run"), bytes_read=read, segments=segments)
    nearest = min(found, key=lambda one: abs(one.start_ns - stored.start_ns))
    same_start = nearest.start_bytes[1] == stored.start_bytes[1] and _near(nearest.start_ns, stored.start_ns)
    same_end = nearest.end_bytes[1] == stored.end_bytes[1] and _near(nearest.end_ns, stored.end_ns)
    is_same = same_start and same_end
    detail = (
        "" if is_same else f"start {nearest.start_bytes} {nearest.start_ns}, end {nearest.end_bytes} {nearest.end_ns}"
    )
    return Recomputed(nearest, is_same, same_start, "" if is_same else "edges", detail, read, segments)


def _near(one_ns: int, other_ns: int) -> bool:
    return abs(one_ns - other_ns) <= TOLERANCE_NS


def _broken(link: str, detail: str = "") -> Recomputed:
    return Recomputed(None, False, False, link, detail)


def _segments(reader: StoreReader, interval: RunInterval, records: Sequence[RawRecord]) -> tuple[tuple[int, str], ...]:
    if not records:
        return ()
    sealed = reader.segments(interval.recording_id, records[0].offset, records[-1].offset + 1)
    wanted = {record.segment for record in records}
    return tuple((segment.ordinal, segment.digest) for segment in sealed if segment.ordinal in wanted)


def edges(interval: RunInterval) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the two spans (ns) whose raw bytes a report pins: 60 s around each edge."""
    return (
        (interval.start_ns - MARGIN_NS, interval.start_ns + MARGIN_NS),
        (interval.end_ns - MARGIN_NS, interval.end_ns + MARGIN_NS),
    )


def pin_payload(intervals: Iterable[RunInterval], why: str) -> dict[str, dict[str, Any]]:
    """Return, by collector, the payload of the PIN request for the intervals that a report cites."""
    pins: dict[str, dict[str, Any]] = {}
    for interval in intervals:
        entry = pins.setdefault(interval.collector, {"why": why, "spans": []})
        entry["spans"] += [[interval.recording_id, start, end] for start, end in edges(interval)]
    return pins


def export_segment(reader: StoreReader, interval: RunInterval, path: Path) -> Path:
    """Write an interval's evidence as one zip file: manifest.json and the raw bytes as reads.jsonl (hex).

    Anybody can check it without this program: the manifest names profile, line, rule and segment hashes.
    """
    records = list(_records(reader, interval, to_end=False))
    recording = _recording(reader, interval)
    manifest = {
        "interval": asdict(interval),
        "recording": asdict(recording) if recording else None,
        "segments": _segments(reader, interval, records),
    }
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", json.dumps(manifest, sort_keys=True, indent=1, default=str))
        bundle.writestr("reads.jsonl", "".join(_line(record) for record in records))
    part.replace(path)
    return path


def _line(record: RawRecord) -> str:
    entry = {"offset": record.offset, "t_ns": record.t_ns, "direction": record.direction, "hex": record.data.hex()}
    return json.dumps(entry) + "\n"
