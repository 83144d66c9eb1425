"""What the sheet of recordings shows, read on the window lane; long checks run on the work lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from center_app.telemetry import comparing, decoding_again, retention
from center_app.telemetry.comparing import Difference
from center_app.telemetry.opening import open_reader
from center_app.telemetry.retention import Outlook
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import AccountView, Damage, RecordingView
from center_app.telemetry.store.versions import VersionView
from ui.kit.recorded import Doors


@dataclass(frozen=True)
class RecordingRow:
    """Show one recording: its account, its versions, the one that is served, its pins."""

    view: RecordingView
    account: AccountView
    versions: tuple[VersionView, ...]
    served: int
    pins: int
    is_here: bool = True
    """False: its files lie with a collector on another machine; the server has samples and pinned raw bytes."""
    continues: int | None = None
    """The recording this one goes on with after its collector stood still."""
    continued_by: int | None = None
    checked: bool = False
    damage: Damage | None = None

    @property
    def served_version(self) -> VersionView:
        """Return the version that readers get."""
        return next((one for one in self.versions if one.version == self.served), self.versions[0])


@dataclass(frozen=True)
class Sheet:
    """Hold a cell's recordings, newest first, and what the store says of itself."""

    rows: tuple[RecordingRow, ...]
    store: dict[str, dict[str, Any]]


def load_sheet(doors: Doors, cell_id: int) -> Sheet:
    """Load a cell's recordings."""
    reader, records = doors.open_reader(), doors.open_records()
    reader.forget_versions()
    pins = records.pins()
    views = reader.recordings(cell_id)
    rows = tuple(_row(reader, view, pins.get(view.id, 0)) for view in reversed(views))
    said: dict[str, dict[str, Any]] = {}
    for name, parts in records.store_health().items():
        if any(view.collector == name for view in views):
            said.update(parts)
    return Sheet(rows, said)


def _row(reader: StoreReader, view: RecordingView, pins: int) -> RecordingRow:
    versions = tuple(reader.versions(view.id))
    return RecordingRow(
        view,
        reader.account(view.id),
        versions,
        reader.served(view.id),
        pins,
        reader.is_here(view.id),
        reader.continues(view.id),
        reader.continued_by(view.id),
    )


def check(report: Any, center: Any, views: Sequence[RecordingView]) -> dict[int, Damage | None]:
    """Recompute the chains of recordings, their versions' too; runs on the work lane."""
    found: dict[int, Damage | None] = {}
    with open_reader(center) as reader:
        for number, view in enumerate(views):

            def told(share: float, before: int = number) -> bool:
                report((before + share) / len(views), str(views[before].id))
                return True

            damage = reader.verify(view.id, told)
            for version in reader.versions(view.id)[1:]:
                damage = damage or reader.verify(view.id, told, version.version)
            found[view.id] = damage
    return found


def decode(
    report: Any, center: Any, recording_id: int, draft: decoding_again.AgainDraft
) -> tuple[VersionView, list[Difference]]:
    """Decode a recording again and compare it with the version before; runs on the work lane."""
    with open_reader(center) as reader:
        before = reader.served(recording_id)
        done = decoding_again.decode_again(
            reader, center.folder, recording_id, draft, center.clock,
            lambda share: report(share * 0.8, str(recording_id)),
        )  # fmt: skip
        found = comparing.compare(
            reader, recording_id, before, done.version, lambda share: report(0.8 + share * 0.2, str(recording_id))
        )
    return done, found


def compare(report: Any, center: Any, recording_id: int, old: int, new: int) -> list[Difference]:
    """Compare two versions; runs on the work lane."""
    with open_reader(center) as reader:
        return comparing.compare(reader, recording_id, old, new, lambda share: report(share, str(recording_id)))


def look_ahead(report: Any, center: Any, policy: Any) -> Outlook:
    """Say what a rule would free; runs on the work lane."""
    report(0.0, "")
    return retention.outlook(center.folder, policy, center.clock.wall_ns())[0]
