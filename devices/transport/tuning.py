"""Set what the kernel and the adapter offer, and say what came of it: latency, buffer, RS-485, error counters."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import serial
from serial import rs485

from devices.transport.listing import latency_ms, latency_timer
from devices.values import LineSettings

try:
    import fcntl
    import termios

    TERMIOS_ERROR: type[Exception] = termios.error
except ImportError:  # Windows has neither
    TERMIOS_ERROR = OSError

DRIVER_ERRORS = (serial.SerialException, OSError, TERMIOS_ERROR, TypeError, ValueError, AttributeError)
"""Every family in which a driver reports that its port is gone or cannot do something."""
SLOW_MS = 16
"""The latency timer of an FTDI adapter as it comes out of the box: bytes wait up to so long in the adapter."""
WINDOWS_BUFFER_BYTES = 1 << 20
_TIOCGICOUNT = 0x545D
_COUNTERS = struct.Struct("=20i")
_FIRST_ERROR = 6
_ERRORS = ("framing", "overrun", "parity", "break", "buffer_overrun")


@dataclass(frozen=True)
class Tuning:
    """Say what a port could be set to.

    latency_ms: the adapter's timer, None where there is none; is_low_latency: ASYNC_LOW_LATENCY is on;
    buffer_bytes: size of the driver's receive buffer where it can be set (Windows); rs485: "driver" when the
    driver switches the direction, "adapter" when it cannot and the adapter must, "" when not asked for.
    """

    latency_ms: int | None = None
    is_low_latency: bool = False
    buffer_bytes: int | None = None
    rs485: str = ""

    @property
    def is_slow(self) -> bool:
        """Say whether the adapter holds bytes back so long that times suffer (16 ms or more)."""
        return self.latency_ms is not None and self.latency_ms >= SLOW_MS


def tune(handle: Any, path: str, line: LineSettings) -> Tuning:
    """Ask for low latency, a large buffer and RS-485; what cannot be had is no error."""
    low = _low_latency(handle)
    _shorten_timer(path)
    return Tuning(latency_ms(path), low, _enlarge_buffer(handle), _switch_rs485(handle) if line.rs485 else "")


def _low_latency(handle: Any) -> bool:
    try:
        handle.set_low_latency_mode(True)
    except (*DRIVER_ERRORS, NotImplementedError):
        return False
    return True


def _shorten_timer(path: str) -> None:
    """Write 1 ms into the adapter's latency timer where this user may (lost again when it is unplugged)."""
    timer = latency_timer(path)
    with suppress(OSError):
        if timer.exists():
            timer.write_text("1")


def _enlarge_buffer(handle: Any) -> int | None:
    if os.name != "nt":
        return None
    try:
        handle.set_buffer_size(rx_size=WINDOWS_BUFFER_BYTES)
    except DRIVER_ERRORS:
        return None
    return WINDOWS_BUFFER_BYTES


def _switch_rs485(handle: Any) -> str:
    try:
        handle.rs485_mode = rs485.RS485Settings()
    except (*DRIVER_ERRORS, NotImplementedError):
        return "adapter"
    return "driver"


def line_errors(descriptor: int | None) -> dict[str, int] | None:
    """Return the driver's error counters since it was loaded (TIOCGICOUNT); None where there are none, as on a pty.

    Layout: struct serial_icounter_struct of linux/serial.h (cts, dsr, rng, dcd, rx, tx, frame, overrun, parity,
    brk, buf_overrun, nine reserved).
    """
    if descriptor is None or os.name != "posix":
        return None
    try:
        told = fcntl.ioctl(descriptor, _TIOCGICOUNT, bytes(_COUNTERS.size))
        found = _COUNTERS.unpack(told)
    except (*DRIVER_ERRORS, struct.error):
        return None
    return dict(zip(_ERRORS, found[_FIRST_ERROR : _FIRST_ERROR + len(_ERRORS)], strict=True))


def take_exclusively(descriptor: int | None, path: str) -> None:
    """Refuse every later open of a real port (TIOCEXCL), not only those that ask for a lock.

    A pseudo-terminal would keep the mark after its holder died; there the lock must do.
    """
    if descriptor is not None and os.name == "posix" and not path.startswith("/dev/pts/"):
        with suppress(*DRIVER_ERRORS):
            fcntl.ioctl(descriptor, termios.TIOCEXCL)


def hand_back(descriptor: int | None) -> None:
    """Let others open the port again."""
    if descriptor is not None and os.name == "posix":
        with suppress(*DRIVER_ERRORS):
            fcntl.ioctl(descriptor, termios.TIOCNXCL)


def path_of(url: str) -> str:
    """Return the device path behind a link, for looking it up under /sys."""
    return os.path.realpath(Path(url)) if "://" not in url else url
