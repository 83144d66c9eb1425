"""Let recognition hear a real port: one opening, its settings changed from trial to trial."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from devices.errors import PortLost
from devices.recognition.values import Heard
from devices.transport import Port, open_port
from devices.values import LineSettings

_ENOUGH_BYTES = 4096
_SETTLE_S = 0.03
_READ_S = 0.05
_QUIET_S = 0.12
_LONGEST_ANSWER_S = 1.5


class PortLine:
    """Hold a port open while recognition tries settings; PortBusy, PortMissing, PortForbidden or PortLost.

    One thread listens and asks; any thread may `close`, at once: what the other one does next ends with PortLost.
    `_port` is used under `_use`; a reader that waits is woken before.
    """

    def __init__(self, url: str) -> None:
        """Open the port."""
        self._url = url
        self._use = threading.Lock()
        self._is_closed = False
        self._settings = LineSettings(115200)
        self._is_pty = os.path.realpath(url).startswith("/dev/pts/")
        self._port: Port = open_port(url, self._settings)

    @property
    def has_parity(self) -> bool:
        """Say whether the port knows parity and character sizes; a pseudo-terminal has eight bits and no parity."""
        return not self._is_pty

    def listen(self, settings: LineSettings, seconds: float) -> Heard:
        """Return what comes within so many seconds, earlier when it is plenty."""
        if self._is_pty and (settings.data_bits, settings.parity) != (8, "N"):
            return Heard(b"", None, 1e-6)
        self._set(settings, is_fresh=True)
        began, data, before = time.monotonic(), bytearray(), self._errors()
        while (left_s := seconds - (time.monotonic() - began)) > 0 and len(data) < _ENOUGH_BYTES:
            data += self._read(min(_READ_S, left_s))
        return self._heard(data, before, began)

    def ask(self, data: bytes, settings: LineSettings, seconds: float) -> Heard:
        """Send a query; return what comes until the line is quiet again, b"" when nothing begins in so many seconds.

        Bytes that were under way before count too: the answer to the query before may be late.
        """
        self._set(self._kept(settings))
        began, heard, before = time.monotonic(), bytearray(), self._errors()
        self._write(data)
        first_s = seconds + len(data) * settings.byte_ns / 1e9
        while True:
            now_s = time.monotonic() - began
            if (not heard and now_s >= first_s) or now_s >= first_s + _LONGEST_ANSWER_S or len(heard) >= _ENOUGH_BYTES:
                break
            piece = self._read(_QUIET_S if heard else first_s - now_s)
            if heard and not piece:
                break
            heard += piece
        return self._heard(heard, before, began)

    def poll(self, request: bytes | None, settings: LineSettings, seconds: float) -> bytes:
        """Send a request, or none, and return what is there within so many seconds, without waiting for quiet."""
        self._set(self._kept(settings))
        if request:
            self._write(request)
        return self._read(seconds)

    def _kept(self, settings: LineSettings) -> LineSettings:
        """Return the settings that the port can have."""
        return LineSettings(settings.baud) if self._is_pty else settings

    def _set(self, settings: LineSettings, is_fresh: bool = False) -> None:
        """Change the settings and throw away what was received at those before; always with `is_fresh`."""
        if settings != self._settings:
            with self._using() as port:
                port.configure(settings)
            self._settings = settings
        elif not is_fresh:
            return
        end = time.monotonic() + _SETTLE_S
        while (left_s := end - time.monotonic()) > 0:
            self._read(left_s)

    def _heard(self, data: bytearray, before: int | None, began: float) -> Heard:
        after = self._errors()
        errors = None if before is None or after is None else after - before
        return Heard(bytes(data), errors, time.monotonic() - began)

    @contextmanager
    def _using(self) -> Iterator[Port]:
        """Use the port as long as nobody has closed it."""
        with self._use:
            if self._is_closed:
                raise PortLost(self._url, "given back")
            yield self._port

    def _read(self, seconds: float) -> bytes:
        with self._using() as port:
            return port.read(seconds)

    def _write(self, data: bytes) -> None:
        with self._using() as port:
            port.write(data)

    def _errors(self) -> int | None:
        with self._using() as port:
            counts = port.line_errors()
        return counts.get("framing", 0) + counts.get("parity", 0) if counts else None

    def close(self) -> None:
        """Give the port back; waits no longer than a reader takes to wake."""
        self._is_closed = True
        self._port.cancel()
        with self._use:
            self._port.close()

    def __enter__(self) -> PortLine:
        """Return the line itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the port back."""
        self.close()
