"""Short forms of the long reliability runs; `make campaign` runs them in full."""

from __future__ import annotations

import pytest

from tests.campaign import corruption, hostile


@pytest.mark.parametrize("seed", [1, 2])
def test_a_corrupted_stream_gives_exactly_the_intact_frames(seed: int) -> None:
    told = corruption.run(20_000, seed)
    assert told["false_accepts"] == 0
    assert told["intact_frames_lost"] == 0
    assert told["bytes_good"] == told["bytes_good_expected"]
    assert told["balanced"]


def test_floods_on_one_port_leave_the_other_alone() -> None:
    told = hostile.run(0.5)
    for flood in told["floods"].values():
        assert flood["balanced"]
        assert flood["grown_mb"] <= hostile.MOST_GROWTH_MB
    assert told["other_port"]["gaps"] == 0
    assert told["other_port"]["lost_samples"] == 0
