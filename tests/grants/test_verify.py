"""A report proves itself offline, and says exactly what was tampered with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from center_app.core.db import open_sqlite
from center_app.core.errors import PersonError, describe
from center_app.core.text import catalogue
from center_app.documents.reading import NOT_A_PDF
from center_app.grants import evidence
from center_app.grants.reports import codec, verify
from center_app.grants.reports.layout import print_report
from center_app.grants.reports.links import Link
from center_app.grants.reports.registry import with_figures
from center_app.grants.reports.trace import trace
from center_app.grants.reports.values import Snapshot, Verdict
from center_app.wiring import open_center
from tests.fakes import FakeClock
from tests.grants import chain_world
from tests.grants.chain_world import ChainWorld


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainWorld]:
    world = chain_world.make(tmp_path_factory.mktemp("verify") / "store")
    yield world
    world.center.close()


@pytest.fixture(scope="module")
def paper(made: ChainWorld, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return print_report(made.snapshot, "zh", tmp_path_factory.mktemp("paper") / "report.pdf").path


def ids(found: verify.Verified) -> list[str]:
    return [problem.code.id for problem in found.problems]


def repack(paper: Path, target: Path, files: Mapping[str, bytes | None]) -> Path:
    """Write a copy of a report with other embedded files; None takes one out."""
    import pikepdf

    with pikepdf.open(paper) as pdf:
        for name, data in files.items():
            del pdf.attachments[name]
            if data is not None:
                pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
        pdf.save(target)
    return target


def raise_cost(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot in which one cost is a hundred yuan larger and every figure follows."""
    first, *rest = snapshot.costs
    larger = replace(first, amount_minor=first.amount_minor + 100_00, gross_minor=first.gross_minor + 100_00)
    return with_figures(replace(snapshot, costs=(larger, *rest)))


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_report_as_made_is_intact_in_every_language(made: ChainWorld, tmp_path: Path, language: str) -> None:
    path = print_report(made.snapshot, language, tmp_path / "report.pdf").path
    found = verify.verify_paper(path)
    assert found.problems == ()
    assert found.recounted == len(made.snapshot.figures)
    assert found.printed > 50
    assert (found.evidence, found.trail) == (None, None)


def test_with_the_store_at_hand_trail_and_evidence_are_checked(made: ChainWorld, paper: Path) -> None:
    found = made.center.read(verify.verify_with_store, made.center.folder, paper)
    assert found.problems == ()
    assert found.evidence == 2
    assert found.trail is not None
    assert found.trail > made.snapshot.audit.seq


