"""Read a Modbus line as messages: polls, replies paired with their polls, exceptions, refused frames."""

from __future__ import annotations

from devices.account import BAD_CHECKSUM
from devices.checksum import MODBUS, crc16_of
from devices.messages import shown
from devices.modbus.listening import POLL, REPLY, Ear, Heard
from devices.modbus.pdu import EXCEPTIONS, Fields
from devices.values import Message


def explain_line(data: bytes, side: str) -> list[Message]:
    """Return the messages of a line without a hole; `paired_with` is where the poll of a reply starts."""
    ear = Ear(side)
    return [_message(heard, data) for heard in _settled(ear.feed(data) + ear.flush())]


def _settled(found: list[Heard]) -> list[Heard]:
    """Join refused pieces that only the end of the input parted."""
    joined: list[Heard] = []
    for heard in found:
        last = joined[-1] if joined else None
        if last and last.reason and last.reason == heard.reason and not heard.frame:
            joined[-1] = Heard(last.start, heard.stop, reason=last.reason, frame=last.frame)
        else:
            joined.append(heard)
    return joined


def _message(heard: Heard, data: bytes) -> Message:
    if heard.fields is None:
        fields = shown(data[heard.start : heard.stop])
        if heard.reason == BAD_CHECKSUM and len(heard.frame) >= 4:
            right = crc16_of(MODBUS, heard.frame[:-2]).to_bytes(2, "little")
            fields["correct_crc"] = right.hex(" ").upper()
        return Message(heard.start, heard.stop, "frame" if heard.frame else "noise", fields, heard.reason)
    return Message(heard.start, heard.stop, _kind(heard), _fields(heard))


def _kind(heard: Heard) -> str:
    if heard.role == REPLY and heard.fields and "exception" in heard.fields:
        return "exception"
    return "request" if heard.role == POLL else "reply"


def _fields(heard: Heard) -> Fields:
    fields = dict(heard.fields or {})
    if "exception" in fields:
        fields["meaning"] = EXCEPTIONS.get(int(str(fields["exception"])), "")
    if heard.role != REPLY or heard.asked is None:
        return fields
    asked = heard.asked.fields or {}
    fields |= {key: asked[key] for key in ("address", "count") if key in asked and key not in fields}
    for key in ("coils", "inputs"):
        if isinstance(bits := fields.get(key), list) and "count" in fields:
            fields[key] = bits[: int(str(fields["count"]))]
    return {**fields, "paired_with": heard.asked.start}
