"""A written profile on a real line: a new version begins a new recording and no byte is lost between both."""

from __future__ import annotations

from pathlib import Path

from center_app.telemetry import channels, user_profiles
from center_app.telemetry.store.reader import StoreReader
from devices import profiles
from tests.support import wait_until
from tests.telemetry import cells

FILE = Path(__file__).parents[2] / "resources" / "profiles" / "force_sensor_sync.toml"
ID, FRAME = "example_force_sensor", 10


def test_a_changed_profile_is_taken_over_without_losing_a_byte(tmp_path):
    store, link = tmp_path / "store", tmp_path / "ttySENSOR"
    text = FILE.read_text(encoding="utf-8")
    center = cells.new_center(store)
    center.write(cells.ENGINEER, user_profiles.save_profile, text)
    cell = cells.add_cell(center, link, ID)
    with cells.simulator(str(FILE), link), cells.collector(store):
        cells.wait_for_bytes(store, cell.id, 50 * FRAME)
        center.write(cells.ENGINEER, user_profiles.save_profile, text.replace('unit = "N"', 'unit = "kN"'))

        def both() -> bool:
            with StoreReader(store) as reader:
                found = reader.recordings(cell.id)
                return len(found) == 2 and len(b"".join(r.data for r in reader.raw(found[1].id))) > 50 * FRAME

        wait_until(both, poll_s=0.1)
    with StoreReader(store) as reader:
        first, second = reader.recordings(cell.id)
        data = b"".join(record.data for one in (first, second) for record in reader.raw(one.id))
    center.read(user_profiles.refresh)
    assert (first.profile_version, second.profile_version) == (1, 2)
    decoder = channels.profile(ID, first.profile_version).decoder()
    blocks = decoder.feed(data)
    assert sum(block.sequence_gaps for block in blocks) == 0
    assert decoder.account().discarded == {}
    assert channels.profile(ID, 1).streams[0].channels[0].unit == "N"
    center.close()
    profiles.set_own(())
