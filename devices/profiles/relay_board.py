"""Relay board with eight relays on Modbus RTU, 9600 8N1, unit 1: states read, relays switched by command.

Coils 0–7 (function 1) are relays 1–8; `01 05 00 00 FF 00 8C 3A` switches the first one on. Common on boards of several
makes; the coil addresses are those of public manuals, of which none was checked against a board here.
"""

from __future__ import annotations

import numpy as np

from devices.checksum import MODBUS, crc16_check
from devices.commands import relay_board as commands
from devices.framing import FixedFramer, FrameKind
from devices.labels import say
from devices.modbus import Read, read_request
from devices.modbus.explaining import explain_line
from devices.modbus.listening import BOTH
from devices.poller import Poller
from devices.simulators.relays import RelayBoard
from devices.values import (
    Account,
    Block,
    ChannelSpec,
    LineSettings,
    Params,
    ParamSpec,
    Profile,
    Quality,
    SampleExpectation,
    StreamSpec,
)

RELAYS = commands.RELAYS
STATES = {0: "off", 1: "on"}
STREAM = StreamSpec(
    "relays",
    tuple(
        ChannelSpec(
            f"relay_{n}", say(f"Relay {n}", f"Relais {n}", f"继电器 {n}"), "", "u1", states=STATES, group="Relays"
        )
        for n in range(1, RELAYS + 1)
    ),
    5.0,
)


def _unit(params: Params) -> int:
    return min(247, max(1, int(str(params["unit"]))))


class RelayDecoder:
    """Decode the replies to reads of the eight coils; requests and acknowledgements count as good bytes."""

    def __init__(self, unit: int) -> None:
        """Listen to one unit."""
        self._reply = self._kind(bytes((unit, 1, 1)), 6)
        others = [self._kind(bytes((unit, function)), 8) for function in (1, 5)]
        refusals = [self._kind(bytes((unit, function | 0x80)), 5) for function in (1, 5, 15)]
        acknowledged = self._kind(bytes((unit, 15, 0, 0, 0)), 8)
        self._framer = FixedFramer((self._reply, *others, acknowledged, *refusals))

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        blocks = []
        for batch in self._framer.feed(data):
            if batch.kind is self._reply:
                bits = np.unpackbits(batch.rows[:, 3:4], axis=1, bitorder="little").T
                marks = np.full(bits.shape, int(Quality.GOOD), dtype=np.uint8)
                blocks.append(Block(STREAM.key, np.ascontiguousarray(bits), marks, batch.end_offset))
        return blocks

    def flush(self) -> list[Block]:
        """End the input; an unfinished frame is cut."""
        self._framer.flush()
        return []

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._framer.account()

    def _kind(self, head: bytes, size: int) -> FrameKind:
        return FrameKind(f"{head.hex()} of {size}", head, size, crc16_check(MODBUS, 0, size - 2, size - 2))


def _master(params: Params) -> Poller:
    request = read_request(_unit(params), Read(1, 0, RELAYS))
    return Poller(RelayDecoder(_unit(params)), request, float(str(params["interval_ms"])), answer_ms=150.0)


PROFILE = Profile(
    id="relay_board",
    version=1,
    label=say("Relay board (Modbus RTU)", "Relaiskarte (Modbus RTU)", "继电器板（Modbus RTU）"),
    line=LineSettings(9600),
    streams=(STREAM,),
    make_decoder=lambda params: RelayDecoder(_unit(params)),
    make_master=_master,
    make_simulator=lambda seed, params: RelayBoard(_unit(params), RELAYS),
    sample=bytes.fromhex("010100000008 3dcc 010101 05 918b 01050000ff00 8c3a"),
    sample_expect=SampleExpectation({"relays": 1}, {"relays.relay_1": 1, "relays.relay_2": 0, "relays.relay_3": 1}),
    source="MODBUS Application Protocol V1.1b3; coil addresses of eight-relay RTU boards as in public manuals.",
    params=(
        ParamSpec("unit", 1, say("Unit address", "Geräteadresse", "设备地址")),
        ParamSpec("interval_ms", 200, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
    ),
    commands=commands.COMMANDS,
    explain=lambda data, params: explain_line(data, BOTH),
)
