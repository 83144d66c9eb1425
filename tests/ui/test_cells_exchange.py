"""Export, import and "Copy as Python" from the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from center_app.core.paths import PROGRAM
from tests.ui.desk import Desk
from tests.ui.test_page_cells import ROWS, cell_id
from ui.pages.cells.acts import exchange
from ui.pages.cells.exchange import export_dialog, import_dialog

__all__ = ["cell_id"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".h5", ".mcap"])
def test_the_whole_recording_is_written_as_chosen(desk: Desk, cell_id: int, tmp_path: Path, suffix: str) -> None:
    page = desk.go("cells", cell_id=cell_id)
    desk.until(lambda: page.monitor.card)
    subject = export_dialog.ExportSubject("Cell 1", cell_id, page.monitor.base.window())
    target = tmp_path / f"out{suffix}"
    dialog = export_dialog.ask(page.context, page, subject, lambda _p, _n, _k: str(target))
    dialog.form.field("range").set_value("whole")
    dialog.form.field("format").set_value(suffix)
    dialog.submit()
    desk.until(target.exists)
    desk.settle()
    assert f"{ROWS:,}"[:4] in desk.toast_text() or "rows" in desk.toast_text()


def test_no_file_chosen_writes_nothing_and_the_form_stays(desk: Desk, cell_id: int) -> None:
    page = desk.go("cells", cell_id=cell_id)
    subject = export_dialog.ExportSubject("Cell 1", cell_id, page.monitor.base.window())
    dialog = export_dialog.ask(page.context, page, subject, lambda _p, _n, _k: "")
    dialog.submit()
    assert dialog.isVisible()
    assert dialog.main.isEnabled()


def test_a_foreign_file_opens_as_a_recording(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "press.csv"
    lines = [f"2026-02-01T12:00:{n:02d}Z;{n},5;{'on' if n % 2 else 'off'}" for n in range(60)]
    path.write_text("time;force [N];door\n" + "\n".join(lines) + "\n", encoding="utf-8")
    desk.window.session.become(desk.seeded.actor(1))
    desk.settle()
    page = desk.go("cells")
    done: list[object] = []
    import_dialog.ask(page.context, page, done.append, lambda _parent: str(path))
    desk.settle()
    dialog = next(each for each in desk.visible(import_dialog.ImportDialog))
    dialog.submit()
    desk.until(lambda: done or dialog.problem.text())
    assert dialog.problem.text() == ""
    assert not dialog.isVisible()
    page.open(cell_id=done[0].cell_id, at_ns=done[0].first_ns)
    desk.until(lambda: len(page.monitor._channels) == 2)
    assert {channel.key.channel for channel in page.monitor._channels} == {"force", "door"}


def test_another_time_can_be_chosen_before_the_import(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    lines = [f"2026-02-01T12:00:{n:02d}Z,{n * 10},{n}" for n in range(30)]
    path.write_text("sent,t [ms],x\n" + "\n".join(lines) + "\n", encoding="utf-8")
    desk.window.session.become(desk.seeded.actor(1))
    page = desk.go("cells")
    done: list[object] = []
    import_dialog.ask(page.context, page, done.append, lambda _parent: str(path))
    desk.settle()
    dialog = desk.visible(import_dialog.ImportDialog)[0]
    dialog.time.setCurrentIndex(dialog.time.findText("t [ms]"))
    dialog.time.activated.emit(dialog.time.currentIndex())
    desk.until(dialog.main.isEnabled)
    dialog.submit()
    desk.until(lambda: done or dialog.problem.text())
    assert done[0].last_ns - done[0].first_ns == 290_000_000


def test_a_file_without_numbers_is_refused_in_words(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("only,words\nhere,really\n", encoding="utf-8")
    page = desk.go("cells")
    import_dialog.ask(page.context, page, lambda _done: None, lambda _parent: str(path))
    desk.settle()
    assert desk.visible(import_dialog.ImportDialog) == []
    assert "words.csv" in desk.toast_text()


def test_the_copied_program_runs_and_finds_the_samples(desk: Desk, cell_id: int, tmp_path: Path) -> None:
    page = desk.go("cells", cell_id=cell_id)
    desk.until(lambda: page.monitor.card and page.monitor._channels)
    exchange.copy_python(page)
    desk.until(lambda: "StoreReader" in QApplication.clipboard().text())
    program = tmp_path / "window.py"
    program.write_text(QApplication.clipboard().text(), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(program)], cwd=PROGRAM, env={"PYTHONPATH": str(PROGRAM)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "samples" in ran.stdout
