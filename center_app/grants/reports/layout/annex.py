"""Annexes: evidence index with SHA-256, how to verify, glossary."""

from __future__ import annotations

from center_app.core.text import N_
from center_app.documents.bricks import Heading, KeyValues, Prose
from center_app.documents.cells import Cell, Column, Row
from center_app.documents.flow import Brick, NewPage
from center_app.documents.sheet import GREY
from center_app.documents.table import Table
from center_app.grants.reports.layout.costs import has_links
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import EvidenceRow


def evidence_chapter(paper: Paper) -> list[Brick]:
    """Return the index of supporting documents."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Evidence index")), "evidence", before=0)
    files = paper.snapshot.evidence
    intro = words.plural(
        "{n} file, named by the SHA-256 of its bytes. The originals lie in the evidence folder of the centre.",
        "{n} files, named by the SHA-256 of their bytes. The originals lie in the evidence folder of the centre.",
        len(files),
    )  # fmt: skip
    lead: list[Brick] = [NewPage(), heading, Prose(intro, color=GREY, before=0, keep_next=True)]
    if not files:
        return lead
    columns = [
        Column(words("Evidence"), 50), Column(words("File and kind")), Column(words("Items"), 60),
        Column(words("SHA-256"), 174), Column(words("Size"), 50, "right"),
    ]  # fmt: skip
    rows = [_file(paper, row) for row in files]
    return [*lead, Table(columns, rows, paper.table(1, words("Files of evidence")), continued=words("(continued)"))]


def _file(paper: Paper, row: EvidenceRow) -> Row:
    kind = f"{_kind(paper, row.kind)}, {paper.day(row.added_on)}"
    items = ", ".join(row.items[:6]) + (" ..." if len(row.items) > 6 else "")
    digest = " ".join(row.sha256[i : i + 8] for i in range(0, 32, 8))
    rest = " ".join(row.sha256[i : i + 8] for i in range(32, 64, 8))
    cells = (Cell(row.number, bold=True), Cell(row.name, second=kind), items, f"{digest}\n{rest}",
             paper.words.bytes(row.size_bytes))  # fmt: skip
    return Row(tuple(Cell(cell) if isinstance(cell, str) and "\n" in cell else cell for cell in cells),
               anchor=f"evidence.{row.number}" if has_links(paper) else "")  # fmt: skip


def _kind(paper: Paper, kind: str) -> str:
    words = paper.words
    return {
        "invoice": words("invoice"), "voucher": words("payment voucher"), "contract": words("contract"),
        "photo": words("photo"), "log": words("log"), "statement": words("bank statement"),
    }.get(kind, kind)  # fmt: skip


_STEPS = (
    N_("Open this file with any PDF reader: attached are report.json (the frozen data), rules.json, evidence.csv and "
       "figures.json (where each figure is printed)."),
    N_("Run: main.py verify FILE. It hashes report.json, adds every total again, compares it with the printed figure, "
       "and names what was changed. It needs no network and no database."),
    N_("Run: main.py trace FILE FIGURE. It walks one figure back to its uses, bookings, recordings and raw bytes, "
       "decodes the stored bytes again and recomputes the figure."),
    N_("Compare the data snapshot hash in the foot of every page with the one on the cover and in the QR code."),
    N_("Compare the audit head with the audit trail of the centre: the report pins the trail as it stood that day."),
    N_("Hash any original in the evidence folder with SHA-256 and compare it with the evidence index."),
)  # fmt: skip


def verify_chapter(paper: Paper) -> list[Brick]:
    """Return how anybody can check this report."""
    words, snapshot = paper.words, paper.snapshot
    heading = Heading(paper.open_chapter(words("How to verify this report")), "verify", before=26)
    bricks: list[Brick] = [heading]
    bricks += [Prose(f"{number}. {words(step)}", before=5) for number, step in enumerate(_STEPS, 1)]
    pairs: list[tuple[str, str | Cell]] = [
        (words("Data snapshot SHA-256"), paper.sha256),
        (words("Audit head {number}", number=snapshot.audit.seq), snapshot.audit.hash),
        (words("Figures in the registry"), words.number(len(snapshot.figures))),
        (words("Program"), snapshot.report.program),
        (words("Made"), words.datetime(snapshot.report.made_at, snapshot.report.zone) + f" ({snapshot.report.zone})"),
    ]
    rounding = words(
        "Rounding: amounts are exact to the smallest unit of the currency. Hours are exact to the microsecond and "
        "printed with one decimal, half up; printed parts may therefore differ from a printed sum by 0.1."
    )
    return [
        *bricks,
        KeyValues(pairs, words("What this report is bound to"), 128),
        Prose(rounding, color=GREY, before=14),
    ]


_TERMS = (
    (N_("Measured hours"),
     N_("time in which a device channel (drive current, power, state) proves that the machine ran")),
    (N_("Checked-in hours"), N_("time in which a person was signed in at the machine")),
    (N_("Booked hours"), N_("time the calendar reserved")),
    (N_("Effective machine-hours"),
     N_("measured run plus set-up plus post-processing, the last two inside a check-in and up to the machine's cap")),
    (N_("External hours"), N_("claimed hours of users from outside the grantee")),
    (N_("Measured coverage"), N_("measured hours divided by checked-in hours")),
    (N_("Not measured"), N_("no recording covers the time; it is not zero and nothing is assumed")),
    (N_("Not checked"), N_("a rule whose input is missing; it never counts as passed")),
    (N_("Data snapshot"), N_("the frozen data of this report; the same snapshot gives the same bytes")),
    (N_("Audit head"), N_("number and hash of the newest row of the centre's audit trail when the report was made")),
)  # fmt: skip


def glossary_chapter(paper: Paper) -> list[Brick]:
    """Return the words of this report."""
    words = paper.words
    heading = Heading(paper.open_chapter(words("Glossary")), "glossary", before=26)
    pairs: list[tuple[str, str | Cell]] = [(words(term), words(meaning)) for term, meaning in _TERMS]
    block = KeyValues(pairs, "", 128)
    block.before = 6
    return [heading, block]
