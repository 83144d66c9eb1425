"""Robotiq 2F-85, 2F-140 and Hand-E grippers: status read with Modbus RTU, 115200 8N1, unit 9 unless set otherwise.

Three registers from 0x07D0 (function 3): gOBJ bits 15–14, gSTA 13–12, gGTO 11, gACT 8; fault bits 11–8 of the second,
echo of the requested position in its low byte; position in the high and current × 10 mA in the low byte of the third.
The gripper must have been activated (0x03E8, see the commands). Position 0 is open, 255 closed.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.commands import robotiq_2f as commands
from devices.labels import Names, say
from devices.modbus import ModbusMaster, Register, same_registers
from devices.readers import robotiq_2f
from devices.simulators.gripper import Gripper
from devices.values import ChannelSpec, LineSettings, Params, ParamSpec, Profile, SampleExpectation, StreamSpec

FUNCTION, ADDRESS = 3, 0x07D0
OBJECT = {0: "moving", 1: "held outside", 2: "held inside", 3: "at position"}
STATUS = {0: "reset", 1: "activating", 3: "active"}


def _bits(word: int, shift: int, mask: int, channel: ChannelSpec) -> Register:
    return Register(channel, FUNCTION, ADDRESS + word, "u2", shift=shift, mask=mask)


def _channel(
    key: str, label: Names, unit: str = "", states: Mapping[int, str] | None = None, scale: float = 1.0
) -> ChannelSpec:
    return ChannelSpec(key, label, unit, "f4", scale, low=0.0, high=4000.0, states=states, group="Gripper")


REGISTERS = (
    _bits(0, 14, 3, _channel("object", say("Object", "Teil", "工件"), states=OBJECT)),
    _bits(0, 12, 3, _channel("status", say("Status", "Status", "状态"), states=STATUS)),
    _bits(0, 11, 1, _channel("moves", say("Moves", "Bewegt sich", "执行动作"), states={0: "no", 1: "yes"})),
    _bits(0, 8, 1, _channel("activated", say("Activated", "Aktiviert", "已激活"), states={0: "no", 1: "yes"})),
    _bits(1, 8, 15, _channel("fault", say("Fault", "Fehler", "故障代码"))),
    _bits(1, 0, 255, _channel("requested", say("Requested position", "Sollposition", "目标位置"))),
    _bits(2, 8, 255, _channel("position", say("Position", "Position", "位置"))),
    _bits(2, 0, 255, _channel("current", say("Current", "Strom", "电流"), "mA", scale=10.0)),
)
STREAM = StreamSpec("gripper", tuple(register.channel for register in REGISTERS), 20.0)


def _master(params: Params) -> ModbusMaster:
    return ModbusMaster(
        same_registers(REGISTERS, {int(str(params["unit"])): STREAM}, float(str(params["interval_ms"])), 100.0),
        PROFILE.line,
    )


def _discover(data: bytes) -> Params:
    """Find the address in bytes that are said to be a gripper's: who is heard most."""
    from devices.recognition.members import units_on_modbus

    heard = units_on_modbus(data)
    return {"unit": heard[0]} if heard else {}


PROFILE = Profile(
    id="robotiq_2f",
    version=2,
    label=say("Robotiq 2F / Hand-E gripper", "Greifer Robotiq 2F / Hand-E", "Robotiq 2F / Hand-E 夹爪"),
    line=LineSettings(115200),
    streams=(STREAM,),
    make_decoder=lambda params: robotiq_2f.make_decoder(STREAM, int(str(params["unit"]))),
    make_master=_master,
    make_simulator=lambda seed, params: Gripper(REGISTERS, int(str(params["unit"]))),
    sample=bytes.fromhex("090307d00003040e090306390000ff0e0af78b"),
    sample_expect=SampleExpectation(
        {"gripper": 1},
        {
            "gripper.object": 0,
            "gripper.status": 3,
            "gripper.activated": 1,
            "gripper.requested": 255,
            "gripper.position": 14,
            "gripper.current": 100,
        },
    ),
    source="Robotiq 2F-85/2F-140 Instruction Manual, Modbus RTU communication example.",
    params=(
        ParamSpec("unit", 9, say("Unit address", "Geräteadresse", "设备地址")),
        ParamSpec("interval_ms", 50, say("Poll interval (ms)", "Abfrageabstand (ms)", "轮询间隔（毫秒）")),
        ParamSpec("stroke_mm", 85, say("Stroke (mm)", "Hub (mm)", "行程（毫米）")),
    ),
    explain=robotiq_2f.explain,
    commands=commands.COMMANDS,
    discover=_discover,
)
