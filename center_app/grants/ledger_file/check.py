"""Check a whole file before anything is written: every problem with its line, or drafts ready to book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sqlmodel import col, select

from center_app.core.db import Read
from center_app.core.errors import CenterError, ErrorCode, ProblemsError, declare
from center_app.core.labels import LANGUAGES, Label
from center_app.core.money import Money
from center_app.core.text import catalogue
from center_app.grants.errors import DATE_OUTSIDE, INVOICE_TWICE, LINE_UNKNOWN, NUMBER_TAKEN
from center_app.grants.ledger_file.cells import (
    decimal_mark,
    is_formula_like,
    plain_cell,
    read_day,
    read_money,
    read_share,
)
from center_app.grants.ledger_file.columns import FIELDS, REQUIRED, guess_columns
from center_app.grants.ledger_file.sheet import Sheet, SheetRow
from center_app.grants.models import CostItem
from center_app.grants.queries import award_view, budget
from center_app.grants.values import AwardView, CostDraft, Share

COLUMN_MISSING = declare(
    "ledger.column_missing", "No column for “{field}” was found.", "Choose the column by hand, or add it to the file."
)
CELL_EMPTY = declare("ledger.cell_empty", "“{field}” is empty.", "Fill in the cell.")
INVOICE_TWICE_IN_FILE = declare(
    "ledger.invoice_twice_in_file",
    "Invoice {invoice} of {supplier} stands in line {first} already.",
    "Remove one of the two lines.",
)
FORMULA = declare(
    "ledger.formula",
    "The cell “{text}” looks like a formula; it is kept as text.",
    "Nothing to do, unless the file should hold a value there.",
)


@dataclass(frozen=True)
class LineProblem:
    """State what is wrong in a line of a file; a note does not stand in the way."""

    line: int
    code: ErrorCode
    params: Mapping[str, object] = field(default_factory=dict)
    is_note: bool = False


@dataclass(frozen=True)
class DryRun:
    """Hold what an import would do: drafts by line, problems by line, the sum that would be booked."""

    sheet: Sheet
    columns: Mapping[str, int]
    drafts: tuple[CostDraft, ...]
    problems: tuple[LineProblem, ...]
    notes: tuple[LineProblem, ...]
    gross: Money

    @property
    def is_clean(self) -> bool:
        """Tell whether the file may be imported whole."""
        return not self.problems and bool(self.drafts)


@dataclass
class _Known:
    """Keep what the ledger and the lines before already hold."""

    numbers: set[str]
    invoices: dict[tuple[str, str], str]
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


def field_name(name: str) -> Label:
    """Return the name of a field in every language."""
    return Label({language: catalogue(language).text(FIELDS[name]) for language in LANGUAGES})


class _Checker:
    def __init__(self, sheet: Sheet, columns: Mapping[str, int], award: AwardView, lines: Mapping[str, str]) -> None:
        self.sheet, self.columns, self.award, self.lines = sheet, columns, award, lines
        self.marks = {
            name: decimal_mark(sheet.column(columns[name])) for name in ("net", "vat", "gross") if name in columns
        }
        self.mark = next((mark for mark in self.marks.values() if mark), None)
        self.problems: list[LineProblem] = []
        self.notes: list[LineProblem] = []

    def cell(self, row: SheetRow, name: str) -> str:
        index = self.columns.get(name)
        return plain_cell(row.cells[index]) if index is not None and index < len(row.cells) else ""

    def tell(self, line: int, code: ErrorCode, /, **params: object) -> None:
        self.problems.append(LineProblem(line, code, params))

    def tell_error(self, line: int, error: CenterError) -> None:
        if isinstance(error, ProblemsError):
            self.problems += [LineProblem(line, problem.code, problem.params) for problem in error.problems]
        else:
            self.tell(line, error.code, **error.params)

    def day(self, row: SheetRow, name: str) -> date | None:
        text = self.cell(row, name)
        if not text:
            return None
        try:
            day = read_day(text)
        except CenterError as error:
            self.tell_error(row.line, error)
            return None
        if not self.award.first_day <= day <= self.award.last_day:
            self.tell(row.line, DATE_OUTSIDE, day=day, first=self.award.first_day, last=self.award.last_day)
        return day

    def money(self, row: SheetRow, name: str) -> Money | None:
        text = self.cell(row, name)
        if not text:
            return None
        try:
            return read_money(text, self.award.amount.currency, self.marks.get(name) or self.mark)
        except CenterError as error:
            self.tell_error(row.line, error)
            return None

    def share(self, row: SheetRow) -> Fraction:
        text = self.cell(row, "share")
        try:
            return read_share(text) if text else Fraction(1)
        except CenterError as error:
            self.tell_error(row.line, error)
            return Fraction(1)

    def draft(self, row: SheetRow, known: _Known) -> CostDraft | None:
        before = len(self.problems)
        self._note_formulas(row)
        self._demand(row)
        line = self._line(row)
        self._duplicates(row, known)
        gross, net, vat = self.money(row, "gross"), self.money(row, "net"), self.money(row, "vat")
        invoice_on, paid_on, share = self.day(row, "invoice_on"), self.day(row, "paid_on"), self.share(row)
        if gross is None:
            return None
        try:
            draft = self._made(row, gross, net, vat, invoice_on, paid_on, Share(self.award.number, line, share))
        except CenterError as error:
            self.tell_error(row.line, error)
            return None
        return draft if len(self.problems) == before else None

    def _made(
        self,
        row: SheetRow,
        gross: Money,
        net: Money | None,
        vat: Money | None,
        invoice_on: date | None,
        paid_on: date | None,
        share: Share,
    ) -> CostDraft:
        return CostDraft(
            number=self.cell(row, "number"),
            supplier=self.cell(row, "supplier"),
            gross=gross,
            net=net,
            vat=vat,
            shares=(share,),
            invoice_on=invoice_on,
            paid_on=paid_on,
            tax_number=self.cell(row, "tax_number"),
            invoice_number=self.cell(row, "invoice_number"),
            text=self.cell(row, "text"),
            machine_code=self.cell(row, "machine"),
        )

    def _demand(self, row: SheetRow) -> None:
        for name in REQUIRED:
            if not self.cell(row, name):
                self.tell(row.line, CELL_EMPTY, field=field_name(name))

    def _note_formulas(self, row: SheetRow) -> None:
        for name in ("supplier", "text", "invoice_number", "tax_number"):
            text = self.cell(row, name)
            if is_formula_like(text):
                self.notes.append(LineProblem(row.line, FORMULA, {"text": text[:40]}, is_note=True))

    def _line(self, row: SheetRow) -> str:
        text = self.cell(row, "line")
        code = self.lines.get(text.casefold(), "")
        if text and not code:
            self.tell(row.line, LINE_UNKNOWN, code=text)
        return code

    def _duplicates(self, row: SheetRow, known: _Known) -> None:
        number, key = self.cell(row, "number"), (self.cell(row, "tax_number"), self.cell(row, "invoice_number"))
        supplier = self.cell(row, "supplier")
        if number:
            if number in known.numbers:
                self.tell(row.line, NUMBER_TAKEN, number=number)
            known.numbers.add(number)
        if not all(key):
            return
        if key in known.invoices:
            self.tell(row.line, INVOICE_TWICE, invoice=key[1], supplier=supplier, number=known.invoices[key])
        elif key in known.seen:
            self.tell(row.line, INVOICE_TWICE_IN_FILE, invoice=key[1], supplier=supplier, first=known.seen[key])
        known.seen.setdefault(key, row.line)


def dry_run(read: Read, award: str, sheet: Sheet, columns: Mapping[str, int] | None = None) -> DryRun:
    """Check every line of a file against the ledger and the award; nothing is written."""
    chosen = dict(guess_columns(sheet.header) if columns is None else columns)
    checker = _Checker(sheet, chosen, award_view(read, award), _line_names(read, award))
    for name in REQUIRED:
        if name not in chosen:
            checker.tell(1, COLUMN_MISSING, field=field_name(name))
    drafts: list[CostDraft] = []
    if not checker.problems:
        known = _known(read)
        made = (checker.draft(row, known) for row in sheet.rows)
        drafts = [draft for draft in made if draft is not None]
    gross = Money(sum(draft.gross.minor for draft in drafts), checker.award.amount.currency)
    return DryRun(sheet, chosen, tuple(drafts), tuple(checker.problems), tuple(checker.notes), gross)


def _line_names(read: Read, award: str) -> dict[str, str]:
    """Return line codes by code and by name in every language, in small letters."""
    names: dict[str, str] = {}
    for line in budget(read, award):
        names.update({text.casefold(): line.code for text in (line.code, *line.names.texts.values())})
    return names


def _known(read: Read) -> _Known:
    rows = read.session.exec(
        select(CostItem.number, CostItem.tax_number, CostItem.invoice_number).where(
            col(CostItem.is_reversed).is_(False)
        )
    ).all()
    reversed_ = read.session.exec(select(CostItem.number).where(col(CostItem.is_reversed).is_(True))).all()
    invoices = {(tax, invoice): number for number, tax, invoice in rows if tax and invoice}
    return _Known({number for number, *_ in rows} | set(reversed_), invoices)


def preview(sheet: Sheet, columns: Mapping[str, int], most: int = 20) -> list[dict[str, str]]:
    """Return the first rows by field, as they stand in the file."""
    return [
        {name: row.cells[index] if index < len(row.cells) else "" for name, index in columns.items()}
        for row in sheet.rows[:most]
    ]
