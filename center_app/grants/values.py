"""Validated shapes of awards, budgets, costs, evidence and reports that travel between wings and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from center_app.core.errors import PersonError, Problem, ProblemsError
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.grants.errors import AMOUNT_IMPOSSIBLE, DATES_REVERSED, GROSS_DIFFERS, NAMELESS, SHARES_OVER

LARGEST = 10_000_000_000_00


def is_possible(money: Money) -> bool:
    """Tell whether an amount of the ledger can be: above zero and below ten billion."""
    return 0 < money.minor < LARGEST


@dataclass(frozen=True, kw_only=True)
class BudgetLineDraft:
    """Describe one budget line; `revised` None keeps the planned amount."""

    code: str
    names: Label
    planned: Money
    revised: Money | None = None


@dataclass(frozen=True, kw_only=True)
class InstalmentDraft:
    """Describe one payment of the funder."""

    due_on: date
    planned: Money
    received: Money | None = None
    received_on: date | None = None
    condition: Label = Label()  # noqa: RUF009 - frozen and never changed


@dataclass(frozen=True, kw_only=True)
class AwardDraft:
    """Describe an award with its first budget, its instalments and its cumulative plan by month.

    Both days belong to the award; raises PersonError for what cannot be.
    """

    number: str
    names: Label
    programme: str
    funder: Label
    grantee: Label
    first_day: date
    last_day: date
    amount: Money
    notice: str = ""
    noticed_on: date | None = None
    tier: str = ""
    financing: str = ""
    account: str = ""
    is_core_tech: bool = False
    budget: tuple[BudgetLineDraft, ...] = ()
    instalments: tuple[InstalmentDraft, ...] = ()
    plan: tuple[tuple[str, Money], ...] = ()

    def __post_init__(self) -> None:
        if not self.number.strip() or not self.names.say("en"):
            raise PersonError(NAMELESS)
        if self.last_day < self.first_day:
            raise PersonError(DATES_REVERSED, first=self.first_day, last=self.last_day)
        if not is_possible(self.amount):
            raise PersonError(AMOUNT_IMPOSSIBLE, amount=self.amount)


@dataclass(frozen=True)
class Share:
    """Say which exact share of a cost an award's budget line carries."""

    award: str
    line: str
    share: Fraction = Fraction(1)


@dataclass(frozen=True, kw_only=True)
class CostDraft:
    """Describe one cost; raises ProblemsError with everything that is wrong with it.

    A second entry of an invoice is refused unless `duplicate_reason` says why it is another payment.
    """

    supplier: str
    gross: Money
    net: Money | None = None
    vat: Money | None = None
    shares: tuple[Share, ...]
    number: str = ""
    invoice_on: date | None = None
    paid_on: date | None = None
    tax_number: str = ""
    invoice_number: str = ""
    text: str = ""
    machine_code: str = ""
    is_core_tech: bool = False
    duplicate_reason: str = ""

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ProblemsError(problems)

    def _problems(self) -> list[Problem]:
        found = []
        if not self.supplier.strip():
            found.append(Problem(NAMELESS))
        if not is_possible(self.gross):
            found.append(Problem(AMOUNT_IMPOSSIBLE, {"amount": self.gross}))
        if self.net is not None and self.vat is not None and self.net + self.vat != self.gross:
            found.append(Problem(GROSS_DIFFERS, {"net": self.net, "vat": self.vat, "gross": self.gross}))
        whole = sum((share.share for share in self.shares), Fraction(0))
        if whole > 1 or any(share.share <= 0 for share in self.shares):
            found.append(Problem(SHARES_OVER, {"share": str(whole)}))
        return found

    @property
    def vat_or_rest(self) -> Money:
        """Return the VAT, or what gross leaves above net."""
        if self.vat is not None:
            return self.vat
        return self.gross - self.net if self.net is not None else Money(0, self.gross.currency)

    @property
    def net_or_rest(self) -> Money:
        """Return the net amount, or gross less VAT."""
        return self.net if self.net is not None else self.gross - self.vat_or_rest


