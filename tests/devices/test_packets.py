from __future__ import annotations

import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.account import MALFORMED, OVERLONG
from devices.packets import COBS, SLIP, PacketFramer, Packing
from tests.devices.samples import split_at
from tests.devices.test_golden import data_of, of

PACKINGS = pytest.mark.parametrize("packing", [COBS, SLIP], ids=["cobs", "slip"])


def found(packing: Packing, pieces: list[bytes]) -> tuple[list[tuple[bytes, int]], object]:
    framer = PacketFramer(packing, longest=20)
    packets = []
    for piece in pieces:
        packets += framer.feed(piece)
        assert framer.book.statement().balanced
    framer.flush()
    account = framer.book.statement()
    assert account.balanced
    assert account.pending == 0
    return packets, account


@PACKINGS
@settings(max_examples=300)
@given(
    data=st.lists(st.sampled_from([0, 1, 2, 5, 0xC0, 0xDB, 0xDC, 0xDD]), max_size=120).map(bytes),
    cuts=st.lists(st.integers(0, 120), max_size=10),
)
def test_any_split_gives_the_same_packets(packing: Packing, data: bytes, cuts: list[int]) -> None:
    whole = found(packing, [data])
    assert found(packing, split_at(data, cuts)) == whole
    assert found(packing, [data[at : at + 1] for at in range(len(data))]) == whole


@given(st.lists(st.binary(min_size=1, max_size=15), max_size=8))
def test_packed_payloads_come_back(payloads: list[bytes]) -> None:
    packed = b"".join(cobs.encode(payload) + b"\0" for payload in payloads)
    assert [payload for payload, _ in found(COBS, [packed])[0]] == payloads
    escaped = [p.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") for p in payloads]
    stream = b"".join(b"\xc0" + each + b"\xc0" for each in escaped)
    got = found(SLIP, [stream])[0]
    assert [payload for payload, _ in got] == [p for p, e in zip(payloads, escaped, strict=True) if len(e) <= 20]


def test_reasons() -> None:
    _, account = found(COBS, [b"\x05\x01\x00" + b"\x01" * 30 + b"\x00" + b"\x02\x07\x00"])
    assert account.discarded == {MALFORMED: 3, OVERLONG: 31}
    assert account.frames_bad == {MALFORMED: 1, OVERLONG: 1}
    assert account.frames_good == 1


@of("cobs", "slip")
def test_golden_packets(frame: dict) -> None:
    packing = COBS if frame["protocol"] == "cobs" else SLIP
    packets = PacketFramer(packing).feed(data_of(frame))
    assert [payload for payload, _ in packets] == [bytes.fromhex(frame["decoded"]["payload"])]
