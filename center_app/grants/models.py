"""Table rows of grants; they never leave their unit of work. Money is minor units of the award's currency."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from center_app.core.db import LabelColumn, Row, UtcDateTime
from center_app.core.labels import Label


class Award(Row, table=True):
    """Store one award of a programme; both days belong to it."""

    __tablename__ = "award"
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    number: str = Field(unique=True)
    names: Label = Field(sa_type=LabelColumn)
    programme: str
    funder: Label = Field(sa_type=LabelColumn)
    grantee: Label = Field(sa_type=LabelColumn)
    notice: str = ""
    noticed_on: date | None = None
    first_day: date
    last_day: date
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = "CNY"
    tier: str = ""
    financing: str = ""
    account: str = ""
    budget_version: int = 1
    is_core_tech: bool = False
    is_archived: bool = False


class BudgetLine(Row, table=True):
    """Store one line of an award's budget: as planned and as last revised."""

    __tablename__ = "budget_line"
    __table_args__ = (Index("budget_line_award_code", "award_id", "code", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id")
    code: str
    names: Label = Field(sa_type=LabelColumn)
    position: int = 0
    planned_minor: int = Field(sa_type=BigInteger)
    revised_minor: int = Field(sa_type=BigInteger)


class PlanPoint(Row, table=True):
    """Store the cumulative plan of spending at the end of a month, such as 2026-05."""

    __tablename__ = "plan_point"
    __table_args__ = (Index("plan_point_award_month", "award_id", "month", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id")
    month: str
    planned_minor: int = Field(sa_type=BigInteger)


class Instalment(Row, table=True):
    """Store one payment of the funder; received_minor is empty until it came."""

    __tablename__ = "instalment"
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    position: int
    due_on: date
    planned_minor: int = Field(sa_type=BigInteger)
    received_minor: int | None = Field(default=None, sa_type=BigInteger)
    received_on: date | None = None
    condition: Label = Field(sa_type=LabelColumn)


class CostItem(Row, table=True):
    """Store one cost of the ledger; which award pays which share stands in `allocation`."""

    __tablename__ = "cost_item"
    __table_args__ = (Index("cost_item_invoice", "tax_number", "invoice_number"),)
    id: int | None = Field(default=None, primary_key=True)
    version: int = 1
    number: str = Field(unique=True)
    invoice_on: date | None = Field(default=None, index=True)
    paid_on: date | None = Field(default=None, index=True)
    supplier: str
    tax_number: str = ""
    invoice_number: str = ""
    text: str = ""
    net_minor: int = Field(sa_type=BigInteger)
    vat_minor: int = Field(sa_type=BigInteger)
    gross_minor: int = Field(sa_type=BigInteger)
    currency: str = "CNY"
    machine_code: str = ""
    is_core_tech: bool = False
    is_reversed: bool = False
    duplicate_reason: str = ""
    prepared_by: str = ""
    entered_at: datetime = Field(sa_type=UtcDateTime)


class Allocation(Row, table=True):
    """Store which exact share of a cost an award's budget line carries."""

    __tablename__ = "allocation"
    id: int | None = Field(default=None, primary_key=True)
    cost_id: int = Field(foreign_key="cost_item.id", index=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    line_id: int = Field(foreign_key="budget_line.id", index=True)
    numerator: int
    denominator: int


class Commitment(Row, table=True):
    """Store money promised by contract and not yet spent."""

    __tablename__ = "commitment"
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    line_id: int = Field(foreign_key="budget_line.id", index=True)
    number: str = Field(unique=True)
    supplier: str
    text: str = ""
    agreed_on: date
    amount_minor: int = Field(sa_type=BigInteger)
    is_closed: bool = False


class Evidence(Row, table=True):
    """Store one file of evidence by its content; the bytes lie in the store folder under their SHA-256."""

    __tablename__ = "evidence"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    name: str
    kind: str
    sha256: str = Field(index=True)
    size_bytes: int = Field(sa_type=BigInteger)
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = ""


class EvidenceLink(Row, table=True):
    """Store which cost a file proves."""

    __tablename__ = "evidence_link"
    evidence_id: int = Field(foreign_key="evidence.id", primary_key=True)
    cost_id: int = Field(foreign_key="cost_item.id", primary_key=True, index=True)


class BankStatement(Row, table=True):
    """Store the balance of the earmarked account on a day, with the interest earned up to it."""

    __tablename__ = "bank_statement"
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    statement_on: date
    balance_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(default=0, sa_type=BigInteger)
    evidence_number: str = ""


class HourClaim(Row, table=True):
    """Store hours claimed for one use other than its effective hours, in microseconds, with the reason."""

    __tablename__ = "hour_claim"
    __table_args__ = (Index("hour_claim_award_use", "award_id", "use_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id")
    use_id: str
    claimed_us: int = Field(sa_type=BigInteger)
    reason: str = ""


class Duty(Row, table=True):
    """Store something due for an award."""

    __tablename__ = "grant_duty"
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    due_on: date
    kind: str
    names: Label = Field(sa_type=LabelColumn)
    person: str = ""
    is_done: bool = False


class ReportRun(Row, table=True):
    """Store one version of a report: its snapshot by hash, the paper by hash, draft or locked."""

    __tablename__ = "report_run"
    __table_args__ = (Index("report_run_number_version", "number", "version", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="award.id", index=True)
    number: str
    version: int
    state: str
    names: Label = Field(sa_type=LabelColumn)
    first_day: date
    last_day: date
    snapshot_sha256: str
    pdf_sha256: str = ""
    language: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    reviewer: str = ""
    released_by: str = ""
    reason: str = ""
