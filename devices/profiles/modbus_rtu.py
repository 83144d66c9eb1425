"""Modbus RTU, listening only: a line that another master polls, half-duplex or with a wire for each side.

Frames are found by length and CRC. Each poll and its reply is a row of the stream "exchanges"; registers named in the
settings are channels of their own ("247/3/0+15:u2,u2,f4" reads unit, function, address + count and types, see
`devices.modbus.ranges`). What a line carries is found by itself when it is recognised, and with `naming` "auto" while
it is recorded. A poll that is repeated without a reply in between cannot be told from one that its unit echoes
(functions 5, 6 and 22).
"""

from __future__ import annotations

from functools import partial

from devices.labels import same, say
from devices.modbus import Register, Sniffer, read_request
from devices.modbus.explaining import explain_line
from devices.modbus.plan import grouped
from devices.modbus.sniffing import EXCHANGES, discover, settings_of
from devices.simulators.meter import any_values
from devices.simulators.modbus_bus import Conversation, RtuBus, UnitImage
from devices.values import ChannelSpec, LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

_UNITS = (12, 13)


def _sniffer(params: Params) -> Sniffer:
    return Sniffer(*settings_of(params))


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    ranges, order, _ = settings_of(params)
    return (EXCHANGES, *(one.stream(order) for one in ranges))


def _simulator(seed: int, params: Params) -> Conversation:
    """Let a master poll two mixing stations four times a second: flow, pressure, level and valves."""
    names = (("flow", 3, 100, "f4"), ("pressure", 3, 102, "f4"), ("level", 4, 10, "u2"), ("inlet", 1, 0, "b1"))
    registers = tuple(
        Register(ChannelSpec(key, same(key), "", "f4"), function, address, kind)
        for key, function, address, kind in names
    )
    machines = {unit: UnitImage(registers, partial(any_values, registers, seed + unit)) for unit in _UNITS}
    requests = tuple(read_request(unit, read) for unit in _UNITS for read in grouped(registers))
    return Conversation(RtuBus(machines), requests, 0.25)


PROFILE = Profile(
    id="modbus_rtu",
    version=1,
    label=say("Modbus RTU, listening", "Modbus RTU, mithörend", "Modbus RTU（旁听）"),
    line=LineSettings(9600),
    streams=(EXCHANGES,),
    make_decoder=_sniffer,
    make_simulator=_simulator,
    sample=bytes.fromhex(
        "f703408200026575f70304000000032c3df7030000000f1158f7031e0000000041b801943e579e9f41a000003ac30fb50000000080000008"
        "0000daf6f710000600020441700000" + "7be9f71000060002b55f"
    ),
    sample_expect=SampleExpectation(
        {"exchanges": 3}, {"exchanges.unit": 247, "exchanges.address": 16514, "exchanges.count": 2}
    ),
    source="Flow meter on RS-485, sigrok-dumps uart/modbus_rtu/flowmeter (public domain); MODBUS V1.02 and V1.1b3.",
    make_streams=_streams,
    params=(
        ParamSpec("registers", "", say("Named registers", "Benannte Register", "命名寄存器")),
        ParamSpec("order", "ABCD", say("Word order", "Wortreihenfolge", "字序")),
        ParamSpec("side", "both", say("Side heard", "Gehörte Seite", "监听方向")),
        ParamSpec(
            "naming",
            "auto",
            say("Name registers (auto, off)", "Register benennen (auto, off)", "命名寄存器（auto、off）"),
        ),
    ),
    explain=lambda data, params: explain_line(data, str(params["side"])),
    discover=discover,
)
