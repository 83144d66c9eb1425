"""The collector as a service: the unit systemd takes, and what the collector tells a service manager."""

from __future__ import annotations

import configparser
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from center_app.cli import app
from center_app.cli.service_unit import Service, quoted
from center_app.core.errors import PersonError
from center_app.telemetry.collector import launch
from center_app.telemetry.collector.notify import Notifier
from tests.telemetry import cells


def unit(service: Service) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read_string(service.text())
    return found


@pytest.mark.parametrize("is_user", [True, False])
def test_the_unit_names_this_installation(tmp_path: Path, is_user: bool) -> None:
    service = Service(str(tmp_path), "gate-1", tmp_path, is_user)
    told = unit(service)["Service"]
    assert told["Type"] == "notify"
    assert told["Restart"] == "always"
    assert f"collect --store {tmp_path} --name gate-1" in told["ExecStart"]
    assert Path(told["ExecStart"].split()[0]).exists()
    assert told["ExecReload"].endswith("-HUP $MAINPID")
    assert "{" not in service.text().replace("${", "")
    if not is_user:
        assert told["User"]
        assert told["ReadWritePaths"] == str(tmp_path)


@pytest.mark.parametrize("is_user", [True, False])
def test_systemd_finds_nothing_wrong(tmp_path: Path, is_user: bool) -> None:
    """Where systemd is here it judges the unit itself; everywhere the sections and keys are known ones."""
    service = Service(str(tmp_path), "local", tmp_path, is_user)
    file = tmp_path / service.file.name
    file.write_text(service.text(), encoding="utf-8")
    assert unit(service).sections() == ["Unit", "Service", "Install"]
    checker = shutil.which("systemd-analyze")
    if checker:
        scope = ["--user"] if is_user else []
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
        done = subprocess.run(
            [checker, *scope, "verify", str(file)], capture_output=True, text=True, env=environment, check=False
        )
        assert file.name not in done.stderr, done.stderr


def test_paths_with_blanks_and_specifiers_are_one_word() -> None:
    assert quoted("/a b/50%") == '"/a b/50%%"'
    assert quoted("/plain") == "/plain"
    assert quoted("$HOME") == "$$HOME"


def test_a_name_that_breaks_the_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonError):
        Service(str(tmp_path), "x\nExecStartPre=/bin/false", tmp_path, True).text()


def test_install_writes_the_unit_and_says_the_next_step(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    cells.new_center(tmp_path / "store").close()
    assert app.run(["service", "install", "--user", "--store", str(tmp_path / "store")]) == 0
    told = capsys.readouterr().out
    file = tmp_path / "config" / "systemd" / "user" / "center-collector-local.service"
    assert file.exists()
    assert str(file) in told
    assert "systemctl --user enable --now center-collector-local.service" in told


def told_by(link: socket.socket) -> list[str]:
    return link.recv(4096).decode().split("\n")


def test_the_collector_tells_ready_alive_and_stopping(tmp_path: Path) -> None:
    centre = cells.new_center(tmp_path / "store")
    centre.close()
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind(str(address))
        link.settimeout(30)
        environment = {**os.environ, "NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "400000"}
        command = launch.command_line(str(tmp_path / "store"), "local", None)
        with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
            try:
                assert "READY=1" in told_by(link)
                assert [told_by(link), told_by(link)] == [["WATCHDOG=1"], ["WATCHDOG=1"]]
                process.send_signal(signal.SIGHUP)
                assert told_by(link) == ["WATCHDOG=1"]
            finally:
                process.send_signal(signal.SIGTERM)
            heard = told_by(link)
            while "STOPPING=1" not in heard:
                assert heard == ["WATCHDOG=1"]
                heard = told_by(link)
            assert process.wait(20) == 0


def test_without_a_service_manager_nothing_is_told() -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.alive(0.0)
    notifier.stopping()
    assert notifier.every_s == 0.0
    assert Notifier({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).every_s == 0.0
    assert Notifier({"WATCHDOG_USEC": "30000000"}).every_s == 15.0
