"""Show the first values of a finding: name, value with its unit, and a small curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from ui.kit.charts import Sparkline
from ui.kit.layout import holder, row
from ui.kit.text import label
from ui.kit.words import _


def preview(samples: Sequence[Mapping[str, Any]]) -> list[QWidget]:
    """Return one line per channel; those with values come first."""
    ordered = sorted(samples, key=lambda sample: not sample["values"])
    return [_line(sample) for sample in ordered]


def _line(sample: Mapping[str, Any]) -> QWidget:
    names = sample["label"]
    name = label(str(names.get(_.language) or names.get("en") or sample["channel"]))
    name.setMinimumWidth(190)
    values = sample["values"]
    said = _("not measured") if not values else f"{_.words.number(values[-1], digits=3)} {sample['unit']}".strip()
    value = label(said, "body" if values else "secondary")
    value.setMinimumWidth(120)
    curve = Sparkline(name.text(), values, height=22)
    made = holder(row(name, value, curve, gap=10))
    curve.setMinimumWidth(180)
    return made
