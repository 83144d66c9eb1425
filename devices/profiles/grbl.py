"""Grbl 1.1 controller of a router or laser: status reports `<Run|MPos:0.000,-10.000,5.000|FS:500,8000|…>`.

Reports come when "?" is written; we ask five times a second. Fields come in any order; machine or work position is
computed from the other with the last work coordinate offset. Grbl 0.9 sets fields apart by commas. Other lines (ok,
error, [GC:…]) count as good bytes.
"""

from __future__ import annotations

import math

from devices.account import MALFORMED, TEXT
from devices.commands import grbl as commands
from devices.decimals import number as read_number
from devices.items import Item, ItemDecoder, Reading
from devices.labels import say
from devices.poller import Poller
from devices.readers import grbl as readers
from devices.readers.grbl import STATES
from devices.simulators.controllers import Router
from devices.values import ChannelSpec, LineSettings, Profile, SampleExpectation, StreamSpec

_AXES = "xyz"
STREAM = StreamSpec(
    "status",
    (
        ChannelSpec(
            "state", say("State", "Zustand", "状态"), "", "f8", states=dict(enumerate(STATES)), group="Machine"
        ),
        *(
            ChannelSpec(
                f"machine_{axis}",
                say(f"Machine {axis}", f"Maschine {axis}", f"机床坐标 {axis}"),
                "mm",
                "f8",
                group="Machine position",
            )
            for axis in _AXES
        ),
        *(
            ChannelSpec(
                f"work_{axis}",
                say(f"Work {axis}", f"Werkstück {axis}", f"工件坐标 {axis}"),
                "mm",
                "f8",
                group="Work position",
            )
            for axis in _AXES
        ),
        ChannelSpec(
            "feed", say("Feed", "Vorschub", "进给速度"), "mm/min", "f8", low=0.0, high=100000.0, group="Machine"
        ),
        ChannelSpec(
            "spindle", say("Spindle", "Spindel", "主轴转速"), "1/min", "f8", low=0.0, high=100000.0, group="Machine"
        ),
    ),
    5.0,
)


def _numbers(text: bytes, size: int) -> list[float] | None:
    """Return `size` finite numbers of a comma list (more are passed over), None when they are not there."""
    found = [read_number(part) for part in text.split(b",")[:size]]
    numbers = [value for value in found if value is not None and value == value]
    return numbers if len(numbers) == size else None


def _place(text: bytes) -> list[float] | None:
    """Return x, y and z; a machine with two axes has no z."""
    if text.count(b",") != 1:
        return _numbers(text, 3)
    found = _numbers(text, 2)
    return None if found is None else [*found, math.nan]


class _Status:
    """Read status reports; the work coordinate offset is sent now and then and stays valid."""

    def __init__(self) -> None:
        self._offset = [math.nan] * 3

    def read(self, line: bytes) -> Reading:
        """Return one report's values, an item without stream for other answers, or a reason."""
        line = line.strip()
        if not line.startswith(b"<"):
            return self._other(line)
        head, content = readers.report_fields(line)
        state = head.partition(b":")[0].decode("ascii", "replace")
        if not line.endswith(b">") or state not in STATES:
            return MALFORMED
        return self._values(float(STATES.index(state)), content)

    @staticmethod
    def _other(line: bytes) -> Reading:
        kind, _, *reason = readers.Reports().read(line)
        return str(reason[0]) if reason else TEXT if kind == "text" else Item("")

    def _values(self, state: float, content: dict[bytes, bytes]) -> Reading:
        offset = _place(content[b"WCO"]) if b"WCO" in content else self._offset
        machine = _place(content[b"MPos"]) if b"MPos" in content else None
        work = _place(content[b"WPos"]) if b"WPos" in content else None
        if offset is None or (machine is None and work is None):
            return MALFORMED
        self._offset = offset
        if machine is None and work is not None:
            machine = [at + shift for at, shift in zip(work, offset, strict=True)]
        if work is None and machine is not None:
            work = [at - shift for at, shift in zip(machine, offset, strict=True)]
        drive = _numbers(content.get(b"FS", b""), 2) or [*(_numbers(content.get(b"F", b""), 1) or [math.nan]), math.nan]
        return Item("status", (state, *(machine or ()), *(work or ()), *drive))


def _decoder() -> ItemDecoder:
    return ItemDecoder((STREAM,), _Status().read, 512)


PROFILE = Profile(
    id="grbl",
    version=2,
    label=say("Grbl 1.1 controller", "Grbl-1.1-Steuerung", "Grbl 1.1 控制器"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: _decoder(),
    make_master=lambda params: Poller(_decoder(), b"?", 200.0),
    make_simulator=lambda seed, params: Router(),
    sample=b"<Run|MPos:0.000,-10.000,5.000|FS:500,8000|Pn:PZ|WCO:0.000,1.551,5.664>\r\nok\r\nerror:20\r\n",
    sample_expect=SampleExpectation(
        {"status": 1},
        {
            "status.state": 1,
            "status.machine_y": -10,
            "status.work_y": -11.551,
            "status.work_z": -0.664,
            "status.spindle": 8000,
        },
    ),
    source="gnea/grbl doc/markdown/interface.md.",
    explain=readers.explain,
    commands=commands.COMMANDS,
)
