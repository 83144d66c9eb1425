"""The port's thread: every exception at every call, one gap a loss, no spin, and it never dies."""

from __future__ import annotations

import itertools
import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from center_app.core.clock import SystemClock
from center_app.core.errors import SurroundingsError
from center_app.core.labels import Label
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.mailbox import Mailbox, Release
from center_app.telemetry.collector.pauses import Pauses
from center_app.telemetry.collector.pipeline import Judges
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.port_loop import PortLoop
from center_app.telemetry.collector.stamps import Stamps
from center_app.telemetry.store.errors import STORE_FULL
from center_app.telemetry.values import CellView, PortState
from devices.errors import PortBusy, PortMissing
from devices.transport import Port, open_port
from devices.values import Account, LineSettings
from tests.devices.fakes import FAMILIES, FailingHandle
from tests.support import wait_until


class Recording:
    """Keep what a recording is given."""

    id = 1

    def __init__(self) -> None:
        self.raw: list[tuple[int, int, bytes]] = []
        self.gaps: list[tuple[int, int, str]] = []
        self.account = Account()
        self.is_ended = False

    def append_raw(self, t_ns: int, wall_ns: int, direction: int, data: bytes) -> None:
        self.raw.append((t_ns, direction, data))

    def append_block(self, block: object, t_ns: object, base_offset: int = 0) -> None:
        """Take rows."""

    def add_gap(self, start_ns: int, end_ns: int, reason: str, bytes_lost=None, samples_lost=None) -> None:
        self.gaps.append((start_ns, end_ns, reason))

    def add_anchor(self, t_ns: int, wall_ns: int, reason: str) -> None:
        """Take an anchor."""

    def set_account(self, account: Account) -> None:
        self.account = account

    def end(self) -> None:
        self.is_ended = True

    def received(self) -> bytes:
        return b"".join(data for _, direction, data in self.raw if direction == 0)


class Keeper:
    """Take what the alarm desk keeps."""

    def put_alarm_state(self, alarm: object) -> None:
        """Take a state."""

    def put_event(self, t_ns: int, kind: str, subject: str, details: object) -> None:
        """Take an entry."""


class Loop:
    """Run one port's thread on a scripted opener."""

    def __init__(self, opener, line: LineSettings | None = None, profile_id: str = "label_value") -> None:
        cell = CellView(1, None, Label.of("C"), "/dev/x", profile_id, {}, True, "local", "", 1, line)
        self.cell = cell
        self.recording = Recording()
        self.counters = Counters(1, cell.port)
        self.mail = Mailbox()
        self.stamps = Stamps(SystemClock())
        self.begun: Callable[[], Recording] = lambda: self.recording
        judges = Judges("local", AlarmDesk("local", Keeper()), lambda interval: None)
        loop = PortLoop(
            CellPlan(cell),
            lambda plan, stamps: self.begun(),
            judges,
            self.stamps,
            self.counters,
            self.mail,
            None,
            opener,
        )
        self.thread = threading.Thread(target=loop.run, name="port-1")

    @contextmanager
    def running(self) -> Iterator[Loop]:
        self.thread.start()
        try:
            yield self
        finally:
            self.mail.stop.set()
            self.mail.wake.set()
            self.thread.join(10)
            assert not self.thread.is_alive()


