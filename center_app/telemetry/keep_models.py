"""Rows of the rule by which recordings go; they never leave their unit of work."""

from sqlmodel import Field

from center_app.core.db import Row


class RetentionRule(Row, table=True):
    """Hold the rule of the centre (`cell_id` 0) or of one cell; empty means for ever."""

    __tablename__ = "retention_rule"

    cell_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    raw_days: int | None = None
    chunk_months: int | None = None
