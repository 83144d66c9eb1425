"""Open, read and write one port; every failure comes out as one of four declared errors.

Unplugging shows as SerialException, bare OSError, termios.error (no OSError), or a read that is ready and gives
nothing; a port closed under a reader shows as TypeError. A reader waits in the kernel, never in a loop.
"""

from __future__ import annotations

import errno
import os
import re
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import serial

from devices.errors import PortBusy, PortError, PortForbidden, PortLost, PortMissing
from devices.transport.holders import holder_of
from devices.transport.listing import latency_ms, path_of_identity
from devices.values import LineSettings

try:
    import termios

    _TERMIOS_ERROR: type[Exception] = termios.error
except ImportError:  # Windows has no termios
    _TERMIOS_ERROR = OSError

MOST_BYTES = 65536
_NETWORK = ("loop://", "socket://", "rfc2217://")
_WINDOWS_PORT = re.compile(r"(?:\\\\\.\\)?COM\d{1,3}", re.IGNORECASE)
_LOST = (serial.SerialException, OSError, _TERMIOS_ERROR, TypeError, ValueError, AttributeError)


def resolve(url: str) -> str:
    """Return what to open for an allowed url: a device path, "usb:VID:PID:SERIAL", loop, socket or rfc2217.

    PortForbidden for anything else, PortMissing when the device is not there.
    """
    if url.startswith("usb:"):
        path = path_of_identity(url)
        if path is None:
            raise PortMissing(url)
        return path
    if url.startswith(_NETWORK) or (os.name == "nt" and _WINDOWS_PORT.fullmatch(url)):
        return url
    return _device(url)


def _device(url: str) -> str:
    """Return a device path, or a link to one; only files under /dev are devices."""
    path = Path(url)
    if "://" in url or not path.is_absolute():
        raise PortForbidden(url, "not an allowed kind of port")
    real = os.path.realpath(path)
    if not real.startswith("/dev/"):
        raise (PortForbidden(url, "not a device") if os.path.exists(real) else PortMissing(url))
    if not os.path.exists(real):
        raise PortMissing(url)
    return real


class Port:
    """Hold one open port; one thread reads, any thread may `cancel` or `close`."""

    def __init__(self, url: str, handle: Any) -> None:
        """Wrap an open pyserial handle."""
        self.url = url
        self._handle = handle
        self._closed = False
        self._descriptor = handle.fileno() if isinstance(handle, serial.Serial) and os.name == "posix" else None
        self._wake_read, self._wake_write = os.pipe() if self._descriptor is not None else (-1, -1)

    @property
    def latency_ms(self) -> int | None:
        """Return the adapter's latency timer in milliseconds, None where there is none."""
        return latency_ms(os.path.realpath(self.url)) if self._descriptor is not None else None

    def read(self, timeout_s: float) -> bytes:
        """Return whatever is there, at most 64 KiB, waiting up to `timeout_s` for the first byte.

        b"" after the time or after `cancel`; PortLost when the port is gone.
        """
        with self._losing():
            if self._descriptor is not None:
                return self._read_descriptor(timeout_s)
            return self._read_handle(timeout_s)

    def write(self, data: bytes) -> None:
        """Write all bytes; PortLost when the port is gone or takes nothing for a second."""
        with self._losing():
            self._handle.write(data)

    def cancel(self) -> None:
        """Wake a waiting reader from another thread; its `read` returns b""."""
        if self._wake_write >= 0:
            with suppress(OSError):
                os.write(self._wake_write, b"x")
        elif hasattr(self._handle, "cancel_read"):
            with suppress(*_LOST):
                self._handle.cancel_read()

    def close(self) -> None:
        """Close the port; closing twice, or a port that is gone, is no error."""
        if self._closed:
            return
        self._closed = True
        self.cancel()
        with suppress(*_LOST):
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
        self._handle.timeout = timeout_s
        data = bytes(self._handle.read(1))
        if data:
            self._handle.timeout = 0
            with suppress(*_LOST):
                data += bytes(self._handle.read(MOST_BYTES))
        return data

    def _read_descriptor(self, timeout_s: float) -> bytes:
        descriptor = self._descriptor
        if descriptor is None or self._closed:
            raise PortLost(self.url, "closed")
        ready = select.select([descriptor, self._wake_read], [], [], max(0.0, timeout_s))[0]
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
        except _LOST as problem:
            raise PortLost(self.url, str(problem)) from problem


def open_port(url: str, line: LineSettings) -> Port:
    """Open a port exclusively with these line settings.

    PortMissing, PortForbidden, PortBusy (naming the other program where it can be seen) or PortLost.
    """
    target = resolve(url)
    local = "://" not in target
    if local and os.name == "posix":
        holder = holder_of(target)
        if holder:
            raise PortBusy(url, holder)
    try:
        handle = _open_local(target, line) if local else _open_network(target, line)
    except _LOST as problem:
        raise _opening_error(url, target, problem) from problem
    return Port(url, handle)


def _settings(line: LineSettings) -> dict[str, Any]:
    return {
        "baudrate": line.baud,
        "bytesize": line.data_bits,
        "parity": line.parity,
        "stopbits": line.stop_bits,
        "timeout": 0,
        "write_timeout": 1.0,
    }


def _open_local(target: str, line: LineSettings) -> serial.Serial:
    settings = _settings(line)
    try:
        handle = serial.Serial(target, exclusive=True, **settings)
    except (serial.SerialException, OSError, _TERMIOS_ERROR) as problem:
        if not target.startswith("/dev/pts/") or _number(problem) != errno.EINVAL:
            raise
        # A pseudo-terminal has no parity and only eight data bits.
        handle = serial.Serial(target, exclusive=True, **(settings | {"parity": "N", "bytesize": 8}))
    with suppress(*_LOST, NotImplementedError):
        handle.set_low_latency_mode(True)
    return handle


def _open_network(target: str, line: LineSettings) -> Any:
    return serial.serial_for_url(target, **_settings(line))


def _number(problem: BaseException) -> int | None:
    """Return the errno hidden in a driver's exception."""
    number = getattr(problem, "errno", None)
    if number is None and problem.args and isinstance(problem.args[0], int):
        number = problem.args[0]
    if number is None:
        found = re.search(r"\[Errno (\d+)\]|\((\d+), '", str(problem))
        number = int(found[1] or found[2]) if found else None
    return number


def _opening_error(url: str, target: str, problem: BaseException) -> PortError:
    """Choose the declared error for a port that could not be opened."""
    number, words = _number(problem), str(problem)
    if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or "exclusively lock" in words:
        return PortBusy(url, holder_of(target), words)
    if number in (errno.EACCES, errno.EPERM):
        return PortBusy(url, "", words) if os.name == "nt" else PortForbidden(url, words)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ECONNREFUSED):
        return PortMissing(url, words)
    return PortLost(url, words) if os.path.exists(target) or "://" in target else PortMissing(url, words)
