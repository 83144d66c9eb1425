"""Read and write one open port; every failure of a driver comes out as PortLost.

Unplugging shows as SerialException, bare OSError, termios.error (no OSError), or a read that is ready and gives
nothing; a port closed under a reader shows as TypeError. A reader waits in the kernel, never in a loop.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from devices.errors import PortLost
from devices.transport import tuning
from devices.transport.echo import EchoFilter
from devices.transport.tuning import DRIVER_ERRORS, Tuning
from devices.values import LineSettings

MOST_BYTES = 65536
WRITE_S = 1.0
SLICE_S = 0.02
"""How long a driver without a descriptor (network with telnet, Windows) waits at a time."""


def settings(line: LineSettings) -> dict[str, Any]:
    """Return line settings as pyserial takes them."""
    return {
        "baudrate": line.baud,
        "bytesize": line.data_bits,
        "parity": line.parity,
        "stopbits": line.stop_bits,
    }


class Port:
    """Hold one open port; one thread reads and writes, any thread may `cancel` or `close`."""

    def __init__(self, url: str, handle: Any, line: LineSettings | None = None) -> None:
        """Wrap an open pyserial handle."""
        self.url = url
        self.tuning = Tuning()
        self.largest_read = 0
        """Most bytes that waited at one read: how full the kernel's buffer has been."""
        self._handle = handle
        self._closed = False
        self.descriptor = _descriptor_of(handle)
        self._wake_read, self._wake_write = os.pipe() if self.descriptor is not None else (-1, -1)
        self._echo = EchoFilter(line) if line is not None and line.echo else None
        self._heard_self = b""

    @property
    def latency_ms(self) -> int | None:
        """Return the adapter's latency timer in milliseconds, None where there is none."""
        return self.tuning.latency_ms

    @property
    def echoes_missed(self) -> int:
        """Return how often the echo of own bytes was expected and never came."""
        return self._echo.missed if self._echo else 0

    def read(self, timeout_s: float) -> bytes:
        """Return whatever is there, at most 64 KiB, waiting up to `timeout_s` for the first byte.

        b"" after the time or after `cancel`; PortLost when the port is gone. Own bytes heard back on a line that
        echoes are left out, see `take_echo`.
        """
        with self._losing():
            found = self._read_handle(timeout_s) if self.descriptor is None else self._read_descriptor(timeout_s)
        self.largest_read = max(self.largest_read, len(found))
        if self._echo is None:
            return found
        others, own = self._echo.split(found)
        self._heard_self += own
        return others

    def take_echo(self) -> bytes:
        """Return the own bytes heard back since the last call."""
        own, self._heard_self = self._heard_self, b""
        return own

    def write(self, data: bytes) -> None:
        """Write all bytes; PortLost when the port is gone or takes nothing for a second."""
        with self._losing():
            self._handle.write(data)
        if self._echo is not None:
            self._echo.expect(data)

    def configure(self, line: LineSettings) -> None:
        """Change speed and format of the open port; what waits in the kernel stays. PortLost when it cannot."""
        with self._losing():
            for name, value in settings(line).items():
                if getattr(self._handle, name) != value:
                    setattr(self._handle, name, value)
        self._echo = EchoFilter(line) if line.echo else None

    def line_errors(self) -> dict[str, int] | None:
        """Return the driver's counters of framing, parity and overrun errors; None where there are none."""
        return tuning.line_errors(self.descriptor)

    def cancel(self) -> None:
        """Wake a waiting reader from another thread; its `read` returns b""."""
        if self._wake_write >= 0:
            with suppress(OSError):
                os.write(self._wake_write, b"x")
        elif hasattr(self._handle, "cancel_read"):
            with suppress(*DRIVER_ERRORS):
                self._handle.cancel_read()

    def close(self) -> None:
        """Close the port; closing twice, or a port that is gone, is no error."""
        if self._closed:
            return
        self._closed = True
        self.cancel()
        tuning.hand_back(self.descriptor)
        with suppress(*DRIVER_ERRORS):
            self._handle.close()
        for descriptor in (self._wake_read, self._wake_write):
            if descriptor >= 0:
                with suppress(OSError):
                    os.close(descriptor)
        self._wake_read = self._wake_write = -1

    def __enter__(self) -> Port:
        """Return the port itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port."""
        self.close()

    def _read_handle(self, timeout_s: float) -> bytes:
        """Wait for one byte, then take what else is there; a loss after the first byte shows next time."""
        deadline_s = time.monotonic() + timeout_s
        data = bytes(self._handle.read(1))
        while not data and not self._closed and time.monotonic() < deadline_s:
            data = bytes(self._handle.read(1))
        if data:
            with suppress(*DRIVER_ERRORS):
                waiting = min(int(self._handle.in_waiting), MOST_BYTES)
                data += bytes(self._handle.read(waiting)) if waiting else b""
        return data

    def _read_descriptor(self, timeout_s: float) -> bytes:
        descriptor = self.descriptor
        if descriptor is None or self._closed:
            raise PortLost(self.url, "closed")
        ready = _ready((descriptor, self._wake_read), timeout_s)
        if self._wake_read in ready:
            os.read(self._wake_read, 64)
        if descriptor not in ready:
            return b""
        try:
            data = os.read(descriptor, MOST_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            raise PortLost(self.url, "ready to read, but no data")
        return data

    @contextmanager
    def _losing(self) -> Iterator[None]:
        """Turn every failure of the driver into PortLost."""
        try:
            yield
        except DRIVER_ERRORS as problem:
            raise PortLost(self.url, str(problem)) from problem


def _descriptor_of(handle: Any) -> int | None:
    """Return the descriptor a reader can wait on in the kernel; None for drivers that have none."""
    if os.name != "posix":
        return None
    try:
        return int(handle.fileno())
    except DRIVER_ERRORS:
        return None


def _ready(descriptors: tuple[int, int], timeout_s: float) -> set[int]:
    """Wait until one of the descriptors has something to read, or to say."""
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    events = poller.poll(max(0.0, timeout_s) * 1000)
    if any(event & select.POLLNVAL for _, event in events):
        raise OSError("closed under the reader")
    return {descriptor for descriptor, _ in events}
