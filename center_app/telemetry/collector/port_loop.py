"""One thread per port: open, read, notice loss, back off, reopen; the same recording goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from center_app.core import log
from center_app.core.errors import CenterError
from center_app.telemetry import errors
from center_app.telemetry.collector.backoff import BackOff
from center_app.telemetry.collector.commanding import Commands
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.gathering import READ_S, Gathering
from center_app.telemetry.collector.line_watch import LineWatch
from center_app.telemetry.collector.mailbox import Mailbox
from center_app.telemetry.collector.pipeline import Judges, Pipeline
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.stamps import Moment, Stamps
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.values import PortState
from devices.errors import PortError, PortLost
from devices.transport import Port, open_port
from devices.values import LineSettings

LOG = log.topic("collector")
Begin = Callable[[CellPlan, Stamps], RecordingHandle]
Opener = Callable[[str, LineSettings], Port]


class PortLoop:
    """Read one port until told to stop; only its thread touches the port, the decoder and the recording."""

    def __init__(
        self, plan: CellPlan, begin: Begin, judges: Judges, stamps: Stamps, counters: Counters, mail: Mailbox,
        left_off_ns: int | None, opener: Opener = open_port,
    ) -> None:  # fmt: skip
        """Nothing is opened yet; `opener` opens the port by its url."""
        self.counters = counters
        self.plan = plan
        self._begin = begin
        self._judges = judges
        self._stamps = stamps
        self._left_off_ns = left_off_ns
        self._mail = mail
        self._pipeline: Pipeline | None = None
        self._backoff = BackOff(counters, mail)
        self._commands = Commands(mail)
        self._gathering = Gathering(mail)
        self._opener = opener
        self._was_released = mail.release is not None
        self._watch = LineWatch(counters)

    def run(self) -> None:
        """Live through loss and return of the port; seal the recording at the end."""
        while not self._mail.stop.is_set():
            try:
                self._live()
            except CenterError as error:
                LOG.warning("cell %s: %s", self.plan.cell.id, error)
                self._failed(str(error.code.id))
            except Exception:
                LOG.exception("cell %s: the reader failed and starts again", self.plan.cell.id)
                self._failed("bug.unexpected")
        self._end_recording()
        self.counters.enter(PortState.STOPPED, self._stamps.now().t_ns)

    def _failed(self, code: str) -> None:
        """Mark what is missed from here on, and wait before the next try; nothing in here can fail."""
        if self._pipeline is not None:
            self._pipeline.open_gap(self.counters.last_byte_ns or self._stamps.now().t_ns, "reader_failed")
        self._backoff.wait(code)

    def _live(self) -> None:
        self._judge_silence()
        self._take_plan(None)
        if self._is_released():
            self._mail.is_free.set()
            self._mail.rest(READ_S)
            return
        self._mail.is_free.clear()
        port = self._open()
        if port is not None:
            with closing(port):
                self._read_until_lost(port)

    def _open(self) -> Port | None:
        try:
            port = self._opener(self.plan.cell.port, self.plan.line)
        except PortError as error:
            self._backoff.refused(error, self._stamps.now().t_ns)
            return None
        try:
            self._begin_recording()
        except CenterError:
            port.close()
            raise
        self._backoff.opened()
        now_ns = self._stamps.now().t_ns
        self.counters.enter(PortState.SILENT, now_ns)
        self._watch.opened(port)
        if self._pipeline is not None:
            self._pipeline.reopened(now_ns)
        return port

    def _begin_recording(self, *, goes_on: bool = False) -> None:
        """Begin one unless one runs; with the gap since the last one, unless that `goes_on` without one."""
        if self._pipeline is not None:
            return
        handle = self._begin(self.plan, self._stamps)
        self._pipeline = Pipeline(self.plan, handle, self._judges, self.counters)
        if self._left_off_ns is not None and not goes_on:
            self._pipeline.open_gap(self._left_off_ns, "released" if self._was_released else "not_recording")
        self._left_off_ns, self._was_released = None, False
        LOG.info("cell %s: recording %s from %s", self.plan.cell.id, handle.id, self.plan.cell.port)

    def _read_until_lost(self, port: Port) -> None:
        pipeline = self._pipeline
        if pipeline is None:
            return
        self._mail.attach(port.cancel)
        try:
            while not self._mail.stop.is_set() and self._goes_on(port):
                self._turn(port, self._pipeline or pipeline)
        except PortLost as error:
            self._note_loss(error)
        finally:
            self._mail.attach(None)
            self._commands.lost(self._stamps.now().boot_ns)

    def _turn(self, port: Port, pipeline: Pipeline) -> None:
        """Read once what is there (or wait), and let everything else have its moment."""
        if pipeline.master is not None:
            self._poll(port, pipeline)
        self._commands.send(port, pipeline, self._stamps.now())
        asked = self._stamps.now()
        timeout_s = self._gathering.timeout_s(pipeline.master, asked.boot_ns)
        data = port.read(timeout_s)
        now = self._stamps.now()
        self._took(data, port.take_echo(), pipeline, now)
        pipeline.idle(now.t_ns, now.boot_ns)
        if reason := self._mail.take_anchor():
            pipeline.recording.add_anchor(now.t_ns, now.wall_ns, reason)
        self._judge_silence()
        if data and pipeline.master is None:
            self._gathering.rest(len(data), now.boot_ns, self.plan.line.byte_ns)
        late_ns = now.boot_ns - asked.boot_ns - round(timeout_s * 1e9)
        self.counters.pauses.add(self._stamps.now().boot_ns - now.boot_ns + max(0, late_ns))
        self._watch.look(port, now.boot_ns)

    def _took(self, data: bytes, own: bytes, pipeline: Pipeline, now: Moment) -> None:
        if own:
            pipeline.heard_self(own, now.t_ns, now.wall_ns)
        if not data:
            return
        if self.counters.state is not PortState.RECORDING:
            self.counters.enter(PortState.RECORDING, now.t_ns)
        pipeline.received(data, now.t_ns, now.wall_ns, now.boot_ns)
        self._commands.heard(data)

    def _poll(self, port: Port, pipeline: Pipeline) -> None:
        now = self._stamps.now()
        request = pipeline.master.next_request(now.boot_ns) if pipeline.master else None
        if request:
            port.write(request)
            pipeline.sent(request, now.t_ns, now.wall_ns)

    def _goes_on(self, port: Port) -> bool:
        """Take over a changed plan; tell whether this open port is still the right one."""
        if self._mail.release is not None:
            if self._pipeline is not None:
                self._pipeline.lost(self._stamps.now().t_ns, "released")
            return False
        if self._mail.plan is None:
            return True
        before = self.plan.cell.port
        self._take_plan(port)
        return self.plan.cell.port == before and self._pipeline is not None

    def _take_plan(self, port: Port | None) -> None:
        """Go on under a changed plan; an open `port` stays open, so that no byte is lost between two recordings."""
        plan = self._mail.take_plan()
        if plan is None:
            return
        if self._pipeline is not None and plan.decodes_like(self.plan):
            self._pipeline.judge_by(plan)
            self.plan = plan
            return
        before, was_open = self.plan, self._pipeline is not None
        if was_open:
            self._left_off_ns = self._stamps.now().t_ns
        self._end_recording()
        self.plan = plan
        self.counters.port = plan.cell.port
        if port is not None and was_open and plan.cell.port == before.cell.port:
            if plan.line != before.line:
                port.configure(plan.line)
            self._begin_recording(goes_on=True)

    def _is_released(self) -> bool:
        release, now_ns = self._mail.release, self._stamps.now().t_ns
        self.counters.released = release
        if release is None:
            return False
        if release.until_ns <= now_ns:
            self._mail.end_release(release)
            self.counters.released = None
            return False
        self.counters.enter(PortState.RELEASED, now_ns, errors.PORT_RELEASED.id)
        return True

    def _note_loss(self, error: PortError) -> None:
        now_ns = self._stamps.now().t_ns
        LOG.warning("cell %s: %s", self.plan.cell.id, error)
        self.counters.reconnects += 1
        self.counters.enter(PortState.MISSING, now_ns, errors.PORT_LOST.id)
        if self._pipeline is not None:
            self._pipeline.lost(now_ns, "unplugged")

    def _judge_silence(self) -> None:
        last_ns = self.counters.last_frame_ns or self.counters.since_ns
        self._judges.desk.silence(self.plan.cell.id, self._stamps.now().t_ns, last_ns)

    def _end_recording(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        try:
            if pipeline is not None:
                pipeline.end(self._stamps.now().t_ns)
        except CenterError as error:
            LOG.warning("cell %s: the recording could not be sealed: %s", self.plan.cell.id, error)
