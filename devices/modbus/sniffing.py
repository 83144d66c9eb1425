"""Decode a Modbus RTU line that others talk on: every exchange as a row, and named registers as channels."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from devices.labels import say
from devices.modbus.listening import POLL, POLLS, REPLIES, REPLY, SIDES, Ear, Heard
from devices.modbus.pdu import EXCEPTIONS, READS
from devices.modbus.ranges import MOST_CHANNELS, MOST_RANGES, Range, read_ranges
from devices.modbus.registers import ORDERS, value_of
from devices.structs import range_quality
from devices.values import Account, Block, ChannelSpec, Params, Quality, StreamSpec

_GROUP = "Line"
_STATES = {0: "answered", 1: "refused", 2: "no answer heard", 3: "poll not heard"}
ANSWERED, REFUSED, SILENT, UNASKED = range(4)
EXCHANGES = StreamSpec(
    "exchanges",
    (
        ChannelSpec("unit", say("Unit", "Gerät", "设备"), "", "f4", group=_GROUP),
        ChannelSpec("function", say("Function", "Funktion", "功能码"), "", "f4", group=_GROUP),
        ChannelSpec("address", say("Address", "Adresse", "地址"), "", "f4", group=_GROUP),
        ChannelSpec("count", say("Count", "Anzahl", "数量"), "", "f4", group=_GROUP),
        ChannelSpec("outcome", say("Outcome", "Ergebnis", "结果"), "", "f4", states=_STATES, group=_GROUP),
        ChannelSpec(
            "exception",
            say("Exception", "Ausnahme", "异常码"),
            "",
            "f4",
            states={0: "none", **EXCEPTIONS},
            group=_GROUP,
        ),
    ),
)
_WRITES = (5, 6, 15, 16)


@dataclass(frozen=True)
class Exchange:
    """Hold one poll and what became of it; `payload` are the data bytes read, or written and taken."""

    unit: int
    function: int
    address: int | None
    count: int
    outcome: int
    exception: int
    payload: bytes
    stop: int


def exchange_of(heard: Heard, side: str) -> Exchange | None:
    """Return the exchange that a frame completes, None for a poll that still waits for its reply."""
    if heard.role == REPLY:
        return _replied(heard)
    if side != POLLS or heard.number("fc") not in _WRITES:
        return None
    return _exchange(heard, heard, SILENT)


def unanswered(poll: Heard, stop: int) -> Exchange:
    """Return the exchange of a poll that nobody answered until `stop`."""
    return _exchange(poll, poll, SILENT, stop)


def _replied(reply: Heard) -> Exchange:
    fields = reply.fields or {}
    asked = reply.asked
    if "exception" in fields:
        return _exchange(asked or reply, reply, REFUSED)
    return _exchange(asked or reply, reply, ANSWERED if asked else UNASKED)


def _exchange(source: Heard, last: Heard, outcome: int, stop: int = 0) -> Exchange:
    fields, reply = source.fields or {}, last.fields or {}
    payload = b"" if outcome == REFUSED else _payload(source, last)
    address = fields.get("address")
    count = fields.get("count", _count(source, payload))
    return Exchange(
        source.number("unit"), source.number("fc"), None if address is None else int(str(address)), int(str(count)),
        outcome, int(str(reply.get("exception", 0))), payload, stop or last.stop,
    )  # fmt: skip


def _count(source: Heard, payload: bytes) -> int:
    function = source.number("fc")
    if function in (5, 6):
        return 1
    return 8 * len(payload) if function in (1, 2) else len(payload) // 2


def _payload(source: Heard, last: Heard) -> bytes:
    """Return the data bytes of registers or coils: read ones from the reply, written ones from the poll."""
    function = source.number("fc")
    if function in (*READS, 23):
        return last.frame[3:-2] if last.role == REPLY else b""
    if function == 5:
        return b"\x01" if (source.fields or {})["value"] else b"\x00"
    if function == 6:
        return struct.pack(">H", source.number("value"))
    return source.frame[7:-2] if function in (15, 16) and source.role == POLL else b""


class Sniffer:
    """Turn what is heard into rows of exchanges and of the ranges that the settings name."""

    def __init__(self, ranges: Sequence[Range] = (), order: str = "ABCD", side: str = "both") -> None:
        """Hear a line that carries `side` ("both", "polls" or "replies")."""
        self._ranges = [(one, one.registers(order), one.stream(order)) for one in ranges]
        self._side = side
        self._ear = Ear(side)
        self._waiting: Heard | None = None

    def feed(self, data: bytes) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return self._blocks(self.exchanges(data))

    def exchanges(self, data: bytes) -> list[Exchange]:
        """Take received bytes; return the exchanges they completed, instead of blocks."""
        return list(self._exchanges(self._ear.feed(data)))

    def flush(self) -> list[Block]:
        """End the input; a poll that still waits was not answered."""
        exchanges = list(self._exchanges(self._ear.flush()))
        waiting, self._waiting = self._waiting, None
        return self._blocks([*exchanges, unanswered(waiting, waiting.stop)] if waiting else exchanges)

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._ear.book.statement()

    def _exchanges(self, found: Iterable[Heard]) -> Iterable[Exchange]:
        for heard in found:
            if heard.fields is None:
                continue
            exchange = exchange_of(heard, self._side)
            if self._waiting is not None and (heard.role == POLL or heard.asked is not self._waiting):
                yield unanswered(self._waiting, self._waiting.stop)
            self._waiting = heard if exchange is None and heard.frame[0] else None
            if exchange is not None:
                yield exchange

    def _blocks(self, exchanges: Iterable[Exchange]) -> list[Block]:
        rows: dict[str, list[tuple[int, list[float]]]] = {}
        for exchange in exchanges:
            rows.setdefault(EXCHANGES.key, []).append((exchange.stop, _row(exchange)))
            for one, registers, _ in self._ranges:
                if exchange.payload and exchange.unit == one.unit and _covers(one, exchange):
                    first = exchange.address or 0
                    values = [value_of(register, exchange.payload, first) for register in registers]
                    rows.setdefault(one.key, []).append((exchange.stop, values))
        specs = {EXCHANGES.key: EXCHANGES, **{one.key: stream for one, _, stream in self._ranges}}
        return [_block(specs[key], found) for key, found in rows.items()]


def _covers(one: Range, exchange: Exchange) -> bool:
    return one.covers(exchange.function, exchange.address, exchange.count)


def _row(exchange: Exchange) -> list[float]:
    address = math.nan if exchange.address is None else float(exchange.address)
    known = exchange.count > 0
    return [
        exchange.unit, exchange.function, address, exchange.count if known else math.nan, exchange.outcome,
        exchange.exception,
    ]  # fmt: skip


def _block(stream: StreamSpec, rows: list[tuple[int, list[float]]]) -> Block:
    kinds = {channel.dtype for channel in stream.channels}
    values = np.array([row for _, row in rows], dtype="f4" if kinds == {"f4"} else "f8").T
    values = np.ascontiguousarray(values)
    quality = range_quality(stream.channels, values)
    quality[~np.isfinite(values)] = Quality.NOT_MEASURED
    return Block(stream.key, values, quality, np.array([end for end, _ in rows], dtype=np.int64))


def settings_of(params: Params) -> tuple[tuple[Range, ...], str, str]:
    """Return ranges, word order and side of the settings; ValueError says what is wrong with them."""
    order, side = str(params["order"]), str(params["side"])
    if order not in ORDERS:
        raise ValueError(f"order {order}: {' '.join(ORDERS)}")
    if side not in SIDES:
        raise ValueError(f"side {side}: {' '.join(SIDES)}")
    return read_ranges(str(params["registers"])), order, side


def discover(data: bytes) -> dict[str, object]:
    """Return settings for a line: which side it carries, and a range per different exchange; {} without a frame."""
    side = side_of(data)
    ear = Ear(side)
    found: dict[str, Range] = {}
    for heard in ear.feed(data) + ear.flush():
        exchange = exchange_of(heard, side) if heard.fields is not None else None
        if exchange is None or not exchange.payload:
            continue
        one = Range(exchange.unit, exchange.function, exchange.address, exchange.count)
        if len(found) < MOST_RANGES and sum(each.count for each in found.values()) + one.count <= MOST_CHANNELS:
            found[one.key] = one
    return {"registers": " ".join(map(str, found.values())), "side": side} if ear.book.frames_good else {}


def side_of(data: bytes) -> str:
    """Return which side of the talk bytes carry, by what explains most of them; "both" when in doubt."""
    heard = Ear().feed(data)
    reads = {role for one in heard if one.fields and one.number("fc") not in _WRITES for role in (one.role,)}
    if reads == {POLL}:
        return POLLS
    return REPLIES if reads == {REPLY} and not any(one.asked for one in heard) else "both"
