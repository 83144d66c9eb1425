"""The nightly backup is made once, by one process, and not for a demo."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from center_app.core import nightly
from center_app.core.access import Actor
from center_app.core.centre import CentreDraft, establish
from center_app.core.errors import SurroundingsError
from center_app.core.labels import Label
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock


def _made(center: Center) -> bool:
    return nightly.make(center.database, center.folder, center.clock.now()) is not None


def test_one_backup_a_night(sqlite_center: Center, admin: Actor, clock: FakeClock) -> None:
    sqlite_center.write(admin, establish, CentreDraft(Label.of("Lingwan"), "Asia/Shanghai", backup_hour=2))
    assert not _made(sqlite_center)
    clock.set_wall(datetime(2026, 6, 1, 18, 0, tzinfo=UTC))  # 02:00 in Shanghai
    assert _made(sqlite_center)
    assert not _made(sqlite_center)
    clock.advance(23 * 3600)
    assert not _made(sqlite_center)
    clock.advance(3600)
    assert _made(sqlite_center)
    for _night in range(9):
        clock.advance(86_400)
        assert _made(sqlite_center)
    assert len(list((sqlite_center.folder / "backups").glob("centre-*"))) == nightly.KEPT


@pytest.mark.parametrize(("hour", "is_demo"), [(None, False), (2, True)])
def test_no_backup_where_none_is_wanted(
    sqlite_center: Center, admin: Actor, clock: FakeClock, hour: int | None, is_demo: bool
) -> None:
    draft = CentreDraft(Label.of("Lingwan"), backup_hour=hour, is_demo=is_demo)
    sqlite_center.write(admin, establish, draft)
    clock.advance(3 * 86_400)
    assert not _made(sqlite_center)


def test_a_damaged_file_is_said_so(sqlite_center: Center) -> None:
    folder = sqlite_center.folder
    sqlite_center.close()
    (folder / "center.db").write_bytes(b"this is no database" * 500)
    for leftover in folder.glob("center.db-*"):
        leftover.unlink()
    with pytest.raises(SurroundingsError) as caught:
        open_center(str(folder))
    assert caught.value.code.id == "store.damaged"
