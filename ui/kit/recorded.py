"""The recorded data as the window lane holds it open, and its instants as datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from center_app.telemetry.opening import Opening
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Doors:
    """The open files of the window lane; made there on first use and used only there."""

    folder: Path
    records: Records | None = None
    reader: StoreReader | None = None
    database: Any = None
    """The centre's database: recordings that are not in the folder come from a server centre."""

    def open_records(self) -> Records:
        """Return the collectors' ledgers."""
        if self.records is None:
            self.records = self._place.records()
        return self.records

    def open_reader(self) -> StoreReader:
        """Return the recorded data."""
        if self.reader is None:
            self.reader = self._place.reader()
        return self.reader

    @property
    def _place(self) -> Opening:
        return Opening(self.folder, self.database)


def to_ns(moment: datetime) -> int:
    """Return ns UTC of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def to_datetime(t_ns: int) -> datetime:
    """Return the aware UTC datetime of ns UTC."""
    return _EPOCH + timedelta(microseconds=t_ns // 1000)
