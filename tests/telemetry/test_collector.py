"""The collector as a real process on real pseudo-terminals: nothing lost, gaps marked, ports shared politely."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from center_app.core.errors import CODES, Problem, describe
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.core.text import catalogue
from center_app.telemetry import commands, evidence, queries, service
from center_app.telemetry.collector import launch
from center_app.telemetry.collector.process import run
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import (
    AlarmRuleDraft,
    CellDraft,
    PortState,
    RequestKind,
    RequestState,
    RunRuleDraft,
)
from devices import profiles
from devices.simulators.line import PtyLine
from devices.transport import open_port
from devices.values import LineSettings
from tests.support import wait_until
from tests.telemetry import cells

FRAME = 40


@pytest.fixture
def centre(tmp_path):
    opened = cells.new_center(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def link(tmp_path) -> Path:
    return tmp_path / "ttyROBOT"


def recordings(store: Path, cell_id: int):
    with StoreReader(store) as reader:
        return reader.recordings(cell_id)


def gaps(store: Path, cell_id: int):
    with StoreReader(store) as reader:
        return reader.gaps(cell_id)


def account(store: Path, recording_id: int):
    with StoreReader(store) as reader:
        return reader.account(recording_id)


def missing_frames(store: Path, recording_id: int) -> int:
    """Decode the raw log again and count the frames that the sequence numbers miss."""
    with StoreReader(store) as reader:
        recording = reader.recording(recording_id)
        decoder = profiles.get(recording.profile_id).decoder(recording.params)
        blocks = [block for record in reader.raw(recording_id) if record.direction == 0
                  for block in decoder.feed(record.data)]  # fmt: skip
    return sum(block.sequence_gaps for block in blocks)


def asked(center, kind, cell_id, payload):
    """Ask and wait for the answer."""
    request = center.write(cells.ENGINEER, service.ask, kind, cell_id, payload)
    wait_until(lambda: center.read(queries.request, request.id).state is not RequestState.ASKED)
    return center.read(queries.request, request.id)


def test_a_desk_killed_hard_costs_no_sample(centre, link, tmp_path):
    store = centre.folder
    desk_code = (
        "import sys, time\n"
        "from center_app.telemetry.collector import launch\n"
        "print(launch.start_detached(sys.argv[1]), flush=True)\n"
        "time.sleep(600)\n"
    )
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        desk = subprocess.Popen([sys.executable, "-c", desk_code, str(store)], cwd=PROGRAM, stdout=subprocess.PIPE)
        try:
            collector_pid = int(desk.stdout.readline())
            cells.wait_for_bytes(store, cell.id, 50 * FRAME)
            desk.send_signal(signal.SIGKILL)
            desk.communicate(timeout=10)
            before = cells.health_of(store, cell.id).bytes_in
            cells.wait_for_bytes(store, cell.id, before + 200 * FRAME)
            assert launch.pid_of(str(store)) == collector_pid
        finally:
            assert launch.stop(str(store))
    (recording,) = recordings(store, cell.id)
    told = account(store, recording.id)
    assert (missing_frames(store, recording.id), gaps(store, cell.id), recording.ended_by) == (0, [], "end")
    assert (told.is_balanced, told.lost_bytes, told.bytes_in % FRAME) == (True, 0, told.pending)
    health = cells.health_of(store, cell.id)
    assert 0 < health.jitter_p50_s <= health.jitter_p99_s < 10


def test_a_collector_killed_hard_leaves_a_marked_gap_and_records_again_within_two_seconds(centre, link):
    store = centre.folder
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        centre.write(cells.ENGINEER, service.set_run_rule, RunRuleDraft(cell.id, "motion.current_j2", 1.0, 0.2, 2.0))
        with cells.collector(store) as first:
            cells.wait_for_bytes(store, cell.id, 400 * FRAME)
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=10)
        with cells.collector(store):
            wait_until(lambda: len(recordings(store, cell.id)) == 2)
            wait_until(lambda: len(gaps(store, cell.id)) == 1)
            cells.wait_for_bytes(store, cell.id, 20 * FRAME)
    crashed, again = recordings(store, cell.id)
    (gap,) = gaps(store, cell.id)
    assert (crashed.ended_by, again.ended_by, gap.reason) == ("crash", "end", "not_recording")
    assert gap.start_ns == crashed.ended_ns
    with StoreReader(store) as reader:
        assert (reader.continues(again.id), reader.continued_by(crashed.id)) == (crashed.id, again.id)
    assert gap.start_ns < gap.end_ns <= again.first_ns + 100_000_000
    assert gap.end_ns - gap.start_ns < 60e9
    records = Records(store)
    first_run, second_run = records.runs(0, 2**62, machine_id=11)
    records.close()
    assert (first_run.recording_id, first_run.is_open, first_run.ended_by) == (crashed.id, False, "end")
    assert first_run.end_ns <= gap.start_ns < second_run.start_ns


def test_unplug_and_replug_keep_the_recording_with_one_exact_gap(centre, link):
    store = centre.folder
    with cells.simulator("robot_cell", link, "--faults", '{"unplug": [[8.0, 1.0]]}'):
        cell = cells.add_cell(centre, link)
        with cells.collector(store):
            wait_until(lambda: (cells.health_of(store, cell.id) or cell).__dict__.get("reconnects") == 1)
            wait_until(lambda: len(gaps(store, cell.id)) == 1)
            cells.wait_for_bytes(store, cell.id, 500 * FRAME)
    (recording,) = recordings(store, cell.id)
    (gap,) = gaps(store, cell.id)
    assert gap.reason == "unplugged"
    assert 0.9e9 < gap.end_ns - gap.start_ns < 30e9
    assert account(store, recording.id).is_balanced


def test_a_second_collector_of_the_name_is_refused(centre):
    with cells.collector(centre.folder) as first:
        wait_until(lambda: launch.is_alive(str(centre.folder)))
        with cells.collector(centre.folder) as second:
            _, told = second.communicate(timeout=20)
            assert second.returncode == 2
            assert b"A collector called local already records" in told
            assert str(first.pid).encode() in told
        assert launch.start_detached(str(centre.folder)) == first.pid
    assert not launch.is_alive(str(centre.folder))


def test_a_port_held_by_another_program_names_it_in_every_language(centre, link):
    hold = (
        "import os, sys, time\n"
        "os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        other = subprocess.Popen([sys.executable, "-c", hold, os.path.realpath(link)], stdout=subprocess.PIPE)
        try:
            assert other.stdout.readline() == b"held\n"
            with cells.collector(centre.folder):
                wait_until(lambda: getattr(cells.health_of(centre.folder, cell.id), "state", "") == "busy")
                health = cells.health_of(centre.folder, cell.id)
                other.kill()
                other.communicate(timeout=10)
                cells.wait_for_bytes(centre.folder, cell.id, 10 * FRAME)
        finally:
            other.kill()
            other.communicate(timeout=10)
    assert f"(pid {other.pid})" in health.holder
    problem = Problem(CODES[health.code], {"port": health.port, "holder": health.holder})
    for language in ("en", "de", "zh"):
        sentence, step = describe(problem, catalogue(language))
        assert str(other.pid) in sentence
        assert step


def test_a_missing_port_is_told_and_recorded_as_soon_as_it_is_there(centre, link):
    cell = cells.add_cell(centre, link)
    with cells.collector(centre.folder):
        wait_until(lambda: getattr(cells.health_of(centre.folder, cell.id), "state", "") == "missing")
        assert cells.health_of(centre.folder, cell.id).code == "telemetry.port_missing"
        with cells.simulator("robot_cell", link):
            cells.wait_for_bytes(centre.folder, cell.id, 10 * FRAME)
        assert recordings(centre.folder, cell.id)[0].profile_id == "robot_cell"


def test_reload_changes_rules_and_cells_without_losing_a_byte(centre, link, tmp_path):
    store = centre.folder
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        with cells.collector(store):
            cells.wait_for_bytes(store, cell.id, 40 * FRAME)
            centre.write(cells.ENGINEER, service.set_alarm_rule, AlarmRuleDraft(
                cell.id, "motion.current_j2", Label.of("J2"), 1.0))  # fmt: skip
            assert asked(centre, RequestKind.RELOAD, None, {}).state is RequestState.DONE
            records = Records(store)
            wait_until(lambda: [alarm.state for alarm in records.alarms()] == ["unacknowledged"])
            (alarm,) = records.alarms()
            done = asked(centre, RequestKind.ACKNOWLEDGE, cell.id, {"rule_id": alarm.rule_id, "occurrence": 1})
            assert (done.state, done.outcome["alarm"]) == (RequestState.DONE, "acknowledged")
            late = asked(centre, RequestKind.ACKNOWLEDGE, cell.id, {"rule_id": alarm.rule_id, "occurrence": 1})
            assert (late.state, late.outcome["code"]) == (RequestState.REFUSED, "telemetry.alarm_refused")
            records.close()
            renamed = CellDraft(11, Label.of("Cell two"), str(link), "robot_cell")
            centre.write(cells.ENGINEER, service.edit_cell, cell.id, renamed)
            assert asked(centre, RequestKind.RELOAD, None, {}).state is RequestState.DONE
            cells.wait_for_bytes(store, cell.id, 400 * FRAME)
    (recording,) = recordings(store, cell.id)
    assert (missing_frames(store, recording.id), gaps(store, cell.id)) == (0, [])


def test_a_released_port_is_free_for_others_and_comes_back(centre, link):
    store = centre.folder
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        with cells.collector(store):
            cells.wait_for_bytes(store, cell.id, 40 * FRAME)
            given = asked(centre, RequestKind.RELEASE_PORT, cell.id, {"seconds": 60, "reason": "flashing"})
            assert given.outcome["is_free"]
            with open_port(str(link), profiles.get("robot_cell").line) as other:
                assert other.read(5.0), "another program has the port to itself"
            wait_until(lambda: cells.health_of(store, cell.id).state is PortState.RELEASED)
            health = cells.health_of(store, cell.id)
            assert (health.released_by, health.release_reason) == (cells.ENGINEER.name, "flashing")
            assert 0 < health.resumes_ns - health.t_ns <= 60_000_000_000
            before = cells.health_of(store, cell.id).bytes_in
            asked(centre, RequestKind.TAKE_PORT, cell.id, {})
            cells.wait_for_bytes(store, cell.id, before + 40 * FRAME)
    assert len(recordings(store, cell.id)) == 1
    assert [gap.reason for gap in gaps(store, cell.id)] == ["released"]


def test_a_polled_meter_is_recorded_with_both_directions_and_its_run_proved(centre, link):
    store = centre.folder
    with cells.simulator("energy_meter", link, "--params", '{"units": "1,2", "pattern": "steady"}'):
        cell = cells.add_cell(centre, link, "energy_meter", params={"units": "1,2", "interval_ms": 200})
        for unit, machine in (("unit_1", 21), ("unit_2", 22)):
            rule = RunRuleDraft(cell.id, f"{unit}.power", 300.0, 0.5, 2.0, machine)
            centre.write(cells.ENGINEER, service.set_run_rule, rule)
        with cells.collector(store):
            records = Records(store)
            wait_until(lambda: len(records.runs(0, 2**62)) == 2)
            wait_until(lambda: all(run.duration_s > 2 for run in records.runs(0, 2**62)))
            line = commands.LineDraft(cell.id, b"\x00\x01", expires_s=5.0)
            request = centre.write(cells.ENGINEER, commands.ask_line, line, "a test")
            answered = (RequestState.DONE, RequestState.REFUSED, RequestState.EXPIRED)
            wait_until(lambda: centre.read(queries.request, request.id).state in answered)
            assert centre.read(queries.request, request.id).outcome["sent"] == "0001"
        runs = records.runs(0, 2**62)
        records.close()
    (recording,) = recordings(store, cell.id)
    with StoreReader(store) as reader:
        sent = [record.data for record in reader.raw(recording.id) if record.direction == 1]
        assert b"\x00\x01" in sent
        assert account(store, recording.id).is_balanced
        for run in runs:
            again = evidence.recompute(reader, run, verify=True)
            assert (again.is_same, again.broken, run.ended_by) == (True, "", "end")


def test_the_centre_may_lie_on_either_database(center, link):
    """Cells, requests and the lease live in the centre's database; recordings stay in the local folder."""
    cell = cells.add_cell(center, link)
    stop = threading.Event()
    running = threading.Thread(target=run, args=(center.store, "local", center.folder), kwargs={"stop": stop})
    with cells.simulator("robot_cell", link):
        running.start()
        try:
            cells.wait_for_bytes(center.folder, cell.id, 40 * FRAME)
            (lease,) = center.read(queries.leases)
            assert (lease.name, lease.pid) == ("local", os.getpid())
            assert asked(center, RequestKind.RELOAD, None, {}).state is RequestState.DONE
        finally:
            stop.set()
            running.join(20)
    assert center.read(queries.leases) == []
    (recording,) = recordings(center.folder, cell.id)
    assert missing_frames(center.folder, recording.id) == 0


