"""The whole chain: a figure walked back to bytes; each link broken once and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from center_app.core.db import open_sqlite
from center_app.core.errors import PersonError, describe
from center_app.core.text import catalogue
from center_app.grants import evidence, queries, service
from center_app.grants.reports import codec
from center_app.grants.reports.figures import Recount
from center_app.grants.reports.links import CODES, Broken, Link
from center_app.grants.reports.snapshot import build_snapshot
from center_app.grants.reports.trace import FIGURE_UNKNOWN, Trace, trace_snapshot
from center_app.grants.reports.values import Kind, Snapshot, Verdict
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.grants import chain_world
from tests.grants.chain_world import AWARD, MEASURED, UNMEASURED, ChainWorld
from tests.grants.samples import MANAGER

HOURS = f"use.{MEASURED}.2026-05.measured"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainWorld]:
    world = chain_world.make(tmp_path_factory.mktemp("chain") / "store")
    yield world
    world.center.close()


@pytest.fixture
def copy(made: ChainWorld, tmp_path: Path) -> Iterator[Center]:
    """Open a copy of the store, to be broken."""
    shutil.copytree(made.center.folder, tmp_path / "store", ignore=shutil.ignore_patterns("*.lock"))
    center = open_center(str(tmp_path / "store"), FakeClock())
    yield center
    center.close()


def walk(center: Center, snapshot: Snapshot, figure: str) -> Trace:
    return center.read(trace_snapshot, center.folder, snapshot, figure)


def test_hours_are_measured_and_said_apart(made: ChainWorld) -> None:
    values = {name: made.snapshot.figure(f"use.{MEASURED}.2026-05.{name}").value for name in
              ("booked", "checked_in", "measured", "effective", "claimed", "external")}  # fmt: skip
    hour = 3_600_000_000
    assert values["booked"] == 7 * hour
    assert values["checked_in"] == 7 * hour - 2 * 300_000_000
    assert values["measured"] == pytest.approx(5 * hour, abs=120_000_000)
    assert values["effective"] == values["measured"] + 2 * 900_000_000 == values["claimed"]
    assert values["external"] == pytest.approx(3.25 * hour, abs=60_000_000)
    assert made.snapshot.figure(f"use.{UNMEASURED}.2026-05.measured").value is None
    assert made.snapshot.figure(f"use.{UNMEASURED}.2026-05.booked").value == 3 * hour
    assert [row.is_measured for row in made.snapshot.months] == [True, False]


def test_every_interval_carries_its_bytes(made: ChainWorld) -> None:
    assert len(made.snapshot.intervals) == 2
    for row in made.snapshot.intervals:
        assert len(row.raw_sha256) == 64
        assert row.segments
        assert row.raw_from < row.raw_to


def test_a_whole_chain_recomputes_from_bytes(made: ChainWorld) -> None:
    found = walk(made.center, made.snapshot, HOURS)
    assert found.broken is None
    assert found.recomputed == found.figure.value
    assert (found.runs, found.decoded) == (2, 2)
    assert found.bytes_read > 1000
    assert [use.row.booking for use in found.uses] == [
        row.booking for row in made.snapshot.uses if row.machine == MEASURED
    ]


def test_totals_and_shares_walk_back_too(made: ChainWorld) -> None:
    for figure in ("use.total.coverage", "use.total.external_share", "award.free", "budget.materials.actual"):
        found = walk(made.center, made.snapshot, figure)
        assert found.broken is None, figure
        assert found.recomputed == found.figure.value
    assert [cost.row.id for cost in walk(made.center, made.snapshot, "costs.total").costs] == ["JZ-0001", "JZ-0002"]


def test_an_unknown_figure_is_a_sentence(made: ChainWorld) -> None:
    with pytest.raises(PersonError) as told:
        walk(made.center, made.snapshot, "use.nothing")
    assert told.value.code is FIGURE_UNKNOWN


def test_a_long_chain_decodes_a_stated_sample(made: ChainWorld) -> None:
    found = made.center.read(trace_snapshot, made.center.folder, made.snapshot, HOURS, "en", None, 1)
    assert (found.broken, found.runs, found.decoded) == (None, 2, 1)


def sql(path: Path, *statements: str) -> None:
    link = open_sqlite(path)
    for statement in statements:
        link.execute(statement)
    link.close()


def in_centre(*statements: str) -> Callable[[Path], None]:
    return lambda folder: sql(folder / "center.db", *statements)


def in_ledger(*statements: str) -> Callable[[Path], None]:
    return lambda folder: sql(folder / "telemetry" / "local" / "collector.db", *statements)


def change_run(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "telemetry" / "local" / "collector.db"
        link = open_sqlite(path)
        key, body = link.execute("SELECT key, body FROM run_interval ORDER BY start_ns LIMIT 1").fetchone()
        told = json.dumps({**json.loads(body), **changes})
        link.execute("UPDATE run_interval SET body = ? WHERE key = ?", (told, key))
        link.close()

    return change


def spoil_bytes(folder: Path) -> None:
    for path in (folder / "telemetry" / "local").glob("2026-*.db"):
        link = open_sqlite(path)
        for row_id, data in link.execute("SELECT id, data FROM raw_segment").fetchall():
            link.execute("UPDATE raw_segment SET data = ? WHERE id = ?", (data[:-3] + b"9" + data[-2:], row_id))
        link.close()


def lose_bytes(folder: Path) -> None:
    for path in (folder / "telemetry" / "local").glob("2026-*.db"):
        sql(path, "DELETE FROM raw_segment")


def lose_evidence(folder: Path) -> None:
    for path in evidence.folder_of(folder).glob("*/*"):
        if b"JZ-" in path.read_bytes()[:10]:
            path.unlink()


BREAKS = [
    (Link.BOOKING, HOURS, in_centre("UPDATE booking SET person_id = 2 WHERE id = 1")),
    (Link.SESSION, HOURS, in_centre("UPDATE usage_session SET ended_at = ended_at - 60000000 WHERE id = 1")),
    (Link.SESSION, HOURS, in_centre("UPDATE usage_session SET setup_s = 900 WHERE id = 1")),
    (Link.INTERVAL, HOURS, in_ledger("DELETE FROM run_interval")),
    (Link.INTERVAL, HOURS, change_run(end_ns=1)),
    (Link.RECORDING, HOURS, in_ledger("UPDATE recording SET profile_version = 9")),
    (Link.RECORDING, HOURS, in_ledger("PRAGMA foreign_keys = OFF", "DELETE FROM recording")),
    (Link.BYTES, HOURS, spoil_bytes),
    (Link.BYTES, HOURS, lose_bytes),
    (Link.DECODING, HOURS, change_run(threshold=50_000.0)),
    (Link.ROW, "costs.total", in_centre("UPDATE cost_item SET gross_minor = gross_minor + 1 WHERE id = 1")),
    (Link.EVIDENCE, "costs.total", lose_evidence),
]


@pytest.mark.parametrize(("link", "figure", "broken"), BREAKS, ids=[f"{row[0]}-{n}" for n, row in enumerate(BREAKS)])
def test_each_broken_link_is_named(
    made: ChainWorld, copy: Center, link: Link, figure: str, broken: Callable[[Path], None]
) -> None:
    assert walk(copy, made.snapshot, figure).broken is None
    broken(copy.folder)
    found = walk(copy, made.snapshot, figure)
    assert found.broken is not None
    assert found.broken.link is link, found.broken
    assert found.recomputed is None
    for language in ("en", "de", "zh"):
        sentence, step = describe(found.broken.problem, catalogue(language))
        assert sentence
        assert step
        assert "{" not in sentence


def test_a_claim_changed_in_the_store_is_named(made: ChainWorld, copy: Center) -> None:
    use = made.snapshot.uses[0]
    copy.write(MANAGER, service.claim_hours, AWARD, use.id, 1, "typed wrongly")
    found = walk(copy, made.snapshot, f"use.{MEASURED}.2026-05.claimed")
    assert found.broken is not None
    assert found.broken.link is Link.ROW


def test_a_figure_changed_in_the_data_is_named(made: ChainWorld) -> None:
    figure = made.snapshot.figure(HOURS)
    changed = replace(figure, value=int(figure.value or 0) + 3_600_000_000)
    figures = tuple(changed if one.id == HOURS else one for one in made.snapshot.figures)
    found = walk(made.center, replace(made.snapshot, figures=figures), HOURS)
    assert found.broken is not None
    assert found.broken.link is Link.FIGURE
    assert found.broken.stated != found.broken.found


def test_every_link_has_a_sentence() -> None:
    assert set(CODES) == set(Link)
    for link in Link:
        sentence, _ = describe(Broken(link, "x", "d", "1", "2").problem, catalogue("de"))
        assert "{" not in sentence


def test_the_snapshot_survives_its_json(made: ChainWorld) -> None:
    data = codec.dump(made.snapshot)
    assert codec.load_snapshot(data) == made.snapshot
    assert codec.dump(codec.load_snapshot(data)) == data


def test_the_same_store_gives_the_same_snapshot(made: ChainWorld, copy: Center) -> None:
    first = copy.read(build_snapshot, copy.folder, made.center.profile, "A", chain_world.ASK)
    again = copy.read(build_snapshot, copy.folder, made.center.profile, "A", chain_world.ASK)
    assert codec.dump(first) == codec.dump(again)


def test_all_figures_recount_and_sums_hold(made: ChainWorld) -> None:
    recount = Recount(made.snapshot)
    for figure in made.snapshot.figures:
        assert recount.value(figure.id) == figure.value, figure.id
    value = {figure.id: figure.value for figure in made.snapshot.figures}
    lines = [row.code for row in made.snapshot.budget]
    assert sum(value[f"budget.{code}.actual"] for code in lines) == value["budget.total.actual"] == value["costs.total"]
    assert value["award.free"] == 1000_00 - 300_00
    assert value["equipment.rate"] == Fraction(2, 5)
    kinds = {figure.kind for figure in made.snapshot.figures}
    assert kinds == {Kind.MONEY, Kind.TIME, Kind.SHARE, Kind.COUNT}


def test_the_rules_see_the_chain(made: ChainWorld) -> None:
    verdicts = {row.id: row.verdict for row in made.snapshot.rules}
    assert verdicts["GEN-02"] is verdicts["GEN-08"] is verdicts["GEN-10"] is Verdict.PASS
    assert verdicts["CN-18"] is Verdict.NOT_CHECKED


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"schema":1}', b'{"schema":99}', b"\xff", b"[" * 100_000])
def test_damaged_data_is_a_sentence(data: bytes) -> None:
    with pytest.raises(PersonError):
        codec.load_snapshot(data)


def test_versions_are_kept_pinned_and_released_by_the_reviewer(made: ChainWorld, copy: Center) -> None:
    from center_app.flows.report import keep_report, pins, release_report
    from center_app.grants import errors
    from tests.grants.samples import OTHER

    view = copy.read(queries.reports_of, AWARD)[0]
    assert (view.number, view.version, view.state, view.reviewer) == ("CD-GDC-TEST-1-M1", 1, "draft", "Chen Jie")
    assert len(pins(made.snapshot.intervals)["local"]) == 4
    with pytest.raises(PersonError) as told:
        copy.write(OTHER, release_report, copy.folder, view.number, 1)
    assert told.value.code is errors.REPORT_BLOCKED
    passing = tuple(replace(row, verdict=Verdict.PASS) for row in made.snapshot.rules)
    head = replace(made.snapshot.report, number="CD-GDC-TEST-1-M1-V2", version=2, reason="statement filed")
    second = replace(made.snapshot, report=head, rules=passing)
    copy.write(MANAGER, keep_report, copy.folder, second)
    with pytest.raises(PersonError) as told:
        copy.write(MANAGER, release_report, copy.folder, view.number, 2)
    assert told.value.code is errors.REPORT_FOUR_EYES
    locked, snapshot = copy.write(OTHER, release_report, copy.folder, view.number, 2)
    assert (locked.state, locked.released_by, snapshot.report.state.value) == ("locked", "Chen Jie", "locked")
    assert locked.snapshot_sha256 == codec.sha256(snapshot)
    with pytest.raises(PersonError) as told:
        copy.write(MANAGER, keep_report, copy.folder, second)
    assert told.value.code is errors.REPORT_LOCKED
    without = replace(second, report=replace(head, number="CD-GDC-TEST-1-M1-V3", version=3, reason=""))
    with pytest.raises(PersonError) as told:
        copy.write(MANAGER, keep_report, copy.folder, without)
    assert told.value.code is errors.REASON_MISSING


def test_two_versions_differ_figure_by_figure(made: ChainWorld, copy: Center) -> None:
    from center_app.grants.reports.compare import compare

    assert compare(made.snapshot, made.snapshot) == ((), ())
    copy.write(MANAGER, service.reverse_cost, "JZ-0002", "wrong award")
    later = copy.read(build_snapshot, copy.folder, made.center.profile, MANAGER.name, chain_world.ASK)
    changes, _ = compare(made.snapshot, later)
    told = {change.figure: change.said(catalogue("en"), "CNY") for change in changes}
    assert told["award.spent"] == ("300.00", "100.00")
    assert told["cost.JZ-0002.amount"] == ("200.00", "")
    assert "budget.equipment.actual" not in told
