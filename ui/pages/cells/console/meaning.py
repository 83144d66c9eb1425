"""What a message means, in the person's language: its kind, its fields by name and unit, its words.

Names that only the device's own manual has (gACT, MTData2, custom_mode) stand as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from center_app.telemetry.traffic import TrafficRow, told
from ui.kit.words import _
from ui.pages.cells.reasons import reason_text

Labels = Mapping[str, Mapping[str, str]]
"""What the profile itself calls its channels, by key and language."""
UNITS = {
    "_km_h": "km/h", "_deg_s": "°/s", "_deg": "°", "_mm": "mm", "_mA": "mA", "_us": "µs", "_ms": "ms", "_mg": "mg",
    "_kn": "kn", "_uT": "µT", "_C": "°C", "_g": "g", "_m": "m", "_s": "s",
}  # fmt: skip
LONGEST, MOST_VALUES = 60, 32
_PLACES_ONLY = frozenset({"paired_with"})
"""Fields that say where something stands in the bytes that were read together, which nobody sees here."""


def meaning(row: TrafficRow, labels: Labels) -> str:
    """Return why a frame is refused, else what it says."""
    if row.error:
        return reason_text(row.error)
    if row.message is None:
        return _word(row.says)
    fields = {key: value for key, value in told(row.message).items() if key not in _PLACES_ONLY and value != ""}
    kind, values = _word(row.message.kind), _values(fields, labels)
    return _("{kind}: {values}", kind=kind, values=values) if values else kind


def _values(fields: Mapping[str, object], labels: Labels) -> str:
    """Return names and values; a value that has its unit beside it is joined with it."""
    unit = fields.get("unit")
    has_unit = "value" in fields and isinstance(unit, str)
    parts = []
    for key, value in fields.items():
        if has_unit and key == "unit":
            continue
        own = f" {unit}" if has_unit and key == "value" else ""
        parts.append(_field(key, value, labels) + own)
    return _.context("traffic", ", ").join(parts)


def _field(key: str, value: object, labels: Labels) -> str:
    label = labels.get(key, {})
    own = label.get(_.language) or label.get("en")
    if own:
        return f"{own} {_said(value)}"
    suffix = next((suffix for suffix in UNITS if key.endswith(suffix) and key != suffix), "")
    if not suffix or not isinstance(value, int | float | list | tuple):
        return f"{_word(key)} {_said(value)}"
    whole = _word(key)
    name = whole if whole != key else _word(key.removesuffix(suffix))
    return f"{name} {_said(value)} {UNITS[suffix]}"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _word("yes" if value else "no")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return _cut(f"[{', '.join(_inner(one) for one in islice(value, MOST_VALUES))}]")
    return _cut(_word(" ".join(str(value).split())))


def _inner(value: object) -> str:
    """Write a part of a list as the device has it: its names and words are the device's own."""
    if isinstance(value, Mapping):
        return f"({', '.join(f'{key} {_inner(one)}' for key, one in value.items())})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _word(text: str) -> str:
    """Return a word of a message in the current language, as it stands where it is the device's own."""
    return _.context("traffic", text) if text else text
