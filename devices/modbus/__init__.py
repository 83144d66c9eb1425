"""Modbus: masters for RTU and TCP, a sniffer, register maps; writes are in `devices.commands.modbus_writes`.

Doors: `ModbusMaster`, `TcpMaster` (poll), `ModbusListener`, `Sniffer` (hear), `maps` and `map_csv`
(register maps), `readings` (a register in every word order).
"""

from devices.modbus.frames import is_sound, parse_reply, parse_request, sealed
from devices.modbus.listener import ModbusListener
from devices.modbus.master import ModbusMaster
from devices.modbus.pdu import EXCEPTION
from devices.modbus.plan import Read, covers, grouped, read_request
from devices.modbus.registers import Register, bytes_of, readings, value_of
from devices.modbus.rows import Task, same_registers
from devices.modbus.sniffing import Sniffer
from devices.modbus.tcp import TcpListener, TcpMaster

__all__ = [
    "EXCEPTION",
    "ModbusListener",
    "ModbusMaster",
    "Read",
    "Register",
    "Sniffer",
    "Task",
    "TcpListener",
    "TcpMaster",
    "bytes_of",
    "covers",
    "grouped",
    "is_sound",
    "parse_reply",
    "parse_request",
    "read_request",
    "readings",
    "same_registers",
    "sealed",
    "value_of",
]
