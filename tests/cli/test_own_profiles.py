"""A profile written in the centre is simulated, recognised and decoded by its id; unknown frames become a profile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from center_app.cli import app
from center_app.telemetry import user_profiles
from center_app.wiring import open_center
from devices import profiles
from devices.toml_profiles import compile_text
from tests.support import wait_until

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "resources" / "profiles" / "force_sensor_sync.toml").read_text(encoding="utf-8")
ID = "example_force_sensor"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Run a command as a person does, on a computer without a centre of its own."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))

    def go(*arguments: str) -> tuple[int, str, str]:
        code = app.run(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    yield go
    profiles.set_own(())


@pytest.fixture
def store(tmp_path: Path, admin: Any) -> str:
    """Make a centre in which somebody wrote a profile; this process knows nothing of it yet."""
    center = open_center(str(tmp_path / "centre"), create=True)
    center.write(admin, user_profiles.save_profile, TEXT)
    center.close()
    profiles.set_own(())
    return str(tmp_path / "centre")


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """Write two seconds of the device's bytes."""
    path = tmp_path / "heard.bin"
    path.write_bytes(compile_text(TEXT).simulator(1).bytes_between(0.0, 2.0))
    return path


def test_it_is_decoded_by_its_id(run: Run, store: str, capture: Path) -> None:
    assert run("decode", ID, str(capture))[0] == 2
    code, out, _err = run("decode", ID, str(capture), "--store", store, "--rows", "1")
    assert code == 0
    assert json.loads(out)["account"]["frames_good"] == 200
    assert json.loads(out)["streams"]["wrench"]["channels"][0]["unit"] == "N"


def test_it_is_recognised(run: Run, store: str, capture: Path) -> None:
    assert json.loads(run("recognise", str(capture))[1])["profile"] != ID
    assert json.loads(run("recognise", str(capture), "--store", store)[1])["profile"] == ID


def test_it_is_simulated_and_found_at_the_port(run: Run, store: str, tmp_path: Path) -> None:
    link = tmp_path / "port"
    command = [sys.executable, str(ROOT / "main.py"), "simulate", ID, "--link", str(link), "--store", store]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path) as device:
        wait_until(link.exists)
        code, out, _err = run("recognise", str(link.resolve()), "--store", store, "--seconds", "8")
        device.terminate()
        tally = json.loads(device.communicate(timeout=20)[0])
    assert code == 0
    found = json.loads(out)
    assert (found["profile"], found["line"]["text"]) == (ID, "115200 8N1")
    assert found["findings"][0]["first"]["wrench.force_x"]["unit"] == "N"
    assert tally["bytes_written"] > 0


def test_unknown_frames_become_a_profile_that_decodes_them(run: Run, tmp_path: Path) -> None:
    rows = np.random.default_rng(4).integers(0, 256, (200, 9), dtype=np.uint8)
    frames = [b"\xc3\x3c" + row.tobytes() for row in rows]
    heard, text = tmp_path / "unknown.bin", tmp_path / "mine.toml"
    heard.write_bytes(b"".join(frame + bytes((-sum(frame) & 0xFF,)) for frame in frames))
    told = json.loads(run("recognise", str(heard))[1])
    code, out, _err = run("recognise", str(heard), "--toml")
    assert code == 0
    assert told["findings"][0]["toml"] == out
    text.write_text(out, encoding="utf-8")
    assert run("profiles", "check", str(text))[0] == 0
    account = json.loads(run("decode", str(text), str(heard), "--rows", "0")[1])["account"]
    assert (account["frames_good"], account["discarded"]) == (200, {})


def test_without_unknown_frames_there_is_no_text(run: Run, store: str, capture: Path) -> None:
    code, out, err = run("recognise", str(capture), "--toml", "--store", store)
    assert (code, out) == (2, "")
    assert "without --toml" in err
