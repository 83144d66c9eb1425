from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.account import BAD_CHECKSUM, BAD_LENGTH, CUT
from devices.declared import DeclaredFramer, DeclaredKind
from tests.devices.samples import split_at


def size_of(header: bytes) -> int | None:
    """Length is a four byte number after the sync; it counts the payload alone."""
    return 7 + int.from_bytes(header[2:6], "little")


def is_sound(frame: bytes) -> bool:
    return sum(frame[2:-1]) % 256 == frame[-1]


KIND = DeclaredKind(b"\xa5\x5a", 6, size_of, is_sound, longest=64)


def frame(payload: bytes) -> bytes:
    body = len(payload).to_bytes(4, "little") + payload
    return b"\xa5\x5a" + body + bytes([sum(body) % 256])


def found(pieces: list[bytes]) -> tuple[list[tuple[bytes, int]], object]:
    framer = DeclaredFramer(KIND)
    frames = []
    for piece in pieces:
        frames += framer.feed(piece)
        assert framer.book.statement().balanced
    framer.flush()
    account = framer.book.statement()
    assert account.balanced
    assert account.pending == 0
    return frames, account


payload = st.lists(st.sampled_from([0xA5, 0x5A, 0, 1, 200]), max_size=10).map(bytes)
noise = st.lists(st.sampled_from([0xA5, 0x5A, 0, 3]), max_size=10).map(bytes)
broken = st.builds(
    lambda whole, at: whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :], payload.map(frame), st.integers(0, 6)
)
stream = st.lists(st.one_of(payload.map(frame), noise, broken), max_size=10).map(b"".join)


@settings(max_examples=300)
@given(stream, st.lists(st.integers(0, 150), max_size=10))
def test_any_split_gives_the_same_frames(data: bytes, cuts: list[int]) -> None:
    whole = found([data])
    assert found(split_at(data, cuts)) == whole
    assert found([data[at : at + 1] for at in range(len(data))]) == whole


@given(st.lists(payload, max_size=10))
def test_clean_frames_all_arrive(payloads: list[bytes]) -> None:
    frames, account = found([b"".join(map(frame, payloads))])
    assert [each for each, _ in frames] == [frame(each) for each in payloads]
    assert account.discarded == {}


def test_a_declared_length_of_two_gigabytes_is_refused_at_once() -> None:
    bomb = b"\xa5\x5a" + (1 << 31).to_bytes(4, "little")
    good = frame(b"abc")
    framer = DeclaredFramer(KIND)
    for _ in range(10_000):
        framer.feed(bomb)
    assert framer.feed(good) == [(good, 60_000 + len(good))]
    account = framer.book.statement()
    assert account.balanced
    assert account.frames_bad == {BAD_LENGTH: 10_000}
    assert account.pending == 0


def test_reasons() -> None:
    bad = bytearray(frame(b"abcd"))
    bad[-1] ^= 1
    _, account = found([bytes(bad) + frame(b"x") + frame(b"y")[:5]])
    assert account.discarded == {BAD_CHECKSUM: 11, CUT: 5}
    assert account.frames_bad == {BAD_CHECKSUM: 1}
