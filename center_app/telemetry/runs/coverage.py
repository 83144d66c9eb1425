"""Say when a machine was measured at all: recorded spans less gaps; pure, spans are (start_ns, end_ns) half-open."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans, in order, touching ones joined."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return spans less holes."""
    result: list[Span] = []
    cuts = merged(holes)
    for start, end in merged(spans):
        at = start
        for hole_start, hole_end in cuts:
            if hole_end <= at or hole_start >= end:
                continue
            if hole_start > at:
                result.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            result.append((at, end))
    return result


def within(spans: Iterable[Span], window: Span) -> list[Span]:
    """Return the parts of spans inside a window."""
    return merged((max(start, window[0]), min(end, window[1])) for start, end in spans)


def total_ns(spans: Iterable[Span]) -> int:
    """Return the summed length of the union of spans in ns."""
    return sum(end - start for start, end in merged(spans))


def covered(recorded: Iterable[Span], gaps: Iterable[Span], window: Span) -> list[Span]:
    """Return when a cell was recorded inside a window; an empty list reads "not measured", never zero hours."""
    return within(without(recorded, gaps), window)
