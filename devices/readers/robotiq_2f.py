"""Robotiq 2F and Hand-E: what the registers 0x03E8 (action) and 0x07D0 (status) mean.

Action: rACT bit 0, rGTO 3, rATR 4, rARD 5 of the first byte, rPR, rSP, rFR in bytes 3 to 5. Status: gACT bit 0, gGTO 3,
gSTA 4–5, gOBJ 6–7 of the first byte, gFLT 0–3 of the third, then gPR, gPO and gCU (× 10 mA). The first byte is the high
byte of the first register (Instruction Manual, "Register mapping").
"""

from __future__ import annotations

import math

from devices.declared import DeclaredDecoder
from devices.messages import Fields, Told, explain_frames
from devices.readers.robotiq_frames import Listener, Words, correct, kinds, told
from devices.values import Message, Params, StreamSpec

UNIT, ACTION, STATUS = 9, 0x03E8, 0x07D0
OBJECT_TEXT = {0: "moving", 1: "object while opening", 2: "object while closing", 3: "at position"}
STATE_TEXT = {0: "reset", 1: "activating", 3: "active"}
FAULT_TEXT = {
    0: "none",
    5: "action delayed, activation first",
    7: "activation bit must be set",
    8: "too hot",
    9: "no communication for 1 s",
    10: "supply below minimum",
    11: "automatic release in progress",
    12: "internal fault",
    13: "activation fault",
    14: "overcurrent",
    15: "automatic release done",
}
KEYS = ("object", "status", "moves", "activated", "fault", "requested", "position", "current")
_MEANT = dict(zip(KEYS, ("gOBJ", "gSTA", "gGTO", "gACT", "gFLT", "gPR", "gPO", "gCU"), strict=True))


def _bytes(words: Words, first: int) -> dict[int, int]:
    """Return the bytes of three registers by number, those that are there."""
    found = {}
    for index in range(3):
        if first + index in words:
            found[2 * index], found[2 * index + 1] = divmod(words[first + index], 256)
    return found


def action(words: Words) -> Fields:
    """Return the named values of the action registers that are there."""
    content = _bytes(words, ACTION)
    fields: Fields = {}
    if 0 in content:
        head = content[0]
        fields = {"rACT": head & 1, "rGTO": head >> 3 & 1, "rATR": head >> 4 & 1, "rARD": head >> 5 & 1}
    return fields | {name: content[at] for name, at in (("rPR", 3), ("rSP", 4), ("rFR", 5)) if at in content}


def status(words: Words) -> Fields:
    """Return the named values of the status registers that are there."""
    content = _bytes(words, STATUS)
    fields: Fields = {}
    if 0 in content:
        head = content[0]
        fields = {"gACT": head & 1, "gGTO": head >> 3 & 1, "gSTA": head >> 4 & 3, "gOBJ": head >> 6}
        fields |= {"status": STATE_TEXT.get(head >> 4 & 3, "unused"), "object": OBJECT_TEXT[head >> 6]}
    if 2 in content:
        fields |= {"gFLT": content[2] & 15, "kFLT": content[2] >> 4, "gPR": content[3]}
        fields["fault"] = FAULT_TEXT.get(content[2] & 15, "reserved")
    if 4 in content:
        fields |= {"gPO": content[4], "gCU": content[5], "current_mA": content[5] * 10}
    return fields


def _meaning(kind: str, words: Words) -> Told | None:
    if kind == "write" and any(ACTION <= address < ACTION + 3 for address in words):
        return "action", action(words)
    if kind == "reply" and any(STATUS <= address < STATUS + 3 for address in words):
        return "status", status(words)
    return ("action_read", action(words)) if kind == "reply" and ACTION in words else None


def _unit(params: Params) -> int:
    return int(str(params.get("unit", UNIT)))


def explain(data: bytes, params: Params) -> list[Message]:
    """Read requests and answers as messages."""
    listener = Listener(STATUS, 3)
    return explain_frames(kinds(_unit(params)), data, lambda frame: told(listener.hear(frame), _meaning), correct)


def make_decoder(stream: StreamSpec, unit: int = UNIT) -> DeclaredDecoder:
    """Return a decoder of the status replies; registers that a reply does not carry are "not measured"."""
    listener = Listener(STATUS, 3)

    def read(frame: bytes) -> dict[str, list[float]]:
        exchange = listener.hear(frame)
        found = status(exchange.words) if exchange.kind == "reply" else {}
        if not found:
            return {}
        raw = (found.get(_MEANT[key], math.nan) for key in KEYS)
        return {stream.key: [float(str(value)) for value in raw]}

    return DeclaredDecoder(kinds(unit), (stream,), read)
