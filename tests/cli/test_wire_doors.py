"""The doors decode, recognise and simulate, as a stranger meets them: exit code, JSON, error output."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from center_app.cli import run
from center_app.core.paths import PROGRAM
from tests.support import wait_until


def test_text_without_values_is_not_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "boot.log"
    log.write_text("U-Boot 2020.04\nLoading Environment... OK\nHit any key to stop autoboot\n" * 9)
    assert run(["recognise", str(log)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["recognised"], told["profile"], told["findings"]) == (False, None, [])
    assert told["lines"][0]["findings"][0]["kind"] == "text"


def _told(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    told = capsys.readouterr()
    return told.out, told.err


@pytest.mark.parametrize(
    ("options", "exit_code", "words"),
    [
        (["nosuch"], 2, "no device profile called nosuch"),
        (["nmea0183", "--params", "{"], 2, "settings"),
        (["nmea0183", "--faults", "[1]"], 2, "fault tape"),
        (["nmea0183", "--faults", '{"flips": 1}'], 2, "unknown fault: flips"),
        (["nmea0183", "--faults", '{"silence": [1]}'], 2, "fault tape"),
        (["energy_meter", "--params", '{"interval_ms": 0}'], 2, "settings"),
        (["missing.csv"], 2, "missing.csv"),
    ],
)
def test_a_simulation_that_cannot_be_is_refused_in_words(
    options: list[str], exit_code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["simulate", *options, "--link", str(tmp_path / "port"), "--duration", "1"]
    assert run(given) == exit_code
    out, err = _told(capsys)
    assert words in err
    assert "Traceback" not in err
    assert out == ""
    assert not (tmp_path / "port").exists()


def test_a_simulation_does_not_write_over_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "notes.txt"
    mine.write_text("keep")
    assert run(["simulate", "nmea0183", "--link", str(mine), "--duration", "1"]) == 2
    assert mine.read_text() == "keep"
    assert "no link to a port" in _told(capsys)[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_simulation_ends_with_its_tally_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    link = tmp_path / "port"
    command = [sys.executable, "main.py", "simulate", "nmea0183", "--link", str(link)]
    with subprocess.Popen(command, cwd=PROGRAM, stdout=subprocess.PIPE, text=True) as program:
        wait_until(link.exists)
        program.send_signal(number)
        out, _ = program.communicate(timeout=30)
    assert program.returncode == 0
    assert json.loads(out)["bytes_made"] >= 0
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate", "grbl", "--duration", "-1"], "--duration cannot be -1.0."),
        (["simulate", "grbl", "--duration", "nan"], "--duration cannot be nan."),
        (["recognise", "/dev/no_such_port", "--seconds", "-1"], "--seconds cannot be -1.0."),
        (["replay", "capture.csv", "--speed", "0"], "--speed cannot be 0.0."),
        (["replay", "capture.csv", "--speed", "inf"], "--speed cannot be inf."),
    ],
)
def test_numbers_that_mean_nothing_are_refused_in_words(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    out, err = _told(capsys)
    assert (out, words in err) == ("", True), err
    assert not list(tmp_path.iterdir())
