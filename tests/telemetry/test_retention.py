"""Old recordings go by rule, per cell; what a report pinned stays and still proves its hours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from center_app.core.errors import CenterError
from center_app.core.labels import Label
from center_app.telemetry import evidence, retention, service
from center_app.telemetry.collector import ledger
from center_app.telemetry.retention import RetentionDraft
from center_app.telemetry.store import keeping
from center_app.telemetry.store.files import DAY_NS, collector_folder
from center_app.telemetry.store.keeping import KeepPolicy, KeepRule
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.retention import Retainer
from center_app.telemetry.values import CellDraft
from center_app.wiring import Center
from devices.simulators.faults import FaultTape
from tests.telemetry.store.rig import CELL, MS, T0, Feed, begin, open_writer, stream
from tests.telemetry.test_evidence import START_NS, record, runs_of

OTHER = 8
ROWS = 9000


@pytest.fixture
def two_cells(tmp_path: Path) -> Path:
    """Record two cells over two days, ended."""
    writer = open_writer(tmp_path, bulk=False)
    writer.in_ledger(ledger.create).result(5)
    feeds = [Feed(begin(writer, stream(), cell=cell, t_ns=T0 + cell)) for cell in (CELL, OTHER)]
    for day in range(2):
        for start in range(0, ROWS, 1000):
            row = start + np.arange(1000)
            for feed in feeds:
                feed.send(T0 + day * DAY_NS + row * MS, np.stack([row, row % 7, row % 11]).astype(np.int16))
            writer.flush()
    for feed in feeds:
        feed.recording.end()
    writer.close()
    retain(tmp_path, KeepPolicy(), 0)
    return tmp_path


def raw_bytes(folder: Path, cell: int) -> int:
    with StoreReader(folder) as reader:
        (view,) = reader.recordings(cell)
        assert reader.verify(view.id) is None
        return sum(len(record.data) for record in reader.raw(view.id))


def retain(folder: Path, policy: KeepPolicy, days: int) -> list[str]:
    writer = open_writer(folder)
    try:
        done = writer.retain(policy, now_ns=T0 + days * DAY_NS, grace_s=0.0)
    finally:
        writer.close()
    return [one.name for one in done]


def test_each_cell_keeps_its_raw_bytes_as_long_as_its_rule_says(two_cells: Path) -> None:
    whole = raw_bytes(two_cells, CELL)
    policy = KeepPolicy(KeepRule(10, None), {OTHER: KeepRule(None, None)})
    (first, second) = keeping.preview(two_cells, policy, T0 + 11 * DAY_NS)
    assert (first.is_due, second.is_due, first.pins) == (True, False, 0)
    assert (first.due_on, second.due_on) == (date(2026, 6, 12), date(2026, 6, 13))
    assert retain(two_cells, policy, 11) == ["2026-06-01.db"]
    assert raw_bytes(two_cells, OTHER) == whole
    assert whole // 3 < raw_bytes(two_cells, CELL) <= whole // 2
    home = collector_folder(two_cells, "local")
    assert not (home / "2026-06-01.db").exists()
    freed = first.size_bytes - (home / "2026-06-01.k1.db").stat().st_size
    assert abs(freed - first.frees_bytes) < first.size_bytes / 5
    with StoreReader(two_cells) as reader:
        found = reader.samples(CELL, "drive", "c0", T0, T0 + DAY_NS)
        assert (found.values == np.arange(ROWS)).all()
    assert retain(two_cells, policy, 11) == []
    assert retain(two_cells, KeepPolicy(KeepRule(10, 1)), 60) == ["2026-06-01.k1.db", "2026-06-02.db"]
    assert sorted(path.name for path in home.glob("20*")) == []
    with StoreReader(two_cells) as reader:
        window = reader.window(CELL, "drive", "c0", T0, T0 + 2 * DAY_NS, 100)
        assert np.nanmax(window.high) == ROWS - 1


def test_nothing_goes_without_a_rule(two_cells: Path) -> None:
    assert retain(two_cells, KeepPolicy(), 100_000) == []


def test_a_pinned_hour_is_proved_after_its_recording_went(tmp_path: Path) -> None:
    record(tmp_path, FaultTape(seed=1), 600.0)
    runs = runs_of(tmp_path)
    cited = runs[len(runs) // 2]
    payload = evidence.pin_payload([cited], "report 7")
    writer = open_writer(tmp_path)
    for recording_id, start, end in payload["local"]["spans"]:
        writer.in_ledger(lambda link, pin=(recording_id, start, end): ledger.put_pin(link, *pin, "report 7")).result(5)
    done = writer.retain(KeepPolicy(KeepRule(1, 1)), now_ns=START_NS + 90 * DAY_NS, grace_s=0.0)
    writer.close()
    assert len(done) == 1
    with StoreReader(tmp_path) as reader:
        again = evidence.recompute(reader, cited, verify=True)
        assert (again.is_same, again.broken, again.detail) == (True, "", "")
        assert evidence.recompute(reader, runs[0]).broken == "raw bytes"


@pytest.mark.parametrize("stage", ["copied", "switched"])
def test_killed_in_between_nothing_is_lost_and_the_next_run_finishes(two_cells: Path, stage: str) -> None:
    home = collector_folder(two_cells, "local")
    policy = KeepPolicy(KeepRule(10, None), {OTHER: KeepRule()})
    whole = raw_bytes(two_cells, OTHER)
    retainer = Retainer(home, lambda job: (_ for _ in ()).throw(KeyboardInterrupt))
    if stage == "switched":
        writer = open_writer(two_cells)
        retainer = Retainer(home, lambda job: writer.in_ledger(job).result(5))
        retainer._sweep = lambda: None  # type: ignore[method-assign]
        retainer.run(policy, T0 + 11 * DAY_NS)
        writer.close()
        assert (home / "2026-06-01.db").exists()
    else:
        with pytest.raises(KeyboardInterrupt):
            retainer.run(policy, T0 + 11 * DAY_NS)
        assert (home / "2026-06-01.k1.db").exists()
    assert raw_bytes(two_cells, OTHER) == whole
    retain(two_cells, policy, 11)
    assert sorted(path.name for path in home.glob("20*")) == ["2026-06-01.k1.db", "2026-06-02.db"]
    assert raw_bytes(two_cells, OTHER) == whole


def test_a_kept_piece_that_goes_missing_afterwards_is_named(two_cells: Path) -> None:
    import sqlite3

    retain(two_cells, KeepPolicy(KeepRule(10, None), {OTHER: KeepRule()}), 11)
    link = sqlite3.connect(collector_folder(two_cells, "local") / "2026-06-01.k1.db")
    link.execute("DELETE FROM chunk WHERE ordinal = 1")
    link.commit()
    link.close()
    with StoreReader(two_cells) as reader:
        found = reader.verify(reader.recordings(CELL)[0].id)
        assert found is not None
        assert (found.kind, found.ordinal, found.reason) == ("chunk", 1, "missing")


def test_rules_are_set_by_cell_audited_and_read_back(center: Center, admin) -> None:
    cell = center.write(admin, service.add_cell, CellDraft(None, Label.of("A"), "/dev/a", "robot_cell"))
    assert center.read(retention.policy).keeps_all
    center.write(admin, retention.set_rule, RetentionDraft(0, 90, 24))
    center.write(admin, retention.set_rule, RetentionDraft(cell.id, 30, None))
    found = center.read(retention.policy)
    assert (found.of(99), found.of(cell.id)) == (KeepRule(90, 24), KeepRule(30, None))
    assert center.write(admin, retention.drop_rule, cell.id) == KeepRule(30, None)
    assert center.read(retention.policy).of(cell.id) == KeepRule(90, 24)
    for wrong in (RetentionDraft(0, 0, None), RetentionDraft(0, None, 5000), RetentionDraft(4711, 1, 1)):
        with pytest.raises(CenterError):
            center.write(admin, retention.set_rule, wrong)
