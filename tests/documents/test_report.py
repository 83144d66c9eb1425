"""The compliance report on paper: figures stand where the list says, approved, same bytes, golden boxes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from center_app.core.labels import Label
from center_app.core.text import catalogue
from center_app.documents import reading
from center_app.documents.pdfa import approve
from center_app.grants.reports.codec import dump, load_printed, load_snapshot
from center_app.grants.reports.figures import printed
from center_app.grants.reports.layout import Made, make_report, print_report
from center_app.grants.reports.values import ReportState, Snapshot
from tests.documents.sample import snapshot

GOLDEN = Path(__file__).parent.parent / "golden" / "reports"
SAMPLE = snapshot(40)


@pytest.fixture(scope="module", params=["en", "de", "zh"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Made]:
    language = str(request.param)
    return language, print_report(SAMPLE, language, tmp_path_factory.mktemp("report") / f"{language}.pdf")


def test_validator_approves_and_nothing_foreign_is_left(report: tuple[str, Made]) -> None:
    _, made = report
    assert approve(made.path) == ("pass", ())
    fonts = reading.fonts_of(made.path)
    assert fonts
    assert all(fonts.values()), fonts
    assert all("NotoSansSC" in name for name in fonts)
    with pikepdf.open(made.path) as pdf:
        assert not any("/Trans" in page for page in pdf.pages)


def test_every_figure_is_printed_where_the_list_says(report: tuple[str, Made]) -> None:
    language, made = report
    figures = load_printed(reading.attachments(made.path)["figures.json"])
    assert figures.language == language
    texts = reading.texts_in(made.path, [(figure.page, figure.rect) for figure in figures.figures])
    words, known = catalogue(language), SAMPLE.by_id()
    assert len(texts) > 400
    for figure, text in zip(figures.figures, texts, strict=True):
        told = printed(known[figure.id], words, "CNY", figure.digits)
        assert reading.squeezed(figure.text).removesuffix("%") == reading.squeezed(told).removesuffix("%"), figure
        assert text == reading.squeezed(figure.text), figure


def test_all_key_figures_and_totals_are_printed(report: tuple[str, Made]) -> None:
    figures = load_printed(reading.attachments(report[1].path)["figures.json"])
    printed_ids = {figure.id for figure in figures.figures}
    wanted = {*SAMPLE.key_figures, "award.amount", "budget.total.actual", "use.total.measured", "equipment.funded"}
    wanted |= {f"cost.{cost.id}.amount" for cost in SAMPLE.costs}
    assert wanted <= printed_ids


def test_the_data_is_inside(report: tuple[str, Made]) -> None:
    files = reading.attachments(report[1].path)
    assert set(files) == {"report.json", "rules.json", "evidence.csv", "figures.json"}
    assert hashlib.sha256(files["report.json"]).hexdigest() == report[1].snapshot_sha256
    assert load_snapshot(files["report.json"]) == SAMPLE


def test_pages_say_what_they_must(report: tuple[str, Made]) -> None:
    language, made = report
    words = catalogue(language)
    pages = reading.page_texts(made.path)
    flat = ["".join(page.split()) for page in pages]
    assert len(pages) == made.page_count
    for number, page in enumerate(flat[1:], 2):
        assert "".join(words("Page {page} of {count}", page=number, count=len(pages)).split()) in page
        assert "".join(words("Version {version}, DRAFT, not released", version=3).split()) in page
    assert "人民币伍仟万元整" in flat[0]
    assert report[1].snapshot_sha256[:8] in flat[0]


def test_chapters_are_bookmarked(report: tuple[str, Made]) -> None:
    with pikepdf.open(report[1].path) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert len(titles) == 12
    assert {"verdict", "budget", "costs", "use", "rules", "verify"} <= set(reading.destinations(report[1].path))


def test_boxes_stand_where_they_stood(report: tuple[str, Made]) -> None:
    language, made = report
    figures = load_printed(reading.attachments(made.path)["figures.json"]).figures
    boxes = [[figure.id, figure.page, [round(edge) for edge in figure.rect], figure.text] for figure in figures]
    kept = json.loads((GOLDEN / f"sample_{language}.json").read_text("utf-8"))
    assert boxes == kept


def test_same_snapshot_same_bytes_also_in_a_child(tmp_path: Path) -> None:
    first = print_report(SAMPLE, "zh", tmp_path / "a.pdf")
    second = make_report(load_snapshot(dump(SAMPLE)), "zh", tmp_path / "b.pdf")
    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()


def test_locked_report_is_no_draft(tmp_path: Path) -> None:
    made = print_report(snapshot(10, state=ReportState.LOCKED), "en", tmp_path / "a.pdf")
    assert not any("DRAFT" in page for page in reading.page_texts(made.path))


def _hostile() -> Snapshot:
    text = "<b>&amp;</para><a href='x'>" + "W" * 200 + "\u202f\x07 ]]> <img src=/etc/passwd>"
    base = snapshot(12)
    costs = tuple(replace(cost, supplier=text, text=text, invoice_number="9" * 200) for cost in base.costs)
    equipment = tuple(replace(item, names=Label.of(text), serial="S" * 200) for item in base.equipment)
    award = replace(base.award, names=Label.of(text), grantee=Label.of(text))
    return replace(base, costs=costs, equipment=equipment, award=award)


def test_hostile_text_is_printed_as_it_is(tmp_path: Path) -> None:
    made = print_report(_hostile(), "en", tmp_path / "a.pdf")
    text = "".join("".join(reading.page_texts(made.path)).split())
    assert "<b>&amp;</para>" in text
    assert "W" * 20 in text
    assert approve(made.path)[0] == "pass"


def test_no_costs_no_machines_no_rules(tmp_path: Path) -> None:
    base = snapshot(0, machines=0)
    bare = replace(base, rules=(), risks=(), plan=(), instalments=(), commitments=(), key_figures=())
    assert print_report(bare, "de", tmp_path / "a.pdf").page_count > 5


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"not a document")
    with pytest.raises(reading.PersonError):
        reading.attachments(path)
    with pytest.raises(reading.PersonError):
        reading.page_texts(path)
