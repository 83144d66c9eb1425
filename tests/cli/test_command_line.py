"""A command line with a mistake gets one clear sentence and a next step; a window command has its help."""

from __future__ import annotations

from pathlib import Path

import pytest

import main
from center_app.cli.app import PERSON_EXIT


def fail(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.main([*arguments]) == PERSON_EXIT
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence", "help_line"),
    [
        (("decode",), "PROFILE", "main.py decode --help"),
        (("retention", "--days", "3"), "--raw-days", "main.py retention --help"),
        (("export", "--nonsense"), "--nonsense", "main.py export --help"),
        (("nonsense",), "nonsense", "main.py --help"),
        (("demo", "--nonsense"), "--nonsense", "main.py demo --help"),
        (("demo", "one", "two"), "two", "main.py demo --help"),
        (("simulate", "kern", "--seed", "many"), "--seed", "main.py simulate --help"),
    ],
)
def test_a_mistake_is_said_with_the_way_to_the_help(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str, help_line: str
) -> None:
    said = fail(capsys, *arguments)
    assert sentence in said.splitlines()[0]
    assert help_line in said.splitlines()[1]


def test_a_mistake_is_said_in_the_desks_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "fehlt" in fail(capsys, "decode")


@pytest.mark.parametrize("command", ["desk", "demo", "tour"])
def test_a_window_command_shows_its_help_and_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main([command, "--help"]) == 0
    assert command in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_window_command_with_its_folder_given_by_the_parser_reaches_the_window(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[list[str]] = []
    from center_app.cli import run

    def open_window(arguments: list[str]) -> int:
        opened.append(arguments)
        return 5

    assert run(["demo", "--", str(tmp_path)], open_window) == 5
    assert run(["tour"], open_window) == 5
    assert opened == [["demo", str(tmp_path)], ["tour"]]
