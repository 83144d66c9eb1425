"""A layout nobody knows becomes the text of a profile that compiles and decodes the frames it was made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices.recognition.unknown import propose
from devices.toml_profiles import compile_text
from devices.toml_profiles.drafting import draft
from devices.values import LineSettings

FOLDER = Path(__file__).parents[2] / "resources" / "profiles"


def _drafted(data: bytes, line: LineSettings | None = None) -> tuple[str, object]:
    found = propose(data)
    assert found is not None
    text = draft(found.as_params(), line, data)
    return text, compile_text(text)


@pytest.mark.parametrize("name", ["force_sensor_sync", "motor_cobs"])
def test_a_draft_decodes_what_it_was_made_of(name: str) -> None:
    true = compile_text((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    data = true.simulator(3).bytes_between(0.0, 3.0)
    text, profile = _drafted(data, true.line)
    decoder = profile.decoder()
    decoder.feed(data)
    account = decoder.account()
    assert account.bytes_good > 0.95 * len(data)
    assert set(account.frames_bad) <= {"bad_length"}  # the second, rare kind of message has another size
    assert profile.line == true.line
    assert "checksum" in text


def test_a_counter_and_smooth_numbers_are_seen_as_such() -> None:
    number = np.arange(200)
    slow = np.rint(900 * np.sin(number / 40)).astype(">i2")
    ratio = (0.5 + 0.4 * np.cos(number / 30)).astype("<f4")
    frames = [
        b"\xa5\x5a" + bytes((at & 0xFF,)) + slow[at : at + 1].tobytes() + ratio[at : at + 1].tobytes() + b"\x01"
        for at in number.tolist()
    ]
    sealed = [frame + bytes((sum(frame) & 0xFF,)) for frame in frames]
    text, profile = _drafted(b"".join(sealed))
    assert 'sequence = { type = "u8", at = 2 }' in text
    fields = text[text.index("[[message.field]]") :]
    assert fields.index('type = "i16be"\nat = 3') < fields.index('type = "f32le"\nat = 5')
    assert fields.count("type =") == 2
    (block,) = profile.decoder().feed(b"".join(sealed))
    assert block.values[0][:3].tolist() == slow[:3].astype(float).tolist()


def test_a_text_from_one_frame_kind_without_changes_still_compiles() -> None:
    text = draft({"framing": "sync", "sync": "aa", "size": 4, "frames": 9, "share": 1.0}, None, b"\xaa\1\2\3" * 9)
    assert compile_text(text).streams[0].channels[0].key == "value_1"
