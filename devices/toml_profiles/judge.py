"""Check what a written profile says as a whole: that nothing overlaps, lies outside or cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from devices.toml_profiles.kinds import Kind
from devices.toml_profiles.schema import CheckPlan, CounterPlan, FieldPlan, FramePlan, MessagePlan
from devices.toml_profiles.tables import Table


def judge(frame: FramePlan, messages: list[tuple[MessagePlan, Table]], frame_table: Table) -> None:
    """Report every problem of a binary profile."""
    for message, table in messages:
        _judge_size(frame, message, table)
        _judge_overlaps(frame, message, table)
    _judge_ids(frame, messages)
    if frame.framing == "sync":
        _judge_syncs(messages)
    if frame.length is not None:
        head = frame.length.at + frame.length.kind.width
        if frame.longest < head:
            frame_table.problem("outside", "longest", key="length", end=head, size=frame.longest)


def header_size(frame: FramePlan) -> int:
    """Return how many bytes tell a frame's length."""
    length = frame.length
    return max(len(frame.sync), length.at + length.kind.width if length else 0)


def full_size(frame: FramePlan, message: MessagePlan) -> int:
    """Return the size of a message's frame: its own, or the smallest that holds everything."""
    if message.size:
        return message.size
    inner = max(message.reach, header_size(frame) if frame.framing == "length" else 0, _id_end(frame))
    tail = len(frame.end) + (frame.check.width if frame.check and frame.check.at < 0 else 0)
    fixed = frame.check.at + frame.check.width if frame.check and frame.check.at >= 0 else 0
    return max(inner + tail, fixed + len(frame.end), 1)


def _id_end(frame: FramePlan) -> int:
    return frame.id.at + frame.id.kind.width if frame.id else 0


def _judge_size(frame: FramePlan, message: MessagePlan, table: Table) -> None:
    size = full_size(frame, message)
    for key, place, kind, _mask in _places(message):
        if place.at + kind.width > size:
            table.findings.add(place.text_line, "outside", key=key, end=place.at + kind.width, size=size)
    if _id_end(frame) > size:
        table.problem("outside", "", key="id", end=_id_end(frame), size=size)
    if frame.framing in ("length", "cobs", "slip") and size > frame.longest:
        table.problem("outside", "", key=message.key, end=size, size=frame.longest)
    check = frame.check
    if check is None:
        return
    start, stop, at = spread(check, size)
    if at < 0 or at + check.width > size or not 0 <= start < stop <= size or start <= at < stop:
        table.findings.add(
            table.line(), "checksum_outside", start=start, stop=stop, at=at, end=at + check.width, size=size
        )


def spread(check: CheckPlan, size: int) -> tuple[int, int, int]:
    """Return start, stop and place of a checksum in a frame of this size."""
    return check.start, check.stop + size * (check.stop < 0), check.at + size * (check.at < 0)


def _places(message: MessagePlan) -> Iterator[tuple[str, FieldPlan | CounterPlan, Kind, int | None]]:
    """Yield key, place, type and mask of every field and counter."""
    for field in message.fields:
        if field.kind is not None:
            yield field.channel.key, field, field.kind, field.mask
    for name, counter in (("tick", message.tick), ("sequence", message.sequence)):
        if counter is not None:
            yield name, counter, counter.kind, None


def _bits(kind: Kind, at: int, mask: int | None) -> int:
    """Return the bits a number takes, as one integer over the frame, byte 0 lowest."""
    taken = mask if mask is not None else (1 << 8 * kind.width) - 1
    if kind.order == ">":
        taken = int.from_bytes(taken.to_bytes(kind.width, "big"), "little")
    return taken << 8 * at


def _whole(at: int, width: int) -> int:
    return ((1 << 8 * width) - 1) << 8 * at if at >= 0 else 0


def _fixed(frame: FramePlan, message: MessagePlan) -> list[tuple[str, int]]:
    """Return what the frame itself takes: sync, id, length, checksum, last bytes."""
    size = full_size(frame, message)
    taken = [("sync", _whole(0, len(message.sync))), ("end", _whole(size - len(frame.end), len(frame.end)))]
    for name, counter in (("id", frame.id), ("length", frame.length)):
        if counter is not None:
            taken.append((name, _whole(counter.at, counter.kind.width)))
    if frame.check is not None:
        taken.append(("checksum", _whole(spread(frame.check, size)[2], frame.check.width)))
    return taken


def _judge_overlaps(frame: FramePlan, message: MessagePlan, table: Table) -> None:
    taken = _fixed(frame, message)
    occupied = 0
    for _name, bits in taken:
        occupied |= bits
    for key, place, kind, mask in _places(message):
        bits = _bits(kind, place.at, mask)
        if occupied & bits and not place.may_overlap:
            other = next(name for name, held in taken if held & bits)
            table.findings.add(place.text_line, "overlap", key=key, other=other)
        occupied |= bits
        taken.append((key, bits))


def _judge_ids(frame: FramePlan, messages: list[tuple[MessagePlan, Table]]) -> None:
    seen: dict[tuple[bytes, int | None], str] = {}
    for message, table in messages:
        if message.id is not None and frame.id is None:
            table.problem("id_without_place", "id")
        elif message.id is None and frame.id is not None:
            table.problem("missing_key", "", key="id")
        elif message.id is not None and frame.id is not None and message.id >= 1 << 8 * frame.id.kind.width:
            most = (1 << 8 * frame.id.kind.width) - 1
            table.problem("out_of_bounds", "id", key="id", value=message.id, low=0, high=most)
        place = (message.sync, message.id)
        if place in seen:
            table.problem("message_twice", "id", key=message.key, other=seen[place])
        seen.setdefault(place, message.key)


def _judge_syncs(messages: list[tuple[MessagePlan, Table]]) -> None:
    """Frames of different size or sync are told apart by their first bytes alone."""
    for index, (one, _table) in enumerate(messages):
        for other, table in messages[index + 1 :]:
            if one.sync == other.sync and one.size == other.size:
                continue
            if one.sync.startswith(other.sync) or other.sync.startswith(one.sync):
                table.problem("sync_clash", "sync" if "sync" in table.content else "size", key=other.key, other=one.key)
