"""The cover: amount in figures and capitals, project data, money, signature lines, QR, hashes."""

from __future__ import annotations

from collections.abc import Sequence

from center_app.documents.bricks import KeyValues, Signatures, draw_qr
from center_app.documents.cells import Column, Row
from center_app.documents.flow import Brick, Space
from center_app.documents.fonts import clean, fitted, wrapped
from center_app.documents.sheet import (
    ACCENT,
    GREY,
    INK,
    PALE,
    RED,
    SMALL,
    STRONG,
    TINY,
    TITLE,
    Sheet,
)
from center_app.documents.table import Table
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import Kind, ReportState, Verdict


class Masthead(Brick):
    """Draw who reports, the title and the period; a draft says so in red."""

    def __init__(self, grantee: str, title: str, period: str, draft: str) -> None:
        self._grantee, self._title, self._period, self._draft = grantee, title, period, draft

    def measure(self, width: float) -> float:
        """Return the height."""
        return 141.0 + (len(self._lines(width)) - 1) * 34

    def _lines(self, width: float) -> tuple[str, ...]:
        return wrapped(clean(self._title), width, TITLE, True)

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw from the top."""
        sheet.text(x, top - 11, fitted(clean(self._grantee), width - 150, 11, True), 11, bold=True)
        sheet.text(x + width, top - 11, self._draft, 9, bold=True, color=RED, align="right")
        sheet.line(x, top - 22, x + width, top - 22, 1.6, ACCENT)
        y = top - 94
        for line in self._lines(width):
            sheet.text(x, y, line, TITLE, bold=True)
            y -= 34
        sheet.text(x, y + 6, self._period, 12, color=GREY)


class AmountBox(Brick):
    """Frame the approved amount in figures and capitals."""

    before = 18.0

    def __init__(self, label: str, sign: str, amount: str, capitals: str, figure: str) -> None:
        self._label, self._sign, self._amount = label, sign, amount
        self._capitals, self._figure = capitals, figure

    def measure(self, width: float) -> float:
        """Return the height."""
        return 66.0

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw frame and amounts."""
        sheet.box(x, top - 66, width, 66, None, edge=INK, weight=0.9)
        sheet.text(x + 14, top - 31, self._label, 9, color=GREY)
        right = x + width - 14
        start, _ = sheet.figure(right, top - 32, self._figure, self._amount, 20, bold=True, align="right")
        sheet.text(start - 2, top - 32, self._sign, 20, bold=True, align="right")
        sheet.text(right, top - 52, self._capitals, 11, bold=True, align="right")


