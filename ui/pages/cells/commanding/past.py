"""The table of the last commands: when, who, what, what came of it, how long it took."""

from __future__ import annotations

from collections.abc import Callable

from center_app.telemetry.values import RequestView
from ui.kit.table_model import Column
from ui.kit.words import _
from ui.pages.cells.commanding.told import ICONS, TONES, WORDS, shown


def columns(name: Callable[[str], str] = str) -> list[Column]:
    """Return the columns; `name` says the name of a command by its key."""
    return [
        Column("at", _("Time"), _time, value=lambda one: one.asked_at, width=82),
        Column("who", _("Person"), lambda one: one.asked_by, width=110, drop=1),
        Column("what", _("Command"), lambda one: _what(one, name), width=200, stretch=1),
        Column(
            "outcome", _("Outcome"), lambda one: _(WORDS[one.state]), width=110,
            icon=lambda one: ICONS[TONES[one.state]], token=lambda one: TONES[one.state],
        ),
        Column("took", _("Took (ms)"), _took, value=lambda one: one.outcome.get("latency_ms"), right=True, width=84),
    ]  # fmt: skip


def _time(request: RequestView) -> str:
    return str(_.time(request.asked_at, str(_.zone), seconds=True))


def _what(request: RequestView, name: Callable[[str], str]) -> str:
    payload = request.payload
    if "command" not in payload:
        return _("Line: {text}", text=shown(bytes.fromhex(str(payload.get("bytes", "")))))
    values = payload.get("values") or {}
    told = ", ".join(f"{key} {value}" for key, value in values.items())
    return f"{name(str(payload['command']))}  {told}".strip()


def _took(request: RequestView) -> str:
    took = request.outcome.get("latency_ms")
    return "–" if took is None else _.number(float(took), 1)
