"""The commands `profiles …`: JSON on the output, problems with lines on the error output, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from center_app.cli import app
from center_app.wiring import open_center
from devices import profiles

FILE = Path(__file__).parents[2] / "resources" / "profiles" / "force_sensor_sync.toml"
ID = "example_force_sensor"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LANG", "en_US.UTF-8")

    def go(*arguments: str) -> tuple[int, str, str]:
        code = app.run(["profiles", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    yield go
    profiles.set_own(())


@pytest.fixture
def store(tmp_path):
    open_center(str(tmp_path / "centre"), create=True).close()
    return str(tmp_path / "centre")


def test_check_says_a_single_problem_once(run, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(FILE.read_text(encoding="utf-8").replace("format = 1", "format = 99"), encoding="utf-8")
    code, out, err = run("check", str(bad))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2, err
    assert err.count("Line ") == 1


def test_check_names_every_problem_with_its_line(run, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(FILE.read_text(encoding="utf-8").replace("at = 5", "at = 4").replace('"u8"\nat = 7', '"u9"\nat = 7'))
    code, out, err = run("check", str(bad))
    assert (code, out) == (2, "")
    assert "Line 39:" in err
    assert "Line 47:" in err
    code, out, _err = run("check", str(FILE))
    assert code == 0
    assert json.loads(out)["sound"] is True


def test_a_profile_is_added_shown_listed_and_removed(run, store):
    assert json.loads(run("add", str(FILE), "--store", store)[1]) == {"id": ID, "version": 1}
    listed = json.loads(run("list", "--store", store)[1])
    assert ID in [one["id"] for one in listed]
    shown = json.loads(run("show", ID, "--store", store)[1])
    assert shown["streams"][0]["channels"][0]["unit"] == "N"
    assert run("show", ID, "--store", store, "--toml")[1].startswith("# A struct")
    assert run("remove", ID, "--store", store)[0] == 0
    assert ID not in [one["id"] for one in json.loads(run("list", "--store", store)[1])]
    assert run("remove", ID, "--store", store)[0] == 2


def test_the_package_is_exported_with_written_profiles(run, store, tmp_path):
    run("add", str(FILE), "--store", store)
    code, out, _err = run("export", str(tmp_path / "devices.zip"), "--store", store)
    assert code == 0
    assert json.loads(out)["profiles"] == len(profiles.registry()) + 1
    assert run("export", str(tmp_path / "none" / "devices.zip"), "--store", store)[0] == 3
