"""Open what collectors recorded, wherever it lies: in the store folder, on a server centre also on the server.

Everything that reads recordings for a person goes through these doors: a desk whose own folder is empty then sees
the recordings of every collector that replicates to its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from center_app.core.db import Read


class Backend(Protocol):
    """Name what is needed of a database."""

    @property
    def engine(self) -> Engine:
        """Return the pool of connections."""
        ...

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the centre lies in a folder."""
        ...


class Place(Protocol):
    """Name what is needed of an open centre."""

    @property
    def folder(self) -> Path:
        """Return the store folder of this machine."""
        ...

    @property
    def database(self) -> Any:
        """Return the centre's database (`Backend`)."""
        ...


@dataclass(frozen=True)
class Opening:
    """Say where recordings lie: this machine's folder, and the database they are replicated to (None: nowhere)."""

    folder: Path
    backend: Backend | None = None

    @property
    def is_here(self) -> bool:
        """Tell whether everything lies in the folder."""
        return self.backend is None or self.backend.is_sqlite

    @property
    def key(self) -> tuple[Path, object]:
        """Return what is equal for openings of the same place."""
        return self.folder, None if self.backend is None or self.is_here else self.backend.engine

    def reader(self) -> StoreReader:
        """Return a reader of samples and raw bytes; for one thread, close it when done."""
        if self.backend is None or self.backend.is_sqlite:
            return StoreReader(self.folder)
        from center_app.telemetry.replica.server import CentreReader

        return CentreReader(self.folder, self.backend)

    def records(self) -> Records:
        """Return the collectors' small rows: intervals, alarms, log, health; for one thread, close it when done."""
        if self.backend is None or self.backend.is_sqlite:
            return Records(self.folder)
        from center_app.telemetry.replica.server import CentreRecords

        return CentreRecords(self.folder, self.backend)


@dataclass(frozen=True)
class _Bound:
    """Show the database that a query runs on."""

    engine: Any
    is_sqlite: bool


def of_center(center: Place) -> Opening:
    """Return where the recordings of an open centre lie."""
    return Opening(Path(center.folder), center.database)


def of_read(read: Read, folder: Path) -> Opening:
    """Return where the recordings lie of the centre that a query asks; `folder` is this machine's store folder."""
    bind = read.session.get_bind()
    return Opening(Path(folder), _Bound(bind, bind.dialect.name == "sqlite"))


def open_reader(center: Place) -> StoreReader:
    """Return a reader of a centre's recordings; for one thread, close it when done."""
    return of_center(center).reader()


def open_records(center: Place) -> Records:
    """Return a centre's collectors' small rows; for one thread, close it when done."""
    return of_center(center).records()
