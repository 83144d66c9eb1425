"""Columns of the alarm tables."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from center_app.core.text import N_
from center_app.telemetry.alarms.states import State
from center_app.telemetry.values import Direction, LedgerEvent, Priority
from ui.kit.pill import paint_pill, pill_width
from ui.kit.recorded import to_datetime
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.alarms.data import AlarmRow

PRIORITY = {
    Priority.CRITICAL: ("crit", "octagon-alert", N_("Critical")),
    Priority.HIGH: ("warn", "triangle-alert", N_("High")),
    Priority.MEDIUM: ("warn", "message-square-warning", N_("Medium")),
    Priority.LOW: ("off", "circle-alert", N_("Low")),
}
GROUP_WORDS = {
    "waiting": (N_("Not acknowledged"), "bell"),
    "active": (N_("Acknowledged, still active"), "check"),
    "returned": (N_("Returned, to reset or acknowledge"), "rotate-ccw"),
    "shelved": (N_("Shelved"), "alarm-clock"),
    "out": (N_("Suppressed or out of service"), "volume-x"),
}
STATE_WORDS = {
    State.NORMAL: N_("normal"),
    State.UNACKNOWLEDGED: N_("unacknowledged"),
    State.ACKNOWLEDGED: N_("acknowledged"),
    State.RETURNED: N_("returned"),
    State.LATCHED_UNACKNOWLEDGED: N_("latched, unacknowledged"),
    State.LATCHED: N_("latched"),
    State.SHELVED: N_("shelved"),
    State.SUPPRESSED: N_("suppressed"),
    State.OUT_OF_SERVICE: N_("out of service"),
}


def group_of(row: AlarmRow) -> tuple[str, str]:
    """Name a row's group; normal alarms have none."""
    word, _icon = GROUP_WORDS.get(row.group, (N_("Normal"), ""))
    return row.group, _(word)


def act_text(row: AlarmRow) -> str:
    """Return the one main act of a row."""
    state = State(row.alarm.state)
    if state in (State.UNACKNOWLEDGED, State.RETURNED, State.LATCHED_UNACKNOWLEDGED):
        return _("Acknowledge")
    if state is State.LATCHED:
        return _("Reset")
    return _("Unshelve") if state is State.SHELVED else ""


def value_text(row: AlarmRow) -> str:
    """Say the value that raised the alarm, or how long nothing came."""
    value = row.alarm.value
    if value is None:
        return "–"
    unit = "s" if row.rule.direction is Direction.SILENCE else row.unit
    return f"{_.number(value, 1)} {unit}".strip()


def limit_text(row: AlarmRow) -> str:
    """Say the limit with its sign."""
    sign = {Direction.HIGH: "≥", Direction.LOW: "≤", Direction.SILENCE: ">"}[row.rule.direction]
    unit = "s" if row.rule.direction is Direction.SILENCE else row.unit
    return f"{sign} {_.number(row.rule.limit, 1)} {unit}".strip()


def since_text(row: AlarmRow) -> str:
    """Say when the alarm was raised."""
    raised = row.alarm.raised_ns
    return _.time(to_datetime(raised), str(_.zone), seconds=True) if raised else "–"


def ago_text(row: AlarmRow, now_ns: int) -> str:
    """Say how long ago that was."""
    raised = row.alarm.raised_ns
    return _("{span} ago", span=_.span((now_ns - raised) / 1e9)) if raised else ""


def _paint_priority(painter: QPainter, rect: QRect, row: AlarmRow, _selected: bool) -> None:
    """Paint the priority: solid while unacknowledged, outlined after."""
    token, icon, word = PRIORITY[row.rule.priority]
    text = _(word)
    look = "solid" if row.group == "waiting" else "outlined"
    box = QRectF(rect.left() + 4, rect.center().y() - 10, pill_width(text, icon), 21)
    paint_pill(painter, box, text, token, icon, look)


def _bold(_row: object) -> bool:
    return True


def active_columns(now_ns: list[int]) -> list[Column]:
    """Declare the columns of active alarms; `now_ns` holds the present moment."""
    return [
        Column("priority", _("Priority"), _priority_text, width=104, paint=_paint_priority),
        Column(
            "since", _("Since"), since_text, width=98, value=lambda row: row.alarm.raised_ns,
            second=lambda row: ago_text(row, now_ns[0]),
        ),
        Column(
            "cell", _("Cell"), lambda row: row.machine.say(_.language), width=150, stretch=2, bold=_bold,
            second=lambda row: row.cell.label.say(_.language),
        ),
        Column(
            "what", _("Alarm"), lambda row: row.rule.label.say(_.language), width=170, stretch=3, bold=_bold,
            second=lambda row: _(STATE_WORDS[State(row.alarm.state)]),
        ),
        Column("value", _("Value, limit"), value_text, width=104, right=True, bold=_bold, second=limit_text),
        Column(
            "do", _("What to do"), lambda row: _step(row, 0) or "–", width=170, stretch=3,
            token=lambda _row: "text2", second=lambda row: _step(row, 1),
        ),
        Column("act", "", lambda _row: "", width=136, button=act_text),
    ]  # fmt: skip


def _priority_text(row: AlarmRow) -> str:
    return _(PRIORITY[row.rule.priority][2])


def _step(row: AlarmRow, n: int) -> str:
    return str(row.rule.steps[n].say(_.language)) if len(row.rule.steps) > n else ""


def history_columns(names: dict[int, str]) -> list[Column]:
    """Declare the columns of the log; `names` gives a rule's words."""
    return [
        Column("time", _("Time"), _event_time, width=150, value=lambda event: event.t_ns),
        Column(
            "what", _("Alarm"), lambda event: names.get(int(event.details.get("rule_id", 0)), event.subject),
            width=240, stretch=3, bold=_bold,
        ),
        Column("path", _("Change"), change_text, width=240, stretch=3),
        Column("who", _("Who"), event_person, width=140, stretch=1),
        Column("reason", _("Reason"), lambda event: str(event.details.get("reason") or ""), width=180, stretch=2),
    ]  # fmt: skip


def _event_time(event: LedgerEvent) -> str:
    return str(_.datetime(to_datetime(event.t_ns), str(_.zone), seconds=True))


def event_person(event: LedgerEvent) -> str:
    """Say who made a change; the collector itself when nobody did."""
    return str(event.details.get("by") or _("Collector"))


def change_text(event: LedgerEvent) -> str:
    """Say a change of state, as in "normal → unacknowledged"."""
    names = (str(event.details.get(key) or "") for key in ("before", "after"))
    return " → ".join(_(STATE_WORDS[State(name)]) if name in set(State) else name or "–" for name in names)
