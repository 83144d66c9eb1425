"""Columns of the recordings' and the comparison's tables."""

from __future__ import annotations

from center_app.telemetry.comparing import Difference
from ui.kit.recorded import to_datetime
from ui.kit.states import state
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.cells.facts_panel import recording_text
from ui.pages.cells.recordings.data import RecordingRow


def when(t_ns: int | None) -> str:
    """Say a time with its date."""
    return "–" if t_ns is None else _.datetime(to_datetime(t_ns), str(_.zone))


def state_of(row: RecordingRow) -> str:
    """Name the state of a recording's integrity."""
    if row.damage is not None:
        return "fail"
    return "pass" if row.checked else "not_checked"


def damage_text(row: RecordingRow) -> str:
    """Name the first place that does not fit."""
    damage = row.damage
    if damage is None:
        return ""
    where = _("{kind} {number} in {file}", kind=damage.kind, number=damage.ordinal, file=damage.file)
    if damage.from_offset is None:
        return where
    span = _("bytes {first}–{end}", first=damage.from_offset, end=damage.to_offset or 0)
    return f"{where}, {span}, {when(damage.t_ns)}"


def _profile(row: RecordingRow) -> str:
    version = row.served_version
    return f"{version.profile_id} v{version.profile_version}"


def _length(row: RecordingRow) -> float:
    end = row.view.ended_ns or row.view.last_ns or row.view.started_ns
    return (end - row.view.started_ns) / 1e9


def _versions(row: RecordingRow) -> str:
    return "1" if len(row.versions) == 1 else _("{used} of {all}", used=row.served, all=len(row.versions))


def _whole(width: int, chinese: int) -> int:
    """Return a width in px at which dates and lengths stand whole; Chinese writes them wider."""
    return chinese if _.language == "zh" else width


def recording_columns() -> list[Column]:
    """Declare the columns of a cell's recordings."""
    return [
        Column("number", _.context("recording", "Number"), lambda row: recording_text(row.view), width=156,
               value=lambda row: row.view.started_ns, drop=3),
        Column("from", _("From"), lambda row: when(row.view.started_ns), width=_whole(144, 164),
               value=lambda row: row.view.started_ns),
        Column("to", _("To"), lambda row: when(row.view.ended_ns) if row.view.ended_ns else _("running"),
               width=_whole(144, 164),
               value=lambda row: row.view.ended_ns or 1 << 62),
        Column("length", _("Duration"), lambda row: _.span(_length(row)), width=_whole(96, 116),
               value=_length, right=True, drop=2),
        Column("profile", _("Profile"), _profile, width=120, stretch=1),
        Column("bytes", _.context("recording", "Received"), lambda row: _.bytes(row.account.bytes_in), width=76,
               value=lambda row: row.account.bytes_in, right=True),
        Column("account", _("Byte account"), lambda row: _("balanced") if row.account.is_balanced else _("open"),
               width=112, token=lambda row: "ok" if row.account.is_balanced else "crit"),
        Column("integrity", _("Integrity"), lambda row: _(state(state_of(row)).word), width=138, pill=state_of),
        Column("pins", _("Pins"), lambda row: str(row.pins), width=96, value=lambda row: row.pins, right=True, drop=1),
        Column("versions", _("Version"), _versions, width=70, value=lambda row: row.served),
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "–" if value is None else _.number(value, 3)


def difference_columns() -> list[Column]:
    """Declare the columns of a comparison of two versions."""
    return [
        Column("channel", _("Channel"), lambda row: f"{row.stream}.{row.channel}", width=150, stretch=1),
        Column("unit", _("Unit"), _unit, width=62, token=lambda row: "" if row.unit == row.old_unit else "warn"),
        Column("rows", _("Samples"), _rows, width=140, right=True),
        Column("first", _("First"), lambda row: f"{_number(row.first_old)} → {_number(row.first_new)}", width=150,
               right=True),
        Column("last", _("Last"), lambda row: f"{_number(row.last_old)} → {_number(row.last_new)}", width=150,
               right=True),
        Column("changed", _("Changed"), lambda row: _.number(row.changed, 0), width=74, value=lambda row: row.changed,
               right=True, token=lambda row: "warn" if row.changed else ""),
        Column("alone", _("Without partner"), _alone, width=124, value=lambda row: row.only_old + row.only_new,
               right=True, token=lambda row: "warn" if row.only_old or row.only_new else ""),
        Column("largest", _("Largest difference"), lambda row: _.number(row.largest, 3), width=120,
               value=lambda row: row.largest, right=True),
    ]  # fmt: skip


def _unit(row: Difference) -> str:
    return row.unit if row.unit == row.old_unit else f"{row.old_unit or '–'} → {row.unit or '–'}"


def _alone(row: Difference) -> str:
    """Say how many samples of each version have none at the same time in the other."""
    return f"{_.number(row.only_old, 0)} → {_.number(row.only_new, 0)}" if row.only_old or row.only_new else "0"


def _rows(row: Difference) -> str:
    return f"{_.number(row.rows_old, 0)} → {_.number(row.rows_new, 0)}"
