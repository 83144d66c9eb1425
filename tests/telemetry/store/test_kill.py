"""SIGKILL at any instant: what was acknowledged can be read, at once and after the next start."""

from __future__ import annotations

from tests.telemetry.store import kills


def test_twenty_kills_lose_nothing_acknowledged() -> None:
    figures = kills.campaign(20, seed=7)
    assert figures["lost"] == 0
    assert figures["rows_kept"] > 0
