"""A recording decoded again becomes a version beside the old: balanced, verified, comparable, undoable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from center_app.core.access import Role
from center_app.core.errors import PersonError, SurroundingsError
from center_app.telemetry import comparing, recordings
from center_app.telemetry.decoding_again import AgainDraft, candidates, decode_again
from center_app.telemetry.store import versions
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader
from devices import profiles
from devices.simulators.faults import FaultTape
from devices.values import Profile
from tests.fakes import FakeClock
from tests.telemetry.store.rig import MS, T0, Feed, begin, open_writer, stream
from tests.telemetry.test_evidence import RULE, record, runs_of

CELL = 1


def corrected() -> Profile:
    """Return the robot cell's profile as if its force had been scaled wrongly by a factor of two."""
    profile = profiles.get("robot_cell")

    def right(streams: tuple) -> tuple:
        return tuple(
            replace(one, channels=tuple(
                replace(channel, scale=channel.scale * 2) if channel.key == "force" else channel
                for channel in one.channels
            ))
            for one in streams
        )  # fmt: skip

    return replace(
        profile, version=profile.version + 1, streams=right(profile.streams),
        make_streams=lambda params: right(profile.streams_for(params)),
    )  # fmt: skip


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    record(tmp_path, FaultTape(seed=3, drop=2e-5, flip=2e-5, garbage=0.05, silence=((50.0, 6.0),)), 90.0)
    return tmp_path


def test_the_same_profile_gives_the_same_samples_account_and_runs(spoiled: Path) -> None:
    with StoreReader(spoiled) as reader:
        (view,) = reader.recordings(CELL)
        draft = AgainDraft(profiles.get("robot_cell"), made_by="Test", rules=(RULE,))
        done = decode_again(reader, spoiled, view.id, draft, FakeClock())
        assert (done.version, done.is_whole, reader.served(view.id)) == (2, True, 2)
        found = comparing.compare(reader, view.id, 1, 2)
        assert found
        assert [one for one in found if not one.is_equal] == []
        assert sum(one.rows_old for one in found) > 10_000
        old, new = reader.account(view.id, 1), reader.account(view.id, 2)
        assert new.is_balanced
        assert (new.bytes_in, new.bytes_good, new.discarded) == (old.bytes_in, old.bytes_good, old.discarded)
        assert reader.verify(view.id, version=2) is None
        again = [(run.start_ns, run.end_ns, run.start_bytes) for run in candidates(reader, view.id, 2)]
    assert again == [(run.start_ns, run.end_ns, run.start_bytes) for run in runs_of(spoiled)]


def test_a_corrected_profile_is_served_the_old_stays_readable_and_hours_stay(spoiled: Path) -> None:
    before = runs_of(spoiled)
    with StoreReader(spoiled) as reader:
        (view,) = reader.recordings(CELL)
        span = (view.started_ns, view.ended_ns + 1)
        old = reader.samples(CELL, "motion", "force", *span)
        decode_again(reader, spoiled, view.id, AgainDraft(corrected(), rules=(RULE,)), FakeClock())
        new = reader.samples(CELL, "motion", "force", *span)
        assert new.values == pytest.approx(old.values * 2)
        kept = reader.recorded(view.id, "motion", "force", *span, version=1)
        assert (kept.values == old.values).all()
        window = reader.window(CELL, "motion", "force", *span, 100)
        assert window.high[window.count > 0].max() == pytest.approx(new.values[new.quality == 0].max())
        (force,) = [one for one in comparing.compare(reader, view.id, 1, 2) if one.channel == "force"]
        assert force.changed > 1000
        assert force.last_new == pytest.approx(2 * force.last_old)
        assert [one.version for one in reader.versions(view.id)] == [1, 2]
        assert reader.channels(CELL)[0].recording_id == view.id
        assert reader.recording(view.id).profile_version == corrected().version - 1
    assert runs_of(spoiled) == before


