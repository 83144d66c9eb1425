"""Name what a listener hears: registers that are polled on a Modbus line become channels of their cell by themselves.

A cell asks for it by its profile's setting "naming" (`auto`). What was heard becomes part of the cell's settings by the
same audited act as by hand, so that the recording goes on, named, without losing a byte, and decodes again alike.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from center_app.core import log
from center_app.core.access import Actor
from center_app.core.clock import Clock
from center_app.core.db import Database
from center_app.core.errors import CenterError
from center_app.telemetry import channels, queries, service
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.values import CellDraft, CellView
from devices.modbus.ranges import MOST_CHANNELS, MOST_RANGES, Range, read_ranges

LOG = log.topic("collector")
AUTO: Final = "auto"
EVERY_S: Final = 2.0
AGAIN_S: Final = 30.0
"""After it named something a cell is left alone so long: every naming begins a new recording."""
_MOST_BYTES: Final = 16_384
_LOOK_NS: Final = 60_000_000_000


@dataclass
class _Known:
    """Remember of a cell what it had when it was looked at last, and when it may be named again."""

    registers: str = ""
    not_before_s: float = 0.0


class Naming:
    """Look at the listeners of one collector every other second (thread "naming")."""

    def __init__(self, database: Database, folder: Path, collector: str, actor: Actor, clock: Clock) -> None:
        """Nothing has been heard yet."""
        self._database, self._folder, self._collector, self._clock = database, folder, collector, clock
        self._actor = actor
        self._known: dict[int, _Known] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="naming", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            try:
                self.look()
            except CenterError as error:
                LOG.info("registers stay unnamed for now: %s", error)
            except Exception:
                LOG.exception("registers stay unnamed for now")

    def look(self) -> int:
        """Name what was heard since; return how many cells were changed."""
        listeners = [cell for cell in self._database.read(queries.cells, self._collector) if _asks(cell)]
        due = [cell for cell in listeners if self._clock.monotonic_s() >= self._of(cell).not_before_s]
        if not due:
            return 0
        reader = StoreReader(self._folder)
        try:
            return sum(self._name(cell, _heard(reader, cell.id)) for cell in due)
        finally:
            reader.close()

    def _of(self, cell: CellView) -> _Known:
        return self._known.setdefault(cell.id, _Known())

    def _name(self, cell: CellView, data: bytes) -> bool:
        profile, known = channels.profile(cell.profile_id), self._of(cell)
        if profile is None or profile.discover is None or not data:
            return False
        merged = merged_settings(profile.settled(cell.params), profile.discover(data), known.registers)
        known.registers = f"{known.registers} {merged.get('registers', '')}".strip()
        if not merged:
            return False
        known.not_before_s = self._clock.monotonic_s() + AGAIN_S
        draft = CellDraft(
            cell.machine_id, cell.label, cell.port, cell.profile_id, {**cell.params, **merged}, enabled=cell.enabled,
            collector=cell.collector, headline=cell.headline, line=cell.line,
        )  # fmt: skip
        self._database.write(self._actor, service.edit_cell, cell.id, draft, cell.version)
        LOG.info("cell %s: heard and named %s", cell.id, merged["registers"])
        return True


def merged_settings(settings: Mapping[str, Any], found: Mapping[str, Any], had: str = "") -> dict[str, Any]:
    """Return the settings to change so that what was found has names, {} when nothing is new.

    Registers of a name, by hand or by itself, keep it; those that somebody took out again (`had`) stay out.
    """
    kept = list(read_ranges(str(settings.get("registers", ""))))
    before = len(kept)
    gone = {part for part in had.split() if not any(part == str(one) for one in kept)}
    cut = found.get("side") == "both"  # the poll of the first reply may have been before the bytes looked at
    for one in read_ranges(str(found.get("registers", ""))):
        if one.address is None and cut:
            continue
        size = sum(each.count for each in kept) + one.count
        is_new = str(one) not in gone and not any(_holds(each, one) for each in kept)
        if is_new and len(kept) < MOST_RANGES and size <= MOST_CHANNELS:
            kept.append(one)
    if len(kept) == before:
        return {}
    side = {"side": found["side"]} if settings.get("side") == "both" and "side" in found else {}
    return {"registers": " ".join(map(str, kept)), **side}


def _holds(known: Range, one: Range) -> bool:
    """Say whether the registers of a range have names already."""
    if (known.unit, known.function) != (one.unit, one.function):
        return False
    if known.address is None or one.address is None:
        return known.key == one.key
    return known.address <= one.address and one.address + one.count <= known.address + known.count


def _asks(cell: CellView) -> bool:
    profile = channels.profile(cell.profile_id)
    return cell.enabled and profile is not None and profile.settled(cell.params).get("naming") == AUTO


def _heard(reader: StoreReader, cell_id: int) -> bytes:
    """Return the newest bytes of a cell's newest recording."""
    recordings, span = reader.recordings(cell_id), reader.span(cell_id)
    if not recordings:
        return b""
    since_ns = span[1] - _LOOK_NS if span else recordings[-1].started_ns
    found = b"".join(
        record.data for record in reader.raw(recordings[-1].id, t0_ns=since_ns, t1_ns=None) if record.direction == 0
    )
    return found[-_MOST_BYTES:]
