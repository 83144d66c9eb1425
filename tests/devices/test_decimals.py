from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import decimals

plain = st.from_regex(r"\A[+-]?[0-9]{1,12}(\.[0-9]{0,8})?\Z")
wild = st.text("0123456789+-.eE, xn", max_size=20)


def read(tokens: list[str], mark: str = ".") -> tuple[np.ndarray, np.ndarray]:
    text = ",".join(tokens).encode()
    stops = np.cumsum([len(token) + 1 for token in tokens]) - 1 + 8
    starts = stops - [len(token) for token in tokens]
    return decimals.parse(decimals.padded(text), starts.astype(np.int64), stops.astype(np.int64), ord(mark))


@settings(max_examples=500)
@given(st.lists(plain, min_size=1, max_size=20))
def test_plain_numbers_read_exactly_as_float(tokens: list[str]) -> None:
    values, good = read(tokens)
    for token, value, was_read in zip(tokens, values.tolist(), good.tolist(), strict=True):
        if was_read:
            assert value == float(token)
            assert math.copysign(1, value) == math.copysign(1, float(token))
        else:
            digits = token.strip("+-").replace(".", "")
            assert len(digits) > 18 or len(digits.lstrip("0")) > 15


@settings(max_examples=500)
@given(st.lists(wild.filter(lambda token: "," not in token), min_size=1, max_size=10))
def test_what_is_read_is_a_number_and_right(tokens: list[str]) -> None:
    values, good = read(tokens)
    for token, value in zip(tokens, np.where(good, values, np.nan).tolist(), strict=True):
        if not math.isnan(value):
            assert value == float(token)


def test_decimal_comma() -> None:
    text = b"3,25;-0,5"
    data = decimals.padded(text)
    values, good = decimals.parse(data, np.array([8, 13]), np.array([12, 17]), ord(","))
    assert good.all()
    assert values.tolist() == [3.25, -0.5]


@pytest.mark.parametrize("token", [b"1e999", b"0x10", b"1_000", b"", b"--5", b"1e99999", b"\xb2", b"1" * 5000])
def test_no_token_becomes_an_infinite_or_guessed_number(token: bytes) -> None:
    value = decimals.number(token)
    assert value is None or math.isnan(value)


def test_said_to_be_missing() -> None:
    assert all(math.isnan(decimals.number(token) or 0.0) for token in (b"nan", b" NaN ", b"inf", b"null", b""))
    assert decimals.number(b"1.5e-3") == 0.0015
