"""Reports: a paper is built and shown, its figures lead to their rows, a change is noticed, release has its reasons."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from center_app.core.access import Actor, Role
from center_app.core.money import Money
from center_app.documents.reading import Pages
from center_app.grants import queries, service
from center_app.grants.reports.layout import print_report
from center_app.grants.reports.values import Verdict
from center_app.grants.values import StatementDraft
from center_app.wiring import Center, open_center
from tests.fakes import FakeClock
from tests.grants import chain_world
from tests.grants.chain_world import AWARD, MEASURED, ChainWorld
from tests.grants.samples import MANAGER, OTHER, STAFF
from tests.support import wait_until
from ui.kit.memory import Memory
from ui.kit.theme import theme
from ui.kit.words import _
from ui.pages.reports import output, work
from ui.pages.reports.dialogs import BuildDialog, CompareDialog, VerdictDialog
from ui.pages.reports.trouble import refusals
from ui.pages.reports.work import Wish
from ui.shell.window import Window
from ui.shots import application, settle

HOURS = f"use.{MEASURED}.measured"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[ChainWorld, Path]:
    """Make a centre with a kept version once, and its English paper."""
    made = chain_world.make(tmp_path_factory.mktemp("reports") / "store")
    number = made.snapshot.report.number
    paper = made.center.folder / "reports" / f"{number}-en.pdf"
    paper.parent.mkdir()
    print_report(made.snapshot, "en", paper)
    made.center.close()
    return made, paper


@dataclass
class Reader:
    """Hold the window on a copy of the centre, open at Reports."""

    window: Window
    center: Center

    @property
    def page(self) -> Any:
        return self.window.pages["reports"]

    def settle(self) -> None:
        assert settle(self.window, 40)

    def until(self, is_so: Callable[[], object]) -> None:
        def look() -> object:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            return is_so()

        wait_until(look)

    def dialog(self, kind: type[QDialog]) -> Any:
        found = [made for made in self.page.findChildren(kind) if made.isVisible()]
        assert found
        return found[-1]

    def click_figure(self, figure_id: str) -> None:
        """Turn to a printed figure and click on it."""
        place = next(place for place in self.page.document.places if place.id == figure_id)
        self.page.viewer.turn_to(place.page, smooth=False)
        self.page.viewer.bring_up(place, 260)
        at = self.page.viewer.figure_rect(place).center().toPoint()
        QTest.mouseClick(self.page.viewer.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
        self.settle()


@pytest.fixture
def opened(world: tuple[ChainWorld, Path], tmp_path: Path, qtbot: object) -> Iterator[Callable[[Actor], Reader]]:
    """Open Reports on a copy of the centre as somebody."""
    source = world[1].parent.parent
    shutil.copytree(source, tmp_path / "store", ignore=shutil.ignore_patterns("*.lock"))
    center = open_center(str(tmp_path / "store"), FakeClock())
    made: list[Reader] = []

    def start(actor: Actor) -> Reader:
        application()
        _.choose("en")
        theme.choose("light")
        window = Window(center, actor, Memory(None))
        window.resize(1440, 900)
        window.show()
        window.navigate("reports")
        made.append(Reader(window, center))
        made[-1].settle()
        return made[-1]

    yield start
    for one in made:
        one.window.close()
        one.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    center.close()


def test_the_newest_version_is_shown_with_its_paper(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    page = reader.page
    assert [row.view.version for row in page.versions.rows] == [1]
    assert page.versions.rows[0].chosen
    assert page.document.is_current
    assert page.viewer.pages == len(page.document.sizes) > 5
    assert page.viewer.is_drawn


def test_build_makes_a_paper_and_shows_it(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    reader.page.acts.ask_build()
    dialog = reader.dialog(BuildDialog)
    assert dialog.form.values()["reviewer"] == ""
    dialog.submit()
    assert reader.page.progress.isVisible()
    reader.settle()
    document = reader.page.document
    assert (document.view.first_day.month, document.view.state) == (5, "draft")
    assert document.path.exists()
    assert document.is_current
    assert reader.page.viewer.is_drawn
    assert len(reader.center.read(queries.reports_of, AWARD)) == 2
    assert not reader.page.progress.isVisible()


def test_a_cancelled_build_leaves_the_page_as_it_was(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    before = reader.page.document
    reader.page.acts.build_last_month()
    reader.page.progress.cancel()
    reader.settle()
    assert reader.page.document.key == before.key
    assert not reader.page.progress.isVisible()


def test_a_click_on_a_figure_shows_its_rows_its_recording_and_the_verdict(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    reader.click_figure(HOURS)
    panel = reader.page.centre.panel
    assert panel.isVisible()
    assert [row.machine for row in panel.origin.rows] == [MEASURED, MEASURED]
    assert panel.origin.title == "5.0 h"
    reader.until(lambda: panel.verdict.text() == "Chain recomputed")
    assert "2 measured runs" in panel.verdict.toolTip()
    texts = [made.text() for made in panel.steps[1].findChildren(object) if hasattr(made, "text")]
    assert "2.0 h in 1 run" in texts
    QTest.keyClick(reader.page.viewer, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_a_cost_leads_to_its_entry_and_the_stored_bytes(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    cost = reader.page.document.snapshot.costs[0]
    reader.click_figure(f"cost.{cost.id}.amount")
    panel = reader.page.centre.panel
    assert [row.id for row in panel.origin.rows] == [cost.id]
    texts = [made.text() for made in panel.steps[1].findChildren(object) if hasattr(made, "text")]
    assert any(cost.evidence[0] in text for text in texts)


def test_figures_can_be_reached_by_keys(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    viewer = reader.page.viewer
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.chosen is viewer._document.places[0]
    QTest.keyClick(viewer, Qt.Key.Key_Return)
    assert reader.page.centre.panel.isVisible()
    scale = viewer.scale
    reader.page.context.actions.run("reports.larger")
    assert viewer.scale > scale
    reader.page.context.actions.run("reports.width")
    viewer.turn_to(3, smooth=False)
    assert viewer.page == 3
    assert reader.page.toolbar.page.text() == "3"


def test_verify_names_what_was_changed(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    path = reader.page.document.path
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        data = pdf.attachments["report.json"].get_file().read_bytes()
        del pdf.attachments["report.json"]
        forged = data.replace(b"Foshan Ling Tools", b"Foshan Long Tools")
        pdf.attachments["report.json"] = pikepdf.AttachedFileSpec(pdf, forged, filename="report.json")
        pdf.save(path)
    reader.page.go_to(reader.page.document.view)
    reader.settle()
    reader.page.acts.verify()
    reader.settle()
    dialog = reader.dialog(VerdictDialog)
    assert dialog.verdict.text() == "Something was changed"
    assert any("SHA-256" in text for text in dialog.texts)
    assert reader.page.centre.notice.isVisible()
    dialog.accept()


def test_verify_of_an_untouched_paper_is_calm(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    reader.page.acts.verify()
    reader.settle()
    dialog = reader.dialog(VerdictDialog)
    assert dialog.verdict.text() == "Everything agrees"
    proofs = reader.page.proofs_of(reader.page.document)
    assert (proofs.is_pdfa, proofs.is_repeated) == (True, True)
    dialog.accept()


def test_release_is_refused_with_reasons(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    page = reader.page
    assert not page.checklist.release.isEnabled()
    told = page.checklist.release.toolTip()
    assert "Possible once 1 block is solved." in told
    assert "You built this version; somebody else releases it." in told
    page.acts.release()
    assert page.document.view.state == "draft"
    for actor, sentence in ((STAFF, "Your role may not release reports."), (OTHER, "Possible once 1 block is solved.")):
        assert sentence in refusals(page.document, actor, page.proofs_of(page.document))


def test_the_reviewer_releases_once_nothing_blocks(opened: Callable[[Actor], Reader], tmp_path: Path) -> None:
    reader = opened(OTHER)
    statement = StatementDraft(
        award=AWARD, statement_on=date(2026, 5, 31), balance=Money.of("700.00"), interest=Money.of("0.00")
    )
    reader.center.write(MANAGER, service.file_statement, statement)
    wish = Wish(AWARD, date(2026, 5, 1), date(2026, 5, 31), "en", reviewer=OTHER.name)
    work.build(lambda share, text: None, reader.center, MANAGER, wish)
    reader.page.refresh()
    reader.settle()
    reader.page.versions.rows[0].picked.emit(reader.page.versions.rows[0].view)
    reader.settle()
    assert reader.page.checklist.release.isEnabled(), reader.page.checklist.release.toolTip()
    reader.page.checklist.release.click()
    reader.settle()
    view = reader.page.document.view
    assert (view.state, view.released_by) == ("locked", OTHER.name)
    assert reader.page.document.is_current
    assert reader.page.checklist.release is None


def test_a_rule_opens_the_rows_that_it_names(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    rules = reader.page.document.snapshot.rules
    rule = next(rule for rule in rules if rule.rows and rule.verdict is not Verdict.PASS)
    reader.page.tracing.show_rule(rule)
    panel = reader.page.centre.panel
    assert panel.isVisible()
    assert len(panel.origin.rows) == len(rule.rows)


def test_staff_reads_but_cannot_build(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(STAFF)
    assert reader.page.viewer.pages
    assert not reader.page.toolbar.build.isEnabled()
    assert "may not build" in reader.page.toolbar.build.toolTip()


def test_a_version_without_a_paper_is_printed_when_it_is_opened(
    world: tuple[ChainWorld, Path], opened: Callable[[Actor], Reader], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "store" / "reports")
    reader = opened(STAFF)
    assert reader.page.document.path is not None
    assert reader.page.document.is_current
    assert not reader.page.centre.is_empty


def test_two_versions_are_compared_figure_by_figure(opened: Callable[[Actor], Reader]) -> None:
    reader = opened(MANAGER)
    reader.page.acts.build_last_month()
    reader.settle()
    reader.page.acts.compare()
    reader.settle()
    dialog = reader.dialog(CompareDialog)
    assert dialog.summary.text() == "4 figures differ, 1 rule has another result"
    figures = [change.figure for change in dialog.model.shown_rows()]
    assert figures == ["rules.pass", "rules.GEN.pass", "rules.not_checked", "rules.GEN.not_checked"]
    dialog.accept()


def test_workbook_and_print_leave_the_program(opened: Callable[[Actor], Reader], tmp_path: Path) -> None:
    import openpyxl

    reader = opened(MANAGER)
    document = reader.page.document
    reader.page.acts.write_workbook(document, tmp_path / "figures.xlsx")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "print.pdf"))
    printer.setFromTo(2, 3)
    printer.setResolution(72)
    reader.page.acts.print_on(printer, document)
    reader.settle()
    book = openpyxl.load_workbook(tmp_path / "figures.xlsx")
    hours = {row[0]: row[2] for row in book["Figures"].iter_rows(min_row=2, values_only=True)}
    assert hours[HOURS] == pytest.approx(5.0, abs=0.05)
    assert book["Cost list"].max_row == 3
    pages = Pages(tmp_path / "print.pdf")
    assert len(pages.sizes) == 2
    pages.close()
    assert output.hours(None) is None


def test_without_an_award_the_page_says_what_to_do(tmp_path: Path, qtbot: object) -> None:
    center = open_center(str(tmp_path / "empty"), FakeClock(), create=True)
    application()
    window = Window(center, Actor(0, "Lin Wei", Role.MANAGER, "test"), Memory(None))
    window.show()
    window.navigate("reports")
    assert settle(window)
    page: Any = window.pages["reports"]
    assert page.centre.is_empty
    assert not page.toolbar.build.isEnabled()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    center.close()
