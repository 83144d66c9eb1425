"""Parquet, MCAP and HDF5 hold exactly the recorded values, with units, gaps, quality and the byte account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from center_app.core.access import Actor
from center_app.core.errors import PersonError
from center_app.telemetry.exchange.export import FORMATS, export, format_of
from center_app.telemetry.exchange.importing import ImportWish, take_in
from center_app.telemetry.exchange.values import ExportOptions
from center_app.telemetry.store.reader import StoreReader
from center_app.wiring import Center
from devices.values import Quality
from tests.telemetry.store.rig import MS, T0, Feed, begin, open_writer, stream

ROWS = 45_000
BAD_ROW = 5


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    folder = tmp_path_factory.mktemp("formats") / "store"
    writer = open_writer(folder)
    recording = begin(writer, stream(scale=0.1))
    quality = np.zeros((3, ROWS), np.uint8)
    quality[1, BAD_ROW] = Quality.TIMEOUT
    quality[2, BAD_ROW] = Quality.OUT_OF_RANGE
    values = (np.arange(3 * ROWS).reshape(3, ROWS) % 30_000).astype(np.int16)
    Feed(recording).send(T0 + np.arange(ROWS) * MS, values, quality)
    recording.add_gap(T0 + 10 * MS, T0 + 11 * MS, "unplugged", 3)
    writer.close()
    return folder, recording.id


def written(recorded: tuple[Path, int], target: Path, options: ExportOptions | None = None) -> Path:
    folder, recording_id = recorded
    with StoreReader(folder) as reader:
        result = export(reader, recording_id, target, options)
    assert result.rows == (ROWS if options is None else 10)
    assert result.size_bytes == target.stat().st_size
    return target


def test_parquet(recorded: tuple[Path, int], tmp_path: Path) -> None:
    import duckdb

    target = written(recorded, tmp_path / "out.parquet")
    link = duckdb.connect()
    found = link.execute(f"SELECT * FROM '{target}' ORDER BY t_ns").fetchnumpy()
    assert list(found) == ["time", "t_ns", "c0 [A]", "c1 [A]", "c2 [A]", "quality"]
    assert found["t_ns"].tolist() == (T0 + np.arange(ROWS) * MS).tolist()
    assert found["c0 [A]"][:3].tolist() == pytest.approx([0.0, 0.1, 0.2])
    assert np.ma.getmaskarray(found["c1 [A]"]).nonzero()[0].tolist() == [BAD_ROW]
    assert found["quality"][BAD_ROW] == "c1=timeout c2=out_of_range"
    facts = dict(link.execute(f"SELECT key::VARCHAR, value FROM parquet_kv_metadata('{target}')").fetchall())
    check_facts(json.loads(facts["center_desk"]))


def check_facts(facts: dict[str, Any]) -> None:
    assert facts["channels"][0]["unit"] == "A"
    assert facts["gaps"][0]["bytes_lost"] == 3
    assert facts["byte_account"]["balanced"] is True
    assert facts["profile_version"] == 3


def test_hdf5(recorded: tuple[Path, int], tmp_path: Path) -> None:
    import h5py

    with h5py.File(written(recorded, tmp_path / "out.h5")) as file:
        group = file["drive"]
        assert group["t_ns"][:].tolist() == (T0 + np.arange(ROWS) * MS).tolist()
        assert group["c0"][:3].tolist() == pytest.approx([0.0, 0.1, 0.2])
        assert np.flatnonzero(np.isnan(group["c1"][:])).tolist() == [BAD_ROW]
        assert group["quality"][:, BAD_ROW].tolist() == [0, int(Quality.TIMEOUT), int(Quality.OUT_OF_RANGE)]
        assert group["c0"].attrs["unit"] == "A"
        assert file["gaps"][:].tolist() == [[T0 + 10 * MS, T0 + 11 * MS]]
        check_facts(json.loads(file.attrs["center_desk"]))


def test_mcap(recorded: tuple[Path, int], tmp_path: Path) -> None:
    from mcap.reader import make_reader

    with written(recorded, tmp_path / "out.mcap").open("rb") as file:
        reader = make_reader(file)
        messages = [(message.log_time, json.loads(message.data)) for _s, _c, message in reader.iter_messages("/drive")]
        metadata = {each.name: each.metadata for each in reader.iter_metadata()}
    assert [at for at, _ in messages] == (T0 + np.arange(ROWS) * MS).tolist()
    assert messages[2][1] == {"c0": pytest.approx(0.2), "c1": pytest.approx(1500.2), "c2": pytest.approx(0.2)}
    assert messages[BAD_ROW][1]["c1"] is None
    assert messages[BAD_ROW][1]["quality"] == "c1=timeout c2=out_of_range"
    assert json.loads(metadata["center_desk"]["gaps"])[0]["reason"] == "unplugged"


@pytest.mark.parametrize("suffix", [each.suffix for each in FORMATS])
def test_a_range_holds_exactly_its_rows(recorded: tuple[Path, int], tmp_path: Path, suffix: str) -> None:
    written(recorded, tmp_path / f"part{suffix}", ExportOptions(t0_ns=T0 + 10 * MS, t1_ns=T0 + 20 * MS))


@pytest.mark.parametrize("suffix", [each.suffix for each in FORMATS])
def test_cancelling_leaves_nothing(recorded: tuple[Path, int], tmp_path: Path, suffix: str) -> None:
    folder, recording_id = recorded
    old = tmp_path / f"out{suffix}"
    old.write_text("the old file")
    with StoreReader(folder) as reader:
        done = export(reader, recording_id, old, progress=lambda share: share < 0.3)
    assert done.is_cancelled
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    assert old.read_text() == "the old file"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".mcap"])
def test_what_we_wrote_opens_again_with_the_same_values(
    recorded: tuple[Path, int], sqlite_center: Center, admin: Actor, tmp_path: Path, suffix: str
) -> None:
    target = written(recorded, tmp_path / f"round{suffix}")
    done = take_in(sqlite_center.database, sqlite_center.folder, sqlite_center.clock, admin, ImportWish(target))
    key = "drive" if suffix == ".mcap" else "round"
    with StoreReader(sqlite_center.folder) as reader, StoreReader(recorded[0]) as before:
        again = reader.recorded(done.recording_id, key, "c1", 0, 1 << 62)
        first = before.recorded(recorded[1], "drive", "c1", 0, 1 << 62)
        units = {view.channel: view.unit for view in reader.channels(done.cell_id)}
    assert again.t_ns.tolist() == first.t_ns.tolist()
    good = first.quality == 0
    assert np.allclose(again.values[good], first.values[good], rtol=1e-9)
    assert again.quality[BAD_ROW] == Quality.NOT_MEASURED
    assert set(units) == {"c0", "c1", "c2"}
    assert suffix == ".mcap" or units["c1"] == "A"


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonError):
        format_of(tmp_path / "a.xls")
    assert format_of("A.HDF5").suffix == ".h5"