def test_an_unplug_storm_leaves_one_gap_each_and_no_handle_behind(centre, link):
    """Each time it comes back under a new terminal; the long form belongs to the campaign."""
    store = centre.folder
    tape = [[3.0 + 1.5 * number, 0.4] for number in range(200)]
    with cells.simulator("robot_cell", link, "--faults", json.dumps({"unplug": tape})):
        cell = cells.add_cell(centre, link)
        with cells.collector(store) as process:
            handles, tasks = Path(f"/proc/{process.pid}/fd"), Path(f"/proc/{process.pid}/task")
            cells.wait_for_bytes(store, cell.id, 20 * FRAME)
            before = (len(os.listdir(handles)), len(os.listdir(tasks)))
            wait_until(lambda: cells.health_of(store, cell.id).reconnects >= 5, 60, 0.05)
            wait_until(lambda: (len(os.listdir(handles)), len(os.listdir(tasks))) == before)
    health = cells.health_of(store, cell.id)
    (recording,) = recordings(store, cell.id)
    found = gaps(store, cell.id)
    assert {gap.reason for gap in found} == {"unplugged"}
    assert len(found) == health.gaps <= health.reconnects <= health.gaps + 1  # the end may come while it is away
    assert all(0.3e9 < gap.end_ns - gap.start_ns < 30e9 for gap in found)
    assert account(store, recording.id).is_balanced


