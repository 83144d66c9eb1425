"""Prove a report by itself: recount every figure, read it on the page, check what is embedded.

`verify_paper` needs only the PDF. `verify_with_store` also compares the audit trail and the files of
evidence with the store. Both say exactly what differs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from center_app.core.audit import AuditHead
from center_app.core.db import Read
from center_app.core.errors import PersonError, Problem, declare
from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.documents import reading
from center_app.grants import evidence
from center_app.grants.reports import codec, trail
from center_app.grants.reports.figures import Recount, printed
from center_app.grants.reports.recheck import differing
from center_app.grants.reports.values import Figure, PrintedFigure, PrintedFigures, Snapshot, Verdict

REPORT_JSON, FIGURES_JSON, RULES_JSON, EVIDENCE_CSV = "report.json", "figures.json", "rules.json", "evidence.csv"

ATTACHMENT_MISSING = declare(
    "verify.attachment_missing",
    "{name} is not embedded in the document.",
    "Take the report from where it was first filed.",
)
ATTACHMENT_DIFFERS = declare(
    "verify.attachment_differs",
    "{name} differs from the data of the report: {detail}.",
    "Somebody changed it after the report was made; compare with the filed copy.",
)
SNAPSHOT_DIFFERS = declare(
    "verify.snapshot_differs",
    "The embedded data has SHA-256 {found}; the report was made from {wanted}.",
    "The data inside the document was changed; compare with the filed copy.",
)
HASH_NOT_PRINTED = declare(
    "verify.hash_not_printed",
    "The first page does not show the SHA-256 of the embedded data, {found}.",
    "Cover and data do not belong together; compare with the filed copy.",
)
FIGURE_DIFFERS = declare(
    "verify.figure_differs",
    "Figure {figure}: {stated} is stated, the rows give {recounted}.",
    "The figure or its rows were changed; trace the figure to see which.",
)
RULE_DIFFERS = declare(
    "verify.rule_differs",
    "Rule {rule}: {stated} is stated, the data gives {found}.",
    "The rule's result was changed; compare with the filed copy.",
)
FIGURE_UNKNOWN = declare(
    "verify.figure_unknown",
    "The page prints a figure {figure} that the data does not hold.",
    "Compare with the filed copy.",
)
PAGE_DIFFERS = declare(
    "verify.page_differs",
    "Page {page}: “{found}” is printed for {figure}, the data gives “{wanted}”.",
    "The printed page was changed; compare with the filed copy.",
)
NOTHING_PRINTED = declare(
    "verify.nothing_printed",
    "The document lists no printed figure, so its pages cannot be compared.",
    "Compare with the filed copy.",
)
TRAIL_DIFFERS = declare(
    "verify.trail_differs",
    "The audit trail of the store is not the one of the report: entry {entry} ({reason}).",
    "Restore the store from a backup made when the report was filed, and tell the auditor.",
)
REPORT_UNKNOWN = declare(
    "verify.report_unknown",
    "The store records no version of {number} with the data hash {found}.",
    "Check that this is the store in which the report was made.",
)
EVIDENCE_GONE = declare(
    "verify.evidence_gone",
    "The bytes of evidence {number} ({name}) are not in the store.",
    "Restore them from a backup.",
)
EVIDENCE_DIFFERS = declare(
    "verify.evidence_differs",
    "The bytes of evidence {number} ({name}) are not those of the report.",
    "Restore them from a backup.",
)


TRAIL_REASONS = {
    "missing": Label({"en": "an entry is missing", "de": "ein Eintrag fehlt", "zh": "缺少记录"}),
    "unbound": Label(
        {"en": "not bound to the entry before", "de": "nicht an den vorigen gebunden", "zh": "与上一条不衔接"}
    ),
    "altered": Label({"en": "altered", "de": "verändert", "zh": "已被更改"}),
    "remade": Label({"en": "the trail was made anew", "de": "das Protokoll wurde neu gemacht", "zh": "审计链被重建"}),
    "cut": Label({"en": "the end was cut off", "de": "das Ende wurde abgeschnitten", "zh": "尾部被截断"}),
}
VERDICT_NAMES = {
    Verdict.PASS: Label({"en": "passed", "de": "bestanden", "zh": "通过"}),
    Verdict.FAIL: Label({"en": "failed", "de": "nicht bestanden", "zh": "未通过"}),
    Verdict.NOT_CHECKED: Label({"en": "not checked", "de": "nicht geprüft", "zh": "未检查"}),
}


@dataclass(frozen=True)
class Verified:
    """Say what a check of a report found; no problem means every check that ran agrees.

    `recounted` and `printed` count figures that were made again and read on a page; `evidence` counts files,
    `trail` entries of the audit trail; None: the store was not at hand, so that this was not checked.
    """

    number: str
    version: int
    state: str
    snapshot_sha256: str
    recounted: int
    printed: int
    evidence: int | None
    trail: int | None
    problems: tuple[Problem, ...]

    @property
    def is_intact(self) -> bool:
        """Tell whether nothing differs."""
        return not self.problems


@dataclass(frozen=True)
class Paper:
    """Hold what a report PDF carries: its snapshot, the hash of those bytes, its list of printed figures."""

    path: Path
    snapshot: Snapshot
    sha256: str
    printed: PrintedFigures | None
    files: Mapping[str, bytes]


def open_paper(path: Path) -> Paper:
    """Read what a report PDF carries; raises PersonError for a PDF without readable data."""
    files = reading.attachments(path)
    if REPORT_JSON not in files:
        raise PersonError(ATTACHMENT_MISSING, name=REPORT_JSON)
    data = files[REPORT_JSON]
    told = codec.load_printed(files[FIGURES_JSON]) if FIGURES_JSON in files else None
    return Paper(path, codec.load_snapshot(data), hashlib.sha256(data).hexdigest(), told, files)


def verify_paper(path: Path) -> Verified:
    """Check a report PDF by itself, offline."""
    paper = open_paper(path)
    head = paper.snapshot.report
    checks = (_hashes(paper), _recounted(paper.snapshot), _rules(paper.snapshot), _pages(paper), _attachments(paper))
    problems = [problem for check in checks for problem in check]
    printed_count = len(paper.printed.figures) if paper.printed else 0
    return Verified(
        number=head.number,
        version=head.version,
        state=head.state.value,
        snapshot_sha256=paper.sha256,
        recounted=len(paper.snapshot.figures),
        printed=printed_count,
        evidence=None,
        trail=None,
        problems=tuple(problems),
    )


def verify_with_store(read: Read, folder: Path, path: Path) -> Verified:
    """Check a report PDF, and the store against it: audit trail and files of evidence."""
    alone = verify_paper(path)
    paper = open_paper(path)
    snapshot = paper.snapshot
    verdict = trail.verdict(read, AuditHead(snapshot.audit.seq, snapshot.audit.hash))
    found = list(alone.problems)
    if not verdict.is_intact:
        found.append(
            Problem(
                TRAIL_DIFFERS, {"entry": verdict.first_bad, "reason": TRAIL_REASONS.get(verdict.reason, verdict.reason)}
            )
        )
    if not trail.is_recorded(read, paper.sha256):
        found.append(Problem(REPORT_UNKNOWN, {"number": snapshot.report.number, "found": paper.sha256[:16]}))
    found += _evidence(snapshot, folder)
    return replace(alone, evidence=len(snapshot.evidence), trail=verdict.rows, problems=tuple(found))


def _hashes(paper: Paper) -> Iterator[Problem]:
    canonical = codec.sha256(paper.snapshot)
    if canonical != paper.sha256:
        yield Problem(ATTACHMENT_DIFFERS, {"name": REPORT_JSON, "detail": "canonical " + canonical[:16]})
    if paper.printed is None:
        yield Problem(ATTACHMENT_MISSING, {"name": FIGURES_JSON})
    elif paper.printed.snapshot_sha256 != paper.sha256:
        yield Problem(SNAPSHOT_DIFFERS, {"found": paper.sha256[:16], "wanted": paper.printed.snapshot_sha256[:16]})
    texts = reading.page_texts(paper.path)
    cover = reading.squeezed(texts[0]) if texts else ""
    if paper.sha256[:32] not in cover or paper.sha256[32:] not in cover:
        yield Problem(HASH_NOT_PRINTED, {"found": paper.sha256[:16]})


def _recounted(snapshot: Snapshot) -> Iterator[Problem]:
    """Make every figure again from its rows."""
    recount = Recount(snapshot)
    for figure in snapshot.figures:
        try:
            value = recount.value(figure.id)
        except (KeyError, AttributeError, TypeError, ValueError, RecursionError):
            yield _differs(snapshot, figure, "?")
            continue
        if value != figure.value:
            yield _differs(snapshot, figure, _say(snapshot, replace(figure, value=value)))


def _rules(snapshot: Snapshot) -> Iterator[Problem]:
    """Check the rules again that need nothing but the report's own data."""
    for rule, stated, found in differing(snapshot):
        told = {"rule": rule, "stated": VERDICT_NAMES[stated], "found": VERDICT_NAMES[found]}
        yield Problem(RULE_DIFFERS, told)


