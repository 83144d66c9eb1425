"""Failures of the line, in the words of the line; the collector maps them to codes and sentences."""

from __future__ import annotations


class PortError(Exception):
    """Say that a port cannot be used; `url` names it."""

    def __init__(self, url: str, detail: str = "") -> None:
        """Keep the port's url and the driver's own words."""
        super().__init__(f"{url}: {detail}" if detail else url)
        self.url = url
        self.detail = detail


class PortMissing(PortError):  # noqa: N818
    """The port does not exist."""


class PortForbidden(PortError):  # noqa: N818
    """The operating system or the allow-list refuses the port."""


class PortLost(PortError):  # noqa: N818
    """The port went away while it was open (unplugged, hung up)."""


class PortBusy(PortError):  # noqa: N818
    """Another program holds the port; `holder` names it, "" when it cannot be known."""

    def __init__(self, url: str, holder: str = "", detail: str = "") -> None:
        """Keep who holds the port, as "name (pid 123)"."""
        super().__init__(url, detail or holder)
        self.holder = holder


class ProfileUnknown(KeyError):  # noqa: N818
    """No profile has this id."""


class CaptureDamaged(ValueError):  # noqa: N818
    """A capture file cannot be read; the message names the line."""
