"""Profiles as a person would write them: every framing with every kind of checksum, and the shipped examples."""

from __future__ import annotations

from itertools import product

from center_app.core.paths import PROGRAM
from devices.toml_profiles import compile_text
from devices.toml_profiles.crc import CRCS, SUMS
from devices.values import Profile

FRAMINGS = ("sync", "length", "cobs", "slip")
CHECKS = ("", *SUMS, "CRC-8/SMBUS", "CRC-16/MODBUS", "CRC-16/IBM-3740", "CRC-32/ISO-HDLC")
TYPES = ("u8", "i16le", "u24be", "f32le", "f64be", "f16le", "i32be", "u64le")
LINES = """
format = 1
id = "fuzz_lines"
name = "Columns"
[frame]
framing = "lines"
separator = ";"
decimal_mark = ","
[[message]]
key = "columns"
[[message.field]]
key = "a"
low = -5
high = 5
[[message.field]]
key = "b"
"""


def written() -> list[Profile]:
    """Return them all, compiled."""
    examples = [
        path.read_text(encoding="utf-8") for path in sorted((PROGRAM / "resources" / "profiles").glob("*.toml"))
    ]
    made = [_text(framing, check) for framing, check in product(FRAMINGS, CHECKS)]
    return [compile_text(text) for text in (*examples, LINES, *made)]


def _text(framing: str, check: str) -> str:
    width = 0 if not check else CRCS[check].width // 8 if check in CRCS else SUMS[check].width // 8
    name = f"fuzz_{framing}_{check or 'bare'}".lower().replace("/", "_").replace("-", "_")
    fields, at = "", 4
    for number, kind in enumerate(TYPES):
        fields += f'[[message.field]]\nkey = "f{number}"\ntype = "{kind}"\nat = {at}\nlow = -100\nhigh = 100\n'
        at += int("".join(char for char in kind if char.isdigit())) // 8
    text = f'format = 1\nid = "{name}"\nname = "Fuzz"\n[frame]\nframing = "{framing}"\n'
    if framing in ("sync", "length"):
        text += 'sync = "A5 5A"\n'
    if framing == "sync":
        text += f"size = {at + width}\n"
    if framing == "length":
        text += '[frame.length]\nat = 2\ntype = "u16le"\n'
    if check:
        text += f'[frame.checksum]\nkind = "{check}"\n'
    return text + '[[message]]\nkey = "data"\nrate_hz = 50\n' + fields
