"""A cell may have its own line settings; people write device profiles."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = [
    r"""ALTER TABLE cell ADD COLUMN line JSON""",
    r"""CREATE TABLE device_profile (
    id INTEGER NOT NULL,
    profile_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    is_current BOOLEAN NOT NULL,
    removed BOOLEAN NOT NULL,
    set_at BIGINT NOT NULL,
    set_by VARCHAR NOT NULL,
    PRIMARY KEY (id)
)""",
    r"""CREATE UNIQUE INDEX device_profile_series ON device_profile (profile_id, version)""",
]
POSTGRESQL = [
    r"""ALTER TABLE cell ADD COLUMN line JSONB""",
    r"""CREATE TABLE device_profile (
    id SERIAL NOT NULL,
    profile_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    is_current BOOLEAN NOT NULL,
    removed BOOLEAN NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_by VARCHAR NOT NULL,
    PRIMARY KEY (id)
)""",
    r"""CREATE UNIQUE INDEX device_profile_series ON device_profile (profile_id, version)""",
]


def upgrade() -> None:
    """Add the column and the table."""
    link = op.get_bind()
    for statement in SQLITE if link.dialect.name == "sqlite" else POSTGRESQL:
        link.exec_driver_sql(statement)
