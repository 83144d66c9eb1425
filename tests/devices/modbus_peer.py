"""A Modbus peer by another hand (pymodbus): servers in a thread of their own, on TCP and on a pseudo-terminal."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from devices.values import Block, Master

WORDS = [index * 257 % 65536 for index in range(400)]
BITS = [index % 3 == 0 for index in range(2100)]


def context(units: tuple[int, ...]) -> Any:
    """Return what the peer serves: for each unit registers (shifted by its number) and coils."""
    from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext

    def device(unit: int) -> Any:
        words = [(word + unit) % 65536 for word in WORDS]
        return ModbusDeviceContext(
            di=ModbusSequentialDataBlock(1, BITS[::-1]),
            co=ModbusSequentialDataBlock(1, list(BITS)),
            hr=ModbusSequentialDataBlock(1, words),
            ir=ModbusSequentialDataBlock(1, words[::-1]),
        )

    return ModbusServerContext(devices={unit: device(unit) for unit in units}, single=False)


@contextmanager
def serving(make: Any) -> Iterator[None]:
    """Run a server in an event loop of its own thread."""
    loop = asyncio.new_event_loop()
    ready, holder = threading.Event(), []

    async def serve() -> None:
        server = make()
        holder.append(server)
        task = asyncio.create_task(server.serve_forever())
        await asyncio.sleep(0.2)
        ready.set()
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="modbus-peer", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(holder[0].shutdown(), loop).result(10)
        thread.join(10)
        loop.close()


@contextmanager
def tcp_peer(units: tuple[int, ...]) -> Iterator[int]:
    """Serve on a free TCP port; yield its number."""
    from pymodbus.server import ModbusTcpServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with serving(lambda: ModbusTcpServer(context(units), address=("127.0.0.1", port), ignore_missing_devices=True)):
        yield port


class Wire:
    """The near end of a pseudo-terminal, with the three calls that a master's loop needs."""

    def __init__(self) -> None:
        self.near, self.far = os.openpty()
        tty.setraw(self.near)
        tty.setraw(self.far)
        self.path = os.ttyname(self.far)
        self.missing: set[int] = set()
        """Units that are not on the bus; the peer would answer for them."""

    def write(self, data: bytes) -> None:
        if data[0] not in self.missing:
            os.write(self.near, data)

    def read(self, timeout_s: float) -> bytes:
        ready, _, _ = select.select([self.near], [], [], timeout_s)
        return os.read(self.near, 4096) if ready else b""

    def close(self) -> None:
        os.close(self.near)
        os.close(self.far)


@contextmanager
def rtu_peer(units: tuple[int, ...]) -> Iterator[Wire]:
    """Serve RTU on a pseudo-terminal; yield its near end."""
    from pymodbus.server import ModbusSerialServer

    wire = Wire()
    try:
        with serving(
            lambda: ModbusSerialServer(context(units), port=wire.path, baudrate=115200, ignore_missing_devices=True)
        ):
            yield wire
    finally:
        wire.close()


def poll(master: Master, line: Any, duration_s: float, echo: bool = False) -> list[Block]:
    """Let a master talk over a line for a while, as the port's thread does."""
    blocks: list[Block] = []
    end = time.monotonic() + duration_s
    while time.monotonic() < end:
        request = master.next_request(time.monotonic_ns())
        if request:
            line.write(request)
            if echo:
                blocks += master.on_bytes(request, time.monotonic_ns())
        wait_s = (master.deadline_ns() - time.monotonic_ns()) / 1e9
        data = line.read(min(0.05, max(wait_s, 0.0005)))
        blocks += master.on_bytes(data, time.monotonic_ns())
        assert master.account().balanced
    return blocks