def test_using_a_version_is_audited_and_undone(spoiled: Path, center, admin) -> None:
    with StoreReader(spoiled) as reader:
        (view,) = reader.recordings(CELL)
        span = (view.started_ns, view.ended_ns + 1)
        decode_again(reader, spoiled, view.id, AgainDraft(corrected()), FakeClock())
        newest = reader.samples(CELL, "motion", "force", *span).values.sum()
        before = center.write(admin, recordings.use_version, spoiled, "local", view.id, 1)
        reader.forget_versions()
        assert reader.samples(CELL, "motion", "force", *span).values.sum() == pytest.approx(newest / 2)
        center.write(admin, recordings.use_version, spoiled, "local", view.id, before)
        reader.forget_versions()
        assert reader.samples(CELL, "motion", "force", *span).values.sum() == pytest.approx(newest)
        with pytest.raises(PersonError):
            center.write(replace(admin, role=Role.AUDITOR), recordings.use_version, spoiled, "local", view.id, 1)


def test_a_cancelled_or_killed_decoding_leaves_nothing_readable(spoiled: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(fraction: float) -> None:
        raise StoppedError

    with StoreReader(spoiled) as reader:
        (view,) = reader.recordings(CELL)
        with pytest.raises(StoppedError):
            decode_again(reader, spoiled, view.id, AgainDraft(corrected()), FakeClock(), stop)
        home = collector_folder(spoiled, "local") / versions.AGAIN
        assert [place.name for place in home.iterdir() if place.is_dir()] == []
        (home / f"{view.id}-v2").mkdir()
        (home / f"{view.id}-v2" / "collector.db").write_bytes(b"half")
        reader.forget_versions()
        assert len(reader.versions(view.id)) == 1
        done = decode_again(reader, spoiled, view.id, AgainDraft(corrected()), FakeClock())
        assert done.version == 2
        assert json.loads((home / f"{view.id}-v2" / versions.MANIFEST).read_text())["version"] == 2


def test_missing_raw_bytes_are_refused_by_name(spoiled: Path) -> None:
    import sqlite3

    file = next(collector_folder(spoiled, "local").glob("20*.db"))
    link = sqlite3.connect(file)
    link.execute("DELETE FROM raw_segment WHERE ordinal = 0")
    link.commit()
    link.close()
    with StoreReader(spoiled) as reader:
        (view,) = reader.recordings(CELL)
        with pytest.raises(SurroundingsError, match="raw_gone"):
            decode_again(reader, spoiled, view.id, AgainDraft(corrected()), FakeClock())
        assert len(reader.versions(view.id)) == 1


def test_a_running_recording_gives_a_version_that_is_read_by_name_only(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    recording = begin(writer, stream())
    feed = Feed(recording)
    import numpy as np

    for start in range(0, 6400, 200):
        feed.send(T0 + (start + np.arange(200)) * MS, np.zeros((3, 200), np.int16))
        writer.flush()
    with StoreReader(tmp_path) as reader:
        done = decode_again(reader, tmp_path, recording.id, AgainDraft(profiles.get("robot_cell")), FakeClock())
        assert (done.is_whole, reader.served(recording.id)) == (False, 1)
        assert 0 < done.read_bytes < feed.offset
        assert reader.account(recording.id, 2).is_balanced
    writer.close()


def test_samples_that_never_had_raw_bytes_are_not_replaced_by_nothing(tmp_path: Path) -> None:
    import numpy as np

    from center_app.core.clock import SystemClock
    from center_app.telemetry.store.synthetic import BulkWriter
    from devices.values import Block
    from tests.telemetry.store.rig import LINE

    with BulkWriter(tmp_path, "local", SystemClock()) as writer:
        made = writer.begin_recording(1, "robot_cell", 1, {}, LINE, "", streams=[stream()], t_ns=T0)
        block = Block("drive", np.ones((3, 50), np.int16), np.zeros((3, 50), np.uint8), np.zeros(50, np.int64))
        made.append_block(block, T0 + np.arange(50) * MS)
        made.end()
    with StoreReader(tmp_path) as reader:
        with pytest.raises(SurroundingsError, match="raw_gone"):
            decode_again(reader, tmp_path, made.id, AgainDraft(profiles.get("robot_cell")), FakeClock())
        assert reader.served(made.id) == 1
