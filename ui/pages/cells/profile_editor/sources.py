"""Where the text and the bytes of the editor come from: templates, written and shipped profiles, files, recordings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from center_app.core.errors import PersonError, declare
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.core.text import N_
from center_app.telemetry import queries, user_profiles
from center_app.telemetry.byte_files import ByteFile
from center_app.telemetry.opening import Place, open_reader
from center_app.telemetry.profile_preview import MOST_BYTES
from devices import profiles
from devices.toml_profiles.describe import template_of

MINUTE_NS = 60_000_000_000
TEMPLATES = (
    ("force_sensor_sync", N_("Struct behind sync bytes")),
    ("motor_cobs", N_("Struct packed by COBS")),
    ("oven_lines", N_("Text lines")),
)
NOT_HEX = declare("profile_editor.not_hex", "This is no hex: “{part}”.", "Paste bytes such as AA 55 0D or 0xAA, 0x55.")
NO_BYTES = declare(
    "profile_editor.no_bytes", "This cell has recorded no bytes in its last minute.", "Choose another cell or a file."
)
BYTES_ELSEWHERE = declare(
    "profile_editor.bytes_elsewhere",
    "The raw bytes of this cell lie with the collector {collector} on another machine.",
    "Open the editor on that machine, or take the bytes from a file.",
)


@dataclass(frozen=True)
class Start:
    """Offer a text to start from; `version` is set for a written profile that Save makes a new version of."""

    title: str
    text: str
    version: int | None = None


@dataclass(frozen=True)
class Choices:
    """Hold what the menus offer: written profiles, shipped ones that TOML can say, and cells."""

    written: tuple[Start, ...]
    shipped: tuple[Start, ...]
    cells: tuple[tuple[int, Label], ...]


def load_choices(read: Any) -> Choices:
    """Read what the menus offer."""
    user_profiles.refresh(read)
    written = [Start(one.profile_id, one.text, one.version) for one in user_profiles.written_profiles(read)]
    shipped = [Start(one.id, text) for one in profiles.registry().values() if (text := template_of(one)) is not None]
    cells = [(cell.id, cell.label) for cell in queries.cells(read)]
    return Choices(tuple(written), tuple(shipped), tuple(cells))


def template(name: str) -> str:
    """Return a shipped example with an id of its own."""
    text = (PROGRAM / "resources" / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    return text.replace('id = "example_', 'id = "my_', 1)


def from_hex(text: str) -> bytes:
    """Return bytes from pasted hex with any separators; raises PersonError at what is none."""
    plain = re.sub(r"0[xX]|\\x|[\s,;:\-]", "", text)
    wrong = re.search(r"[^0-9A-Fa-f]+", plain)
    if wrong or len(plain) % 2:
        raise PersonError(NOT_HEX, part=wrong[0][:20] if wrong else plain[-1:])
    return bytes.fromhex(plain)[:MOST_BYTES]


def from_file(report: Callable[..., None], path: Path) -> bytes:
    """Return the first bytes of a capture, a hex text or a plain file; raises SurroundingsError."""
    report(0.1)
    found = bytearray()
    for piece in ByteFile(str(path)).pieces():
        found += piece
        if len(found) >= MOST_BYTES:
            break
    return bytes(found[:MOST_BYTES])


def from_cell(report: Callable[..., None], center: Place, cell_id: int) -> bytes:
    """Return the bytes that a cell received in the last minute of its newest recording."""
    report(0.1)
    with open_reader(center) as reader:
        span, recordings = reader.span(cell_id), reader.recordings(cell_id)
        if not recordings:
            raise PersonError(NO_BYTES)
        start = span[1] - MINUTE_NS if span else None
        records = reader.raw(recordings[-1].id, t0_ns=start, t1_ns=None) if start else reader.raw(recordings[-1].id)
        found = b"".join(record.data for record in records if record.direction == 0)
        if not found and not reader.is_here(recordings[-1].id):
            raise PersonError(BYTES_ELSEWHERE, collector=recordings[-1].collector)
    if not found:
        raise PersonError(NO_BYTES)
    return found[-MOST_BYTES:]
