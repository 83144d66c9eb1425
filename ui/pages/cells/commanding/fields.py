"""Form fields from the declared values of a command, with units and limits."""

from __future__ import annotations

from center_app.core.errors import describe
from center_app.telemetry.command_rules import settle
from devices.values import CommandField, CommandSpec
from ui.kit.form import Field
from ui.kit.words import _


def fields_of(spec: CommandSpec, phrase: str, confirm: str) -> list[Field]:
    """Return one form field for each value; a hazardous command asks for its phrase under the id `confirm`."""
    made = [_field(field) for field in spec.fields]
    if spec.is_hazardous:
        note = _("This command can move or harm. Make sure that nobody is in reach.")
        title = _("To confirm, write {phrase}", phrase=phrase)
        made.append(Field(confirm, title, required=True, note=note))
    return made


def _field(field: CommandField) -> Field:
    title = field.label.get(_.language) or field.label["en"]
    if field.kind == "choice":
        choices = [(key, said.get(_.language) or said["en"]) for key, said in (field.choices or {}).items()]
        return Field(field.key, title, "choice", field.default, choices=choices)
    named = f"{title} ({field.unit})" if field.unit else title
    return Field(
        field.key,
        named,
        value=_shown(field),
        required=True,
        note=_limits(field),
        check=lambda value: said(field, value),
    )


def said(field: CommandField, value: object) -> str:
    """Return in words what is wrong with a value, empty when nothing is."""
    problems = settle(field, value)[1]
    return " ".join(describe(problems[0], _.words)) if problems else ""


def _shown(field: CommandField) -> str:
    return f"{field.default:g}" if isinstance(field.default, int | float) else str(field.default)


def _limits(field: CommandField) -> str:
    if field.kind == "text":
        return _("At most {n} characters", n=field.longest)
    if field.low is None or field.high is None or field.high > 1e12:
        return ""
    return f"{field.low:g} – {field.high:g} {field.unit}".strip().replace("-", "−")
