"""Open a port of an allowed kind, exclusively, and say in declared errors why it cannot be had."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import serial

from devices.errors import PortBusy, PortError, PortForbidden, PortLost, PortMissing
from devices.transport import tuning
from devices.transport.holders import holder_of
from devices.transport.listing import Ambiguous, path_of_identity
from devices.transport.port import SLICE_S, WRITE_S, Port, settings
from devices.values import LineSettings

NETWORK = re.compile(r"(?:socket|rfc2217)://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}/?")
"""The network forms that are allowed, without options: host and port."""
_WINDOWS_PORT = re.compile(r"(?:\\\\\.\\)?COM\d{1,3}", re.IGNORECASE)
_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)
_KEEP_ALIVE = (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 10_000))
"""A dead peer is noticed after about 11 s, not after two hours (s, s, times, ms)."""

Opener = Callable[[str, LineSettings], Any]


def resolve(url: str) -> str:
    """Return what to open for an allowed url: a device path, a USB identity, loop, socket or rfc2217.

    PortForbidden for anything else, PortMissing when the device is not there.
    """
    if url.startswith("usb:"):
        return _by_identity(url)
    if url == "loop://" or NETWORK.fullmatch(url) or (os.name == "nt" and _WINDOWS_PORT.fullmatch(url)):
        return url
    return _device(url)


def _by_identity(url: str) -> str:
    try:
        path = path_of_identity(url)
    except Ambiguous as several:
        raise PortForbidden(url, f"several adapters fit: {several}") from several
    if path is None:
        raise PortMissing(url)
    return path


def _device(url: str) -> str:
    """Return a device path, or a link to one; only files under /dev are devices."""
    path = Path(url)
    if "://" in url or "\0" in url or not path.is_absolute():
        raise PortForbidden(url, "not an allowed kind of port")
    real = os.path.realpath(path)
    if not real.startswith("/dev/"):
        raise (PortForbidden(url, "not a device") if os.path.exists(real) else PortMissing(url))
    if not os.path.exists(real):
        raise PortMissing(url)
    return real


def open_port(url: str, line: LineSettings, opener: Opener | None = None) -> Port:
    """Open a port exclusively with these line settings; `opener` makes the driver's handle.

    PortMissing, PortForbidden, PortBusy (naming the other program where it can be seen) or PortLost.
    """
    target = resolve(url)
    is_local = "://" not in target
    if is_local and os.name == "posix":
        holder = holder_of(target)
        if holder:
            raise PortBusy(url, holder)
    try:
        handle = (opener or (_open_local if is_local else _open_network))(target, line)
    except tuning.DRIVER_ERRORS as problem:
        raise _opening_error(url, target, problem) from problem
    port = Port(url, handle, line)
    if is_local:
        port.tuning = tuning.tune(handle, target, line)
        tuning.take_exclusively(port.descriptor, target)
    return port


def _open_local(target: str, line: LineSettings) -> serial.Serial:
    chosen = settings(line) | {"timeout": SLICE_S, "write_timeout": WRITE_S}
    try:
        return serial.Serial(target, exclusive=True, **chosen)
    except (serial.SerialException, OSError, tuning.TERMIOS_ERROR) as problem:
        if not target.startswith("/dev/pts/") or _number(problem) != errno.EINVAL:
            raise
    # A pseudo-terminal has no parity and only eight data bits.
    return serial.Serial(target, exclusive=True, **(chosen | {"parity": "N", "bytesize": 8}))


def _open_network(target: str, line: LineSettings) -> Any:
    """Connect (5 s at most), and have a peer that died noticed."""
    limit = {} if target.startswith("rfc2217:") else {"write_timeout": WRITE_S}
    handle = serial.serial_for_url(target, timeout=SLICE_S, **settings(line), **limit)
    link = getattr(handle, "_socket", None)
    if isinstance(link, socket.socket):
        with suppress(OSError):
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for name, value in _KEEP_ALIVE:
                if hasattr(socket, name):
                    link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return handle


def _number(problem: BaseException) -> int | None:
    """Return the errno hidden in a driver's exception."""
    number = getattr(problem, "errno", None)
    if number is None and problem.args and isinstance(problem.args[0], int):
        number = problem.args[0]
    if number is None:
        found = re.search(r"\[Errno (\d+)\]|\((\d+), '|PermissionError\((\d+),", str(problem))
        number = int(found[1] or found[2] or found[3]) if found else None
    return number


def _opening_error(url: str, target: str, problem: BaseException) -> PortError:
    """Choose the declared error for a port that could not be opened."""
    number, words = _number(problem), str(problem)
    if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or "exclusively lock" in words:
        return PortBusy(url, holder_of(target), words)
    if number in (errno.EACCES, errno.EPERM):
        return PortBusy(url, "", words) if os.name == "nt" else PortForbidden(url, words)
    if number in _GONE or "://" in target or not os.path.exists(target):
        return PortMissing(url, words)
    return PortLost(url, words)
