"""Commands to devices from the command line: list what a robot cell can be told, tell it, print what came of it."""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any

import typer

from center_app.cli.numbers import at_least
from center_app.cli.shared import Store, opened, operator, show, words
from center_app.core.access import Actor
from center_app.core.errors import CODES, PersonError, declare, fill
from center_app.telemetry.command_values import EXPIRES_S, CommandDraft
from center_app.telemetry.values import RequestState, RequestView
from center_app.wiring import Center
from devices.values import CommandField, CommandSpec

NOT_A_PAIR = declare(
    "command.not_a_pair",
    "“{given}” is no value.",
    "Write values as name=value, for example position=120.",
)
REFUSED_EXIT, EXPIRED_EXIT = 4, 5
_POLL_S = 0.01
_GRACE_S = 62.0


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("commands")(list_commands)
    app.command("command")(send_command)


def list_commands(cell: Annotated[int, typer.Argument(help="Number of the robot cell")], store: Store = "") -> None:
    """List the commands of a robot cell's device, with fields, units and limits, as JSON."""
    from center_app.telemetry import channels, queries
    from center_app.telemetry import errors as wing_errors

    center = opened(store)
    try:
        view = center.read(queries.cell, cell)
    finally:
        center.close()
    if view is None:
        raise PersonError(wing_errors.CELL_UNKNOWN, cell_id=cell)
    profile = channels.profile(view.profile_id)
    known = profile.commands if profile else ()
    show({"cell": cell, "profile": view.profile_id, "commands": [_spec(one) for one in known]})


def send_command(
    cell: Annotated[int, typer.Argument(help="Number of the robot cell")],
    key: Annotated[str, typer.Argument(help="Command, as `main.py commands CELL` lists them")],
    values: Annotated[list[str] | None, typer.Argument(help="Values as name=value")] = None,
    confirm: Annotated[str, typer.Option(help="Phrase that confirms a hazardous command")] = "",
    expires: Annotated[
        float, typer.Option(callback=at_least(0.1), help="Seconds after which it is no longer carried out")
    ] = EXPIRES_S,
    store: Store = "",
) -> None:
    """Send a command and print what came of it as JSON; exit code 0 good, 4 refused, 5 expired or unanswered."""
    from center_app.flows import commanding

    draft = CommandDraft(cell, key, dict(_pair(text) for text in values or []), confirm, expires)
    center = opened(store)
    try:
        actor = operator()
        request = center.write(actor, commanding.send, draft)
        answered = _wait(center, actor, request, expires)
    finally:
        center.close()
    show(_told(answered))
    if answered.state is not RequestState.DONE:
        raise typer.Exit(REFUSED_EXIT if answered.state is RequestState.REFUSED else EXPIRED_EXIT)


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        raise PersonError(NOT_A_PAIR, given=text)
    return name, value


def _wait(center: Center, actor: Actor, request: RequestView, expires_s: float) -> RequestView:
    """Return the request once it is answered; one that nobody takes in time is given up."""
    from center_app.telemetry import commands, queries

    pause, began_s = threading.Event(), time.monotonic()
    while time.monotonic() - began_s < expires_s + _GRACE_S:
        found = center.read(queries.request, request.id) or request
        if found.state not in (RequestState.ASKED, RequestState.SENDING):
            return found
        if found.state is RequestState.ASKED and time.monotonic() - began_s > expires_s + 0.5:
            return center.write(actor, commands.expire, request.id)
        pause.wait(_POLL_S)
    return center.read(queries.request, request.id) or request


def _told(request: RequestView) -> dict[str, Any]:
    outcome = dict(request.outcome)
    code = CODES.get(str(outcome.get("code", "")))
    if code is not None:
        outcome["told"] = fill(words().text(code.text), outcome)
    return {
        "request": request.id, "cell": request.cell_id, "command": request.payload.get("command"),
        "values": request.payload.get("values"), "state": request.state.value, "outcome": outcome,
        "asked_by": request.asked_by, "asked_at": request.asked_at, "answered_at": request.answered_at,
    }  # fmt: skip


def _spec(spec: CommandSpec) -> dict[str, Any]:
    language = words().language
    return {
        "key": spec.key, "name": spec.label.get(language) or spec.label["en"], "is_hazardous": spec.is_hazardous,
        "timeout_s": spec.timeout_s, "min_interval_s": spec.min_interval_s, "is_read_back": spec.readback is not None,
        "fields": [_field(field) for field in spec.fields],
    }  # fmt: skip


def _field(field: CommandField) -> dict[str, Any]:
    language = words().language
    told: dict[str, Any] = {
        "key": field.key, "name": field.label.get(language) or field.label["en"], "kind": field.kind,
        "default": field.default,
    }  # fmt: skip
    told |= {key: value for key, value in (("unit", field.unit), ("low", field.low), ("high", field.high))
             if value not in ("", None)}  # fmt: skip
    if field.kind == "text":
        told["longest"] = field.longest
    if field.choices:
        told["choices"] = {str(key): label.get(language) or label["en"] for key, label in field.choices.items()}
    return told
