"""The facts at the right of the plots: byte account, line, rate, gaps, recording, booking."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from center_app.telemetry.exchange.values import IMPORTED
from center_app.telemetry.store.values import RecordingView
from devices import profiles
from devices.values import LineSettings
from ui.kit.buttons import button
from ui.kit.layout import Item, clear, column, row
from ui.kit.panels import KeyValues
from ui.kit.pill import Pill
from ui.kit.recorded import to_datetime
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.cells import health_rows
from ui.pages.cells.data import CellBooking, CellCard, Facts
from ui.pages.cells.reasons import reason_text

KEY, GAP_KEY = 64, 52
"""Widths of the keys in px; a gap's key is a time and leaves room for its reason."""


class FactsPanel(QWidget):
    """Show key and value rows in sections; 240 px or wider."""

    take_back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(240)
        self._box = column(gap=9, margins=(12, 10, 12, 10))
        self.setLayout(self._box)

    def show_facts(self, card: CellCard, facts: Facts, booking: CellBooking | None) -> None:
        """Replace every section."""
        clear(self._box)
        if facts.recording is not None and facts.recording.profile_id == IMPORTED:
            self._section(_("Recording"), None, _import_rows(facts))
            self._section(_("Gaps"), label(_gap_sum(facts), "secondary"), _gap_rows(facts), GAP_KEY)
            self._box.addStretch(1)
            return
        self._show_release(facts)
        for title, beside, rows in (
            (_("Byte account"), _balance(facts), _account_rows(facts)),
            (_("Line"), None, [*_line_rows(facts), *health_rows.adapter_rows(facts.health)]),
            (_("Data rate"), None, _rate_rows(facts)),
            (_("Reading"), health_rows.port_pill(facts.health), _reading_rows(facts)),
            (_("Gaps"), label(_gap_sum(facts), "secondary"), _gap_rows(facts)),
            (_("Recording"), None, _recording_rows(facts)),
            (_("Booking"), label(booking.code if booking else "", "secondary"), _booking_rows(card, booking)),
        ):
            self._section(title, beside, rows, GAP_KEY if title == _("Gaps") else KEY)
        self._box.addStretch(1)

    def _show_release(self, facts: Facts) -> None:
        """Say first who has the port and for how long, with the way to end that."""
        rows = health_rows.release_rows(facts.health)
        if rows:
            self._section(_("Port"), health_rows.release_pill(), rows)
            self._box.addWidget(button(_("Take port back"), self.take_back_wanted.emit, icon="link"))

    def _section(self, title: str, beside: QWidget | None, rows: list[tuple[str, str]], key: int = KEY) -> None:
        if self._box.count():
            self._box.addWidget(rule())
        head: list[Item] = [label(title, "strong"), None]
        self._box.addLayout(row(*head, *([beside] if beside else [])))
        values = KeyValues(key, 1, right=True)
        values.show_rows(rows)
        self._box.addWidget(values)


def _balance(facts: Facts) -> QWidget | None:
    if facts.account is None:
        return None
    good = facts.account.is_balanced and not facts.account.lost_bytes
    return Pill(
        _("balanced") if good else _("bytes lost"), "ok" if good else "crit", "check" if good else "triangle-alert"
    )


def _account_rows(facts: Facts) -> list[tuple[str, str]]:
    account = facts.account
    if account is None:
        return [(_("Bytes in"), "–")]
    discarded = sum(account.discarded.values())
    rows = [
        (_("Bytes in"), _.number(account.bytes_in)),
        (_("Good frames"), _.number(account.bytes_good)),
        (_("+ Discarded"), _.number(discarded)),
    ]
    rows += [("   " + reason_text(reason), _.number(n)) for reason, n in account.discarded.items() if n]
    rows.append((_("+ Pending"), _.number(account.pending)))
    rows.append((_("Difference"), _.number(account.bytes_in - account.bytes_good - discarded - account.pending)))
    return rows


