"""The collector: one reader thread per port, one writer thread, and this loop for requests, rules and health."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from center_app.core import log
from center_app.core.access import Actor, Role
from center_app.core.changes import Changed
from center_app.core.clock import Clock, SystemClock
from center_app.core.db import Database
from center_app.core.errors import CenterError
from center_app.telemetry import queries, searches, service
from center_app.telemetry.alarms.desk import AlarmDesk
from center_app.telemetry.collector import launch, lease, ledger, plan, recovery, releases, requests
from center_app.telemetry.collector.command_desk import CommandDesk
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.keeper import Keeper
from center_app.telemetry.collector.lock import CollectorLock
from center_app.telemetry.collector.notify import Notifier
from center_app.telemetry.collector.pipeline import Judges
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.port import PortReader, Release
from center_app.telemetry.collector.recogniser import Recogniser
from center_app.telemetry.collector.rounds import Rounds
from center_app.telemetry.collector.stamps import Stamps
from center_app.telemetry.collector.store_care import StoreCare
from center_app.telemetry.collector.watch import CentreWatch
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.store.writer import StoreWriter
from center_app.telemetry.values import DEFAULT_COLLECTOR, PortState, RequestKind, RequestState, RequestView

LOG = log.topic("collector")
LOOP_S = 0.05
RELOAD_S = 1.0
_DAY_NS = 86_400_000_000_000
_CHANGES = {RequestKind.RELOAD: Changed.CELLS}


@dataclass
class _Due:
    """Remember when each periodic job is due next, s of the monotonic clock."""

    reload_s: float = 0.0
    beat_s: float = 0.0
    day: int = 0
    look: bool = True


class Collector:
    """Run the ports of one collector name until told to stop; one thread calls `run`."""

    def __init__(self, database: Database, folder: Path, name: str, clock: Clock) -> None:
        """Open the store's writer and bring back what the last run left."""
        self.name = name
        self._database, self._folder, self._clock = database, folder, clock
        self._actor = Actor(0, f"collector {name}", Role.ENGINEER, "collector")
        self._me = lease.Holder.here(name)
        self._writer = StoreWriter(folder, name, clock)
        self.stamps = Stamps(clock, recovery.newest_ns(folder, name))
        self._keeper = Keeper(self._writer)
        self._care = StoreCare(database, folder, name, self._writer, self._keeper, clock)
        self.desk = AlarmDesk(name, self._keeper)
        self._commands = CommandDesk(database, self._actor, clock, self.reader, self._keeper.is_urgent.set)
        self._readers: dict[int, PortReader] = {}
        note = searches.noting(self._keeper.put_store_health, clock.wall_ns)
        self._recogniser = Recogniser(lambda: _recorded(self._plans, self._readers), self._keeper.is_urgent.set, note)
        self.notifier = Notifier()
        self._rounds = Rounds(self._writer, self._keeper, self.stamps, self._readers, self.notifier)
        self._releases: dict[int, Release] = {}
        self._plans: tuple[CellPlan, ...] = ()
        self._left_off: dict[int, int] = {}
        self._watch = CentreWatch(database)
        self._stop = threading.Event()
        self._due = _Due()

    # -- the household of requests -------------------------------------------------------------------

    def reader(self, cell_id: int | None) -> PortReader | None:
        """Return the reader of a cell."""
        return self._readers.get(cell_id) if cell_id is not None else None

    def pin(self, spans: Sequence[tuple[int, int, int]], why: str) -> None:
        """Keep the raw bytes of (recording, start ns, end ns) against retention; waits until it is written."""
        self._keeper.put_pins(spans, why)

    def note_release(self, cell_id: int, release: Release) -> None:
        """Keep in the log until when, for whom and why a port is released; a restart respects it."""
        subject = releases.subject(cell_id)
        self._keeper.put_event(self.stamps.now().t_ns, releases.KIND, subject, releases.details(release))

    def ask_reload(self) -> None:
        """Reload with the next turn; callable from a signal handler."""
        self._due.look, self._due.reload_s = True, 0.0

    def stop(self) -> None:
        """End the loop after this turn; callable from a signal handler."""
        self._stop.set()

    def reload(self) -> int:
        """Take over the cells and rules in force; return how many cells changed. No open port is closed for it."""
        wanted = self._database.read(plan.plans, self.name)
        before = {one.cell.id: one for one in self._plans}
        changed = [one for one in wanted if before.get(one.cell.id) != one]
        gone = before.keys() - {one.cell.id for one in wanted}
        if not changed and not gone:
            return 0
        self._plans = wanted
        self.desk.configure([rule for one in wanted for rule in one.alarm_rules], (), self.stamps.now().t_ns)
        for cell_id in gone:
            self._end_reader(self._readers.pop(cell_id))
        for one in changed:
            self._take_plan(one)
        LOG.info("%s cells changed, %s removed", len(changed), len(gone))
        return len(changed) + len(gone)

    def _take_plan(self, wanted: CellPlan) -> None:
        known = self._readers.get(wanted.cell.id)
        if known is not None:
            known.change(wanted)
            return
        counters = Counters(wanted.cell.id, wanted.cell.port, since_ns=self.stamps.now().t_ns)
        judges = Judges(self.name, self.desk, self._keeper.put_interval)
        left_off = self._left_off.pop(wanted.cell.id, None)
        release = self._releases.pop(wanted.cell.id, None)
        reader = PortReader(wanted, self._begin, judges, self.stamps, counters, left_off, release)
        self._readers[wanted.cell.id] = reader
        reader.start()

    def _begin(self, wanted: CellPlan, stamps: Stamps) -> RecordingHandle:
        now = stamps.now()
        cell, profile = wanted.cell, wanted.profile
        handle = self._writer.begin_recording(
            cell.id, profile.id, profile.version, profile.settled(cell.params), wanted.line, cell.port,
            streams=wanted.streams, t_ns=now.t_ns,
        )  # fmt: skip
        handle.add_anchor(now.t_ns, now.wall_ns, "start")
        return handle

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Record until stopped; always leaves sealed recordings behind."""
        try:
            self._pick_up()
            self._commands.recover(self.name)
            self.reload()
            self._care.start()
            ready()
            while not self._stop.is_set():
                try:
                    self._turn()
                except Exception:
                    LOG.exception("the request loop failed and goes on")
                self._watch.rest(self._keeper.is_urgent, LOOP_S)
        finally:
            self._close()

    def _pick_up(self) -> None:
        """Bring back alarm states and intervals; note where each recording ended."""
        stored = self._writer.in_ledger(_remembered).result(30)
        now_ns = self.stamps.now().t_ns
        self._releases = self._writer.in_ledger(lambda rows: releases.running(rows, now_ns)).result(30)
        reader = StoreReader(self._folder)
        try:
            for interval in recovery.closed(reader, stored[1]):
                self._keeper.put_interval(interval)
            first = self._database.read(plan.plans, self.name)
            self._left_off = recovery.left_off(reader, [one.cell.id for one in first])
        finally:
            reader.close()
        rules = [rule for one in first for rule in one.alarm_rules]
        self.desk.configure(rules, stored[0], self.stamps.now().t_ns)

    def _turn(self) -> None:
        try:
            self._serve()
            self._commands.settle()
            self._recogniser.settle(self._write_answer)
        except CenterError as error:
            LOG.warning("the centre's database does not answer: %s", error)
            self._due.look = True
        self.desk.tick(self.stamps.now().t_ns)
        now_s = self._clock.monotonic_s()
        self._rounds.run(now_s)
        self._keeper.flush()

    def _serve(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._due.beat_s:
            self._due.beat_s = now_s + lease.HEARTBEAT_S
            self._database.write(self._actor, lease.renew, self._me)
            self._anchor_log()
        if self._watch.has_changed():
            self._due.look = True
        if not self._due.look:
            return
        waiting = self._database.read(queries.waiting_requests, self.name)
        self._recogniser.serve(self._database, waiting)
        for request in waiting:
            if request.kind is RequestKind.COMMAND:
                self._commands.take(request)
            elif request.kind is not RequestKind.RECOGNISE:
                self._answer(request)
        if now_s >= self._due.reload_s:
            self._due.reload_s = now_s + RELOAD_S
            self.reload()
            self._due.look = False

    def _anchor_log(self) -> None:
        """Once a UTC day, and at the start, put the head of our log into the centre's audit trail."""
        day = self.stamps.now().wall_ns // _DAY_NS
        if day == self._due.day:
            return
        number, digest = self._writer.in_ledger(ledger.head).result(30)
        if number:
            self._database.write(self._actor, service.anchor_log, self.name, number, digest)
        self._due.day = day

    def _answer(self, request: RequestView) -> None:
        try:
            answer = requests.carry_out(self, request)
        except (CenterError, ValueError, KeyError) as error:
            LOG.warning("request %s failed: %s", request.id, error)
            answer = requests.failed(error)
        changed = _CHANGES.get(request.kind, Changed.ALARMS) | Changed.REQUESTS
        self._keeper.flush()
        self._database.write(self._actor, service.answer, request.id, answer.state, answer.outcome, changed)

    def _write_answer(self, number: int, state: RequestState, outcome: Mapping[str, Any]) -> None:
        self._database.write(self._actor, service.answer, number, state, outcome)

    def _end_reader(self, reader: PortReader) -> None:
        reader.stop()
        reader.thread.join(30)
        now_ns = self.stamps.now().t_ns
        self.desk.silence(reader.cell_id, now_ns, now_ns)

    def _close(self) -> None:
        self.notifier.stopping()
        for reader in self._readers.values():
            reader.stop()
        for reader in self._readers.values():
            reader.thread.join(30)
        self._commands.close()
        self._recogniser.close()
        self._rounds.publish()
        self._care.stop()
        self._keeper.drain()
        self._writer.close()
        self._watch.close()


