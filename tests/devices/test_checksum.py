from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import checksum
from devices.checksum import Crc16

ALL = (checksum.MODBUS, checksum.KERMIT, checksum.MCRF4XX, checksum.UMTS, checksum.XMODEM)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
@given(data=st.binary(min_size=3, max_size=63), count=st.integers(1, 5))
def test_block_crc_equals_single_crc(kind: Crc16, data: bytes, count: int) -> None:
    rows = np.frombuffer(data * count, dtype=np.uint8).reshape(count, len(data))
    assert checksum.crc16_rows(kind, rows).tolist() == [checksum.crc16_of(kind, data)] * count


def test_catalogue_check_strings() -> None:
    digits = b"123456789"
    assert [checksum.crc16_of(kind, digits) for kind in ALL] == [0x4B37, 0x2189, 0x6F91, 0xFEE8, 0x31C3]
    row = np.frombuffer(digits, dtype=np.uint8)[None, :]
    assert checksum.crc8_rows(0x4D, row)[0] == 0xC3
    assert checksum.sum8_rows(row)[0] == sum(digits) % 256


@given(st.binary(max_size=40))
def test_xor_of_bytes(data: bytes) -> None:
    expected = 0
    for byte in data:
        expected ^= byte
    assert checksum.xor_of(data) == expected


@given(st.binary(min_size=14, max_size=14), st.integers(0, 127))
def test_one_flipped_bit_is_always_seen(data: bytes, bit: int) -> None:
    check = checksum.crc16_check(checksum.MODBUS, 0, 14, 14)
    rows = np.zeros((1, 16), dtype=np.uint8)
    rows[0, :14] = np.frombuffer(data, dtype=np.uint8)
    check.seal(rows)
    assert check.passes(rows)[0]
    rows[0, bit // 8] ^= 1 << bit % 8
    assert not check.passes(rows)[0]