def _differs(snapshot: Snapshot, figure: Figure, recounted: str) -> Problem:
    return Problem(FIGURE_DIFFERS, {"figure": figure.id, "stated": _say(snapshot, figure), "recounted": recounted})


def _say(snapshot: Snapshot, figure: Figure) -> str:
    return printed(figure, catalogue("en"), snapshot.report.currency)


def _pages(paper: Paper) -> Iterator[Problem]:
    """Read each printed figure on its page and compare it with the data."""
    if paper.printed is None:
        return
    places = paper.printed.figures
    if not places:
        yield Problem(NOTHING_PRINTED)
    recount, known = Recount(paper.snapshot), paper.snapshot.by_id()
    seen = reading.texts_in(paper.path, [(place.page, place.rect) for place in places])
    for place, text in zip(places, seen, strict=True):
        if place.id not in known:
            yield Problem(FIGURE_UNKNOWN, {"figure": place.id})
            continue
        wanted = _wanted(paper, place, recount)
        if text not in _spellings(wanted):
            details = {"page": place.page, "figure": place.id, "found": text, "wanted": wanted}
            yield Problem(PAGE_DIFFERS, details)


def _wanted(paper: Paper, place: PrintedFigure, recount: Recount) -> str:
    assert paper.printed is not None
    snapshot = paper.snapshot
    figure = snapshot.figure(place.id)
    try:
        figure = replace(figure, value=recount.value(place.id))
    except (KeyError, AttributeError, TypeError, ValueError, RecursionError):
        pass
    return printed(figure, catalogue(paper.printed.language), snapshot.report.currency, place.digits)


