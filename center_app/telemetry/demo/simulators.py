"""The demo's simulated devices: separate programs that write through pseudo-terminals, paced at line speed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from center_app.core.paths import PROGRAM
from center_app.telemetry.demo.cells import CELLS, METER_LINK

_MODULE = "devices.simulators"
_END_S = 5.0


class Simulators:
    """Start the demo's simulators and end them; links lie in `ports`, "tty-EQ-0602" for instance."""

    def __init__(self, ports: Path) -> None:
        """Name the folder of the ports; nothing runs yet."""
        self._ports = ports
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, meter_units: str = "1,2,3,4,5,6") -> int:
        """Start every simulator, after ending those a killed desk left behind; return how many run."""
        self._ports.mkdir(parents=True, exist_ok=True)
        self._end_left_over()
        for cell in CELLS:
            self._spawn(cell.profile_id, cell.link, {**cell.params, **cell.simulate}, cell.faults, cell.before_s)
        self._spawn("energy_meter", METER_LINK, {"units": meter_units, "pattern": "shift"})
        self._note.write_text(json.dumps([one.pid for one in self._running]), encoding="utf-8")
        return len(self._running)

    def stop(self) -> None:
        """End every simulator."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.communicate(timeout=_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self._running = []
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self._ports / "simulators.json"

    def _spawn(
        self, profile: str, link: str, params: Mapping[str, object], faults: str = "{}", start_s: float = 0.0
    ) -> None:
        command = [sys.executable, "-m", _MODULE, profile, str(self._ports / link), "--params", json.dumps(params),
                   "--faults", faults, "--start", str(start_s)]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=PROGRAM, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._running.append(process)

    def _end_left_over(self) -> None:
        try:
            pids = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        for pid in pids:
            if self._is_ours(int(pid)):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(int(pid), signal.SIGTERM)

    def _is_ours(self, pid: int) -> bool:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
        return _MODULE in line and str(self._ports) in line
