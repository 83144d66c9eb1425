"""Walk one figure of a report back: rows, booking, check-in, interval, recording, raw bytes; and recompute it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from center_app.core.db import Read
from center_app.core.errors import PersonError, declare
from center_app.core.text import catalogue
from center_app.grants import evidence, queries
from center_app.grants.reports import codec
from center_app.grants.reports.chain import MOST_DECODED, Chain, UseTrace
from center_app.grants.reports.figures import Recount, Value, printed, rows_of
from center_app.grants.reports.links import NO_LEDGER, Broken, Link
from center_app.grants.reports.values import CostRow, Figure, Formula, IntervalRow, Kind, Snapshot, UseRow
from center_app.grants.reports.verify import Paper, open_paper

FIGURE_UNKNOWN = declare(
    "trace.figure_unknown", "The report has no figure {figure}.", "Choose a figure from the report, such as {example}."
)
TOLERANCE_US = 100_000


@dataclass(frozen=True)
class CostTrace:
    """Show one cost held against the ledger and its files of evidence."""

    row: CostRow
    broken: Broken | None = None


@dataclass(frozen=True)
class Trace:
    """Show a figure walked back: its rows, the first broken link if any, its value made again from the store.

    `others` are ids of rows that have no further origin in the store than the snapshot itself.
    """

    figure: Figure
    printed: str
    uses: tuple[UseTrace, ...] = ()
    costs: tuple[CostTrace, ...] = ()
    others: tuple[str, ...] = ()
    recomputed: Value = None
    broken: Broken | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether the whole chain holds."""
        return self.broken is None

    @property
    def runs(self) -> int:
        """Return how many measured pieces the figure rests on."""
        return sum(len(use.runs) for use in self.uses)

    @property
    def decoded(self) -> int:
        """Return how many of them were decoded again from the stored bytes; the others by their hash only."""
        return sum(1 for use in self.uses for run in use.runs if run.recomputed_us is not None)

    @property
    def bytes_read(self) -> int:
        """Return how many stored bytes were decoded again."""
        return sum(run.bytes_read for use in self.uses for run in use.runs)


def trace(read: Read, folder: Path, path: Path, figure_id: str, most_decoded: int = MOST_DECODED) -> Trace:
    """Walk a figure of a report PDF back through a store; raises PersonError for an unknown figure.

    A figure over more measured runs than `most_decoded` has a sample of them decoded again, drawn by its id.
    """
    paper = open_paper(path)
    language = paper.printed.language if paper.printed else "en"
    broken = _data_broken(paper)
    return trace_snapshot(read, folder, paper.snapshot, figure_id, language, broken, most_decoded)


def trace_snapshot(
    read: Read,
    folder: Path,
    snapshot: Snapshot,
    figure_id: str,
    language: str = "en",
    broken: Broken | None = None,
    most_decoded: int = MOST_DECODED,
) -> Trace:
    """Walk a figure of a snapshot back through a store; raises PersonError for an unknown figure."""
    figure = snapshot.by_id().get(figure_id)
    if figure is None:
        raise PersonError(FIGURE_UNKNOWN, figure=figure_id, example="use.total.measured")
    text = printed(figure, catalogue(language), snapshot.report.currency)
    broken = broken or _figure_broken(snapshot, figure)
    rows = leaves(snapshot, figure.formula)
    if broken:
        return Trace(figure, text, others=tuple(_id(row) for row in rows), broken=broken)
    return _walked(read, folder, snapshot, Trace(figure, text), rows, most_decoded)


def _data_broken(paper: Paper) -> Broken | None:
    if paper.printed is None or paper.printed.snapshot_sha256 != paper.sha256:
        wanted = paper.printed.snapshot_sha256[:16] if paper.printed else "figures.json"
        return Broken(Link.DATA, "report.json", f"SHA-256 {paper.sha256[:16]} ≠ {wanted}")
    if codec.sha256(paper.snapshot) != paper.sha256:
        return Broken(Link.DATA, "report.json", "not canonical")
    return None


def _figure_broken(snapshot: Snapshot, figure: Figure) -> Broken | None:
    try:
        value = Recount(snapshot).value(figure.id)
    except (KeyError, AttributeError, TypeError, ValueError, RecursionError) as error:
        return Broken(Link.FIGURE, figure.id, type(error).__name__, found="?")
    if value != figure.value:
        words, currency = catalogue("en"), snapshot.report.currency
        found = printed(replace(figure, value=value), words, currency)
        return Broken(Link.FIGURE, figure.id, stated=printed(figure, words, currency), found=found)
    return None


