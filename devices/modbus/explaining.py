"""Read a Modbus line as messages: polls, replies paired with their polls, exceptions, refused frames."""

from __future__ import annotations

from devices.account import BAD_CHECKSUM, BAD_LENGTH, CUT, NOISE
from devices.checksum import MODBUS, crc16_of
from devices.messages import crc_fields, shown
from devices.modbus import pdu
from devices.modbus.listening import POLL, REPLY, Ear, Heard
from devices.modbus.pdu import EXCEPTIONS, Fields
from devices.modbus.tcp import TcpCutter, TcpFrame
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
            fields |= crc_fields(heard.frame[-2:], right)
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
    return {**_trimmed(fields), "paired_with": heard.asked.start}


def _trimmed(fields: Fields) -> Fields:
    """Return the fields with as many bits as the poll asked for; the rest of the last byte is filling."""
    for key in ("coils", "inputs"):
        if isinstance(bits := fields.get(key), list) and "count" in fields:
            fields[key] = bits[: int(str(fields["count"]))]
    return fields


def explain_tcp(data: bytes) -> list[Message]:
    """Return the messages of a Modbus TCP stream, one side or both: replies are told by their transaction."""
    cutter = TcpCutter()
    messages: list[Message] = []
    asked: dict[int, tuple[int, Fields]] = {}
    for frame in cutter.feed(data):
        if frame.unit < 0:
            _add_noise(messages, data, frame)
        else:
            messages.append(_tcp_message(frame, data, asked))
    if cutter.pending:
        start = len(data) - cutter.pending
        messages.append(Message(start, len(data), "frame", shown(data[start:]), CUT))
    return messages


def _add_noise(messages: list[Message], data: bytes, frame: TcpFrame) -> None:
    last = messages[-1] if messages else None
    start = frame.start
    if last is not None and last.error == NOISE:
        start = messages.pop().start
    messages.append(Message(start, frame.stop, "noise", shown(data[start : frame.stop]), NOISE))


def _tcp_message(frame: TcpFrame, data: bytes, asked: dict[int, tuple[int, Fields]]) -> Message:
    head: dict[str, object] = {"transaction": frame.transaction, "unit": frame.unit}
    request, reply = pdu.parse_request(frame.body), pdu.parse_reply(frame.body)
    poll = asked.get(frame.transaction)
    if reply is not None and poll is not None and pdu.answers(poll[1], reply):
        del asked[frame.transaction]
        more: dict[str, object] = {
            key: poll[1][key] for key in ("address", "count") if key in poll[1] and key not in reply
        }
        kind = "exception" if "exception" in reply else "reply"
        return Message(frame.start, frame.stop, kind, _trimmed({**head, **reply, **more, "paired_with": poll[0]}))
    if request is not None:
        asked[frame.transaction] = (frame.start, request)
        return Message(frame.start, frame.stop, "request", {**head, **request})
    if reply is None:
        return Message(frame.start, frame.stop, "frame", shown(data[frame.start : frame.stop]), BAD_LENGTH)
    return Message(frame.start, frame.stop, "exception" if "exception" in reply else "reply", {**head, **reply})
