"""Follow a recording through the ones that continue it: what a collector's restart parted is written as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from center_app.telemetry.exchange.values import ExportOptions
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import AccountView, RecordingView


def parts(reader: StoreReader, view: RecordingView, options: ExportOptions) -> tuple[RecordingView, ...]:
    """Return the recordings that an export writes, oldest first; all have the channels of the chosen one."""
    if not options.through:
        return (view,)
    if options.t0_ns is None and options.t1_ns is None:
        found = [view, *_linked(reader, view, reader.continues), *_linked(reader, view, reader.continued_by)]
    else:
        found = [one for one in reader.recordings(view.cell_id) if _touches(one, options)]
    wanted = _columns(reader, view)
    same = {one.id: one for one in found if one.id == view.id or _columns(reader, one) == wanted}
    return tuple(sorted(same.values(), key=lambda one: (one.started_ns, one.id))) or (view,)


def _linked(reader: StoreReader, view: RecordingView, step: Callable[[int], int | None]) -> Iterator[RecordingView]:
    seen = {view.id}
    number = step(view.id)
    while number is not None and number not in seen:
        seen.add(number)
        yield reader.recording(number)
        number = step(number)


def _touches(view: RecordingView, options: ExportOptions) -> bool:
    first = view.first_ns if view.first_ns is not None else view.started_ns
    last = view.last_ns if view.last_ns is not None or view.ended_ns is None else first
    is_begun = options.t1_ns is None or first < options.t1_ns
    return is_begun and (options.t0_ns is None or last is None or last >= options.t0_ns)


def _columns(reader: StoreReader, view: RecordingView) -> list[tuple[str, str, str]]:
    return [(one.stream, one.channel, one.unit) for one in reader.channels_of(view.id)]


def account(accounts: Sequence[AccountView]) -> AccountView:
    """Return the byte account of several recordings together."""
    whole = accounts[0]
    for one in accounts[1:]:
        told: dict[str, Any] = {}
        for each in fields(whole):
            mine, more = getattr(whole, each.name), getattr(one, each.name)
            told[each.name] = dict(Counter(mine) + Counter(more)) if isinstance(mine, dict) else mine + more
        whole = replace(whole, **{**told, "recording_id": whole.recording_id})
    return whole
