"""An engineer tells devices what to do: asked, done, seen in the channels, proved in the audit trail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import col, select

from center_app.core.audit import AuditEntry
from center_app.core.db import Read
from center_app.core.errors import PersonError
from center_app.core.paths import PROGRAM
from center_app.telemetry import command_errors
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import RequestState
from tests.support import wait_until
from tests.telemetry import cells, commanded


def trail(read: Read, request_id: int) -> list[tuple[str, str]]:
    statement = (
        select(AuditEntry).where(col(AuditEntry.subject) == f"request {request_id}").order_by(col(AuditEntry.seq))
    )
    return [(entry.action.removeprefix("telemetry."), entry.person) for entry in read.session.exec(statement)]


def test_a_gripper_moves_and_everything_of_it_is_on_record(tmp_path: Path) -> None:
    with commanded.running(tmp_path, "robotiq_2f") as bench:
        done = bench.sent("move", position=40, speed=255, force=50)
        assert (done.state, done.outcome["result"]) == (RequestState.DONE, "answered")
        assert done.outcome["reply"] == "091003e800030130"
        assert 0 < done.outcome["latency_ms"] < 500
        wait_until(lambda: bench.newest("gripper", "position") == 40.0)
        assert bench.newest("gripper", "requested") == 40.0
        who = [("ask.command", "Chen Yu"), ("send.command", "collector local"), ("answer.command", "collector local")]
        assert bench.center.read(trail, done.id) == who
        assert done.payload["warrant"].startswith("B-")
        assert bytes.fromhex("091003e800030609000028ff32") in bench.raw(1)
    with StoreReader(bench.center.folder) as reader:
        (recording,) = reader.recordings(bench.cell.id)
        told = reader.account(recording.id)
    assert told.is_balanced
    assert sum(told.discarded.values()) == 0


def test_a_hazard_needs_the_second_step_and_a_relay_switches(tmp_path: Path) -> None:
    with commanded.running(tmp_path, "relay_board") as bench:
        with pytest.raises(PersonError) as refused:
            bench.send("switch", relay=3, state=1)
        assert (refused.value.code, refused.value.params["phrase"]) == (command_errors.CONFIRM, commanded.CODE)
        done = bench.sent("switch", commanded.CODE, relay=3, state=1)
        assert (done.state, done.outcome["proof"]) == (RequestState.DONE, "010101019048")
        wait_until(lambda: bench.newest("relays", "relay_3") == 1.0)
        assert bench.sent("all_off").state is RequestState.DONE
        wait_until(lambda: bench.newest("relays", "relay_3") == 0.0)


def test_a_router_takes_good_lines_and_refuses_others(tmp_path: Path) -> None:
    with commanded.running(tmp_path, "grbl") as bench:
        assert bench.sent("line", line="G1 X10 F100").outcome["result"] == "answered"
        refused = bench.sent("line", line="nonsense")
        assert (refused.state, refused.outcome["result"]) == (RequestState.REFUSED, "refused_by_device")
        assert refused.outcome["code"] == command_errors.DEVICE_REFUSED.id
        bench.sent("hold")
        wait_until(lambda: bench.newest("status", "state") == 2.0)
        bench.sent("resume", commanded.CODE)
        wait_until(lambda: bench.newest("status", "state") == 1.0)


def test_a_printer_an_instrument_and_a_console_line(tmp_path: Path) -> None:
    with commanded.running(tmp_path / "a", "marlin") as bench:
        assert bench.sent("nozzle", target=180).state is RequestState.DONE
        assert bench.sent("line", line="M115").state is RequestState.DONE
        wait_until(lambda: bench.newest("temperature", "nozzle_target") == 180.0)
        line = bench.line(b"M105\n")
        assert b"ok T:" in bytes.fromhex(line.outcome["reply"])
        assert b"M105\n" in bench.raw(1)
    with commanded.running(tmp_path / "b", "scpi_reading", params={"interval_ms": 100}) as bench:
        assert bytes.fromhex(bench.sent("query", line="*IDN?").outcome["reply"]).startswith(b"CENTER DESK")
        assert bench.sent("set", commanded.CODE, line="VOLT 3.3").state is RequestState.DONE
        wrong = bench.sent("set", commanded.CODE, line="NOSUCH 1")
        assert (wrong.state, wrong.outcome["result"]) == (RequestState.REFUSED, "reads_back_differently")
        wait_until(lambda: 3.2 < bench.newest("readings", "reading") < 3.4)


def test_the_command_line_lists_and_sends(tmp_path: Path) -> None:
    def main(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "main.py", *arguments, "--store", str(tmp_path / "store")]
        return subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, check=False, timeout=60)

    with commanded.running(tmp_path, "robotiq_2f") as bench:
        listed = json.loads(main("commands", str(bench.cell.id)).stdout)
        move = next(one for one in listed["commands"] if one["key"] == "move")
        assert move["fields"][0] == {**move["fields"][0], "key": "position", "low": 0, "high": 255}
        refused = main("command", str(bench.cell.id), "move", "position=10")
        assert (refused.returncode, "Chen Yu" in refused.stderr) == (2, True)


def test_the_command_line_tells_what_came_of_it_by_its_exit_code(tmp_path: Path) -> None:
    """A robot cell without a machine is for whoever may command; the administrator of this computer may."""
    port, store = tmp_path / "tty", tmp_path / "store"

    def main(*arguments: str) -> tuple[int, dict[str, object]]:
        command = [sys.executable, "main.py", "command", *arguments, "--store", str(store)]
        done = subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    with cells.simulator("grbl", port):
        center = cells.new_center(store)
        cell = cells.add_cell(center, port, "grbl", machine_id=None)
        number = str(cell.id)
        code, told = main(number, "status", "--expires", "0.3")
        assert (code, told["state"]) == (5, "expired"), "nobody records"
        with cells.collector(store):
            cells.wait_for_bytes(store, cell.id, 1)
            code, told = main(number, "line", "line=G1 X10")
            assert (code, told["state"], told["outcome"]["result"]) == (0, "done", "answered")  # type: ignore[index]
            code, told = main(number, "line", "line=nonsense")
            assert (code, told["outcome"]["result"]) == (4, "refused_by_device")  # type: ignore[index]
            assert main(number, "line", "line=G1?")[0] == 2
            assert main(number, "soft_reset")[0] == 2
            assert main(number, "soft_reset", "--confirm", f"cell {number}")[0] == 0
        center.close()
