"""One thread per port: open, read, notice loss, back off, reopen; the same recording goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from center_app.core import log
from center_app.core.errors import CenterError
from center_app.telemetry import errors
from center_app.telemetry.collector.commanding import Commands
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.line_watch import LineWatch
from center_app.telemetry.collector.mailbox import Mailbox
from center_app.telemetry.collector.pipeline import Judges, Pipeline
from center_app.telemetry.collector.plan import CellPlan
from center_app.telemetry.collector.stamps import Moment, Stamps
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.values import PortState
from devices.errors import PortBusy, PortError, PortForbidden, PortLost, PortMissing
from devices.transport import Port, open_port
from devices.values import LineSettings

LOG = log.topic("collector")
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 0.5
READ_S = 0.05
GATHER_S, GATHER_BYTES, GATHER_RATE = 0.02, 2048, 3000.0
"""On a line busier than 3 kB/s bytes may gather in the kernel for 20 ms between two reads, never more than 2 KiB:
fewer wake-ups, well inside 120 ms to the screen. A slow line is read at once, so that its times stay sharp."""

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
        self._wait_s = FIRST_WAIT_S
        self._commands = Commands(mail)
        self._read_boot_ns = 0
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
        self._wait(code)

    def _live(self) -> None:
        self._judge_silence()
        self._take_plan(None)
        if self._is_released():
            self._mail.is_free.set()
            self._mail.rest(READ_S)
            return
        self._mail.is_free.clear()
        port = self._open()
        if port is None:
            return
        with closing(port):
            self._read_until_lost(port)

    def _open(self) -> Port | None:
        cell = self.plan.cell
        try:
            port = self._opener(cell.port, self.plan.line)
        except PortError as error:
            self._refused(error)
            return None
        if self._pipeline is None:
            try:
                self._begin_recording()
            except CenterError:
                port.close()
                raise
        self._wait_s = FIRST_WAIT_S
        self.counters.next_try_s = None
        now_ns = self._stamps.now().t_ns
        self.counters.enter(PortState.SILENT, now_ns)
        self._watch.opened(port)
        if self._pipeline is not None:
            self._pipeline.reopened(now_ns)
        return port

    def _begin_recording(self) -> None:
        handle = self._begin(self.plan, self._stamps)
        self._pipeline = Pipeline(self.plan, handle, self._judges, self.counters)
        if self._left_off_ns is not None:
            self._pipeline.open_gap(self._left_off_ns, "released" if self._was_released else "not_recording")
            self._left_off_ns, self._was_released = None, False
        LOG.info("cell %s: recording %s from %s", self.plan.cell.id, handle.id, self.plan.cell.port)

    def _refused(self, error: PortError) -> None:
        state, code = _why(error)
        holder = error.holder if isinstance(error, PortBusy) else ""
        now = self._stamps.now()
        if self.counters.state is not state:
            LOG.warning("cell %s: %s", self.plan.cell.id, error)
        self.counters.enter(state, now.t_ns, code, holder)
        self._wait(code)

    def _wait(self, code: str) -> None:
        """Wait before the next try, longer each time."""
        self.counters.code, self.counters.next_try_s = code, self._wait_s
        self._mail.rest(self._wait_s)
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

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
        timeout_s, asked = self._timeout_s(pipeline), self._stamps.now()
        data = port.read(timeout_s)
        now = self._stamps.now()
        own = port.take_echo()
        if own:
            pipeline.heard_self(own, now.t_ns, now.wall_ns)
        if data:
            self._took(data, pipeline, now)
        pipeline.idle(now.t_ns, now.boot_ns)
        if self._mail.anchor:
            pipeline.recording.add_anchor(now.t_ns, now.wall_ns, self._mail.anchor)
            self._mail.anchor = ""
        self._judge_silence()
        if data and pipeline.master is None:
            self._gather(len(data), now.boot_ns)
        late_ns = now.boot_ns - asked.boot_ns - round(timeout_s * 1e9)
        self.counters.pauses.add(self._stamps.now().boot_ns - now.boot_ns + max(0, late_ns))
        self._watch.look(port, now.boot_ns)

    def _took(self, data: bytes, pipeline: Pipeline, now: Moment) -> None:
        if self.counters.state is not PortState.RECORDING:
            self.counters.enter(PortState.RECORDING, now.t_ns)
        pipeline.received(data, now.t_ns, now.wall_ns, now.boot_ns)
        self._commands.heard(data)

    def _timeout_s(self, pipeline: Pipeline) -> float:
        if pipeline.master is None:
            return READ_S
        wait_s = (pipeline.master.deadline_ns() - self._stamps.now().boot_ns) / 1e9
        return min(READ_S, max(wait_s, 0.001))

    def _gather(self, size: int, boot_ns: int) -> None:
        span_s = max(boot_ns - self._read_boot_ns, 1) / 1e9
        self._read_boot_ns = boot_ns
        if size / span_s > GATHER_RATE:
            self._mail.rest(min(GATHER_S, GATHER_BYTES * self.plan.line.byte_ns / 1e9))

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
        plan, self._mail.plan = self._mail.plan, None
        if plan is None:
            return
        if self._pipeline is not None and plan.decodes_like(self.plan):
            self._pipeline.judge_by(plan)
            self.plan = plan
            return
        stays = port is not None and self._pipeline is not None and plan.cell.port == self.plan.cell.port
        has_other_line = plan.line != self.plan.line
        if self._pipeline is not None:
            self._left_off_ns = self._stamps.now().t_ns
        self._end_recording()
        self.plan = plan
        self.counters.port = plan.cell.port
        if port is not None and stays:
            if has_other_line:
                port.configure(plan.line)
            self._left_off_ns = None
            self._begin_recording()

    def _is_released(self) -> bool:
        release, now_ns = self._mail.release, self._stamps.now().t_ns
        self.counters.released = release
        if release is None:
            return False
        if release.until_ns <= now_ns:
            self._mail.release = self.counters.released = None
            return False
        self.counters.enter(PortState.RELEASED, now_ns, errors.PORT_RELEASED.id)
        return True

    def _note_loss(self, error: PortError) -> None:
        now = self._stamps.now()
        LOG.warning("cell %s: %s", self.plan.cell.id, error)
        self.counters.reconnects += 1
        self.counters.enter(PortState.MISSING, now.t_ns, errors.PORT_LOST.id)
        if self._pipeline is not None:
            self._pipeline.lost(now.t_ns, "unplugged")

    def _judge_silence(self) -> None:
        now_ns = self._stamps.now().t_ns
        last_ns = self.counters.last_frame_ns or self.counters.since_ns
        self._judges.desk.silence(self.plan.cell.id, now_ns, last_ns)

    def _end_recording(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is None:
            return
        try:
            pipeline.end(self._stamps.now().t_ns)
        except CenterError as error:
            LOG.warning("cell %s: the recording could not be sealed: %s", self.plan.cell.id, error)


def _why(error: PortError) -> tuple[PortState, str]:
    if isinstance(error, PortBusy):
        return PortState.BUSY, errors.PORT_BUSY.id
    if isinstance(error, PortForbidden):
        return PortState.FORBIDDEN, errors.PORT_FORBIDDEN.id
    if isinstance(error, PortMissing | PortLost):
        return PortState.MISSING, errors.PORT_MISSING.id
    return PortState.MISSING, errors.PORT_LOST.id
