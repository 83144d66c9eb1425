"""Write the systemd unit of a collector with the paths of this installation."""

from __future__ import annotations

import getpass
import grp
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from center_app.core.errors import PersonError, declare
from center_app.core.paths import PROGRAM, RESOURCES

BAD_NAME = declare(
    "service.bad_name",
    "A collector cannot be called {name}.",
    "Use letters, digits, hyphen and underscore only.",
)
NO_SYSTEMD = declare(
    "service.no_systemd",
    "This computer has no systemd.",
    "Have `main.py collect` started by whatever starts programs here.",
)
_SYSTEM = """Nice=-5
ProtectSystem=strict
ReadWritePaths={folder}
ProtectHome={home}
PrivateTmp=yes
ProtectKernelTunables=no
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
MemoryDenyWriteExecute=no
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
DevicePolicy=closed
DeviceAllow=char-ttyS rw
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-pts rw"""
_USER = """RestrictSUIDSGID=yes
LockPersonality=yes"""


@dataclass(frozen=True)
class Service:
    """Say which collector of which store runs as a service, for one person (`is_user`) or the computer."""

    store: str
    name: str
    folder: Path
    is_user: bool

    @property
    def file(self) -> Path:
        """Return where systemd looks for the unit."""
        name = f"center-collector-{self.name}.service"
        if not self.is_user:
            return Path("/etc/systemd/system") / name
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        return base / "systemd" / "user" / name

    def text(self) -> str:
        """Return the unit with every path filled in; raises PersonError for a name systemd would not take."""
        if not self.name.replace("-", "").replace("_", "").isalnum():
            raise PersonError(BAD_NAME, name=self.name)
        template = (RESOURCES / "service" / "center-collector.service").read_text(encoding="utf-8")
        filled = {
            "name": self.name,
            "program": quoted(str(PROGRAM)),
            "python": quoted(sys.executable),
            "store": quoted(self.store),
            "identity": self._identity(),
            "hardening": _USER if self.is_user else self._hardening(),
            "target": "default.target" if self.is_user else "multi-user.target",
        }
        for key, value in filled.items():
            template = template.replace("{" + key + "}", value)
        head, _, rest = template.partition("\n")
        return f"{head.replace('{…} are filled in', 'change it there')}\n{rest}"

    def _identity(self) -> str:
        """Return who runs it: this person, with the group that may open serial ports."""
        if self.is_user:
            return "# a person's own service: it runs as that person"
        lines = [f"User={getpass.getuser()}"]
        return "\n".join([*lines, "SupplementaryGroups=dialout"] if _has_group("dialout") else lines)

    def _hardening(self) -> str:
        home = "read-only" if str(PROGRAM).startswith("/home/") or str(self.folder).startswith("/home/") else "yes"
        if str(PROGRAM).startswith("/root") or str(self.folder).startswith("/root"):
            home = "no"
        return _SYSTEM.format(folder=quoted(str(self.folder)), home=home)

    def next_steps(self) -> tuple[str, ...]:
        """Return the commands that make the service run, and outlive a person's leaving."""
        scope = "systemctl --user" if self.is_user else "sudo systemctl"
        steps = (f"{scope} daemon-reload", f"{scope} enable --now {self.file.name}")
        return (*steps, f"sudo loginctl enable-linger {getpass.getuser()}") if self.is_user else steps


def quoted(text: str) -> str:
    """Write a path or address as one word of a unit file (systemd.syntax: %, $, quotes and blanks are special)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(mark in text for mark in " \t'\"\\;") else escaped


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
