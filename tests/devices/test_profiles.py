from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices import profiles
from devices.errors import ProfileUnknown
from devices.values import Profile, Quality
from tests.devices.samples import decode, first_values, joined, split_at

ALL = profiles.all()
every_profile = pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.id)


def test_registry() -> None:
    assert {"delimited_text", "label_value", "json_lines", "nmea0183", "binary_frame", "energy_meter"} <= {
        profile.id for profile in ALL
    }
    assert profiles.get("robot_cell").id == "robot_cell"
    with pytest.raises(ProfileUnknown):
        profiles.get("no such device")


@every_profile
def test_decodes_its_sample(profile: Profile) -> None:
    decoder = profile.decoder()
    blocks = decoder.feed(profile.sample) + decoder.flush()
    account = decoder.account()
    frames = {block.stream: 0 for block in blocks}
    for block in blocks:
        frames[block.stream] += block.values.shape[1]
    assert frames == dict(profile.sample_expect.frames)
    found = first_values(profile, blocks)
    for name, value in profile.sample_expect.first.items():
        assert found[name] == pytest.approx(value, rel=1e-7, abs=1e-7), name
    assert account.balanced
    assert sum(account.discarded.values()) == profile.sample_expect.bytes_discarded


@every_profile
def test_is_described_in_three_languages(profile: Profile) -> None:
    labels = [profile.label, *(spec.label for spec in profile.params)]
    labels += [channel.label for stream in profile.streams for channel in stream.channels]
    for label in labels:
        assert set(label) == {"en", "de", "zh"}
        assert all(label.values())
    assert profile.source
    for stream in profile.streams:
        keys = [channel.key for channel in stream.channels]
        assert len(set(keys)) == len(keys)


@every_profile
def test_blocks_keep_the_contract(profile: Profile) -> None:
    streams = {stream.key: stream for stream in profile.streams_for()}
    for block in profile.decoder().feed(profile.sample):
        channels = streams[block.stream].channels
        count = block.end_offset.size
        assert block.values.shape == block.quality.shape == (len(channels), count)
        assert block.quality.dtype == np.uint8
        assert block.end_offset.dtype == np.int64
        kinds = {np.dtype(channel.dtype) for channel in channels}
        assert block.values.dtype == (kinds.pop() if len(kinds) == 1 else np.float64)
        assert (np.diff(block.end_offset) > 0).all()
        assert (block.quality[np.isnan(block.values.astype(float))] != Quality.GOOD).all()


@every_profile
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cuts=st.lists(st.integers(0, 4000), max_size=15),
    hurt=st.lists(st.tuples(st.integers(0, 3999), st.binary(max_size=4)), max_size=6),
)
def test_any_split_of_a_hurt_stream_gives_the_same(
    profile: Profile, cuts: list[int], hurt: list[tuple[int, bytes]]
) -> None:
    data = bytearray((profile.simulator(3).bytes_between(0.0, 3.0) or profile.sample * 8)[:4000])
    for at, garbage in hurt:
        data[at % len(data) : at % len(data) + 1] = garbage
    whole = decode(profile.decoder(), [bytes(data)])
    assert decode(profile.decoder(), split_at(bytes(data), cuts)) == whole


@every_profile
@settings(max_examples=40, deadline=None)
@given(noise=st.lists(st.binary(max_size=200), max_size=8))
def test_noise_never_raises_and_the_account_balances(profile: Profile, noise: list[bytes]) -> None:
    decode(profile.decoder(), noise)
    syncs = profile.sample[:3]
    decode(profile.decoder(), [syncs + piece for piece in noise])


@every_profile
def test_simulator_is_the_same_for_any_walk_through_time(profile: Profile) -> None:
    simulator = profile.simulator(11)
    whole = simulator.bytes_between(100.0, 104.0)
    steps = np.linspace(100.0, 104.0, 38)
    parts = [simulator.bytes_between(start, stop) for start, stop in itertools.pairwise(steps)]
    assert b"".join(parts) == whole
    assert profile.simulator(11).bytes_between(100.0, 104.0) == whole


@every_profile
def test_simulator_speaks_its_own_protocol_within_its_line(profile: Profile) -> None:
    data = profile.simulator(2).bytes_between(50.0, 60.0)
    decoder = profile.decoder()
    blocks = decoder.feed(data) + decoder.flush()
    assert sum(decoder.account().discarded.values()) == 0
    assert len(data) * profile.line.byte_ns < 10e9
    if data:
        for stream in {block.stream for block in blocks}:
            _, quality, _, _, gaps = joined(blocks, stream)
            assert set(np.unique(quality)) <= {int(Quality.GOOD), int(Quality.NOT_MEASURED)}
            assert gaps == 0
