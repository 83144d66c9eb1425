"""Commands that go wrong: no answer, another's, a late one, a lost port, a collector that starts anew."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from center_app.telemetry import command_errors, commands
from center_app.telemetry.collector.commanding import Commands
from center_app.telemetry.collector.mailbox import Command, Mailbox
from center_app.telemetry.collector.stamps import Moment
from center_app.telemetry.command_values import CommandDraft, CommandResult, LineDraft
from center_app.telemetry.values import RequestState
from devices import profiles
from devices.commands import modbus_writes as writes
from devices.modbus import sealed
from devices.shared_line import SharedLine
from devices.values import Readback
from tests.support import wait_until
from tests.telemetry import cells, commanded

MS = 1_000_000
WRITE, READ = writes.register(9, 5, 77)


class Wire:
    """Stand in for port and pipeline: remember what was written, and the master whose polls go between."""

    def __init__(self, master: SharedLine | None = None) -> None:
        self.master = master
        self.written: list[bytes] = []
        self.logged: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def sent(self, data: bytes, t_ns: int, wall_ns: int) -> None:
        self.logged.append(data)


class Rig:
    """Drive the commands of one port by hand."""

    def __init__(self, master: SharedLine | None = None) -> None:
        self.mail, self.wire, self.now_ms = Mailbox(), Wire(master), 1000
        self.commands = Commands(self.mail)

    def put(self, **fields: object) -> Command:
        given = {"data": WRITE, "expires_ns": 10_000 * MS, "judge": writes.judge_write, **fields}
        made = Command(**given)  # type: ignore[arg-type]
        self.mail.commands.append(made)
        return made

    def turn(self, heard: bytes = b"", after_ms: int = 1) -> None:
        self.now_ms += after_ms
        if heard:
            if self.wire.master is not None:
                self.wire.master.on_bytes(heard, self.now_ms * MS)
            self.commands.heard(heard)
        at_ns = self.now_ms * MS
        self.commands.send(self.wire, self.wire, Moment(at_ns, at_ns, at_ns))


def test_a_command_is_answered_and_read_back() -> None:
    rig = Rig()
    command = rig.put(readback=READ)
    rig.turn()
    rig.turn(WRITE[:3])
    rig.turn(WRITE[3:])
    assert rig.wire.written == rig.wire.logged == [WRITE, READ.request]
    rig.turn(sealed(b"\x09\x03\x02\x00\x4d"))
    assert (command.done.is_set(), command.result, command.reply) == (True, CommandResult.ANSWERED, WRITE)
    assert command.proof == sealed(b"\x09\x03\x02\x00\x4d")


def test_what_reads_back_differently_is_said() -> None:
    rig = Rig()
    command = rig.put(readback=READ)
    rig.turn()
    rig.turn(WRITE)
    rig.turn(sealed(b"\x09\x03\x02\x00\x4e"))
    assert command.result is CommandResult.DIFFERS


def test_an_exception_is_a_refusal_and_foreign_frames_are_none() -> None:
    rig = Rig()
    command = rig.put()
    rig.turn()
    rig.turn(sealed(b"\x08\x86\x02") + sealed(b"\x09\x03\x02\x00\x4d"))
    assert not command.done.is_set()
    rig.turn(sealed(b"\x09\x86\x02"))
    assert command.result is CommandResult.REFUSED


def test_no_answer_ends_in_time_and_a_late_one_is_nobodys() -> None:
    master = SharedLine(profiles.get("robotiq_2f").master())  # type: ignore[arg-type]
    rig = Rig(master)
    first = rig.put(timeout_s=0.1)
    rig.turn()
    rig.turn(after_ms=99)
    assert not first.done.is_set()
    rig.turn(after_ms=2)
    assert first.result is CommandResult.TIMED_OUT
    second = rig.put()
    rig.turn(WRITE, after_ms=100)
    assert rig.wire.written == [WRITE], "the line rests while a late answer may still come"
    assert master.next_request(rig.now_ms * MS) is None
    rig.turn(after_ms=300)
    assert rig.wire.written == [WRITE, WRITE]
    rig.turn(WRITE)
    assert second.result is CommandResult.ANSWERED
    account = master.account()
    assert account.balanced
    assert (account.discarded, account.bytes_good) == ({"unexpected": 8}, 8)


def test_a_command_waits_for_the_poll_that_is_under_way() -> None:
    master = SharedLine(profiles.get("robotiq_2f").master())  # type: ignore[arg-type]
    rig = Rig(master)
    assert master.next_request(rig.now_ms * MS) is not None
    rig.put()
    rig.turn()
    assert rig.wire.written == []
    blocks = master.on_bytes(bytes.fromhex("090306390000ff0e0af78b"), rig.now_ms * MS)
    assert [block.end_offset.tolist() for block in blocks] == [[11]]
    rig.turn()
    assert rig.wire.written == [WRITE]
    rig.turn(WRITE)
    assert master.next_request((rig.now_ms + 60) * MS) is not None
    (block,) = master.on_bytes(bytes.fromhex("090306390000ff0e0af78b"), (rig.now_ms + 61) * MS)
    assert block.end_offset.tolist() == [30], "bytes put aside still count"
    assert master.account().balanced


def test_what_is_late_is_never_sent() -> None:
    rig = Rig()
    command = rig.put(expires_ns=1000 * MS)
    rig.turn()
    assert (command.result, rig.wire.written) == (CommandResult.NOT_SENT, [])


def test_what_was_withdrawn_is_never_sent() -> None:
    rig = Rig()
    command = rig.put()
    assert command.claim()
    rig.turn()
    assert rig.wire.written == []


def test_a_lost_port_ends_the_wait() -> None:
    rig = Rig()
    command = rig.put()
    rig.turn()
    rig.commands.lost(5)
    assert command.result is CommandResult.PORT_LOST
    assert not rig.commands.is_busy


def test_a_long_answer_stays_bounded() -> None:
    rig = Rig()
    command = rig.put(judge=None, listens=True, timeout_s=0.05)
    rig.turn()
    for _ in range(50):
        rig.turn(b"x" * 1000, after_ms=0)
    rig.turn(after_ms=60)
    assert (command.result, len(command.reply)) == (CommandResult.WRITTEN, 4096)


def test_a_readback_equal_to_its_request_is_still_two_steps() -> None:
    rig = Rig()
    ask = b"?"
    command = rig.put(data=ask, judge=lambda request, reply: True, readback=Readback(ask, lambda _r, _a: False))
    rig.turn()
    rig.turn(b"a")
    rig.turn(b"b")
    assert (command.result, command.reply, command.proof) == (CommandResult.DIFFERS, b"a", b"b")


def test_a_device_that_is_silent_is_told_as_unanswered(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    with cells.simulator("relay_board", port, "--params", '{"unit": 2}'):
        bench = commanded.booked_bench(tmp_path / "store", port, "relay_board")
        with cells.collector(bench.center.folder):
            wait_until(
                lambda: getattr(cells.health_of(bench.center.folder, bench.cell.id), "state", "") == "silent", 20
            )
            done = bench.sent("all_off")
        assert (done.state, done.outcome["result"]) == (RequestState.EXPIRED, "timed_out")
        assert done.outcome["code"] == command_errors.NO_ANSWER.id
        bench.center.close()


def test_without_a_collector_a_request_expires_and_is_never_carried_out(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    with cells.simulator("robotiq_2f", port):
        bench = commanded.booked_bench(tmp_path / "store", port, "robotiq_2f")
        draft = CommandDraft(bench.cell.id, "move", {"position": 200}, expires_s=0.2)
        request = bench.center.write(bench.engineer, commanded.commanding.send, draft)
        wait_until(lambda: (bench.center.clock.now() - request.asked_at).total_seconds() > 0.3)
        with cells.collector(bench.center.folder):
            late = bench.answered(request)
            cells.wait_for_bytes(bench.center.folder, bench.cell.id, 20)
        assert (late.state, late.outcome["code"]) == (RequestState.EXPIRED, command_errors.EXPIRED.id)
        assert bytes.fromhex("091003e8") not in bench.raw(1)
        bench.center.close()


def test_a_collector_killed_between_taking_and_sending_never_sends_again(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    with cells.simulator("robotiq_2f", port):
        bench = commanded.booked_bench(tmp_path / "store", port, "robotiq_2f")
        request = bench.send("move", position=200)
        bench.center.write(cells.ENGINEER, commands.begin, request.id)
        with cells.collector(bench.center.folder):
            told = bench.answered(request)
            cells.wait_for_bytes(bench.center.folder, bench.cell.id, 20)
        assert (told.state, told.outcome["result"]) == (RequestState.EXPIRED, "interrupted")
        assert bytes.fromhex("091003e8") not in bench.raw(1)
        bench.center.close()


def test_a_port_that_goes_while_an_answer_is_awaited(tmp_path: Path) -> None:
    with commanded.running(tmp_path, "grbl") as bench:
        draft = CommandDraft(bench.cell.id, "home", {}, commanded.CODE)
        bench.device.send_signal(signal.SIGSTOP)
        request = bench.center.write(bench.engineer, commanded.commanding.send, draft)
        wait_until(lambda: bench.center.read(commands.sending, "local"))
        wait_until(lambda: b"$H" in bench.raw(1))
        bench.device.kill()
        told = bench.answered(request)
    assert (told.state, told.outcome["result"]) == (RequestState.EXPIRED, "port_lost")


def test_a_burst_of_rows_is_spaced_and_its_rest_expires(tmp_path: Path) -> None:
    """Ten a second reach the device at most, even when the rows were put there past the service."""
    with commanded.running(tmp_path, "grbl") as bench:
        draft = LineDraft(bench.cell.id, b"?", wait_s=0.0, expires_s=1.0)
        asked = [bench.center.write(cells.ENGINEER, _unpaced, draft) for _ in range(25)]
        told = [bench.answered(request) for request in asked]
    sent = [one for one in told if one.outcome["result"] == "written"]
    times = sorted(one.answered_at.timestamp() for one in sent if one.answered_at)
    assert 5 <= len(sent) < len(told)
    assert all(later - first >= 0.8 for first, later in zip(times, times[10:], strict=False))
    assert {one.outcome["result"] for one in told} <= {"written", "not_sent"}


def _unpaced(work, draft):  # type: ignore[no-untyped-def]
    row = work.session.get(commands.Cell, draft.cell_id)
    payload = {"bytes": draft.data.hex(), "wait_s": 0.0, "expires_s": draft.expires_s, "warrant": ""}
    return commands._put(work, row, payload)


@pytest.mark.parametrize("payload", [{}, {"bytes": "zz"}, {"command": "nosuch"}, {"command": "switch", "values": []}])
def test_a_damaged_row_is_refused(tmp_path: Path, payload: dict[str, object]) -> None:
    with commanded.running(tmp_path, "relay_board") as bench:

        def put(work, content):  # type: ignore[no-untyped-def]
            return commands._put(work, work.session.get(commands.Cell, bench.cell.id), content)

        told = bench.answered(bench.center.write(cells.ENGINEER, put, {**payload, "expires_s": 5.0}))
    assert (told.state, told.outcome["result"]) == (RequestState.REFUSED, "not_sent")