def _spellings(wanted: str) -> set[str]:
    """Return how a text may stand on the page: without white space, its unit perhaps in the column's heading."""
    plain = reading.squeezed(wanted)
    return {plain, plain.removesuffix("%"), "¥" + plain, plain + "h"}


def _attachments(paper: Paper) -> Iterator[Problem]:
    """Compare the other embedded files with the snapshot."""
    for name, check in ((RULES_JSON, _rules_agree), (EVIDENCE_CSV, _evidence_agrees)):
        if name not in paper.files:
            yield Problem(ATTACHMENT_MISSING, {"name": name})
            continue
        detail = check(paper.snapshot, paper.files[name])
        if detail:
            yield Problem(ATTACHMENT_DIFFERS, {"name": name, "detail": detail})


def _rules_agree(snapshot: Snapshot, data: bytes) -> str:
    """Return the first rule that differs, empty when all agree."""
    try:
        told = json.loads(data)
    except ValueError:
        return "JSON"
    rows = told.get("rules", told) if isinstance(told, dict) else told
    wanted = json.loads(codec.dump(snapshot.rules))
    if not isinstance(rows, list) or len(rows) != len(wanted):
        return f"{len(wanted)} rules expected"
    return next((str(want["id"]) for want, row in zip(wanted, rows, strict=True) if want != row), "")


def _evidence_agrees(snapshot: Snapshot, data: bytes) -> str:
    """Return the first file of evidence whose number or hash is not listed, empty when all are."""
    try:
        cells = {cell.strip() for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in line}
    except (UnicodeDecodeError, csv.Error):
        return "CSV"
    listed = data.count(b"\n")
    for row in snapshot.evidence:
        if row.sha256 not in cells or row.number not in cells:
            return row.number
    return "" if listed >= len(snapshot.evidence) else f"{listed} lines"


def _evidence(snapshot: Snapshot, folder: Path) -> Iterable[Problem]:
    for row in snapshot.evidence:
        is_intact = evidence.is_intact(folder, row.sha256)
        if is_intact is None:
            yield Problem(EVIDENCE_GONE, {"number": row.number, "name": row.name})
        elif not is_intact:
            yield Problem(EVIDENCE_DIFFERS, {"number": row.number, "name": row.name})
