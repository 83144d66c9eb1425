"""Old data always opens, newer data is refused politely, and the steps make exactly today's schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from center_app.core import backup, migrations
from center_app.core.access import Actor
from center_app.core.centre import CentreDraft, centre, establish
from center_app.core.db import Database
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.core.upgrade import bring_up
from center_app.wiring import Center, load_models
from tests.fakes import FakeClock

_CONSTRAINTS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'"
)


def _shape(engine: Engine) -> dict[str, object]:
    found = inspect(engine)
    shape: dict[str, object] = {}
    for table in sorted(set(found.get_table_names()) - {"alembic_version"}):
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)]
        indexes = sorted((i["name"] or "", tuple(i["column_names"]), i["unique"]) for i in found.get_indexes(table))
        keys = sorted((tuple(k["constrained_columns"]), k["referred_table"]) for k in found.get_foreign_keys(table))
        shape[table] = (columns, indexes, keys)
    with engine.connect() as link:
        if engine.dialect.name == "sqlite":
            shape["triggers"] = sorted(
                link.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            )
        else:
            shape["constraints"] = sorted(link.execute(text(_CONSTRAINTS)).all())
    return shape


def test_the_steps_make_todays_schema(center: Center, tmp_path: Path) -> None:
    if center.database.is_sqlite:
        fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}", FakeClock())
    else:
        with center.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(text("CREATE DATABASE fresh_schema"))
        name = center.database.url.split("?")[0].rsplit("/", 1)[1]
        fresh = Database(center.database.url.replace(f"/{name}?", "/fresh_schema?"), FakeClock())
    fresh.create_schema()
    migrated, today = _shape(center.database.engine), _shape(fresh.engine)
    fresh.close()
    assert {key: migrated.get(key) for key in today} == today
    assert set(migrated) == set(today)


def test_a_newer_database_is_refused_and_left_alone(center: Center) -> None:
    with center.database.engine.begin() as link:
        link.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(PersonError) as caught:
        bring_up(center.database, center.folder, center.clock.now())
    assert caught.value.code is migrations.NEWER
    assert migrations.version(center.database) == "0099"


def test_an_empty_database_is_brought_up_once(tmp_path: Path) -> None:
    load_models()
    database = Database(f"sqlite:///{tmp_path / 'center.db'}", FakeClock())
    assert bring_up(database, tmp_path, database.clock.now())
    assert not bring_up(database, tmp_path, database.clock.now())
    database.close()


def test_a_backup_is_checked_and_restores_equal(sqlite_center: Center, admin: Actor, tmp_path: Path) -> None:
    sqlite_center.write(admin, establish, CentreDraft(Label.of("Lingwan")))
    (sqlite_center.folder / "evidence").mkdir()
    (sqlite_center.folder / "evidence" / "a.pdf").write_bytes(b"invoice")
    made = backup.back_up(sqlite_center.database, sqlite_center.folder, tmp_path / "copies", sqlite_center.clock.now())
    store = tmp_path / "restored"
    backup.restore(made.folder, store)
    again = Database(f"sqlite:///{store / 'center.db'}", FakeClock())
    found = again.read(centre)
    again.close()
    assert found is not None
    assert found.name.say("en") == "Lingwan"
    assert (store / "evidence" / "a.pdf").read_bytes() == b"invoice"


@pytest.mark.parametrize("file", ["center.db", "evidence/a.pdf", "manifest.json"])
def test_a_damaged_backup_is_named_and_not_used(sqlite_center: Center, tmp_path: Path, file: str) -> None:
    (sqlite_center.folder / "evidence").mkdir()
    (sqlite_center.folder / "evidence" / "a.pdf").write_bytes(b"invoice")
    made = backup.back_up(sqlite_center.database, sqlite_center.folder, tmp_path / "copies", sqlite_center.clock.now())
    target = made.folder / file
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 0xFF
    target.write_bytes(bytes(data))
    store = tmp_path / "restored"
    with pytest.raises((PersonError, TypeError)):
        backup.restore(made.folder, store)
    assert not store.exists()


def test_a_taken_folder_is_not_overwritten(sqlite_center: Center, tmp_path: Path) -> None:
    made = backup.back_up(sqlite_center.database, sqlite_center.folder, tmp_path / "copies", sqlite_center.clock.now())
    with pytest.raises(PersonError) as caught:
        backup.restore(made.folder, sqlite_center.folder)
    assert caught.value.code is backup.TARGET_TAKEN
