"""How a port does, as rows of the facts panel: rate, frames, pauses, adapter, release; each warning in words."""

from __future__ import annotations

from dataclasses import dataclass

from center_app.core.text import N_
from center_app.telemetry.values import PortHealth, PortState
from devices.values import LineSettings
from ui.kit.pill import Pill
from ui.kit.recorded import to_datetime
from ui.kit.recorded_clock import clock_offset_ns
from ui.kit.words import _
from ui.pages.cells.reasons import reason_text

Rows = list[tuple[str, str]]
LONG_PAUSE_S = 0.15
"""A reader that was away longer may have let a pseudo-terminal or a small adapter overflow."""
GAP_REASONS = {
    "unplugged": N_("unplugged"),
    "released": N_("released"),
    "silent": N_("silent"),
    "not_recording": N_("not recorded"),
    "store_full": N_("store full"),
    "reader_failed": N_("reader failed"),
}
LINE_ERRORS = {
    "framing": N_("framing"),
    "parity": N_("parity"),
    "overrun": N_("overrun"),
    "buffer_overrun": N_("buffer overrun"),
    "break": N_("break"),
}


@dataclass(frozen=True)
class PortWarning:
    """Name one thing that is not as it should be: colour token, icon and a translated word."""

    token: str
    icon: str
    word: str


def warning_of(health: PortHealth) -> PortWarning | None:
    """Return the gravest warning of a port, None when all is well."""
    errors = sum(count for name, count in health.line_errors.items() if name != "break")
    checks = (
        (health.lost_samples > 0, "crit", "triangle-alert", _("samples lost")),
        (errors > 0, "warn", "circle-alert", _("line errors")),
        (health.is_adapter_slow, "warn", "hourglass", _("slow adapter")),
        (health.echoes_missed > 0, "warn", "circle-help", _("no echo heard")),
        (health.frames_missing > 0, "warn", "circle-alert", _("frames missing")),
        (health.longest_pause_s > LONG_PAUSE_S, "warn", "clock-alert", _("reader paused")),
    )
    return next((PortWarning(token, icon, word) for is_so, token, icon, word in checks if is_so), None)


def port_pill(health: PortHealth | None) -> Pill | None:
    """Say in colour, icon and word how the port does."""
    if health is None or health.state is PortState.STOPPED:
        return None
    found = warning_of(health) or PortWarning("ok", "check", _("in order"))
    return Pill(found.word, found.token, found.icon)


def release_pill() -> Pill:
    """Say that another program may have the port."""
    return Pill(_("released"), "info", "unlink")


def rate_rows(health: PortHealth, line: LineSettings | None) -> Rows:
    """Say how fast the device sends and how full its line is."""
    rows = [
        (_("Frames"), _("{n} /s", n=_.number(health.frames_per_s, 1))),
        (_("Bytes"), _("{n} kB/s", n=_.number(health.bytes_per_s / 1000, 2))),
    ]
    if line is not None:
        rows.append((_("Line load"), _.percent(min(1.0, health.bytes_per_s * line.byte_ns / 1e9), 0)))
    return rows


def port_rows(health: PortHealth) -> Rows:
    """Say what reading the port was like: frames good and bad, reconnects, pauses, jitter, errors, buffer."""
    rows = [(_("Good frames"), _.number(health.frames))]
    rows += _frame_rows(health)
    rows += [
        (_("Reconnects"), _.number(health.reconnects)),
        (_("Longest pause"), _milliseconds(health.longest_pause_s)),
        (_("99.9 % below"), _milliseconds(health.pause_p999_s)),
        (_("Jitter"), f"{_.number(health.jitter_p50_s * 1000, 1)} / {_milliseconds(health.jitter_p99_s)}"),
        (_("Most waiting"), _.bytes(health.buffer_peak)),
    ]
    return rows + _line_rows(health) + _unit_rows(health)


def _frame_rows(health: PortHealth) -> Rows:
    rows = [("   " + reason_text(kind), _.number(count)) for kind, count in health.frames_bad.items() if count]
    return [*rows, (_("Missing"), _.number(health.frames_missing))] if health.frames_missing else rows


def _line_rows(health: PortHealth) -> Rows:
    rows = [(_(LINE_ERRORS.get(name, name)), _.number(count)) for name, count in health.line_errors.items() if count]
    if health.echo_bytes or health.echoes_missed:
        rows.append((_("Own echo"), _.bytes(health.echo_bytes)))
    return rows


def _unit_rows(health: PortHealth) -> Rows:
    """Say of each unit on a bus how many polls it answered, and what went wrong."""
    rows: Rows = []
    for number, told in health.units.items():
        answered = _("{answers} of {polls}", answers=_.number(told["answers"]), polls=_.number(told["polls"]))
        rows.append((_("Unit {n}", n=number), answered))
        failed = (
            (_("no answer in time"), told["timeouts"]),
            (_("exceptions"), told["exceptions"]),
            (reason_text("bad_checksum"), told["bad_checksums"]),
            (_("answered late"), told["late"]),
        )
        rows += [("   " + word, _.number(count)) for word, count in failed if count]
    return rows


def adapter_rows(health: PortHealth | None) -> Rows:
    """Say what the adapter adds: its latency timer, and who switches an RS-485 line."""
    if health is None:
        return []
    rows = []
    if health.latency_ms is not None:
        rows.append((_("Adapter latency"), _("{n} ms", n=_.number(health.latency_ms))))
    if health.rs485:
        rows.append(("RS-485", _("driver") if health.rs485 == "driver" else _("adapter")))
    return rows


def release_rows(health: PortHealth | None) -> Rows:
    """Say who has the port, why, until when and how long that is; empty when it is ours."""
    if health is None or health.state is not PortState.RELEASED or health.resumes_ns is None:
        return []
    until = _.time(to_datetime(health.resumes_ns + clock_offset_ns(health)), str(_.zone), seconds=True)
    rows = [(_("Until"), until), (_("Left"), countdown((health.resumes_ns - health.t_ns) / 1e9))]
    rows += [(_("For"), health.released_by)] if health.released_by else []
    return rows + ([(_("Reason"), health.release_reason)] if health.release_reason else [])


def clock_rows(health: PortHealth | None) -> Rows:
    """Say by how much the computer's clock was set since the recording clock started; empty when it was not."""
    moved_s = clock_offset_ns(health) / 1e9
    if abs(moved_s) < 0.1:
        return []
    sign = "+" if moved_s > 0 else "−"
    return [(_("Clock set by"), f"{sign}{_.span(abs(moved_s))}")]


def countdown(seconds: float) -> str:
    """Write the time left as minutes and seconds, or hours, minutes and seconds."""
    left = max(0, round(seconds))
    minutes, rest = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def gap_text(reason: str, seconds: float) -> str:
    """Say a gap's length and reason."""
    return f"{length_text(seconds)} • {_(GAP_REASONS.get(reason, reason))}"


def length_text(seconds: float) -> str:
    """Say a length: tenths of seconds up to a minute, then minutes, hours or days."""
    return _("{n} s", n=_.number(seconds, 1)) if seconds < 60 else str(_.span(seconds))


def _milliseconds(seconds: float) -> str:
    return _("{n} ms", n=_.number(seconds * 1000, 1 if seconds < 0.1 else 0))
