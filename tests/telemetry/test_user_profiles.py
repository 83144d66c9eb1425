"""Written profiles in the centre: versions, removal, who may, and what the register says after each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from center_app.core.access import Actor, Role
from center_app.core.errors import PersonError, ProblemsError, describe
from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.telemetry import channels, profile_errors, service, user_profiles
from center_app.telemetry.collector import plan
from center_app.telemetry.profile_package import export_package
from center_app.telemetry.values import CellDraft
from devices import profiles

TEXT = (Path(__file__).parents[2] / "resources" / "profiles" / "force_sensor_sync.toml").read_text(encoding="utf-8")
ID = "example_force_sensor"
STAFF = Actor(5, "Lin Wei", Role.STAFF, "desk 1")


@pytest.fixture(autouse=True)
def _empty_register():
    yield
    profiles.set_own(())


def test_a_saved_profile_is_in_force_and_a_change_is_a_new_version(center, admin):
    first = center.write(admin, user_profiles.save_profile, TEXT)
    again = center.write(admin, user_profiles.save_profile, TEXT)
    second = center.write(admin, user_profiles.save_profile, TEXT.replace('unit = "N"', 'unit = "kN"'))
    assert (first.version, again.version, second.version) == (1, 1, 2)
    center.read(user_profiles.refresh)
    assert channels.profile(ID).streams[0].channels[0].unit == "kN"
    assert channels.profile(ID, 1).streams[0].channels[0].unit == "N"
    assert channels.profile(ID, 1).version == 1
    assert channels.profile(ID, 3) is None
    assert ID in [one.id for one in profiles.all()]


def test_two_people_who_edit_the_same_version_are_told(center, admin):
    center.write(admin, user_profiles.save_profile, TEXT)
    center.write(admin, user_profiles.save_profile, TEXT.replace('"N"', '"kN"'), 1)
    with pytest.raises(PersonError) as refused:
        center.write(admin, user_profiles.save_profile, TEXT.replace('"N"', '"mN"'), 1)
    assert refused.value.code is profile_errors.PROFILE_CHANGED


def test_a_removed_profile_is_out_of_force_but_its_version_still_decodes(center, admin):
    center.write(admin, user_profiles.save_profile, TEXT)
    center.write(admin, user_profiles.remove_profile, ID)
    center.read(user_profiles.refresh)
    assert channels.profile(ID) is None
    assert channels.profile(ID, 1) is not None
    center.write(admin, user_profiles.restore_profile, ID)
    center.read(user_profiles.refresh)
    assert channels.profile(ID).version == 1


def test_who_may_not_record_may_not_save(center):
    with pytest.raises(PersonError):
        center.write(STAFF, user_profiles.save_profile, TEXT)


def test_a_bad_profile_is_refused_whole_in_every_language(center, admin):
    with pytest.raises(ProblemsError) as refused:
        center.write(
            admin, user_profiles.save_profile, TEXT.replace("at = 5", "at = 4").replace('"u8"\nat = 7', '"u9"\nat = 7')
        )
    assert {problem.code.id for problem in refused.value.problems} == {"profile.overlap", "profile.unknown_type"}
    for language in ("en", "de", "zh"):
        for problem in refused.value.problems:
            sentence, step = describe(problem, catalogue(language))
            assert str(problem.params["line"]) in sentence
            assert "{" not in sentence + step
    assert center.read(user_profiles.written_profiles) == []


def test_every_code_of_the_reader_is_declared():
    sources = Path(profiles.__file__).parents[1] / "toml_profiles"
    import re

    text = "".join(path.read_text(encoding="utf-8") for path in sources.glob("*.py"))
    codes = set(
        re.findall(
            r'(?:problem|ProfileProblem|findings\.add)\(\s*(?:[^"()]*|[^"()]*\([^()]*\)[^"()]*),?\s*"([a-z_0-9]+)"',
            text,
        )
    )
    codes |= {f"pattern_{one}" for one in re.findall(r'PatternRefused\("([a-z_]+)"', text)}
    assert codes <= set(profile_errors.CODES)
    assert len(codes) > 30


def test_a_cell_records_under_the_new_version(center, admin):
    center.write(admin, user_profiles.save_profile, TEXT)
    draft = CellDraft(None, Label.of("Sensor"), "/dev/ttyUSB7", ID)
    center.write(admin, service.add_cell, draft)
    (before,) = center.read(plan.plans, "local")
    center.write(admin, user_profiles.save_profile, TEXT.replace('"N"', '"kN"'))
    (after,) = center.read(plan.plans, "local")
    assert (before.profile_version, after.profile_version) == (1, 2)
    assert before != after
    assert not before.decodes_like(after)
    assert before.profile.streams[0].channels[0].unit == "N"
    center.write(admin, user_profiles.remove_profile, ID)
    assert center.read(plan.plans, "local") == ()


def test_the_package_decodes_outside_the_project(tmp_path):
    done = export_package(tmp_path / "devices.whl")
    assert done.profiles == len(profiles.all())
    with zipfile.ZipFile(done.file) as bundle:
        listing = json.loads(bundle.read("devices/profiles.json"))
        assert {"METADATA", "WHEEL", "RECORD"} <= {name.rsplit("/", 1)[-1] for name in bundle.namelist()}
    assert [one["id"] for one in listing["profiles"]] == [one.id for one in profiles.all()]
    code = (
        "import devices, json; from devices import profiles; p = profiles.get('ldrobot_ld19'); d = p.decoder();"
        "b = d.feed(p.sample); print(json.dumps([devices.__file__, int(b[0].values[0, 0]), d.account().frames_good]))"
    )
    with zipfile.ZipFile(done.file) as bundle:
        bundle.extractall(tmp_path / "site")
    site = next(path for path in sys.path if path.endswith("site-packages"))
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{site}"},
    )  # fmt: skip
    file, speed, good = json.loads(ran.stdout)
    assert file.startswith(str(tmp_path))
    assert (speed, good) == (2152, 1)
    export_package(tmp_path / "again.whl")
    assert (tmp_path / "again.whl").read_bytes() == (tmp_path / "devices.whl").read_bytes()
