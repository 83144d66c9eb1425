"""The main job, end to end with real processes, ports, database and paper."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from ui import tour


def test_the_main_job_from_bytes_to_the_traced_figure(tmp_path: Path) -> None:
    job = tour.Tour(tmp_path)
    told = {}
    try:
        for step in tour.STEPS[:-1]:
            told[step.__name__] = step(job)
    finally:
        tour._end(job)
    assert "125 machines" in told["make_centre"]
    assert "already booked" in told["double_book"]
    assert "all balanced" in told["byte_account"]
    assert "verified" in told["close_month"]
    assert "stored bytes decoded again" in told["trace_figure"]
    for language in tour.LANGUAGES:
        assert (tmp_path / f"report-{language}.pdf").read_bytes().startswith(b"%PDF")


def test_a_step_that_fails_is_named_and_ends_the_tour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def good(_tour: tour.Tour) -> str:
        """Do something that works."""
        return "done"

    def bad(_tour: tour.Tour) -> str:
        """Do something that does not work."""
        raise OSError("no such thing")

    monkeypatch.setattr(tour, "STEPS", (good, bad, good))
    assert tour.main(["tour", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "The tour failed at: Do something that does not work" in said.err
    assert said.out.count("done") == 1
