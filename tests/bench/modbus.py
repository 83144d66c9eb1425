"""Measure how many polls a second the Modbus masters make: RTU on a pseudo-terminal, TCP over the loopback.

The RTU peer answers after the time that request and reply take on a line of 115,200 baud; each poll reads 20
registers. Prints one JSON object a line. Run: `python -m tests.bench.modbus`.
"""

from __future__ import annotations

import json
import os
import select
import socket
import threading
import time
from typing import Any

from devices.modbus import Register, Task, TcpMaster
from devices.modbus.master import ModbusMaster, silence_ns
from devices.simulators.modbus_bus import RtuBus, TcpBus, UnitImage
from devices.transport import open_port
from devices.values import ChannelSpec, LineSettings, StreamSpec
from tests.devices.modbus_peer import Wire, poll

LINE = LineSettings(115200)
SECONDS, UNITS = 4.0, (1, 2)
REGISTERS = tuple(Register(ChannelSpec(f"c{index}", {}, "", "f4"), 3, 2 * index) for index in range(10))
REQUEST_BYTES, REPLY_BYTES = 8, 45


def _tasks() -> list[Task]:
    channels = tuple(register.channel for register in REGISTERS)
    return [Task(unit, StreamSpec(f"unit_{unit}", channels), REGISTERS, 0, 300_000_000) for unit in UNITS]


def _images() -> dict[int, UnitImage]:
    return {unit: UnitImage(REGISTERS, lambda at_s: {}) for unit in UNITS}


def _rate(master: Any, line: Any) -> float:
    began = time.monotonic()
    poll(master, line, SECONDS)
    return round(sum(one.replies for one in master.counts().values()) / (time.monotonic() - began), 1)


def _answer(wire: Wire, stop: threading.Event) -> None:
    bus = RtuBus(_images())
    while not stop.is_set():
        if select.select([wire.far], [], [], 0.1)[0]:
            request = os.read(wire.far, 300)
            reply = bus.answer(request, 0.0)
            end = time.perf_counter() + (len(request) + len(reply)) * LINE.byte_ns / 1e9
            while time.perf_counter() < end:
                pass
            os.write(wire.far, reply)


def rtu() -> dict[str, object]:
    """Return polls a second at 115,200 baud, and how many the line itself allows."""
    wire, stop = Wire(), threading.Event()
    peer = threading.Thread(target=_answer, args=(wire, stop), name="peer")
    peer.start()
    found = _rate(ModbusMaster(_tasks(), LINE), wire)
    stop.set()
    peer.join()
    wire.close()
    possible = 1e9 / ((REQUEST_BYTES + REPLY_BYTES) * LINE.byte_ns + silence_ns(LINE))
    return {"line": "rtu 115200", "polls_per_s": found, "line_allows": round(possible, 1)}


def _serve(server: socket.socket) -> None:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bus = TcpBus(_images())
    with connection:
        while data := connection.recv(4096):
            connection.sendall(bus.answer(data, 0.0))


def tcp(window: int) -> dict[str, object]:
    """Return polls a second over the loopback with so many requests open at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = threading.Thread(target=_serve, args=(server,), name="peer")
        peer.start()
        with open_port(f"socket://127.0.0.1:{server.getsockname()[1]}", LINE) as line:
            found = _rate(TcpMaster(_tasks(), window), line)
        peer.join()
    return {"line": f"tcp, {window} open", "polls_per_s": found}


if __name__ == "__main__":
    for result in (rtu(), tcp(1), tcp(8)):
        print(json.dumps(result))
