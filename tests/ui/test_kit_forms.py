"""Forms: inline validation, moments typed in three languages, the main button."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from center_app.core.errors import Problem, ProblemsError, declare
from ui.kit.datetime_field import DateTimeField, parse_moment
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.layout import Card
from ui.kit.words import _
from ui.shots import application

NOW = datetime(2026, 6, 1, 10, 42, tzinfo=UTC)
WRONG = declare("test.wrong", "The code {code} is taken.", "Choose another one.")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    application()
    _.choose("en")
    yield
    _.choose("en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", (6, 1, 14, 30)),
        ("9", (6, 1, 9, 0)),
        ("tomorrow 9:30", (6, 2, 9, 30)),
        ("2026-06-03 08:15", (6, 3, 8, 15)),
        ("2026年6月3日 8:15", (6, 3, 8, 15)),
        ("03.06. 8:15", (6, 3, 8, 15)),
        ("3.6.2026, 8:15", (6, 3, 8, 15)),
        ("3 Jun 2026 08:15", (6, 3, 8, 15)),
        ("+2 h", (6, 1, 12, 42)),
        ("+1,5h", (6, 1, 12, 12)),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, expected: tuple[int, int, int, int]) -> None:
    moment = parse_moment(text, NOW)
    assert moment is not None
    assert (moment.month, moment.day, moment.hour, moment.minute) == expected


@pytest.mark.parametrize("text", ["", "soon", "32.13.2026 99:99", "25:61", "2026-02-31 10:00", "tomorrow maybe"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert parse_moment(text, NOW) is None


@pytest.mark.parametrize(("language", "word"), [("de", "morgen 9:30"), ("zh", "明天 9:30")])
def test_words_for_days_follow_the_language(language: str, word: str) -> None:
    _.choose(language)
    assert parse_moment(word, NOW) == NOW.replace(day=2, hour=9, minute=30)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    parse_moment(text, NOW)


def test_the_field_shows_what_it_reads_back(qtbot: object) -> None:
    field = DateTimeField(NOW)
    shown = parse_moment(field.text(), NOW)
    assert shown is not None
    assert shown.replace(tzinfo=None) == NOW.astimezone(_.zone).replace(tzinfo=None)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == NOW + timedelta(minutes=15)
    QTest.keyClick(field, Qt.Key.Key_PageDown)
    assert field.value() == NOW + timedelta(minutes=15) - timedelta(days=1)


def form() -> Form:
    return Form(
        [
            Field("code", "Code", required=True),
            Field("count", "Count", check=lambda value: "" if str(value).isdigit() else "Write a number."),
            Field("kind", "Kind", "choice", "b", choices=[("a", "A"), ("b", "B")]),
            Field("on", "On", "check", True),
        ]
    )


def test_problems_are_shown_under_their_fields(qtbot: object) -> None:
    made = form()
    assert not made.check_all()
    assert made.field("code").editor.property("bad") == "true"
    assert made.field("code").editor.accessibleDescription() == "Fill in this field."
    QTest.keyClicks(made.field("code").editor, "A-1")
    QTest.keyClicks(made.field("count").editor, "12")
    assert made.is_valid()
    assert made.field("code").editor.property("bad") == "false"
    assert made.values() == {"code": "A-1", "count": "12", "kind": "b", "on": True}


def test_a_refused_save_says_why_and_keeps_the_form_open(qtbot: object) -> None:
    saved: list[dict[str, Any]] = []

    def save(values: dict[str, Any], done: Any, failed: Any) -> None:
        saved.append(values)
        if len(saved) == 1:
            failed(ProblemsError([Problem(WRONG, {"field": "code", "code": values["code"]})]))
        else:
            done(values)

    host = Card()
    dialog = FormDialog(host, "Add", form(), "Save", save)
    dialog.open()
    dialog.submit()
    assert saved == []
    dialog.form.field("code").set_value("A-1")
    dialog.form.field("count").set_value("3")
    dialog.submit()
    assert dialog.isVisible()
    assert "A-1 is taken" in dialog.form.field("code").editor.accessibleDescription()
    QTest.keyClick(dialog.main, Qt.Key.Key_Space)
    assert len(saved) == 2
    assert not dialog.isVisible()
