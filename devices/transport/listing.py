"""List the serial ports of this computer with their USB identity and adapter latency."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports as pyserial_ports


@dataclass(frozen=True)
class PortInfo:
    """Describe one serial port; `identity` is "usb:VID:PID:SERIAL", "" for ports that are not USB."""

    path: str
    description: str
    identity: str
    latency_ms: int | None


def list_ports() -> tuple[PortInfo, ...]:
    """Return the ports found, sorted by path."""
    found = [
        PortInfo(
            port.device,
            port.description or "",
            _identity(port.vid, port.pid, port.serial_number),
            latency_ms(port.device),
        )
        for port in pyserial_ports.comports()
    ]
    return tuple(sorted(found, key=lambda port: port.path))


def _identity(vendor: int | None, product: int | None, serial: str | None) -> str:
    if vendor is None or product is None:
        return ""
    return f"usb:{vendor:04X}:{product:04X}:{serial or ''}"


def path_of_identity(identity: str) -> str | None:
    """Return the path of the port with this USB identity; a missing serial number matches any."""
    wanted = identity.upper().split(":", 3)
    for port in list_ports():
        have = port.identity.upper().split(":", 3)
        if have[:3] == wanted[:3] and (len(wanted) < 4 or not wanted[3] or have[3:] == wanted[3:]):
            return port.path
    return None


def latency_ms(path: str) -> int | None:
    """Return the latency timer of a USB adapter in milliseconds, None where there is none."""
    timer = Path("/sys/class/tty") / Path(path).name / "device" / "latency_timer"
    try:
        return int(timer.read_text())
    except (OSError, ValueError):
        return None
