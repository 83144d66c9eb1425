"""Every measured interval is found again in the stored bytes; each broken link of the chain is named."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from center_app.core.db import open_sqlite
from center_app.core.labels import Label
from center_app.telemetry import evidence
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.pipeline import Judges, Pipeline
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.demo.backfill import LedgerSink
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.synthetic import BulkWriter
from center_app.telemetry.values import AlarmRuleView, CellView, Direction, Priority, RunRuleView
from devices.simulators.faults import FaultTape, Spoiler, Tally
from tests.fakes import FakeClock

START_NS = 1_780_000_000_000_000_000
CELL = CellView(1, 11, Label.of("Cell"), "/dev/ttyX", "robot_cell", {}, True, "local", "", 1)
ALARM = AlarmRuleView(
    1,
    1,
    1,
    "motion.force",
    Label.of("Force"),
    40.0,
    Direction.HIGH,
    2.0,
    0.5,
    2.0,
    Priority.LOW,
    (),
    600.0,
    False,
    True,
)
RULE = RunRuleView(5, 2, 1, 11, "motion.current_j2", 1.5, 1.0, 4.0)


def record(folder, tape: FaultTape, seconds: float = 130.0) -> None:
    """Record a spoiled robot cell that works 24 s of every 32, in reads of random length."""
    plan = CellPlan(CELL, (), (RULE,))
    sink = LedgerSink()
    chance = np.random.default_rng(tape.seed)
    spoiler = Spoiler(tape, Tally())
    simulator = plan.profile.simulator(1, {"pattern": "short"})
    with BulkWriter(folder, "local", FakeClock()) as writer:
        handle = writer.begin_recording(
            1, "robot_cell", plan.profile.version, {}, plan.profile.line, CELL.port, streams=plan.streams, t_ns=START_NS
        )
        judges = Judges("local", AlarmDesk("local", sink), sink.put_interval)
        pipeline = Pipeline(plan, handle, judges, Counters(1, CELL.port))
        at = 0.0
        while at < seconds:
            span = float(chance.uniform(0.005, 0.3))
            data = spoiler.spoil(simulator.bytes_between(at, at + span), at, span)
            at += span
            t_ns = START_NS + round(at * 1e9) + int(chance.integers(0, 2_000_000))
            if data:
                pipeline.received(data, t_ns, t_ns, t_ns)
            pipeline.idle(t_ns, t_ns)
        pipeline.end(START_NS + round(at * 1e9))
        writer.engine.shelf.in_ledger([sink.write])


def test_changed_rules_cut_runs_where_they_change_and_each_part_is_proved(tmp_path):
    plan = CellPlan(CELL, (), (RULE,))
    sink = LedgerSink()
    simulator = plan.profile.simulator(1, {})
    with BulkWriter(tmp_path, "local", FakeClock()) as writer:
        handle = writer.begin_recording(
            1, "robot_cell", plan.profile.version, {}, plan.profile.line, CELL.port, streams=plan.streams, t_ns=START_NS
        )
        judges = Judges("local", AlarmDesk("local", sink), sink.put_interval)
        pipeline = Pipeline(plan, handle, judges, Counters(1, CELL.port))
        newer = replace(RULE, version=3, threshold=1.2)
        for number in range(300):
            if number == 77:
                pipeline.judge_by(CellPlan(CELL, (ALARM,), (RULE,)))
            if number == 150:
                pipeline.judge_by(CellPlan(CELL, (ALARM,), (newer,)))
            t_ns = START_NS + (number + 1) * 100_000_000
            pipeline.received(simulator.bytes_between(number / 10, (number + 1) / 10), t_ns, t_ns, t_ns)
        pipeline.end(t_ns)
        writer.engine.shelf.in_ledger([sink.write])
    found = runs_of(tmp_path)
    cut = [run for run in found if run.ended_by == "end"]
    assert [run.rule_version for run in cut] == [2, 3]
    assert {run.rule_version: run.watched_from > 0 for run in found} == {2: False, 3: True}
    assert all(run.end_ns <= START_NS + 15_000_000_000 for run in found if run.rule_version == 2)
    with StoreReader(tmp_path) as reader:
        assert [evidence.recompute(reader, run).detail for run in found] == [""] * len(found)


def runs_of(folder):
    records = Records(folder)
    found = records.runs(0, 2**62)
    records.close()
    return found


@pytest.mark.parametrize("tape", [
    FaultTape(seed=1),
    FaultTape(seed=2, drop=2e-5, flip=2e-5, garbage=0.05),
    FaultTape(seed=3, silence=((50.0, 6.0), (100.0, 1.0))),
], ids=["clean", "spoiled", "silent"])  # fmt: skip
def test_incremental_equals_recomputed_from_raw_bytes(tmp_path, tape):
    record(tmp_path, tape)
    found = runs_of(tmp_path)
    assert len(found) >= 4
    assert not any(run.is_open for run in found)
    with StoreReader(tmp_path) as reader:
        assert reader.account(found[0].recording_id).is_balanced
        for run in found:
            again = evidence.recompute(reader, run, verify=True)
            assert (again.is_same, again.broken, again.detail) == (True, "", "")
            assert abs(again.interval.duration_s - run.duration_s) < 0.1
            assert again.segments


class Sparse(StoreReader):
    """Read a store whose raw bytes are gone for some time."""

    gone = (0, 0)

    def raw(self, *where, **bounds):
        """Yield what is left."""
        found = super().raw(*where, **bounds)
        return (record for record in found if not self.gone[0] <= record.t_ns < self.gone[1])


def test_a_run_is_proved_by_the_bytes_at_its_edges_when_those_between_are_gone(tmp_path):
    record(tmp_path, FaultTape(seed=1))
    run = next(one for one in runs_of(tmp_path) if one.duration_s > 20)
    with Sparse(tmp_path) as reader:
        whole = evidence.recompute(reader, run)
        reader.gone = (run.start_ns + 6_000_000_000, run.end_ns - 8_000_000_000)
        again = evidence.recompute(reader, run)
        assert (again.is_same, again.broken, again.detail) == (True, "", "")
        assert again.bytes_read < whole.bytes_read * 0.95
    link = open_sqlite(next((tmp_path / "telemetry" / "local").glob("20*.db")))
    link.execute("DELETE FROM chunk")
    link.close()
    with Sparse(tmp_path) as reader:
        reader.gone = (run.start_ns + 6_000_000_000, run.end_ns - 8_000_000_000)
        assert evidence.recompute(reader, run).broken == "edges"


def test_a_silence_ends_a_run_at_its_last_sample(tmp_path):
    record(tmp_path, FaultTape(seed=3, silence=((50.0, 6.0),)), 64.0)
    ends = [(run.ended_by, round((run.end_ns - START_NS) / 1e9)) for run in runs_of(tmp_path)]
    assert ("pause", 50) in ends
    with StoreReader(tmp_path) as reader:
        (gap,) = reader.gaps(1)
    assert (gap.reason, round((gap.end_ns - gap.start_ns) / 1e9)) == ("silent", 6)


@pytest.fixture
def recorded(tmp_path):
    record(tmp_path, FaultTape(seed=1), 100.0)
    return tmp_path, runs_of(tmp_path)[1]


def link_of(folder, run) -> str:
    with StoreReader(folder) as reader:
        return evidence.recompute(reader, run, verify=True).broken


def test_each_broken_link_is_named(recorded):
    folder, run = recorded
    assert link_of(folder, run) == ""
    assert link_of(folder, replace(run, recording_id=run.recording_id + 1)) == "recording"
    assert link_of(folder, replace(run, profile_version=99)) == "profile"
    assert link_of(folder, replace(run, start_ns=run.start_ns + 3_600_000_000_000,
                                   end_ns=run.end_ns + 3_600_000_000_000)) == "raw bytes"  # fmt: skip
    assert link_of(folder, replace(run, threshold=500.0)) == "frames"
    assert link_of(folder, replace(run, end_ns=run.end_ns + 1_000_000_000)) == "edges"
    assert link_of(folder, replace(run, start_bytes=(run.start_bytes[0], run.start_bytes[1] + 40))) == "edges"


def test_cut_raw_bytes_are_noticed(recorded):
    folder, run = recorded
    for path in (folder / "telemetry" / "local").glob("20*.db"):
        link = open_sqlite(path)
        link.execute("DELETE FROM raw_segment WHERE ordinal >= 3")
        link.close()
    assert link_of(folder, run) == "chain"


def test_evidence_is_handed_out_whole(recorded, tmp_path):
    folder, run = recorded
    with StoreReader(folder) as reader:
        path = evidence.export_segment(reader, run, tmp_path / "evidence.zip")
        stored = b"".join(record.data for record in reader.raw(run.recording_id) if record.direction == 0)
    with zipfile.ZipFile(path) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        reads = [json.loads(line) for line in bundle.read("reads.jsonl").splitlines()]
    assert manifest["interval"]["start_bytes"] == list(run.start_bytes)
    assert all(len(digest) == 64 for _, digest in manifest["segments"])
    assert b"".join(bytes.fromhex(read["hex"]) for read in reads) in stored


def test_pins_cover_a_minute_around_each_edge(recorded):
    _, run = recorded
    (payload,) = evidence.pin_payload([run], "report 7").values()
    minute = 60_000_000_000
    assert payload["spans"] == [
        [run.recording_id, run.start_ns - minute, run.start_ns + minute],
        [run.recording_id, run.end_ns - minute, run.end_ns + minute],
    ]
