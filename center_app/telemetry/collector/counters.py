"""Count what a port does and turn it into health (port thread writes, the request loop reads)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from center_app.telemetry.collector.mailbox import Release
from center_app.telemetry.collector.pauses import Pauses
from center_app.telemetry.values import PortHealth, PortState
from devices.transport import Tuning
from devices.values import Account

_RATE_NS = 2_000_000_000


@dataclass
class Counters:
    """Hold the figures of one port; times in ns of the recording clock."""

    cell_id: int
    port: str
    state: PortState = PortState.STOPPED
    since_ns: int = 0
    recording_id: int | None = None
    account: Account = field(default_factory=Account)
    gaps: int = 0
    gap_ns: int = 0
    reconnects: int = 0
    pauses: Pauses = field(default_factory=Pauses)
    frames_missing: int = 0
    units: dict[str, dict[str, int]] = field(default_factory=dict)
    echo_bytes: int = 0
    echoes_missed: int = 0
    line_errors: dict[str, int] = field(default_factory=dict)
    tuning: Tuning = field(default_factory=Tuning)
    buffer_peak: int = 0
    released: Release | None = None
    last_byte_ns: int | None = None
    last_frame_ns: int | None = None
    next_try_s: float | None = None
    holder: str = ""
    code: str = ""
    lateness_ns: deque[int] = field(default_factory=lambda: deque(maxlen=512))
    """How late the newest reads brought their last frame against the fitted device clock."""
    _rates: deque[tuple[int, int, int]] = field(default_factory=lambda: deque(maxlen=16))

    def enter(self, state: PortState, t_ns: int, code: str = "", holder: str = "") -> None:
        """Note a new state and since when."""
        if state is not self.state:
            self.since_ns = t_ns
        self.state, self.code, self.holder = state, code, holder

    def add_gap(self, start_ns: int, end_ns: int) -> None:
        """Count a gap."""
        self.gaps += 1
        self.gap_ns += end_ns - start_ns

    def health(self, t_ns: int, wall_ns: int = 0) -> PortHealth:
        """Return the figures as they are now, rates over the last two seconds."""
        released = self.released or Release(0)
        account = self.account
        bytes_per_s, frames_per_s = self._speed(t_ns, account)
        late_ns = sorted(self.lateness_ns) or [0]
        return PortHealth(
            cell_id=self.cell_id, state=self.state, port=self.port, t_ns=t_ns, since_ns=self.since_ns,
            recording_id=self.recording_id, bytes_in=account.bytes_in, bytes_good=account.bytes_good,
            discarded=dict(account.discarded), pending=account.pending, frames=account.frames_good,
            frames_per_s=frames_per_s, bytes_per_s=bytes_per_s, gaps=self.gaps, gap_s=self.gap_ns / 1e9,
            reconnects=self.reconnects, longest_pause_s=self.pauses.longest_ns / 1e9,
            jitter_p50_s=late_ns[len(late_ns) // 2] / 1e9, jitter_p99_s=late_ns[len(late_ns) * 99 // 100] / 1e9,
            last_byte_ns=self.last_byte_ns, next_try_s=self.next_try_s,
            holder=self.holder, resumes_ns=released.until_ns or None, code=self.code,
            frames_bad=dict(account.frames_bad), frames_missing=self.frames_missing,
            pause_p999_s=self.pauses.quantile_ns(0.999) / 1e9, echo_bytes=self.echo_bytes,
            echoes_missed=self.echoes_missed, line_errors=dict(self.line_errors),
            latency_ms=self.tuning.latency_ms, is_low_latency=self.tuning.is_low_latency,
            is_adapter_slow=self.tuning.is_slow, rs485=self.tuning.rs485,
            buffer_peak=self.buffer_peak, wall_ns=wall_ns, released_by=released.who, release_reason=released.reason,
            units=self.units,
        )  # fmt: skip

    def _speed(self, t_ns: int, account: Account) -> tuple[float, float]:
        self._rates.append((t_ns, account.bytes_in, account.frames_good))
        while len(self._rates) > 2 and t_ns - self._rates[1][0] > _RATE_NS:
            self._rates.popleft()
        start_ns, bytes_in, frames = self._rates[0]
        if t_ns <= start_ns or account.bytes_in < bytes_in:
            return (0.0, 0.0)
        span_s = (t_ns - start_ns) / 1e9
        return ((account.bytes_in - bytes_in) / span_s, (account.frames_good - frames) / span_s)