def test_a_release_outlives_a_restart_and_ends_on_time(centre, link):
    store = centre.folder
    with cells.simulator("robot_cell", link):
        cell = cells.add_cell(centre, link)
        with cells.collector(store) as first:
            cells.wait_for_bytes(store, cell.id, 40 * FRAME)
            asked(centre, RequestKind.RELEASE_PORT, cell.id, {"seconds": 6, "reason": "flashing"})
            until_ns = cells.health_of(store, cell.id).t_ns + 6_000_000_000
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=10)
        with cells.collector(store):
            wait_until(lambda: cells.health_of(store, cell.id).state is PortState.RELEASED)
            with open_port(str(link), profiles.get("robot_cell").line) as other:
                assert other.read(5.0)
            wait_until(lambda: len(gaps(store, cell.id)) == 1)
            wait_until(lambda: cells.health_of(store, cell.id).state is PortState.RECORDING)
    (gap,) = gaps(store, cell.id)
    assert gap.reason == "released"
    assert -1.5e9 < gap.end_ns - until_ns < 60e9
    records = Records(store)
    (event,) = records.events("release")
    records.close()
    assert (event.details["who"], event.details["reason"]) == (cells.ENGINEER.name, "flashing")


def test_fifty_reloads_cost_no_byte(centre, tmp_path):
    """Rules, names, limits, another cell, the settings of the same port's profile, the line: sent = stored."""
    store, port = centre.folder, tmp_path / "ttyCOUNT"
    given = {"names": "count", "separator": "comma"}
    with counting_sender(port) as sender:
        cell = cells.add_cell(centre, port, "delimited_text", params=given)
        with cells.collector(store) as process:
            wait_until(lambda: is_silent(store, cell.id))
            sender.start()
            cells.wait_for_bytes(store, cell.id, 500)
            for turn in range(50):
                change(centre, cell, port, turn)
                if turn % 10 == 9:
                    process.send_signal(signal.SIGHUP)
                else:
                    assert asked(centre, RequestKind.RELOAD, None, {}).state is RequestState.DONE
            sent = sender.stop()
            wait_until(
                lambda: sum(account(store, one.id).stored_bytes for one in recordings(store, cell.id)) >= sent, 20
            )
    with StoreReader(store) as reader:
        stored = b"".join(record.data for one in reader.recordings(cell.id) for record in reader.raw(one.id))
    assert len(stored) == sent
    numbers = [int(line) for line in stored.split()]
    assert numbers == list(range(len(numbers)))
    assert gaps(store, cell.id) == []
    assert len(recordings(store, cell.id)) > 10


