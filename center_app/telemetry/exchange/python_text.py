"""Say a plot's window as Python: a short program that loads exactly those samples and their quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from center_app.telemetry.exchange.csv_file import utc_text
from center_app.telemetry.store.values import ChannelView


@dataclass(frozen=True)
class PythonWindow:
    """Name the window: folder of the centre, channels of one cell, [t0, t1) in ns UTC, and a title."""

    folder: Path
    channels: Sequence[ChannelView]
    t0_ns: int
    t1_ns: int
    title: str = ""


def python_text(window: PythonWindow) -> str:
    """Return the program; it runs in this program's own environment and needs matplotlib only to draw."""
    lines = [
        f"# {_one_line(window.title)}: {utc_text(window.t0_ns)} to {utc_text(window.t1_ns)}",
        "# Run it with this program's Python (.venv/bin/python) in the program's folder.",
        "from center_app.telemetry.store import StoreReader",
        "",
        f"FOLDER = {str(window.folder)!r}",
        f"T0_NS, T1_NS = {window.t0_ns}, {window.t1_ns}",
        "CHANNELS = [  # cell, stream, channel, unit",
        *(f"    ({view.cell_id}, {view.stream!r}, {view.channel!r}, {view.unit!r})," for view in window.channels),
        "]",
        "",
        "data = {}",
        "with StoreReader(FOLDER) as store:",
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


def _one_line(text: str) -> str:
    return " ".join(text.split())