@dataclass(frozen=True, kw_only=True)
class CommitmentDraft:
    """Describe money promised by contract."""

    award: str
    line: str
    supplier: str
    agreed_on: date
    amount: Money
    number: str = ""
    text: str = ""


@dataclass(frozen=True)
class StoredFile:
    """Name bytes that lie in the evidence folder: SHA-256 and size."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class EvidenceDraft:
    """Describe a stored file of evidence: kind invoice, voucher, contract, photo, log or statement."""

    name: str
    kind: str
    stored: StoredFile
    amount: Money | None = None
    costs: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class StatementDraft:
    """Describe a statement of the earmarked account; interest is the sum earned up to that day."""

    award: str
    statement_on: date
    balance: Money
    interest: Money
    evidence: str = ""


@dataclass(frozen=True)
class BudgetLineView:
    """Show one budget line: planned, revised, actual, committed and free money."""

    id: int
    code: str
    names: Label
    planned: Money
    revised: Money
    actual: Money
    committed: Money

    @property
    def free(self) -> Money:
        """Return what may still be promised."""
        return self.revised - self.actual - self.committed

    @property
    def rate(self) -> Fraction:
        """Return the spent share of the revised amount."""
        return Fraction(self.actual.minor, self.revised.minor) if self.revised.minor else Fraction(0)


@dataclass(frozen=True)
class InstalmentView:
    """Show one payment of the funder; `received` None: not yet."""

    id: int
    position: int
    due_on: date
    planned: Money
    received: Money | None
    received_on: date | None
    condition: Label


@dataclass(frozen=True)
class DutyView:
    """Show something due; kind statement, draw_down, report, sharing, stock_take or other."""

    id: int
    due_on: date
    kind: str
    names: Label
    person: str
    is_done: bool


@dataclass(frozen=True)
class AwardView:
    """Show an award with its money; both days belong to it."""

    id: int
    version: int
    number: str
    names: Label
    programme: str
    programme_names: Label
    funder: Label
    grantee: Label
    notice: str
    noticed_on: date | None
    first_day: date
    last_day: date
    amount: Money
    tier: str
    financing: str
    account: str
    budget_version: int
    is_core_tech: bool
    spent: Money
    committed: Money
    received: Money

    @property
    def free(self) -> Money:
        """Return what is neither spent nor promised."""
        return self.amount - self.spent - self.committed


@dataclass(frozen=True)
class CostView:
    """Show one cost with its shares, its evidence numbers, and `amount`: the part of the asked award."""

    id: int
    version: int
    number: str
    invoice_on: date | None
    paid_on: date | None
    supplier: str
    tax_number: str
    invoice_number: str
    text: str
    net: Money
    vat: Money
    gross: Money
    machine_code: str
    is_core_tech: bool
    is_reversed: bool
    prepared_by: str
    shares: tuple[Share, ...]
    line: str
    share: Fraction
    amount: Money
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class CommitmentView:
    """Show money promised by contract."""

    id: int
    number: str
    line: str
    supplier: str
    text: str
    agreed_on: date
    amount: Money
    is_closed: bool


@dataclass(frozen=True)
class EvidenceView:
    """Show one file of evidence and the costs it proves."""

    id: int
    number: str
    name: str
    kind: str
    sha256: str
    size_bytes: int
    amount: Money | None
    added_at: datetime
    added_by: str
    costs: tuple[str, ...]


@dataclass(frozen=True)
class PlanView:
    """Show the cumulative plan and spending at the end of a month; actual None lies ahead, forecast behind is None."""

    month: str
    planned: Money
    actual: Money | None
    forecast: Money | None


@dataclass(frozen=True)
class StatementView:
    """Show a statement of the earmarked account."""

    statement_on: date
    balance: Money
    interest: Money
    evidence: str


@dataclass(frozen=True)
class ReportView:
    """Show one version of a report; state draft or locked."""

    id: int
    award: str
    number: str
    version: int
    state: str
    names: Label
    first_day: date
    last_day: date
    snapshot_sha256: str
    pdf_sha256: str
    language: str
    made_at: datetime
    made_by: str
    reviewer: str
    released_by: str
    reason: str
