"""Bricks and how they flow over pages: lay out first, draw afterwards, so that "page x of y" is known.

A brick measures itself for a width, draws itself below a top edge, and may split at a height.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from center_app.documents.fonts import clean, wrapped
from center_app.documents.sheet import BOTTOM, COVER_TOP, GREY, INK, PAGE, ROOM, SMALL, STRONG, TOP, Sheet

_NOTE_LEADING = 10.2
_HEAD_BASE = 36.0
_FOOT_BASE = 32.0


class Brick:
    """Be one block of a page; subclasses measure, draw and may split."""

    before: float = 0.0
    keep_next: bool = False
    notes: tuple[tuple[int, str], ...] = ()
    anchor: str = ""

    def measure(self, width: float) -> float:
        """Return the height for a width, in points."""
        raise TypeError(type(self).__name__)

    def least(self, width: float) -> float:
        """Return the smallest height that may stand at the foot of a page."""
        return self.measure(width)

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw below `top`."""
        raise TypeError(type(self).__name__)

    def split(self, width: float, room: float) -> tuple[Brick, Brick] | None:
        """Return the part that fits into `room` and the rest, or None."""
        return None


class Space(Brick):
    """Leave room."""

    def __init__(self, height: float) -> None:
        self._height = height

    def measure(self, width: float) -> float:
        """Return the room."""
        return self._height

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw nothing."""


class NewPage(Brick):
    """Begin a new page."""


class Together(Brick):
    """Keep bricks on one page."""

    def __init__(self, *bricks: Brick, before: float = 0.0, keep_next: bool = False) -> None:
        self._bricks = bricks
        self.before, self.keep_next = before, keep_next
        self.notes = tuple(note for brick in bricks for note in brick.notes)

    def measure(self, width: float) -> float:
        """Return the sum of the heights."""
        return sum(brick.measure(width) + (brick.before if i else 0) for i, brick in enumerate(self._bricks))

    def draw(self, sheet: Sheet, x: float, top: float, width: float) -> None:
        """Draw one below the other."""
        for i, brick in enumerate(self._bricks):
            top -= brick.before if i else 0
            brick.draw(sheet, x, top, width)
            top -= brick.measure(width)


@dataclass
class Page:
    """Hold what stands on one page: bricks with their top edge, and footnotes."""

    top: float
    bricks: list[tuple[Brick, float]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)

    def notes_height(self, extra: Iterable[tuple[int, str]] = ()) -> float:
        """Return the room the footnotes take, with those of another brick."""
        notes = [*self.notes, *(note for note in extra if note not in self.notes)]
        return 16.0 + sum(len(note_lines(text)) for _, text in notes) * _NOTE_LEADING if notes else 0.0


def note_lines(text: str, width: float = ROOM) -> tuple[str, ...]:
    """Break a footnote into lines."""
    return wrapped(clean(text), width - 11, SMALL)


def compose(bricks: Iterable[Brick], width: float = ROOM, cover: bool = True) -> list[Page]:
    """Lay bricks out over pages; the first page is a cover without a running head."""
    queue = deque(bricks)
    floor = BOTTOM + 4
    pages = [Page(PAGE[1] - (COVER_TOP if cover else TOP))]
    y = pages[0].top
    while queue:
        brick, page = queue.popleft(), pages[-1]
        if isinstance(brick, NewPage):
            pages.append(Page(PAGE[1] - TOP))
            y = pages[-1].top
            continue
        y -= brick.before if page.bricks else 0
        room = y - floor - page.notes_height(brick.notes)
        height = brick.measure(width)
        if height + _follow(brick, queue, width) <= room or (height <= room and not page.bricks):
            y = _place(page, brick, y, height)
            continue
        parts = brick.split(width, room) if not brick.keep_next else None
        if parts:
            _place(page, parts[0], y, 0)
            queue.extendleft((parts[1], NewPage()))
        elif page.bricks:
            queue.extendleft((brick, NewPage()))
        else:
            y = _place(page, brick, y, height)
    return pages


def _follow(brick: Brick, queue: deque[Brick], width: float) -> float:
    """Return the room that must stay for the bricks bound to this one."""
    need = 0.0
    for following in queue:
        if not brick.keep_next or isinstance(following, NewPage):
            break
        need += following.before + following.least(width)
        brick = following
    return need


def _place(page: Page, brick: Brick, y: float, height: float) -> float:
    page.bricks.append((brick, y))
    page.notes.extend(note for note in brick.notes if note not in page.notes)
    return y - height


def anchors(pages: list[Page]) -> dict[str, int]:
    """Return the page (from 1) of each anchor."""
    return {
        name: number
        for number, page in enumerate(pages, 1)
        for brick, _ in page.bricks
        for name in (brick.anchor, *getattr(brick, "row_anchors", ()))
        if name
    }


def draw_notes(sheet: Sheet, page: Page, x: float) -> None:
    """Draw the footnotes of a page above its foot."""
    if not page.notes:
        return
    y = BOTTOM + page.notes_height() - 4
    sheet.line(x, y, x + 80, y, 0.6, INK)
    y -= 11
    for number, text in page.notes:
        sheet.text(x, y + 2.2, f"{number})", SMALL * 0.68, color=GREY)
        for line in note_lines(text):
            sheet.text(x + 10, y, line, SMALL, color=GREY)
            y -= _NOTE_LEADING


def draw_foot(sheet: Sheet, left: str, right: str, x: float, width: float) -> None:
    """Draw the running foot."""
    y = _FOOT_BASE
    sheet.line(x, y + 12, x + width, y + 12, 0.6, STRONG)
    sheet.text(x, y, left, SMALL, color=GREY)
    sheet.text(x + width, y, right, SMALL, color=GREY, align="right")


def draw_head(sheet: Sheet, left: str, right: str, x: float, width: float, alarm: bool) -> None:
    """Draw the running head; `alarm` makes the right side red and bold (a draft says so)."""
    y = PAGE[1] - _HEAD_BASE
    sheet.text(x, y, left, SMALL, color=GREY)
    color = "#B3261E" if alarm else GREY
    sheet.text(x + width, y, right, SMALL, color=color, align="right", bold=alarm)
    sheet.line(x, y - 8, x + width, y - 8, 0.6, STRONG)