def _recorded(plans: Sequence[CellPlan], readers: Mapping[int, PortReader]) -> list[tuple[str, str]]:
    """Return port and name of every cell whose port this collector holds."""
    released = {PortState.RELEASED, PortState.STOPPED}
    held = {cell_id for cell_id, reader in readers.items() if reader.counters.state not in released}
    return [(one.cell.port, one.cell.label.say("en")) for one in plans if one.cell.id in held]


def _remembered(connection: ledger.Connection) -> tuple[list[object], list[object]]:
    return (list(ledger.alarm_states(connection)), list(ledger.open_intervals(connection)))


def run(
    store: str, name: str = DEFAULT_COLLECTOR, folder: Path | None = None, clock: Clock | None = None,
    stop: threading.Event | None = None,
) -> None:  # fmt: skip
    """Run a collector in the foreground until SIGTERM, SIGINT or `stop`.

    Raises PersonError ALREADY_COLLECTING when one of that name holds the store, SurroundingsError when the store
    cannot be written.
    """
    place = launch.store_folder(store, folder)
    time = clock or SystemClock()
    held = CollectorLock(place, name)
    held.take()
    try:
        database = Database(database_url(store, place), time)
        _run_held(database, place, name, time, held, stop)
    finally:
        held.free()


def _run_held(
    database: Database, place: Path, name: str, clock: Clock, held: CollectorLock, stop: threading.Event | None
) -> None:
    me = lease.Holder.here(name)
    actor = Actor(0, f"collector {name}", Role.ENGINEER, "collector")
    database.write(actor, lease.take, me)
    collector = Collector(database, place, name, clock)
    _obey_signals(collector)
    waiter = _obey(collector, stop) if stop is not None else None
    try:
        collector.run(ready=lambda: _tell_ready(held, collector))
    finally:
        if waiter is not None and stop is not None:
            stop.set()
            waiter.join(5)
        database.write(actor, lease.give_back, me)
        database.close()


def _tell_ready(held: CollectorLock, collector: Collector) -> None:
    held.tell(is_ready=True)
    collector.notifier.ready()


def database_url(store: str, folder: Path) -> str:
    """Return the database URL of a store: its folder's file, or the server's address."""
    if store.startswith("postgresql://"):
        return store.replace("postgresql://", "postgresql+psycopg://", 1)
    return store if store.startswith("postgresql") else f"sqlite:///{folder / 'center.db'}"


def _obey_signals(collector: Collector) -> None:
    """End cleanly on SIGTERM and SIGINT, reload on SIGHUP, where this is the main thread."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: collector.stop())
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: collector.ask_reload())


def _obey(collector: Collector, stop: threading.Event) -> threading.Thread:
    def wait() -> None:
        stop.wait()
        collector.stop()

    thread = threading.Thread(target=wait, name="collector-stop", daemon=True)
    thread.start()
    return thread
