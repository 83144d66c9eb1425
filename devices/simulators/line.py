"""One end of a pseudo-terminal that behaves like a wire: paced, and deaf to a reader that is not there."""

from __future__ import annotations

import os
import pty
import select
import tty
from contextlib import suppress
from pathlib import Path


class PtyLine:
    """Own a pseudo-terminal and a link to its slave; the link is the port that others open."""

    def __init__(self, link: Path) -> None:
        """Create the pair in raw mode and point `link` at the slave."""
        self._link = link
        self._master = -1
        self.plug()

    def plug(self) -> None:
        """Create the pair (again) and the link, which replaces an old one in one step."""
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        name = os.ttyname(slave)
        os.close(slave)
        fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        with suppress(FileNotFoundError):
            fresh.unlink()
        fresh.symlink_to(name)
        fresh.replace(self._link)

    def unplug(self) -> None:
        """Hang up: remove the link and close the pair, as a pulled adapter does."""
        with suppress(FileNotFoundError):
            self._link.unlink()
        if self._master >= 0:
            os.close(self._master)
        self._master = -1

    @property
    def is_plugged(self) -> bool:
        """Say whether the pair exists."""
        return self._master >= 0

    def has_reader(self) -> bool:
        """Say whether somebody has the slave open."""
        if self._master < 0:
            return False
        poller = select.poll()
        poller.register(self._master, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in poller.poll(0))

    def write(self, data: bytes) -> int:
        """Write what the pair takes; return how many bytes that were, 0 when nobody listens."""
        if not self.has_reader():
            return 0
        try:
            return os.write(self._master, data)
        except OSError:
            return 0

    def read(self, timeout_s: float) -> bytes:
        """Return what the other side wrote, b"" after `timeout_s`; without a reader it only waits."""
        if not self.has_reader():
            select.select([], [], [], timeout_s)
            return b""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return b""
        try:
            return os.read(self._master, 4096)
        except OSError:
            return b""
