"""Cost items from files: read any usual CSV, guess its columns, list every problem, then import it whole."""

from center_app.grants.ledger_file.check import DryRun, LineProblem, dry_run, preview
from center_app.grants.ledger_file.columns import FIELDS, guess_columns
from center_app.grants.ledger_file.export import costs_csv
from center_app.grants.ledger_file.sheet import Sheet, read_sheet

__all__ = ["FIELDS", "DryRun", "LineProblem", "Sheet", "costs_csv", "dry_run", "guess_columns", "preview", "read_sheet"]