def leaves(snapshot: Snapshot, formula: Formula) -> list[object]:
    """Return the rows at the bottom of a formula, each once, in order."""
    found: dict[int, object] = {}
    seen: set[str] = set()
    _collect(snapshot, formula, found, seen)
    return list(found.values())


def _collect(snapshot: Snapshot, formula: Formula, found: dict[int, object], seen: set[str]) -> None:
    for name in formula.figures:
        if name not in seen:
            seen.add(name)
            _collect(snapshot, snapshot.figure(name).formula, found, seen)
    if formula.table:
        found.update((id(row), row) for row in rows_of(snapshot, formula))


def _id(row: object) -> str:
    for name in ("id", "code", "month", "number"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return type(row).__name__


def _walked(
    read: Read, folder: Path, snapshot: Snapshot, start: Trace, rows: Sequence[object], most_decoded: int
) -> Trace:
    """Walk every row back and recompute the figure from what the store gives."""
    with Chain(read, folder, snapshot) as chain:
        uses = chain.walk_all([row for row in rows if isinstance(row, UseRow)], start.figure.id, most_decoded)
    costs = tuple(_cost_traces(read, folder, snapshot, [row for row in rows if isinstance(row, CostRow)]))
    others = tuple(_id(row) for row in rows if not isinstance(row, UseRow | CostRow | IntervalRow))
    broken = next((fault for fault in (*(one.broken for one in uses), *(one.broken for one in costs)) if fault), None)
    found = replace(start, uses=uses, costs=costs, others=others, broken=broken)
    if broken:
        return found
    value = _recomputed(snapshot, start.figure, uses)
    broken = _result_broken(snapshot, start.figure, value, len(uses))
    return replace(found, recomputed=value, broken=broken)


def _recomputed(snapshot: Snapshot, figure: Figure, uses: Sequence[UseTrace]) -> Value:
    """Make the figure again over the rows as the store gives them."""
    changed = {one.row.id: one.recomputed for one in uses if one.recomputed}
    rows = tuple(replace(row, **changed[row.id]) if row.id in changed else row for row in snapshot.uses)  # type: ignore[arg-type]
    return Recount(replace(snapshot, uses=rows)).value(figure.id)


def _result_broken(snapshot: Snapshot, figure: Figure, value: Value, uses: int) -> Broken | None:
    """Compare the result; measured time may move by the decoding's tolerance at each use."""
    if value == figure.value or _is_near(figure.kind, value, figure.value, uses):
        return None
    words, currency = catalogue("en"), snapshot.report.currency
    found = printed(replace(figure, value=value), words, currency)
    return Broken(Link.RESULT, figure.id, stated=printed(figure, words, currency), found=found)


def _is_near(kind: Kind, one: Value, other: Value, uses: int) -> bool:
    if one is None or other is None:
        return False
    gap = abs(Fraction(one) - Fraction(other))
    return gap <= TOLERANCE_US * uses if kind is Kind.TIME else kind is Kind.SHARE and gap < Fraction(1, 10_000)


def _cost_traces(read: Read, folder: Path, snapshot: Snapshot, rows: Sequence[CostRow]) -> Iterator[CostTrace]:
    """Hold costs against the ledger and the stored files of evidence."""
    if not rows:
        return
    ledger = {cost.number: cost for cost in queries.costs_of(read, snapshot.award.number)}
    hashes = {row.number: row.sha256 for row in snapshot.evidence}
    for row in rows:
        cost = ledger.get(row.id)
        if cost is None:
            yield CostTrace(row, Broken(Link.ROW, row.id, NO_LEDGER))
            continue
        if (cost.amount.minor, cost.gross.minor, cost.line) != (row.amount_minor, row.gross_minor, row.line):
            yield CostTrace(row, Broken(Link.ROW, row.id, f"{cost.amount.minor} ≠ {row.amount_minor}"))
            continue
        lost = (name for name in row.evidence if not evidence.is_intact(folder, hashes.get(name, "")))
        number = next(lost, None)
        yield CostTrace(row, Broken(Link.EVIDENCE, number) if number else None)
