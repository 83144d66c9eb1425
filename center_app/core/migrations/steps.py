"""Walk the steps: which version a database has, whether it is known, and how it gets newer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from center_app.core.db.database import said
from center_app.core.errors import PersonError, declare

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from center_app.core.db import Database

HEAD = "0003"
NEWER = declare(
    "store.newer",
    "This centre was last opened with a newer version of the program (data {found}, this program knows {known}).",
    "Install the newer version on this computer; nothing was changed.",
)
OLDER_SERVER = declare(
    "store.older_server",
    "The data on the server is of an older version ({found}; this program needs {known}).",
    "Ask the owner of the database to run `main.py migrate`, then start again.",
)


def version(database: Database) -> str | None:
    """Return the schema version of a database; None where there is none yet."""
    try:
        with database.engine.connect() as link:
            if not inspect(link).has_table("alembic_version"):
                return None
            return link.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        raise said(error) from error


def is_known(found: str) -> bool:
    """Tell whether this program knows a schema version."""
    return any(path.name.startswith(f"{found}_") for path in (Path(__file__).parent / "versions").glob("*.py"))


def check(database: Database) -> bool:
    """Tell whether the schema is the one of this program; a newer one raises PersonError."""
    found = version(database)
    if found == HEAD:
        return True
    if found is not None and not is_known(found):
        raise PersonError(NEWER, found=found, known=HEAD)
    return False


def upgrade(database: Database) -> None:
    """Bring the schema to this program's version; the caller has made a backup."""
    check(database)
    from alembic import command

    with database.engine.connect() as link:
        command.upgrade(_config(link), HEAD)
        link.commit()


def create(database: Database) -> None:
    """Make a fresh schema of this program's version; the tests prove it equal to all steps in a row."""
    database.create_schema()
    with database.engine.begin() as link:
        link.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        link.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _config(link: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = link
    return config
