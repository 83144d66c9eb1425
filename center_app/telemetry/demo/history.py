"""Synthesise months of measured history: the bytes of a power logger, through the real decoder, rule and store.

The logger writes one line a minute with the power of each machine in W. Everything a report cites is
therefore found in stored raw bytes, chained and decodable again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from center_app.core.clock import Clock
from center_app.core.periods import Period
from center_app.telemetry.collector import ledger
from center_app.telemetry.measured import ns_of
from center_app.telemetry.runs.rule import Origin, RunWatch, Samples, pause_ns_for
from center_app.telemetry.store.synthetic import BulkWriter
from center_app.telemetry.values import CellView, RunInterval, RunRuleView
from devices import profiles
from devices.values import Block, scaled

Int64 = NDArray[np.int64]
STEP_S = 60
OPENS, CLOSES = time(8, 0), time(21, 0)
PROFILE = "delimited_text"


@dataclass(frozen=True)
class Use:
    """Say when somebody had a machine, and when it ran meanwhile."""

    used: Period
    runs: tuple[Period, ...] = ()


@dataclass(frozen=True)
class LoggedMachine:
    """Describe one column of the logger: machine, code, power at rest and at work in W, its uses."""

    machine_id: int
    code: str
    idle_w: float
    run_w: float
    uses: tuple[Use, ...] = ()


def params_for(machines: Sequence[LoggedMachine]) -> dict[str, object]:
    """Return the settings of the logger's profile: one channel in W per machine."""
    return {"names": ",".join(f"{machine.code} [W]" for machine in machines), "separator": "comma", "mark": "."}


def channel_of(machine: LoggedMachine) -> str:
    """Return the channel that logs a machine."""
    return f"lines.{machine.code}"


def synthesise_history(
    folder: Path, clock: Clock, cell: CellView, rules: Sequence[RunRuleView], machines: Sequence[LoggedMachine],
    days: Sequence[date], zone: str, until: datetime, told: Callable[[float], None] = lambda _share: None,
) -> int:  # fmt: skip
    """Write one recording per day up to a moment; return how many measured intervals came of it."""
    found: list[RunInterval] = []
    with BulkWriter(folder, cell.collector, clock) as writer:
        writer.engine.shelf.in_ledger([ledger.create])
        for number, day in enumerate(days):
            found += _write_day(writer, cell, rules, machines, _grid(day, zone, until))
            told((number + 1) / len(days))
        writer.engine.shelf.in_ledger([partial(_put_all, intervals=found)])
    return len(found)


def _put_all(connection: ledger.Connection, intervals: Sequence[RunInterval]) -> None:
    for interval in sorted(intervals, key=lambda one: one.end_ns):
        ledger.put_interval(connection, interval)


def _grid(day: date, zone: str, until: datetime) -> Int64:
    """Return when the logger writes on a day: int64 ns, once a minute while the centre is open."""
    opens = datetime.combine(day, OPENS, ZoneInfo(zone)).astimezone(UTC)
    closes = min(datetime.combine(day, CLOSES, ZoneInfo(zone)).astimezone(UTC), until - timedelta(seconds=STEP_S))
    count = max(0, int((closes - opens).total_seconds()) // STEP_S)
    return ns_of(opens) + np.arange(count, dtype=np.int64) * STEP_S * 1_000_000_000


def _write_day(
    writer: BulkWriter, cell: CellView, rules: Sequence[RunRuleView], machines: Sequence[LoggedMachine], t_ns: Int64
) -> list[RunInterval]:
    if len(t_ns) < 2:
        return []
    profile = profiles.get(PROFILE)
    params = profile.settled(params_for(machines))
    streams = profile.streams_for(params)
    recording = writer.begin_recording(
        cell.id, profile.id, profile.version, params, profile.line, cell.port, streams=streams, t_ns=int(t_ns[0])
    )
    recording.add_anchor(int(t_ns[0]), int(t_ns[0]), "start")
    lines = _lines(machines, t_ns)
    for at_ns, line in zip(t_ns.tolist(), lines, strict=True):
        recording.append_raw(at_ns, at_ns, 0, line)
    decoder = profile.decoder(params)
    blocks = decoder.feed(b"".join(lines)) + decoder.flush()
    ends = np.cumsum([len(line) for line in lines])
    found: list[RunInterval] = []
    watches = _watches(cell, rules, machines, recording.id)
    for block in blocks:
        times = t_ns[np.searchsorted(ends, block.end_offset, side="left")]
        recording.append_block(block, times)
        for column, watch in watches:
            found += watch.feed(_samples(block, times, column, streams[0].channels[column]))
    for _, watch in watches:
        found += watch.finish()
    recording.set_account(decoder.account())
    recording.end()
    return found


def _watches(
    cell: CellView, rules: Sequence[RunRuleView], machines: Sequence[LoggedMachine], recording_id: int
) -> list[tuple[int, RunWatch]]:
    columns = {channel_of(machine): number for number, machine in enumerate(machines)}
    profile = profiles.get(PROFILE)
    return [
        (
            columns[rule.channel],
            RunWatch(
                rule,
                Origin(cell.collector, recording_id, profile.id, profile.version, *rule.channel.split(".", 1)),
                pause_ns_for(None, rule.hold_off_s),
            ),
        )
        for rule in rules
        if rule.channel in columns
    ]


def _samples(block: Block, t_ns: Int64, column: int, spec: object) -> Samples:
    starts = np.concatenate((np.zeros(1, np.int64), block.end_offset[:-1]))
    quality = np.broadcast_to(block.quality, block.values.shape)[column]
    values = scaled(spec, block.values[column])  # type: ignore[arg-type]
    return Samples(t_ns, values, quality, starts, block.end_offset)


def _lines(machines: Sequence[LoggedMachine], t_ns: Int64) -> list[bytes]:
    table = np.array([_power(machine, t_ns) for machine in machines]).T.tolist()
    return [(",".join(map(str, row)) + "\r\n").encode() for row in table]


def _power(machine: LoggedMachine, t_ns: Int64) -> Int64:
    """Return the power in whole W: standby, at rest while somebody is there, at work while it runs."""
    dice = np.random.default_rng(zlib.crc32(f"{machine.code} {int(t_ns[0])}".encode()))
    shape = np.full(len(t_ns), 0.15 * machine.idle_w)
    for use in _during(machine.uses, t_ns):
        shape[_inside(t_ns, use.used)] = machine.idle_w
        for run in use.runs:
            shape[_inside(t_ns, run)] = machine.run_w
    wave = 1.0 + 0.05 * np.sin(np.arange(len(t_ns)) / 7.0) + 0.03 * dice.standard_normal(len(t_ns))
    return np.rint(np.maximum(shape * wave, 0.0)).astype(np.int64)


def _during(uses: Sequence[Use], t_ns: Int64) -> Iterator[Use]:
    start, end = int(t_ns[0]), int(t_ns[-1])
    for use in uses:
        if ns_of(use.used.start) <= end and ns_of(use.used.end) > start:
            yield use


def _inside(t_ns: Int64, period: Period) -> slice:
    first, last = np.searchsorted(t_ns, [ns_of(period.start), ns_of(period.end)])
    return slice(int(first), int(last))


def uses_by_machine(uses: Mapping[str, Sequence[Use]], code: str) -> tuple[Use, ...]:
    """Return a machine's uses, oldest first."""
    return tuple(sorted(uses.get(code, ()), key=lambda use: use.used.start))
