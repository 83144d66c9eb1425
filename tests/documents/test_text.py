"""Text on paper: cleaned, broken, never longer than its line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from center_app.documents.fonts import clean, fitted, width, wrapped

TEXTS = st.text(max_size=120)


@given(TEXTS, st.floats(30, 300))
def test_lines_fit_and_lose_nothing(text: str, room: float) -> None:
    plain = clean(text)
    lines = wrapped(plain, room, 8.5)
    assert all(width(line.rstrip(), 8.5) <= room + 1e-6 or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(plain.split())


def test_unbroken_word_is_cut() -> None:
    lines = wrapped("x" * 200, 100, 8.5)
    assert len(lines) > 5
    assert "".join(lines) == "x" * 200


def test_chinese_lines_do_not_start_with_a_comma() -> None:
    text = clean("设备购置费，设备改造与租赁费，材料费，测试化验加工费，燃料动力费。")
    for room in range(20, 200, 3):
        lines = wrapped(text, room, 8.5)
        if room > 30:
            assert not any(line[0] in "，。" for line in lines), lines


def test_percent_sign_after_a_space_takes_no_letter_along() -> None:
    assert wrapped("Abdeckung %", width("Abdeckung", 7.5, True) + 1, 7.5, True) == ("Abdeckung", "%")


def test_narrow_spaces_controls_and_missing_glyphs_are_normalised() -> None:
    assert clean("1\u202f234\u2009€\x00\n") == "1 234 € "
    assert clean("Dvořák") == "Dvorák"
    assert clean("😀") == "□"
    assert clean("“quoted”…") == '"quoted"...'
    assert clean("“引号”") == "“引号”"


def test_shortened_text_fits() -> None:
    short = fitted("Drahterodiermaschine CUT P 350", 60, 8.5)
    assert short.endswith("...")
    assert width(short, 8.5) <= 60
