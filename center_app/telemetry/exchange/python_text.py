"""Say a plot's window as Python: a short program that loads exactly those samples and their quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from center_app.telemetry.exchange.csv_file import utc_text
from center_app.telemetry.store.values import ChannelView


@dataclass(frozen=True)
class PythonWindow:
    """Name the window: folder of the centre, channels of one cell, [t0, t1) in ns UTC, and a title.

    `url` names the server of a centre whose database is one; empty for a centre in its folder.
    """

    folder: Path
    channels: Sequence[ChannelView]
    t0_ns: int
    t1_ns: int
    title: str = ""
    url: str = ""


def python_text(window: PythonWindow) -> str:
    """Return the program; it runs in this program's own environment and needs matplotlib only to draw."""
    lines = [
        f"# {_one_line(window.title)}: {utc_text(window.t0_ns)} to {utc_text(window.t1_ns)}",
        "# Run it with this program's Python (.venv/bin/python) in the program's folder.",
        *_imports(window),
        f"T0_NS, T1_NS = {window.t0_ns}, {window.t1_ns}",
        "CHANNELS = [  # cell, stream, channel, unit",
        *(f"    ({view.cell_id}, {view.stream!r}, {view.channel!r}, {view.unit!r})," for view in window.channels),
        "]",
        "",
        "data = {}",
        *_opening(window),
        "    for cell, stream, channel, unit in CHANNELS:",
        "        found = store.samples(cell, stream, channel, T0_NS, T1_NS)",
        "        is_good = found.quality == 0",
        '        data[f"{stream}.{channel} [{unit}]"] = (found.t_ns[is_good], found.values[is_good])',
        "",
        "for name, (t_ns, values) in data.items():",
        '    print(name, len(values), "samples", *((values.min(), values.max()) if len(values) else ()))',
        "",
        "# import matplotlib.pyplot as plt",
        "# for name, (t_ns, values) in data.items():",
        "#     plt.plot((t_ns - T0_NS) / 1e9, values, label=name)",
        '# plt.xlabel("s"); plt.legend(); plt.show()',
    ]
    return "\n".join(lines) + "\n"


def _imports(window: PythonWindow) -> list[str]:
    """Return what the program needs, and where the recordings lie; a password never stands in it."""
    folder = f"FOLDER = {str(window.folder)!r}"
    if not window.url:
        return ["from center_app.telemetry.store import StoreReader", "", folder]
    address, had_password = _without_password(window.url)
    return [
        *(["# The password is left out: give it as PGPASSWORD or in the file .pgpass."] if had_password else []),
        "from contextlib import closing",
        "from pathlib import Path",
        "",
        "from center_app.telemetry.opening import open_reader",
        "from center_app.wiring import open_center",
        "",
        f"SERVER = {address!r}",
        folder,
    ]


def _opening(window: PythonWindow) -> list[str]:
    if not window.url:
        return ["with StoreReader(FOLDER) as store:"]
    return [
        "with closing(open_center(SERVER, folder=Path(FOLDER))) as center, open_reader(center) as store:",
    ]


def _without_password(url: str) -> tuple[str, bool]:
    """Return the address without its password, and whether there was one."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    parts = urlsplit(plain)
    if parts.password is None:
        return plain, False
    _login, _mark, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{place}")), True


def _one_line(text: str) -> str:
    return " ".join(text.split())
