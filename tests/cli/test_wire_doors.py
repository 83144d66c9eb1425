"""The doors decode and recognise, as a stranger meets them: exit code, JSON, what stands on the error output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from center_app.cli import run


def test_text_without_values_is_not_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "boot.log"
    log.write_text("U-Boot 2020.04\nLoading Environment... OK\nHit any key to stop autoboot\n" * 9)
    assert run(["recognise", str(log)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["recognised"], told["profile"], told["findings"]) == (False, None, [])
    assert told["lines"][0]["findings"][0]["kind"] == "text"