def test_the_same_snapshot_gives_the_same_bytes(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    again = print_report(codec.load_snapshot(codec.dump(made.snapshot)), "zh", tmp_path / "again.pdf")
    assert again.path.read_bytes() == paper.read_bytes()


def test_a_changed_row_in_the_data_is_named_with_its_figures(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    told = json.loads(codec.dump(made.snapshot))
    told["costs"][0]["amount_minor"] += 100_00
    data = codec.dump(codec.load_snapshot(json.dumps(told).encode()))
    found = verify.verify_paper(repack(paper, tmp_path / "changed.pdf", {"report.json": data}))
    assert {"verify.snapshot_differs", "verify.hash_not_printed", "verify.figure_differs"} <= set(ids(found))
    figures = {problem.params["figure"] for problem in found.problems if problem.code is verify.FIGURE_DIFFERS}
    assert {"costs.total", "budget.materials.actual", "award.free"} <= figures


def test_data_changed_with_all_its_figures_still_differs_from_the_page(
    made: ChainWorld, paper: Path, tmp_path: Path
) -> None:
    changed = raise_cost(made.snapshot)
    found = verify.verify_paper(repack(paper, tmp_path / "changed.pdf", {"report.json": codec.dump(changed)}))
    assert verify.FIGURE_DIFFERS.id not in ids(found)
    pages = [problem.params for problem in found.problems if problem.code is verify.PAGE_DIFFERS]
    assert any(told["figure"] == "award.spent" and told["wanted"] == "400.00" for told in pages)
    assert all(told["page"] for told in pages)


def test_a_changed_page_is_named(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    """Print other figures, then embed the true data again: only the pages lie."""
    forged = print_report(raise_cost(made.snapshot), "zh", tmp_path / "forged.pdf").path
    true = verify.open_paper(paper).files
    found = verify.verify_paper(repack(forged, tmp_path / "lie.pdf", {name: true[name] for name in true}))
    told = [problem.params for problem in found.problems if problem.code is verify.PAGE_DIFFERS]
    assert {problem["figure"] for problem in told} >= {"cost.JZ-0001.amount", "award.spent"}
    assert {"found": "400.00", "wanted": "300.00"}.items() <= next(
        one for one in told if one["figure"] == "award.spent"
    ).items()


@pytest.mark.parametrize("name", ["figures.json", "rules.json", "evidence.csv"])
def test_a_missing_attachment_is_named(paper: Path, tmp_path: Path, name: str) -> None:
    found = verify.verify_paper(repack(paper, tmp_path / "less.pdf", {name: None}))
    assert [p.params["name"] for p in found.problems if p.code is verify.ATTACHMENT_MISSING] == [name]


def test_a_report_without_its_data_is_refused(paper: Path, tmp_path: Path) -> None:
    with pytest.raises(PersonError) as told:
        verify.verify_paper(repack(paper, tmp_path / "none.pdf", {"report.json": None}))
    assert told.value.code is verify.ATTACHMENT_MISSING


def test_a_softened_rule_is_named(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    rules = json.loads(codec.dump(made.snapshot.rules))
    bad = next(row for row in rules if row["verdict"] != "pass")
    bad["verdict"] = "pass"
    found = verify.verify_paper(repack(paper, tmp_path / "soft.pdf", {"rules.json": json.dumps(rules).encode()}))
    assert [(p.code.id, p.params["detail"]) for p in found.problems] == [("verify.attachment_differs", bad["id"])]


def test_a_rule_softened_everywhere_is_still_found(made: ChainWorld, tmp_path: Path) -> None:
    rules = tuple(replace(row, verdict=Verdict.PASS) if row.id == "CN-18" else row for row in made.snapshot.rules)
    forged = print_report(with_figures(replace(made.snapshot, rules=rules)), "en", tmp_path / "forged.pdf").path
    found = verify.verify_paper(forged)
    assert [(p.code.id, p.params["rule"]) for p in found.problems] == [("verify.rule_differs", "CN-18")]


def test_a_changed_evidence_index_is_named(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    row = made.snapshot.evidence[0]
    data = verify.open_paper(paper).files["evidence.csv"].replace(row.sha256.encode(), b"0" * 64)
    found = verify.verify_paper(repack(paper, tmp_path / "index.pdf", {"evidence.csv": data}))
    assert [(p.code.id, p.params["detail"]) for p in found.problems] == [("verify.attachment_differs", row.number)]


def test_changed_and_lost_evidence_is_named(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    shutil.copytree(made.center.folder, tmp_path / "store", ignore=shutil.ignore_patterns("*.lock"))
    first, second = made.snapshot.evidence
    evidence.path_of(tmp_path / "store", first.sha256).write_bytes(b"other")
    evidence.path_of(tmp_path / "store", second.sha256).unlink()
    center = open_center(str(tmp_path / "store"), FakeClock())
    found = center.read(verify.verify_with_store, center.folder, paper)
    center.close()
    assert [(p.code.id, p.params["number"]) for p in found.problems] == [
        ("verify.evidence_differs", first.number),
        ("verify.evidence_gone", second.number),
    ]


def test_a_changed_audit_row_is_named(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    shutil.copytree(made.center.folder, tmp_path / "store", ignore=shutil.ignore_patterns("*.lock"))
    link = open_sqlite(tmp_path / "store" / "center.db")
    link.execute("DROP TRIGGER audit_entry_no_update")
    link.execute("UPDATE audit_entry SET person = 'Somebody' WHERE seq = 7")
    link.close()
    center = open_center(str(tmp_path / "store"), FakeClock())
    found = center.read(verify.verify_with_store, center.folder, paper)
    center.close()
    assert [(p.code.id, p.params["entry"], str(p.params["reason"])) for p in found.problems] == [
        ("verify.trail_differs", 7, "altered")
    ]


def test_another_store_does_not_know_the_report(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    center = open_center(str(tmp_path / "store"), FakeClock(), create=True)
    found = center.read(verify.verify_with_store, center.folder, paper)
    center.close()
    assert {"verify.trail_differs", "verify.report_unknown", "verify.evidence_gone"} == set(ids(found))


def test_a_trace_of_a_tampered_paper_names_its_data(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    whole = made.center.read(trace, made.center.folder, paper, "costs.total")
    assert (whole.broken, whole.printed) == (None, "300.00")
    path = repack(paper, tmp_path / "changed.pdf", {"report.json": codec.dump(raise_cost(made.snapshot))})
    found = made.center.read(trace, made.center.folder, path, "costs.total")
    assert found.broken is not None
    assert found.broken.link is Link.DATA


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"not a pdf at all", b"\0" * 1000])
def test_what_is_no_report_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    with pytest.raises(PersonError) as told:
        verify.verify_paper(path)
    assert told.value.code is NOT_A_PDF


def test_every_problem_is_said_in_three_languages(made: ChainWorld, paper: Path, tmp_path: Path) -> None:
    path = repack(paper, tmp_path / "changed.pdf", {"report.json": codec.dump(raise_cost(made.snapshot))})
    for language in ("en", "de", "zh"):
        for problem in verify.verify_paper(path).problems:
            sentence, step = describe(problem, catalogue(language))
            assert "{" not in sentence + step
