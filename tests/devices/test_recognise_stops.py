"""Stop bits, and data bits beyond eight, of a recorded line: told by the pace, and said when it proves nothing."""

from __future__ import annotations

import numpy as np
import pytest

from center_app.core.text import catalogue
from center_app.telemetry.recognising import as_json, told
from devices import profiles
from devices.recognition import recognise_levels
from devices.uart import Levels, send
from devices.values import LineSettings

_LINE = b'{"power":1500.5,"load":[97,98,3]}\r\n'


def _wire(data: bytes, line: LineSettings, gaps_bits: list[float], cut_changes: int = 0) -> Levels:
    """Send characters with these pauses between them, in turn; the recording begins after so many changes."""
    bit_ns = 1e9 / line.baud
    gaps = np.array([gaps_bits[index % len(gaps_bits)] for index in range(len(data))])
    starts = (np.arange(len(data)) * line.bits_per_byte + np.concatenate(([0.0], np.cumsum(gaps)[:-1])) + 20) * bit_ns
    levels = send(np.frombuffer(data, dtype=np.uint8).astype(np.uint16), starts.astype(np.int64), line)
    changes = levels.changes_ns[cut_changes:]
    return Levels(changes, levels.first == (cut_changes % 2 == 0), int(changes[0]) - 10, levels.end_ns)


@pytest.mark.parametrize("text", ["9600 8O2", "1200 8N2", "115200 7E2", "57600 8E1", "19200 8N1"])
@pytest.mark.parametrize("size", [15, 400])
def test_characters_that_follow_at_once_show_the_stop_bits(text: str, size: int) -> None:
    speed, form = text.split()
    line = LineSettings(int(speed), int(form[0]), form[1], int(form[2]))
    found = recognise_levels(_wire((b"+00402.95 G U\r\n" * 40)[:size], line, [0, 0, 0, 4.1])).best
    assert found is not None
    assert str(found.line) == text
    assert found.is_stop_proved


@pytest.mark.parametrize("line", [LineSettings(57600, 8, "E", 2), LineSettings(57600, 8, "N", 2)], ids=str)
def test_a_busy_line_joined_inside_a_character_has_no_ninth_bit(line: LineSettings) -> None:
    found = recognise_levels(_wire(_LINE * 25, line, [0], cut_changes=7)).best
    assert found is not None
    assert found.line == line


def test_a_pace_that_proves_no_stop_bits_is_said() -> None:
    found = recognise_levels(_wire(profiles.get("kern_scale").sample, LineSettings(1200), [7.5, 3.2]))
    assert found.best is not None
    assert found.best.is_stop_proved is False
    shown = as_json(told("rx", found), catalogue("en"))["findings"][0]
    assert shown["stop_bits_proved"] is False
    assert shown["evidence"].endswith("the pace does not prove the stop bits")
