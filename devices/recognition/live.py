"""Let recognition hear a real port: one opening, its settings changed from trial to trial."""

from __future__ import annotations

import os
import time
from types import TracebackType

from devices.recognition.values import Heard
from devices.transport import Port, open_port
from devices.values import LineSettings

_ENOUGH_BYTES = 4096
_SETTLE_S = 0.03
_READ_S = 0.05
_QUIET_S = 0.12


class PortLine:
    """Hold a port open while recognition tries settings; PortBusy, PortMissing, PortForbidden or PortLost."""

    def __init__(self, url: str) -> None:
        """Open the port."""
        self._settings = LineSettings(115200)
        self._is_pty = os.path.realpath(url).startswith("/dev/pts/")
        self._port: Port = open_port(url, self._settings)

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Return what comes within so many seconds, earlier when it is plenty."""
        if self._is_pty and (settings.data_bits, settings.parity) != (8, "N"):
            return Heard(b"", None, 1e-6)
        self._set(settings)
        return self._gather(seconds, quiet_ends=False)

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Send a query; return what comes until the line is quiet again."""
        self._set(self._kept(settings))
        self._port.write(data)
        return self._gather(seconds, quiet_ends=True)

    def _kept(self, settings: LineSettings) -> LineSettings:
        """Return the settings that the port can have: a pseudo-terminal has eight bits and no parity."""
        return LineSettings(settings.baud) if self._is_pty else settings

    def _set(self, settings: LineSettings) -> None:
        """Change the settings and throw away what was received at those before."""
        if settings != self._settings:
            self._port.configure(settings)
            self._settings = settings
        end = time.monotonic() + _SETTLE_S
        while time.monotonic() < end:
            self._port.read(_SETTLE_S)

    def _gather(self, seconds: float, quiet_ends: bool) -> Heard:
        began, data, before = time.monotonic(), bytearray(), self._errors()
        last = began
        while time.monotonic() - began < seconds and len(data) < _ENOUGH_BYTES:
            piece = self._port.read(min(_READ_S, seconds))
            data += piece
            now = time.monotonic()
            last = now if piece else last
            if quiet_ends and data and now - last > _QUIET_S:
                break
        after = self._errors()
        errors = None if before is None or after is None else after - before
        return Heard(bytes(data), errors, time.monotonic() - began)

    def _errors(self) -> int | None:
        counts = self._port.line_errors()
        return counts.get("framing", 0) + counts.get("parity", 0) if counts else None

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def __enter__(self) -> PortLine:
        """Return the line itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the port back."""
        self.close()
