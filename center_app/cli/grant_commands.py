"""Commands about grants: import costs, build a report, verify it, trace a figure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from center_app.cli.shared import Store, opened, operator, say, words
from center_app.core.errors import PersonError, Problem, declare, describe
from center_app.core.text import N_

if TYPE_CHECKING:
    from center_app.grants.reports.trace import Trace

PERIOD_UNREADABLE = declare(
    "command.period",
    "“{period}” is not a month or a range of days.",
    "Write 2026-05 for a month, or 2026-03-01..2026-05-31 for days.",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("report")(report)
    app.command("verify")(verify)
    app.command("trace")(trace)
    app.command("import")(import_costs)


def period_of(text: str) -> tuple[date, date]:
    """Read a month or a range of days, both included; raises PersonError."""
    try:
        if ".." in text:
            first, last = (date.fromisoformat(part) for part in text.split("..", 1))
        else:
            year, month = (int(part) for part in text.split("-", 1))
            first = date(year, month, 1)
            last = date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
    except ValueError as error:
        raise PersonError(PERIOD_UNREADABLE, period=text) from error
    if last < first:
        raise PersonError(PERIOD_UNREADABLE, period=text)
    return first, last


def report(
    award: Annotated[str, typer.Argument(help="Number of the award")],
    period: Annotated[str, typer.Argument(help="2026-05, or 2026-03-01..2026-05-31")],
    target: Annotated[str, typer.Argument(help="PDF to write")],
    store: Store = "",
    language: Annotated[str, typer.Option(help="en, de or zh; this desk's without")] = "",
    reason: Annotated[str, typer.Option(help="Why a later version is made")] = "",
) -> None:
    """Build the compliance report of an award: a PDF/A that carries its own data."""
    from center_app.flows.reporting import ask_for, file_report

    first, last = period_of(period)
    center = opened(store)
    try:
        ask = center.read(ask_for, award, first, last, reason)
        filed = file_report(center.database, center.folder, operator(), ask, language or words().language, Path(target))
    finally:
        center.close()
    made = filed.made
    say(
        N_("{file}: {pages} pages, {figures} traceable figures, data SHA-256 {hash}"),
        file=str(made.path), pages=made.page_count, figures=made.figure_count, hash=made.snapshot_sha256,
    )  # fmt: skip


def verify(
    file: Annotated[str, typer.Argument(help="Report PDF")],
    store: Annotated[str, typer.Option(help="Centre that filed it: checks the audit trail and evidence too")] = "",
) -> None:
    """Recount every printed figure from the embedded data and say exactly what was tampered with."""
    from center_app.grants.reports.verify import verify_paper, verify_with_store

    if store:
        center = opened(store)
        try:
            found = center.read(verify_with_store, center.folder, Path(file))
        finally:
            center.close()
    else:
        found = verify_paper(Path(file))
    say(N_("{n} figures recounted, {printed} read on the pages."), n=found.recounted, printed=found.printed)
    if found.trail is not None:
        say(
            N_("{n} entries of the audit trail and {files} files of evidence compared with the centre."),
            n=found.trail,
            files=found.evidence,
        )
    for problem in found.problems:
        print("✗ " + " ".join(describe(problem, words())))
    if found.is_intact:
        say(N_("Nothing differs: the report is as it was made."))
    raise typer.Exit(0 if found.is_intact else 1)


def trace(
    file: Annotated[str, typer.Argument(help="Report PDF")],
    figure: Annotated[str, typer.Argument(help="Id of a figure, such as use.total.measured")],
    store: Store = "",
) -> None:
    """Walk a figure back to raw bytes, decode them again and recompute it; names the first broken link."""
    from center_app.grants.reports.trace import trace as walk

    center = opened(store)
    try:
        found = center.read(walk, center.folder, Path(file), figure)
    finally:
        center.close()
    _show_trace(found)
    raise typer.Exit(0 if found.is_whole else 1)


def _show_trace(found: Trace) -> None:
    say(N_("{figure}: {printed} is printed."), figure=found.figure.id, printed=found.printed)
    for use in found.uses:
        read = sum(run.bytes_read for run in use.runs)
        print(f"  {use.row.id}  {len(use.runs)} × run, {words().bytes(read)}")
    counts = {"uses": len(found.uses), "costs": len(found.costs), "others": len(found.others)}
    told = words().bytes(found.bytes_read)
    say(N_("{uses} uses, {costs} costs, {others} other rows; {bytes} stored decoded again."), **counts, bytes=told)
    if found.broken is not None:
        print("✗ " + " ".join(describe(found.broken.problem, words())))
    else:
        from center_app.grants.reports.figures import printed_value

        value = printed_value(found.figure.kind, found.recomputed, words(), "CNY")
        say(N_("The chain is whole; recomputed: {value}"), value=value)


def import_costs(
    file: Annotated[str, typer.Argument(help="CSV of costs: UTF-8 or GB18030, decimal comma or point")],
    award: Annotated[str, typer.Option(help="Number of the award")],
    store: Store = "",
    go: Annotated[bool, typer.Option("--go", help="Import; without it only a dry run")] = False,
) -> None:
    """Check a file of costs line by line, and import it whole or not at all."""
    from center_app.grants.ledger_file import check, sheet
    from center_app.grants.service import import_costs as take

    center = opened(store)
    try:
        read = sheet.read_sheet(Path(file))
        found = center.read(check.dry_run, award, read)
        for line in (*found.problems, *found.notes):
            told = " ".join(describe(Problem(line.code, {**line.params, "line": line.line}), words()))
            say(N_("Line {line}: {told}"), line=line.line, told=told)
        say(N_("{good} of {all} lines can be imported."), good=len(found.drafts), all=len(read.rows))
        if not found.is_clean or not go:
            raise typer.Exit(0 if found.is_clean else 1)
        numbers = center.write(operator(), take, found.drafts, Path(file).name, read.sha256)
        say(N_("Imported: {count} costs, {first} to {last}."), count=len(numbers), first=numbers[0], last=numbers[-1])
    finally:
        center.close()
