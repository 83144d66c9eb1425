from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.account import BAD_CHECKSUM, CUT, NOISE
from devices.checksum import MODBUS, crc16_check
from devices.framing import FixedFramer, FrameKind
from tests.devices.samples import split_at

SHORT = FrameKind("short", b"\xa5\x5a", 8, crc16_check(MODBUS, 0, 6, 6))
LONG = FrameKind("long", b"\xa5\x5b", 13, crc16_check(MODBUS, 0, 11, 11))


def frame(kind: FrameKind, payload: bytes) -> bytes:
    rows = np.zeros((1, kind.size), dtype=np.uint8)
    body = (kind.sync + payload.ljust(kind.size, b"\0"))[: kind.size - 2]
    rows[0, : kind.size - 2] = np.frombuffer(body, dtype=np.uint8)
    assert kind.check is not None
    kind.check.seal(rows)
    return rows.tobytes()


def found(framer: FixedFramer, pieces: list[bytes]) -> tuple[list[tuple[int, bytes]], object]:
    frames = []
    for piece in pieces:
        for batch in framer.feed(piece):
            ends = batch.end_offset.tolist()
            frames += [(end, row.tobytes()) for end, row in zip(ends, batch.rows, strict=True)]
        assert framer.account().balanced
    framer.flush()
    account = framer.account()
    assert account.balanced
    assert account.pending == 0
    return sorted(frames), account


# Short pieces drawn from the sync bytes themselves make look-alikes likely.
noise = st.lists(st.sampled_from([0xA5, 0x5A, 0x5B, 0x00, 0xFF]), max_size=12).map(bytes)
payload = st.lists(st.sampled_from([0xA5, 0x5A, 0x5B, 1, 2]), max_size=9).map(bytes)
good = st.builds(frame, st.sampled_from([SHORT, LONG]), payload)
broken = st.builds(lambda whole, at: whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :], good, st.integers(0, 7))
cut = st.builds(lambda whole, at: whole[:at], good, st.integers(1, 7))
stream = st.lists(st.one_of(good, good, noise, broken, cut), max_size=12).map(b"".join)


@settings(max_examples=400)
@given(stream, st.lists(st.integers(0, 160), max_size=12))
def test_any_split_gives_the_same_frames_and_account(data: bytes, cuts: list[int]) -> None:
    whole = found(FixedFramer((SHORT, LONG)), [data])
    assert found(FixedFramer((SHORT, LONG)), split_at(data, cuts)) == whole
    assert found(FixedFramer((SHORT, LONG)), [data[at : at + 1] for at in range(len(data))]) == whole


@settings(max_examples=400)
@given(stream, st.lists(st.integers(0, 160), max_size=12))
def test_one_kind_takes_the_fast_path_to_the_same_result(data: bytes, cuts: list[int]) -> None:
    whole = found(FixedFramer((SHORT,)), [data])
    assert found(FixedFramer((SHORT,)), split_at(data, cuts)) == whole


@given(st.lists(good, min_size=1, max_size=20))
def test_clean_frames_all_arrive(frames: list[bytes]) -> None:
    got, account = found(FixedFramer((SHORT, LONG)), [b"".join(frames)])
    assert [row for _, row in got] == frames
    assert account.discarded == {}
    assert account.frames_good == len(frames)


def test_reasons_of_discarded_bytes() -> None:
    one = frame(SHORT, b"ab")
    bad = bytearray(one)
    bad[3] ^= 1
    data = b"xyz" + one + bytes(bad) + one + one[:5]
    _, account = found(FixedFramer((SHORT,)), [data])
    assert account.bytes_good == 16
    assert account.discarded == {NOISE: 3, BAD_CHECKSUM: 8, CUT: 5}
    assert account.frames_bad == {BAD_CHECKSUM: 1}


def test_a_lost_byte_costs_only_its_own_frame() -> None:
    frames = [frame(SHORT, bytes([number, 7])) for number in range(50)]
    data = b"".join(frames[:20]) + frames[20][:4] + frames[20][5:] + b"".join(frames[21:])
    got, account = found(FixedFramer((SHORT,)), [data])
    assert [row for _, row in got] == frames[:20] + frames[21:]
    assert account.frames_bad == {BAD_CHECKSUM: 1}


def test_counters_equal_the_injected_faults() -> None:
    chance = np.random.default_rng(5)
    kind = FrameKind("f", b"\xaa\x55", 16, crc16_check(MODBUS, 0, 14, 14))
    rows = chance.integers(0, 160, (20_000, 16), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0xAA, 0x55
    assert kind.check is not None
    kind.check.seal(rows)
    hurt = chance.choice(20_000, 200, replace=False)
    rows[hurt, 5] ^= 4
    got, account = found(FixedFramer((kind,)), [rows.tobytes()])
    assert len(got) == 19_800
    assert account.frames_bad == {BAD_CHECKSUM: 200}
    assert account.discarded == {BAD_CHECKSUM: 3200}


def test_a_corrupted_line_keeps_every_untouched_frame() -> None:
    """1 % of the frames with a flipped bit, 1 % with a lost byte, 0.5 % behind 1 to 4,096 bytes of garbage."""
    chance = np.random.default_rng(20261123)
    kind = FrameKind("f", b"\xaa\x55", 24, crc16_check(MODBUS, 0, 22, 22))
    rows = chance.integers(0, 256, (100_000, 24), dtype=np.uint8)
    rows[:, 0], rows[:, 1] = 0xAA, 0x55
    assert kind.check is not None
    kind.check.seal(rows)
    fate = chance.random(100_000)
    pieces, untouched, injected = [], 0, 0
    for row, drawn in zip(rows, fate.tolist(), strict=True):
        piece = bytearray(row.tobytes())
        if drawn < 0.01:
            piece[chance.integers(0, 24)] ^= 1 << chance.integers(0, 8)
        elif drawn < 0.02:
            del piece[chance.integers(0, 24)]
        else:
            untouched += 1
            if drawn < 0.025:
                garbage = chance.bytes(int(chance.integers(1, 4097)))
                injected += len(garbage)
                piece[:0] = garbage
        pieces.append(bytes(piece))
    data = b"".join(pieces)
    framer = FixedFramer((kind,))
    for start in range(0, len(data), 3000):
        framer.feed(data[start : start + 3000])
    framer.flush()
    account = framer.account()
    assert account.balanced
    # A garbage burst may end in something that looks like a frame's start; that may cost the frame behind it.
    lost = untouched - account.frames_good
    assert 0 <= lost <= 3
    assert account.bytes_good == account.frames_good * 24
    assert sum(account.discarded.values()) == len(data) - account.bytes_good >= injected