class Colophon(Brick):
    """Draw the QR code with report number, state, rule set, hashes and how to check."""

    before = 16.0

    def __init__(self, qr: str, lines: Sequence[tuple[str, str, bool]], how: str) -> None:
        self._qr, self._lines, self._how = qr, lines, how

    def measure(self, width: float) -> float:
        """Return the height."""
        return 116.0

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw rule, code and lines."""
        sheet.line(x, top, x + width, top, 0.6, STRONG)
        draw_qr(sheet, x, top - 92, 82, self._qr)
        y = top - 18
        for name, value, is_hash in self._lines:
            sheet.text(x + 102, y, name, SMALL + 0.5, color=GREY)
            for part in _hash_lines(value) if is_hash else [value]:
                sheet.text(x + 192, y, part, SMALL + 0.5)
                y -= 11.2
            y -= 1.8
        for i, line in enumerate(wrapped(clean(self._how), width - 102, TINY)[:2]):
            sheet.text(x + 102, top - 106 - i * 9, line, TINY, color=PALE)


def _hash_lines(value: str) -> list[str]:
    groups = [value[i : i + 8] for i in range(0, len(value), 8)]
    return [" ".join(groups[:4]), " ".join(groups[4:])]


def cover(paper: Paper) -> list[Brick]:
    """Return the bricks of the cover."""
    words, award, report = paper.words, paper.snapshot.award, paper.snapshot.report
    draft = words("DRAFT, not released") if report.state is ReportState.DRAFT else ""
    sign = {"CNY": "¥", "EUR": "€"}.get(paper.currency, "")
    amount = paper.money(award.amount_minor)
    label = words("Approved grant")
    return [
        Masthead(paper.say(award.grantee), paper.say(report.title), _period(paper), draft),
        AmountBox(label, sign, amount, paper.capitals(award.amount_minor), "award.amount"),
        _project(paper),
        _money(paper),
        Signatures(_signers(paper), words("Date")),
        Space(2),
        _colophon(paper),
    ]


def _period(paper: Paper) -> str:
    period = paper.snapshot.period
    name = paper.say(period.names)
    colon = "\uff1a" if paper.words.language == "zh" else ": "
    days = paper.days(period.first_day, period.last_day)
    if paper.words.date(period.first_day) in name:
        return days
    return f"{name}{colon}{days}" if name else days


def _project(paper: Paper) -> KeyValues:
    words, award = paper.words, paper.snapshot.award
    noticed = words.date(award.noticed_on) if award.noticed_on else ""
    gap = "\uff0c" if words.language == "zh" else ", "
    pairs = [
        (words("Project"), paper.say(award.names)),
        (words("Award number"), award.number),
        (words("Award notice"), gap.join(part for part in (noticed, award.notice) if part) or "–"),
        (words("Funder"), paper.say(award.funder)),
        (words("Grantee"), paper.say(award.grantee)),
        (words("Project period"), paper.days(award.first_day, award.last_day)),
        (words("Reporting period"), _period(paper)),
    ]
    return KeyValues(pairs, words("Project data"), 100)


def _money(paper: Paper) -> Table:
    words = paper.words
    lines = (
        (words("Approved grant"), "award.amount"), (words("Received so far"), "award.received"),
        (words("Spent so far"), "award.spent"), (words("Received, not yet spent"), "award.unspent"),
    )  # fmt: skip
    rows = []
    for name, figure in lines:
        value = int(paper.value(figure) or 0)
        rows.append(Row((name, paper.cell(figure, Kind.MONEY, color=INK), paper.capitals(value))))
    columns = [Column("", 150), Column(words("Amount"), 110, "right"), Column(words("In capitals"))]
    if paper.currency != "CNY":
        columns, rows = columns[:2], [Row(row.cells[:2]) for row in rows]
    return Table(columns, rows, words("Money"), unit=paper.unit(), keep=True)


def _signers(paper: Paper) -> list[tuple[str, str]]:
    words, report = paper.words, paper.snapshot.report
    return [
        (words("Prepared by"), report.made_by),
        (words("Reviewed by"), report.approved_by),
        (words("Head of the institution (seal)"), ""),
    ]


def _colophon(paper: Paper) -> Colophon:
    words, snapshot = paper.words, paper.snapshot
    report = snapshot.report
    counts = [sum(rule.verdict is verdict for rule in snapshot.rules) for verdict in Verdict]
    lines = [
        (words("Report number"), report.number, False),
        (words("Version and state"), state_line(paper), False),
        (words("Rule set"), words("{name}: {count} rules apply, {passed} passed, {failed} failed, {open} not checked",
                                  name=report.rule_set, count=len(snapshot.rules), passed=counts[0],
                                  failed=counts[1], open=counts[2]), False),
        (words("Data snapshot SHA-256"), paper.sha256, True),
        (words("Audit head {number}", number=snapshot.audit.seq), snapshot.audit.hash, True),
    ]  # fmt: skip
    how = words("Check: compare the number and hash in the QR code, or run verify on this file; "
                "it adds every total again from the embedded data. PDF/A-3b, approved by the validator.")  # fmt: skip
    return Colophon(f"{report.number}\n{paper.sha256}", lines, how)


def state_line(paper: Paper) -> str:
    """Say version, state and day."""
    words, report = paper.words, paper.snapshot.report
    state = words("draft") if report.state is ReportState.DRAFT else words("locked")
    text = words("Version {version}, {state}, {made}", version=report.version, state=state, made=report.made_at.date())
    return text + (f" ({report.reason})" if report.reason else "")