@pytest.mark.parametrize("call", ["open", "read", "in_waiting"])
def test_no_exception_of_any_call_ends_the_thread(call: str) -> None:
    """Each family in turn: what came before is stored, one gap each, and the last port is read in peace."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    turns = iter(range(len(FAMILIES) + 1))
    lost: list[FailingHandle] = []

    def opener(_url: str, line: LineSettings) -> Port:
        turn = next(turns, len(FAMILIES))
        family = FAMILIES[min(turn, len(FAMILIES) - 1)]
        if turn == len(FAMILIES):
            return open_port(path, line)
        if call == "open":
            return open_port(path, line, lambda *_: raise_(family))
        handle = FailingHandle(b"a: %d\n" % turn, "in_waiting" if call == "in_waiting" else "", family)
        lost.append(handle)
        return Breaking(handle, family)

    loop = Loop(opener)
    try:
        with loop.running():
            wait_until(lambda: os.write(master, b"z: 1\n") and b"z: 1" in loop.recording.received(), 60)
            assert loop.thread.is_alive()
    finally:
        os.close(master)
        os.close(slave)
    assert loop.recording.is_ended
    assert all(handle.is_closed for handle in lost)
    assert loop.recording.account.balanced
    starts = [start for start, _, _ in loop.recording.gaps]
    assert all(end > start for start, end, _ in loop.recording.gaps)
    assert starts == sorted(starts)


def raise_(family) -> None:
    raise family()


class Breaking(Port):
    """Give what waits once, then fail."""

    def __init__(self, handle: FailingHandle, family) -> None:
        super().__init__("/dev/x", handle)
        self._broken, self._family = handle, family

    def read(self, timeout_s: float) -> bytes:
        found = super().read(0.0)
        if not found:
            self._broken.fails = "read"
            self._broken.problem = self._family
            return super().read(0.0)
        return found


def test_a_failing_write_ends_no_thread() -> None:
    """A polled device: each poll meets another exception."""
    turns = itertools.count()

    def opener(_url: str, line: LineSettings) -> Port:
        return Port("/dev/x", FailingHandle(b"", "write", FAMILIES[next(turns) % len(FAMILIES)]), line)

    loop = Loop(opener, profile_id="energy_meter")
    with loop.running():
        wait_until(lambda: loop.counters.reconnects >= len(FAMILIES), 60)
        assert loop.thread.is_alive()
    assert loop.recording.is_ended


def test_a_failing_change_of_settings_ends_no_thread() -> None:
    turns = itertools.count()

    def opener(_url: str, line: LineSettings) -> Port:
        return Port("/dev/x", FailingHandle(b"a: 1\n", "baudrate", FAMILIES[next(turns) % len(FAMILIES)]), line)

    loop = Loop(opener)
    bauds = itertools.count(300)

    def changed() -> bool:
        loop.mail.plan = CellPlan(replace(loop.cell, line=LineSettings(next(bauds))))
        return loop.counters.reconnects >= len(FAMILIES)

    with loop.running():
        wait_until(changed, 60, 0.05)
        assert loop.thread.is_alive()
    assert loop.recording.is_ended


def test_an_error_of_ours_is_survived_and_leaves_a_gap() -> None:
    ports = itertools.count()

    def opener(_url: str, line: LineSettings) -> Port:
        turn = next(ports)
        handle = FailingHandle(b"a: 1\n")
        port = Port("/dev/x", handle, line)
        if turn == 0:
            handle.fails, handle.problem = "", RuntimeError
            port.take_echo = lambda: raise_(lambda: RuntimeError("ours"))  # type: ignore[method-assign]
        return port

    loop = Loop(opener)
    with loop.running():
        wait_until(lambda: loop.recording.received() == b"a: 1\n")
        wait_until(lambda: loop.recording.gaps)
    assert [reason for _, _, reason in loop.recording.gaps] == ["reader_failed"]


def test_a_flapping_port_leaves_one_gap() -> None:
    """It opens and dies at once, five times, before it stays: one loss, one gap, exact at both ends."""
    turns = itertools.count()
    moments: dict[str, int] = {}
    loop: Loop

    def opener(_url: str, line: LineSettings) -> Port:
        turn = next(turns)
        if 1 <= turn <= 5:
            return Port("/dev/x", FailingHandle(b"", "read", FAMILIES[0]), line)
        moments["open"] = loop.stamps.now().t_ns
        handle = FailingHandle(b"a: %d\n" % turn)
        port = Port("/dev/x", handle, line)
        if turn == 0:
            threading.Timer(0.2, lambda: setattr(handle, "fails", "read")).start()
        return port

    loop = Loop(opener)
    with loop.running():
        wait_until(lambda: b"a: 6\n" in loop.recording.received())
    (gap,) = loop.recording.gaps
    first = loop.recording.raw[0][0]
    assert gap[2] == "unplugged"
    assert gap[0] == first, "it begins with the last byte before"
    assert 0 <= gap[1] - moments["open"] < 50_000_000, "it ends when a byte could come again"


@pytest.mark.parametrize("problem", [PortMissing("/dev/x"), PortBusy("/dev/x", "minicom (pid 7)")])
def test_waiting_for_a_port_costs_no_time(problem: Exception) -> None:
    tries: list[float] = []

    def opener(_url: str, _line: LineSettings) -> Port:
        tries.append(time.monotonic())
        raise problem

    loop = Loop(opener)
    with loop.running():
        clock_id = time.pthread_getcpuclockid(loop.thread.ident or 0)
        wait_until(lambda: len(tries) > 1)  # the first failure loads what it is told with
        before_s, began_s = time.clock_gettime(clock_id), time.monotonic()
        wait_until(lambda: time.monotonic() - began_s > 3.0)
        share = (time.clock_gettime(clock_id) - before_s) / (time.monotonic() - began_s)
    assert share < 0.01
    assert len(tries) <= 14


def test_a_release_closes_the_port_and_takes_it_back_on_time() -> None:
    opened: list[FailingHandle] = []

    def opener(_url: str, line: LineSettings) -> Port:
        opened.append(FailingHandle(b"a: 1\n"))
        return Port("/dev/x", opened[-1], line)

    loop = Loop(opener)
    with loop.running():
        wait_until(lambda: loop.counters.state is PortState.RECORDING)
        loop.mail.release = Release(loop.stamps.now().t_ns + 2_500_000_000, "Lin Wei", "flash")
        loop.mail.poke()
        assert loop.mail.is_free.wait(60)
        assert opened[0].is_closed
        health = loop.counters.health(loop.stamps.now().t_ns)
        assert (health.state, health.released_by, health.release_reason) == (PortState.RELEASED, "Lin Wei", "flash")
        wait_until(lambda: len(loop.recording.gaps) == 1)
        assert loop.counters.health(0).resumes_ns is None
    start, end, reason = loop.recording.gaps[0]
    assert reason == "released"
    assert 2.4e9 < end - start < 60e9


def test_own_echo_is_kept_apart_and_the_account_balances() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    kept: list[Port] = []

    def opener(_url: str, line: LineSettings) -> Port:
        kept.append(open_port(path, line))
        return kept[-1]

    loop = Loop(opener, LineSettings(115200, echo=True))
    try:
        with loop.running():
            wait_until(lambda: kept)
            kept[0].write(b"ask\n")
            assert os.read(master, 10) == b"ask\n"
            os.write(master, b"ask\na: 5\n")
            wait_until(lambda: loop.counters.account.bytes_in == 9)
    finally:
        os.close(master)
        os.close(slave)
    assert [(direction, data) for _, direction, data in loop.recording.raw] == [(2, b"ask\n"), (0, b"a: 5\n")]
    account = loop.recording.account
    assert (account.bytes_in, account.discarded["echo"], account.balanced) == (9, 4, True)


def test_the_histogram_of_pauses_never_tells_too_little() -> None:
    pauses = Pauses()
    for _ in range(998):
        pauses.add(1_000_000)
    pauses.add(40_000_000)
    pauses.add(90_000_000)
    assert 1_000_000 <= pauses.quantile_ns(0.5) <= 1_250_000
    assert 40_000_000 <= pauses.quantile_ns(0.999) <= 50_000_000
    assert pauses.quantile_ns(1.0) == pauses.longest_ns == 90_000_000
    assert Pauses().quantile_ns(0.999) == 0


def test_a_recording_that_cannot_begin_under_a_new_plan_leaves_a_gap() -> None:
    """The old one has ended, the new one is refused once: what was missed between them is named."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    refusals = iter([True])

    def begun() -> Recording:
        if next(refusals, False):
            raise SurroundingsError(STORE_FULL, folder="f")
        return loop.recording

    loop = Loop(lambda _url, line: open_port(path, line))
    try:
        with loop.running():
            wait_until(lambda: os.write(master, b"z: 1\n") and loop.recording.received())
            loop.begun = begun
            loop.mail.put_plan(CellPlan(replace(loop.cell, params={"names": "other"})))
            wait_until(lambda: loop.recording.gaps)
    finally:
        os.close(master)
        os.close(slave)
    (gap,) = loop.recording.gaps
    assert gap[2] == "not_recording"
    assert gap[0] < gap[1]
