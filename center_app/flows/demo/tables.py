"""Read the demo centre's tables from the program folder."""

from __future__ import annotations

import csv

from center_app.core.labels import LANGUAGES, Label
from center_app.core.paths import RESOURCES


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of `resources/demo/<name>.csv` by column."""
    with (RESOURCES / "demo" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def label(row: dict[str, str]) -> Label:
    """Return the name of a row in every language it has."""
    return Label({language: row[language] for language in LANGUAGES if row.get(language)})
