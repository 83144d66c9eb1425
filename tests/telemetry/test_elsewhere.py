"""A desk on another machine, its own folder empty: it traces a figure to raw bytes, checks, exports, sees versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from center_app.cli.app import run
from center_app.core.clock import SystemClock
from center_app.core.errors import PersonError
from center_app.grants.reports.links import Link
from center_app.grants.reports.snapshot import build_snapshot
from center_app.grants.reports.trace import trace_snapshot
from center_app.telemetry import evidence, recordings
from center_app.telemetry.collector import ledger
from center_app.telemetry.decoding_again import AgainDraft, decode_again
from center_app.telemetry.exchange.export import export
from center_app.telemetry.opening import open_reader, open_records
from center_app.telemetry.replica.parcel import Parcel
from center_app.telemetry.replica.replicator import Replicator
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.keeping import KeepPolicy, KeepRule
from center_app.telemetry.store.reader import StoreReader
from center_app.wiring import Center, open_center
from devices.simulators.faults import FaultTape
from tests.fakes import FakeClock
from tests.grants import chain_world
from tests.grants.chain_world import ASK, MEASURED, ChainWorld
from tests.grants.samples import MANAGER
from tests.telemetry.store.rig import open_writer
from tests.telemetry.test_decode_again import corrected
from tests.telemetry.test_evidence import RULE, record

HOURS = f"use.{MEASURED}.2026-05.measured"
FAR = 1 << 62

pytestmark = pytest.mark.parametrize("center", ["postgresql"], indirect=True)


def replicate(center: Center) -> None:
    for name in (entry.name for entry in (center.folder / "telemetry").iterdir()):
        sender = Replicator(collector_folder(center.folder, name), name, center.database, SystemClock())
        sender.catch_up()
        sender.stop()


@pytest.fixture
def world(center: Center) -> ChainWorld:
    made = chain_world.make(center.folder, center)
    replicate(center)
    return made


@pytest.fixture
def desk(center: Center, tmp_path: Path) -> Iterator[Center]:
    opened = open_center(center.database.url, FakeClock(), folder=tmp_path / "manager")
    yield opened
    opened.close()


def pin(center: Center, why: str = "report") -> None:
    records = open_records(center)
    payload = evidence.pin_payload(records.runs(0, FAR), why)
    records.close()
    for name, told in payload.items():
        writer = open_writer(center.folder, name)
        for span in told["spans"]:
            writer.in_ledger(lambda link, span=span: ledger.put_pin(link, *span, why)).result(5)
        writer.close()


def test_a_manager_elsewhere_builds_the_same_report_and_traces_it_to_bytes(world: ChainWorld, desk: Center) -> None:
    assert not (desk.folder / "telemetry").exists()
    again = desk.read(build_snapshot, desk.folder, desk.profile, MANAGER.name, ASK)
    assert again.intervals == world.snapshot.intervals
    assert all(len(row.raw_sha256) == 64 for row in again.intervals)
    pin(world.center)
    replicate(world.center)
    found = desk.read(trace_snapshot, desk.folder, again, HOURS)
    assert found.broken is None
    assert found.recomputed == found.figure.value
    assert (found.runs, found.decoded) == (2, 2)
    assert found.bytes_read > 1000


def test_bytes_changed_on_the_server_break_the_trace(world: ChainWorld, desk: Center) -> None:
    pin(world.center)
    replicate(world.center)
    with desk.database.engine.begin() as link:
        link.exec_driver_sql("UPDATE replica_segment SET data = set_byte(data, 40, 7) WHERE data IS NOT NULL")
    found = desk.read(trace_snapshot, desk.folder, world.snapshot, HOURS)
    assert found.broken is not None
    assert found.broken.link is Link.BYTES


def test_a_cited_run_is_still_proved_once_only_its_edges_are_kept(world: ChainWorld) -> None:
    center = world.center
    pin(center)
    for name in (entry.name for entry in (center.folder / "telemetry").iterdir()):
        writer = open_writer(center.folder, name)
        writer.retain(KeepPolicy(KeepRule(1, None)), now_ns=center.clock.wall_ns() + 400 * 86_400 * 10**9, grace_s=0.0)
        writer.close()
    found = center.read(trace_snapshot, center.folder, world.snapshot, HOURS)
    assert found.broken is None
    assert found.recomputed == found.figure.value


def test_a_recording_elsewhere_is_checked_as_far_as_the_server_has_it(world: ChainWorld, desk: Center) -> None:
    with open_reader(desk) as reader:
        views = reader.recordings()
        assert views
        assert [reader.verify(view.id) for view in views] == [None] * len(views)
        assert not any(reader.is_here(view.id) for view in views)
    number = views[0].id
    sql = "UPDATE replica_block SET data = set_byte(data, 3, 255 - get_byte(data, 3)) WHERE id % 1024 = 0"
    with desk.database.engine.begin() as link:
        link.exec_driver_sql(sql.replace("%", "%%"))
    with open_reader(desk) as reader:
        damage = reader.verify(number)
        assert damage is not None
        assert (damage.kind, damage.ordinal, damage.reason) == ("chunk", 0, "changed")


def test_a_cut_off_end_on_the_server_is_noticed(world: ChainWorld, desk: Center) -> None:
    with open_reader(desk) as reader:
        number = reader.recordings()[0].id
    with desk.database.engine.begin() as link:
        link.exec_driver_sql(
            f"DELETE FROM replica_segment WHERE recording_id = {number} AND ordinal ="
            f" (SELECT max(ordinal) FROM replica_segment WHERE recording_id = {number})"
        )
    with open_reader(desk) as reader:
        damage = reader.verify(number)
    assert damage is not None
    assert (damage.kind, damage.reason) == ("head", "the end is missing")


def test_a_recording_elsewhere_is_exported_whole(world: ChainWorld, desk: Center, tmp_path: Path) -> None:
    with StoreReader(world.center.folder) as here, open_reader(desk) as there:
        number = here.recordings()[0].id
        one = export(here, number, tmp_path / "here.csv")
        other = export(there, number, tmp_path / "there.csv")
    assert one.rows == other.rows > 500
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()


def test_the_commands_check_and_export_what_lies_elsewhere(
    world: ChainWorld, desk: Center, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CENTER_DESK_FOLDER", str(desk.folder))
    assert run(["check-recordings", "--store", desk.database.url]) == 0
    told = capsys.readouterr().out
    assert "recordings checked, 0 damaged" in told
    assert not told.startswith("0 ")
    assert "with their collector" in told
    target = tmp_path / "out.csv"
    assert run(["export", "newest", str(target), "--store", desk.database.url]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] > 0


def test_the_log_of_a_collector_elsewhere_is_read_and_verified(world: ChainWorld, desk: Center) -> None:
    here, there = open_records(world.center), open_records(desk)
    try:
        (name,) = here.collectors()
        assert there.events(limit=50) == here.events(limit=50)
        assert here.events(kind="interval")
        assert there.events(kind="interval") == here.events(kind="interval")
        assert there.head(name) == here.head(name)
        assert there.verify(name) is None
        assert there.pins() == here.pins()
        sql = "UPDATE replica_note SET body = replace(body, 'end_ns', 'other') WHERE kind = 'event' AND key LIKE '%%2'"
        with desk.database.engine.begin() as link:
            link.exec_driver_sql(sql)
        fault = there.verify(name)
        assert fault is not None
        assert (fault.number, fault.what) == (2, "changed")
    finally:
        here.close()
        there.close()


@pytest.fixture
def recorded(center: Center) -> int:
    record(center.folder, FaultTape(seed=3), 20.0)
    replicate(center)
    with StoreReader(center.folder) as reader:
        return reader.recordings()[0].id


def again(center: Center, recording_id: int) -> int:
    with StoreReader(center.folder) as reader:
        draft = AgainDraft(corrected(), made_by="Test", rules=(RULE,))
        return decode_again(reader, center.folder, recording_id, draft, FakeClock()).version


def forces(center: Center, recording_id: int, version: int | None = None) -> list[float]:
    with open_reader(center) as reader:
        return reader.recorded(recording_id, "motion", "force", 0, FAR, version=version).values.tolist()


def test_a_version_decoded_again_is_served_elsewhere_and_can_be_taken_back(
    center: Center, desk: Center, recorded: int, admin
) -> None:
    before = forces(center, recorded)
    assert len(before) > 1000
    assert again(center, recorded) == 2
    replicate(center)
    assert forces(desk, recorded) == forces(center, recorded) == pytest.approx([2 * one for one in before])
    assert forces(desk, recorded, 1) == before
    with open_reader(center) as here, open_reader(desk) as there:
        assert [one.version for one in there.versions(recorded)] == [1, 2]
        assert there.versions(recorded)[1] == here.versions(recorded)[1]
        assert there.served(recorded) == 2
        assert there.account(recorded, 2) == here.account(recorded, 2)
        assert there.verify(recorded, version=2) is None
        span = here.span(1)
        assert span is not None
        one, other = (reader.window(1, "motion", "force", *span, 300) for reader in (here, there))
        assert np.array_equal(one.high, other.high, equal_nan=True)
        assert np.array_equal(one.low, other.low, equal_nan=True)
    for chosen in (1, None):
        center.write(admin, recordings.use_version, center.folder, "local", recorded, chosen)
        replicate(center)
        with open_reader(desk) as there:
            assert there.served(recorded) == (chosen or 2)


def test_acts_that_write_beside_a_recording_elsewhere_are_refused(
    center: Center, desk: Center, recorded: int, admin
) -> None:
    with pytest.raises(PersonError, match=r"recordings\.elsewhere"):
        desk.write(admin, recordings.use_version, desk.folder, "local", recorded, 1)
    with open_reader(desk) as there, pytest.raises(PersonError, match=r"recordings\.elsewhere"):
        decode_again(there, desk.folder, recorded, AgainDraft(corrected()), FakeClock())
    assert not (desk.folder / "telemetry").exists()


def test_versions_and_log_go_on_where_a_lost_server_broke_them_off(
    center: Center, desk: Center, recorded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(center, recorded)
    add_events(center, 5000)
    monkeypatch.setattr("center_app.telemetry.replica.spool.BATCH_BYTES", 20_000)
    monkeypatch.setattr("center_app.telemetry.replica.spool.BATCH", 1)
    sender = Replicator(collector_folder(center.folder, "local"), "local", center.database, SystemClock())
    rounds, seen = 0, set()
    while rounds < 200:
        rounds += 1
        sent = Cut(sender, 1 + rounds % 3).catch_up()
        with open_reader(desk) as there:
            seen.add(len(there.versions(recorded)))
            if there.served(recorded) == 2:
                assert forces(desk, recorded) == forces(center, recorded)
        if sent:
            break
    sender.stop()
    assert rounds > 5
    assert seen == {1, 2}
    here, there = open_records(center), open_records(desk)
    assert there.head("local") == here.head("local")
    assert there.verify("local") is None
    here.close()
    there.close()
    with desk.database.engine.connect() as link:
        assert link.exec_driver_sql("SELECT count(*) FROM replica_tail").scalar_one() == 0


class Cut:
    """Lose the server after a number of sends, each of them in the middle of its transaction."""

    def __init__(self, sender: Replicator, sends: int) -> None:
        self.sender, self.left = sender, sends
        self.send = sender._send

    def catch_up(self) -> bool:
        """Send until the line is cut; tell whether everything went."""
        self.sender._send = self._cut  # type: ignore[method-assign]
        try:
            self.sender.catch_up()
        except (SQLAlchemyError, psycopg.Error):
            self.sender._drop()
            return False
        finally:
            self.sender._send = self.send  # type: ignore[method-assign]
        return True

    def _cut(self, parcel: Parcel, place: str, known: dict[str, int]) -> int:
        self.left -= 1
        if self.left < 0:
            self.sender._link.driver_connection.close()
        return self.send(parcel, place, known)


def add_events(center: Center, count: int) -> None:
    def put(link: ledger.Connection) -> None:
        for number in range(count):
            ledger.put_event(link, number, "test", f"subject {number % 7}", {"n": number, "text": 'ä "x" \\ 中'})

    writer = open_writer(center.folder)
    writer.in_ledger(put).result(10)
    writer.close()
