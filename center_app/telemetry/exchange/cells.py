"""Make the cell under which an imported file is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.labels import Label
from center_app.telemetry import views
from center_app.telemetry.exchange.values import IMPORTED
from center_app.telemetry.models import Cell
from center_app.telemetry.values import CellView

__all__ = ["CellView", "add_imported_cell"]


def add_imported_cell(work: Work, name: str, facts: Mapping[str, object], machine_id: int | None = None) -> CellView:
    """Add a cell for an imported file; its recordings lie in a folder of their own, which no collector writes."""
    require(work.actor, Right.RECORD)
    row = work.add(
        Cell(names=Label.of(name.strip() or str(facts["file"])), port="", profile_id=IMPORTED, collector="import",
             machine_id=machine_id, params=dict(facts))
    )  # fmt: skip
    row.port, row.collector = f"file:{facts['file']}#{row.id}", f"import-{row.id}"
    view = views.cell(work.add(row))
    work.record("telemetry.import", f"cell {row.id}", after=asdict(view), changed=Changed.CELLS)
    return view
