"""Fixtures that every test may use."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from center_app.core.access import Actor, Role
from center_app.wiring import Center, open_center
from tests import postgres
from tests.fakes import FakeClock

settings.register_profile("centre", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("centre")
_NUMBERS = itertools.count(1)


@pytest.fixture
def clock() -> FakeClock:
    """Start at Monday 2026-06-01 08:00 in Shanghai."""
    return FakeClock()


@pytest.fixture
def admin() -> Actor:
    """Act as an administrator."""
    return Actor(person_id=0, name="Test administrator", role=Role.ADMINISTRATOR, desk="test")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty centre once; tests copy its file."""
    folder = tmp_path_factory.mktemp("template")
    open_center(str(folder), FakeClock(), create=True).close()
    return folder / "center.db"


@pytest.fixture(scope="session")
def postgres_urls() -> Iterator[str]:
    """Run one private cluster for this test process, with an empty centre as template database."""
    if postgres.server_folder() is None:
        pytest.skip("no PostgreSQL server is installed here")
    with postgres.cluster() as url:
        _admin_run(url, "CREATE DATABASE template_centre")
        open_center(url.format(name="template_centre"), FakeClock(), create=True).close()
        yield url


def _admin_run(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url.format(name="postgres").replace("+psycopg", ""), autocommit=True) as link:
        link.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", "postgresql"])
def center(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Center]:
    """Open an empty centre on each database in turn."""
    store = tmp_path / "store"
    store.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), store / "center.db")
        opened = open_center(str(store), clock)
    else:
        url: str = request.getfixturevalue("postgres_urls")
        name = f"centre_{next(_NUMBERS)}"
        _admin_run(url, f"CREATE DATABASE {name} TEMPLATE template_centre")
        opened = open_center(url.format(name=name), clock, folder=store)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_center(sqlite_template: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Center]:
    """Open an empty centre on SQLite only, for tests that need no second database."""
    store = tmp_path / "store"
    store.mkdir()
    shutil.copy(sqlite_template, store / "center.db")
    opened = open_center(str(store), clock)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def no_thread_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    left = [
        thread for thread in threading.enumerate() if thread not in before and not thread.daemon and thread.is_alive()
    ]
    for thread in left:
        thread.join(timeout=5)
    assert not [thread.name for thread in left if thread.is_alive()], "threads were left running"
