"""Real captures, played with their own timing through a pseudo-terminal, recorded, decoded, exported."""

from __future__ import annotations

import json

import pytest

from center_app.core.audit import plain
from center_app.core.errors import PersonError, SurroundingsError
from center_app.core.paths import RESOURCES
from center_app.telemetry import byte_files, decoding, headless
from center_app.telemetry.store.reader import StoreReader
from tests.telemetry import cells

SAMPLES = RESOURCES / "samples"


@pytest.fixture
def centre(tmp_path):
    opened = cells.new_center(tmp_path / "store")
    yield opened
    opened.close()


def replay(centre, name: str, csv, **more) -> headless.Replayed:
    return headless.replay_file(SAMPLES / name, centre.database, centre.folder, cells.ENGINEER, csv=csv, **more)


@pytest.mark.parametrize(("name", "profile", "count", "speed"), [
    ("gps_mtk3339_nmea.csv", "nmea0183", 1351, 1.0),
    ("kern_scale_tare.csv", "kern_scale", 238, 8.0),
])  # fmt: skip
def test_a_real_capture_is_recorded_decoded_and_exported(centre, tmp_path, name, profile, count, speed):
    shares = []
    made = replay(centre, name, tmp_path / "out.csv", told=shares.append, speed=speed)
    account = made.account
    assert (made.profile, account.bytes_in, account.is_balanced, account.lost_bytes) == (profile, count, True, 0)
    assert account.bytes_good > 0.8 * count
    assert made.recording.ended_by == "end"
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert made.csv.rows == sum(1 for line in text.splitlines() if line[:2] == "20")
    assert str(count) in text
    assert max(shares) > 0.5
    with StoreReader(centre.folder) as reader:
        assert reader.verify(made.recording.id) is None


def test_a_second_replay_adds_a_recording_to_the_same_cell(centre, tmp_path):
    first = replay(centre, "kern_scale_tare.csv", None, speed=8.0)
    second = replay(centre, "kern_scale_tare.csv", None, speed=8.0)
    assert (first.cell.id, first.cell.enabled) == (second.cell.id, False)
    assert first.recording.id != second.recording.id


@pytest.mark.parametrize(("name", "stream", "profile"), [
    ("gps_mtk3339_nmea.csv", "position", "nmea0183"),
    ("kern_scale_tare.csv", None, "kern_scale"),
])  # fmt: skip
def test_a_file_is_decoded_to_json(name, stream, profile):
    told = json.loads(json.dumps(plain(headless.decode_file(profile, SAMPLES / name)), allow_nan=False))
    assert told["balanced"]
    assert any(one["row_count"] > 0 for one in told["streams"].values())


def test_an_unknown_profile_and_a_damaged_file_are_refused_with_the_line(tmp_path):
    with pytest.raises(PersonError) as refused:
        headless.decode_file("toaster", SAMPLES / "kern_scale_tare.csv")
    assert refused.value.code is decoding.UNKNOWN
    damaged = tmp_path / "damaged.csv"
    lines = (SAMPLES / "kern_scale_tare.csv").read_text().splitlines()
    damaged.write_text("\n".join([*lines[:5], "nonsense", *lines[5:]]))
    with pytest.raises(SurroundingsError, match="line 6") as refused:
        headless.decode_file("kern_scale", damaged)
    assert refused.value.code is byte_files.NOT_A_CAPTURE


def test_noise_fits_no_profile():
    noise = bytes((index * 73 + 41) % 251 | 0x80 for index in range(2000))
    assert headless.guess_profile(noise) is None
