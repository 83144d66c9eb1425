"""List the serial ports of this computer with their USB identity and adapter latency; find one by identity.

An identity is "usb:VID:PID:SERIAL", "usb:VID:PID:SERIAL#INTERFACE" for one of several ports of an adapter, and
"usb:VID:PID:@LOCATION" for an adapter without a serial number: the same socket, whatever name the port gets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serial.tools import list_ports as pyserial_ports


@dataclass(frozen=True)
class PortInfo:
    """Describe one serial port; `identity` is "" for ports that are not USB, `location` names the USB socket."""

    path: str
    description: str
    identity: str
    latency_ms: int | None
    location: str = ""


class Ambiguous(LookupError):  # noqa: N818
    """Several ports fit an identity; the message names them."""


def list_ports() -> tuple[PortInfo, ...]:
    """Return the ports found, sorted by path."""
    return describe(pyserial_ports.comports())


def describe(found: Iterable[Any]) -> tuple[PortInfo, ...]:
    """Name ports as pyserial lists them (device, description, vid, pid, serial_number, location)."""
    ports = sorted(found, key=lambda port: str(port.device))
    twins = Counter(_usb(port) for port in ports)
    return tuple(
        PortInfo(
            str(port.device), port.description or "", _identity(port, twins[_usb(port)] > 1),
            latency_ms(str(port.device)), port.location or "",
        )
        for port in ports
    )  # fmt: skip


def _usb(port: Any) -> tuple[int | None, int | None, str]:
    return (port.vid, port.pid, port.serial_number or "")


def _identity(port: Any, has_twin: bool) -> str:
    if port.vid is None or port.pid is None:
        return ""
    serial, location = port.serial_number or "", port.location or ""
    if not serial:
        own = f"@{location}" if location else ""
    else:
        own = f"{serial}#{location.rpartition(':')[2]}" if has_twin and location else serial
    return f"usb:{port.vid:04X}:{port.pid:04X}:{own}"


def path_of_identity(identity: str, ports: Sequence[PortInfo] | None = None) -> str | None:
    """Return the path of the port with this USB identity, None when it is not there.

    An identity without a serial number fits any such adapter, "@LOCATION" also one with a serial number.
    Raises Ambiguous when several ports fit: reading the wrong one would be worse than reading none.
    """
    paths = [port.path for port in (list_ports() if ports is None else ports) if _fits(identity, port)]
    if len(paths) > 1:
        raise Ambiguous(", ".join(paths))
    return paths[0] if paths else None


def _fits(identity: str, port: PortInfo) -> bool:
    wanted, have = identity.upper().split(":", 3), port.identity.upper().split(":", 3)
    if have[:3] != wanted[:3]:
        return False
    own = wanted[3] if len(wanted) > 3 else ""
    if own.startswith("@"):
        return own[1:] == port.location.upper()
    return not own or own in (have[3], have[3].partition("#")[0])


def latency_timer(path: str) -> Path:
    """Return where the kernel keeps the latency timer of a USB adapter."""
    return Path("/sys/class/tty") / Path(path).name / "device" / "latency_timer"


def latency_ms(path: str) -> int | None:
    """Return the latency timer of a USB adapter in milliseconds, None where there is none."""
    try:
        return int(latency_timer(path).read_text())
    except (OSError, ValueError):
        return None