def _line_rows(facts: Facts) -> list[tuple[str, str]]:
    recording = facts.recording
    if recording is None:
        return [(_("Port"), facts.health.port if facts.health else "–")]
    return [
        (_("Port"), recording.port.rsplit("/", 1)[-1]),
        (_("Setting"), line_text(LineSettings(**recording.line))),  # type: ignore[arg-type]
        (_("Profile"), profile_text(recording)),
    ]


def profile_text(recording: RecordingView) -> str:
    """Say under which profile and version a recording was made, and that it was removed since."""
    said = f"{recording.profile_id} v{recording.profile_version}"
    return said if profiles.current(recording.profile_id) else _("{profile}, removed", profile=said)


def line_text(line: LineSettings) -> str:
    """Say line settings the usual way, as in 115200 8N1."""
    stop = f"{line.stop_bits:g}"
    return f"{line.baud} {line.data_bits}{line.parity}{stop}"


def _rate_rows(facts: Facts) -> list[tuple[str, str]]:
    if facts.health is None:
        return [(_("Frames"), "–")]
    line = LineSettings(**facts.recording.line) if facts.recording else None  # type: ignore[arg-type]
    return health_rows.rate_rows(facts.health, line)


def _reading_rows(facts: Facts) -> list[tuple[str, str]]:
    if facts.health is None:
        return []
    return health_rows.port_rows(facts.health) + health_rows.clock_rows(facts.health)


def _gap_sum(facts: Facts) -> str:
    seconds = sum(gap.end_ns - gap.start_ns for gap in facts.gaps) / 1e9
    return f"{len(facts.gaps)} • {health_rows.length_text(seconds)}" if facts.gaps else _.context("gaps", "none")


def _gap_rows(facts: Facts) -> list[tuple[str, str]]:
    return [
        (
            _.time(to_datetime(gap.start_ns), str(_.zone), seconds=True),
            health_rows.gap_text(gap.reason, (gap.end_ns - gap.start_ns) / 1e9),
        )
        for gap in facts.gaps[-3:]
    ]


def _recording_rows(facts: Facts) -> list[tuple[str, str]]:
    recording = facts.recording
    if recording is None:
        return [(_("Since"), "–")]
    stored = facts.account.stored_bytes if facts.account else 0
    return [
        (_.context("recording", "Number"), recording_text(recording)),
        (_("Since"), _.time(to_datetime(recording.started_ns), str(_.zone), seconds=True)),
        (_("Written"), _.bytes(stored)),
    ]


def _import_rows(facts: Facts) -> list[tuple[str, str]]:
    """Say where an imported recording comes from and what time it covers."""
    recording = facts.recording
    if recording is None:
        return [(_("Imported from"), "–")]
    first, last = recording.first_ns or recording.started_ns, recording.last_ns or recording.started_ns
    return [
        (_("Imported from"), recording.port.removeprefix("file:")),
        (_.context("recording", "Number"), recording_text(recording)),
        (_("From"), _.datetime(to_datetime(first), str(_.zone))),
        (_("To"), _.datetime(to_datetime(last), str(_.zone))),
        (_("Duration"), _.span((last - first) / 1e9)),
    ]


def recording_text(recording: RecordingView) -> str:
    """Say a recording's name: the day and time of its start."""
    start = to_datetime(recording.started_ns).astimezone(_.zone)
    return f"R-{start:%Y%m%d-%H%M%S}"


def _booking_rows(card: CellCard, booking: CellBooking | None) -> list[tuple[str, str]]:
    run_s = sum(run.duration_s for run in card.runs)
    rows = [(_("Measured today"), _.span(run_s) if card.runs else _("not measured"))]
    if booking is None:
        return [(_("Person"), _("not booked")), *rows]
    start, end = (_.time(moment, str(_.zone)) for moment in (booking.period.start, booking.period.end))
    return [(_("Person"), booking.person), (_("Project"), booking.project), (_("Booked"), f"{start}–{end}"), *rows]
