"""A driver's handle that fails on call, as adapters in the field do."""

from __future__ import annotations

import errno
import os
import termios
from collections.abc import Callable

import serial

FAMILIES: tuple[Callable[[], Exception], ...] = (
    lambda: serial.SerialException("device reports readiness to read but returned no data (device disconnected?)"),
    lambda: serial.SerialException("read failed: [Errno 6] Device not configured"),
    lambda: serial.SerialException("ClearCommError failed (PermissionError(13, 'Access is denied.', None, 5))"),
    lambda: serial.SerialTimeoutException("Write timeout"),
    lambda: serial.PortNotOpenError(),
    lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    lambda: OSError(errno.ENXIO, os.strerror(errno.ENXIO)),
    lambda: OSError(errno.ENODEV, os.strerror(errno.ENODEV)),
    lambda: OSError(errno.EINVAL, os.strerror(errno.EINVAL)),
    lambda: PermissionError(errno.EACCES, "Access is denied"),
    lambda: ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    lambda: termios.error(errno.EIO, os.strerror(errno.EIO)),
    lambda: TypeError("'NoneType' object cannot be interpreted as an integer"),
    lambda: ValueError("file descriptor cannot be a negative integer (-1)"),
    lambda: AttributeError("'NoneType' object has no attribute 'hEvent'"),
)
"""Every family in which pyserial, the kernel or Windows say that a port is gone."""
CALLS = ("read", "write", "in_waiting", "baudrate", "close")


class FailingHandle:
    """Behave as an open port until `fails` names a call; then that call raises `problem`."""

    def __init__(self, data: bytes = b"", fails: str = "", problem: Callable[[], Exception] = OSError) -> None:
        self.data = data
        self.fails = fails
        self.problem = problem
        self.written = b""
        self.is_closed = False
        self._settings = {"baudrate": 9600, "bytesize": 8, "parity": "N", "stopbits": 1}
        self.timeout, self.write_timeout = 0.02, 1.0

    def _meet(self, call: str) -> None:
        if self.fails == call:
            raise self.problem()

    @property
    def in_waiting(self) -> int:
        self._meet("in_waiting")
        return len(self.data)

    @property
    def baudrate(self) -> int:
        return self._settings["baudrate"]

    @baudrate.setter
    def baudrate(self, value: int) -> None:
        self._meet("baudrate")
        self._settings["baudrate"] = value

    bytesize, parity, stopbits = 8, "N", 1

    def read(self, size: int) -> bytes:
        self._meet("read")
        found, self.data = self.data[:size], self.data[size:]
        return found

    def write(self, data: bytes) -> int:
        self._meet("write")
        self.written += data
        return len(data)

    def close(self) -> None:
        self.is_closed = True
        self._meet("close")
