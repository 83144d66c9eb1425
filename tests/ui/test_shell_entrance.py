"""The way in: missing libraries, first start, sign-in, stray failures."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from center_app.core.access import SYSTEM, Role
from center_app.core.centre import centre
from center_app.registry import queries as registry
from center_app.registry.service.sign_in import set_password
from center_app.wiring import Center, open_center
from tests.support import wait_until
from tests.ui.seed import Seeded
from ui import app_preflight
from ui.kit.words import _
from ui.shell.first_start import ChoiceCard, FirstStart
from ui.shell.founding import found, new_centre_form
from ui.shell.guard import Guard
from ui.shell.login import LoginDialog
from ui.shots import application

ROOT = Path(__file__).parents[2]
VALUES = {
    "name": "Hall 7", "zone": "Europe/Berlin", "currency": "EUR", "language": "de", "backup": 3,
    "person": "Ada Byron", "login": "ada", "password": "three plain words",
}  # fmt: skip


def test_a_missing_library_is_one_sentence_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_preflight, "loads", lambda name: name != "libEGL.so.1")
    sentence = app_preflight.missing_sentence()
    assert "apt-get install" in sentence
    assert sentence.endswith("libegl1")


def test_without_a_display_the_other_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(app_preflight, "loads", lambda _name: True)
    assert "main.py tour" in app_preflight.missing_sentence()


def test_the_window_says_it_before_qt_is_imported() -> None:
    code = (
        "import sys; from ui import app_preflight; app_preflight.loads = lambda name: False;"
        "from ui.app import run; from center_app.core.settings import DeskSettings;"
        "status = run(DeskSettings()); assert 'PySide6' not in sys.modules; raise SystemExit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert "apt-get install" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_first_start_asks_one_thing(qtbot: object) -> None:
    application()
    dialog = FirstStart()
    dialog.show()
    cards = [card for card in dialog.findChildren(ChoiceCard) if card.isVisible()]
    assert [card.accessibleName() for card in cards] == [
        "Look at the demo", "Start a new centre", "Connect to a centre",
    ]  # fmt: skip
    assert not dialog.grab().isNull()
    dialog.close()


def test_a_new_centre_is_founded_with_its_administrator(tmp_path: Path, qtbot: object) -> None:
    center = found({**VALUES, "store": str(tmp_path / "hall")})
    try:
        profile = center.read(centre)
        assert profile is not None
        assert (str(profile.name), profile.zone, profile.currency, profile.backup_hour) == (
            "Hall 7",
            "Europe/Berlin",
            "EUR",
            3,
        )
        (person,) = center.read(registry.people)
        assert person.role is Role.ADMINISTRATOR
        login = LoginDialog(center, "desk")
        login.form.field("login").set_value("ada")
        login.form.field("password").set_value("wrong but long")
        login.submit()
        assert login.actor is None
        assert login.problem.text()
        login.form.field("password").set_value("three plain words")
        login.submit()
        assert login.actor is not None
        assert login.actor.name == "Ada Byron"
    finally:
        center.close()


def test_a_taken_folder_is_refused_in_the_form(tmp_path: Path, qtbot: object) -> None:
    application()
    store = str(tmp_path / "hall")
    found({**VALUES, "store": store}).close()
    dialog = FirstStart()
    dialog.show()
    dialog.choose("new")
    for key, value in {**VALUES, "store": store}.items():
        dialog.form.field(key).set_value(value)
    dialog.submit()
    assert dialog.isVisible()
    assert dialog.form_problem.text()
    dialog.close()


def test_a_short_password_is_said_under_its_field(qtbot: object) -> None:
    application()
    form = new_centre_form()
    form.field("password").set_value("short")
    assert "12" in form.field("password").problem()


def test_signing_in_needs_the_right_password(seeded_center: tuple[Center, Seeded], qtbot: object) -> None:
    center, seeded = seeded_center
    center.write(SYSTEM, set_password, seeded.people[0].id, "a long pass phrase")
    dialog = LoginDialog(center, "desk")
    dialog.submit()
    assert dialog.form.field("login").editor.property("bad") == "true"
    dialog.form.field("login").set_value("lin.wei")
    dialog.form.field("password").set_value("a long pass phrase")
    dialog.submit()
    assert dialog.actor is not None
    assert dialog.actor.person_id == seeded.people[0].id


def test_a_stray_failure_is_caught_from_any_thread(qtbot: object, caplog: pytest.LogCaptureFixture) -> None:
    application()
    guard, got = Guard(), []  # type: ignore[var-annotated]
    guard.caught.connect(got.append)
    guard.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        sys.excepthook(ValueError, ValueError("here"), None)
        wait_until(lambda: _events() or len(got) == 2)
    finally:
        guard.uninstall()
    assert {type(error) for error in got} == {ZeroDivisionError, ValueError}
    assert "stray failure" in caplog.text


def _events() -> Any:
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.processEvents()


def test_a_newer_store_is_refused_politely(tmp_path: Path, qtbot: object) -> None:
    from sqlalchemy import text

    from center_app.core.errors import PersonError
    from ui.shell.founding import open_checked

    store = str(tmp_path / "newer")
    center = open_center(store, create=True)
    with center.database.engine.begin() as link:
        link.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    center.close()
    with pytest.raises(PersonError) as caught:
        open_checked(store)
    assert caught.value.code.id == "store.newer"


def test_words_of_the_entrance_exist_in_every_language(qtbot: object) -> None:
    application()
    for language in ("de", "zh"):
        _.choose(language)
        dialog = FirstStart()
        texts = [label.text() for label in dialog.findChildren(QLabel) if label.text()]
        assert "What would you like to open?" not in texts
    _.choose("en")