def is_silent(store, cell_id):
    """Opening a port throws away what waited in the kernel: only from then on does every byte count."""
    health = cells.health_of(store, cell_id)
    return health is not None and health.state is PortState.SILENT


def change(centre, cell, port, turn):
    """Change one thing after another in what is recorded and by which rules."""
    if turn % 5 == 0:
        names = f"count_{turn}"
        draft = CellDraft(11, Label.of("Counting"), str(port), "delimited_text", {"names": names, "separator": "comma"})
        centre.write(cells.ENGINEER, service.edit_cell, cell.id, draft)
    elif turn % 5 == 1:
        centre.write(cells.ENGINEER, service.edit_cell, cell.id, CellDraft(
            11, Label.of(f"Name {turn}"), str(port), "delimited_text", {"names": "count", "separator": "comma"},
            line=LineSettings(115200 if turn % 2 else 57600)))  # fmt: skip
    elif turn % 5 == 2:
        centre.write(
            cells.ENGINEER, service.add_cell, CellDraft(12, Label.of("More"), f"/dev/nothing{turn}", "kern_scale")
        )
    else:
        view = centre.read(queries.cells)[0]
        again = CellDraft(11, Label.of(f"Name {turn}"), view.port, view.profile_id, view.params, line=view.line)
        centre.write(cells.ENGINEER, service.edit_cell, cell.id, again)


class Sender:
    """Write ascending numbers, one a line, at a pace the pair can hold."""

    def __init__(self, link: Path) -> None:
        self._line = PtyLine(link)
        self._stop = threading.Event()
        self.sent = 0
        self._thread = threading.Thread(target=self._run, name="sender")

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        number, queue = 0, b""
        while not self._stop.wait(0.002):
            if not self._line.has_reader():
                continue
            queue += b"" if queue else b"%d\n" % number
            number += 1 if queue.endswith(b"%d\n" % number) else 0
            written = self._line.write(queue)
            queue = queue[written:]
            self.sent += written
        while queue:
            written = self._line.write(queue)
            queue, self.sent = queue[written:], self.sent + written

    def stop(self) -> int:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10)
        return self.sent

    def close(self) -> None:
        self.stop()
        self._line.unplug()


@contextmanager
def counting_sender(link: Path):
    sender = Sender(link)
    try:
        yield sender
    finally:
        sender.close()
