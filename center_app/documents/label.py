"""Labels for machines: name, code, place and a QR code, several on one A4 sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from center_app.documents.bricks import draw_qr
from center_app.documents.fonts import FACE, clean, fitted, register, wrapped
from center_app.documents.sheet import GREY, INK, PAGE, STRONG, Sheet

_WIDE, _HIGH, _PER_ROW, _PER_PAGE = 255.1, 141.7, 2, 10  # 90 × 50 mm
_LEFT, _TOP, _GAP = 37.0, 60.0, 11.0


@dataclass(frozen=True)
class MachineLabel:
    """Hold what a label says; `link` is what the QR code carries."""

    name: str
    code: str
    place: str
    custodian: str
    link: str


def write_labels(target: Path, labels: Sequence[MachineLabel], centre: str, made_at: datetime) -> None:
    """Write labels of 90 × 50 mm, ten on a page, as PDF/A-3b; raises SurroundingsError when refused."""
    from reportlab.pdfgen.canvas import Canvas

    from center_app.documents.pdfa import About, finish

    register()
    raw = target.with_suffix(".raw")
    canvas = Canvas(str(raw), pagesize=PAGE, invariant=1, initialFontName=FACE)
    sheet = Sheet(canvas, 1, {})
    for i, label in enumerate(labels):
        place = i % _PER_PAGE
        if i and place == 0:
            sheet.end_page()
        x = _LEFT + place % _PER_ROW * (_WIDE + _GAP)
        draw_label(sheet, label, centre, x, PAGE[1] - _TOP - (place // _PER_ROW + 1) * (_HIGH + 3))
    sheet.end_page()
    canvas.save()
    try:
        finish(raw, target, About(labels[0].name if labels else centre, centre, "", made_at), ())
    finally:
        raw.unlink(missing_ok=True)


def draw_label(sheet: Sheet, label: MachineLabel, centre: str, x: float, y: float) -> None:
    """Draw one label from its lower left corner."""
    sheet.box(x, y, _WIDE, _HIGH, None, edge=STRONG, weight=0.5, radius=6)
    draw_qr(sheet, x + _WIDE - 96, y + 31, 82, label.link)
    room = _WIDE - 96 - 28
    sheet.text(x + 14, y + _HIGH - 20, fitted(clean(centre), _WIDE - 28, 7.5), 7.5, color=GREY)
    top = y + _HIGH - 44
    for line in wrapped(clean(label.name), room, 13, True)[:2]:
        sheet.text(x + 14, top, line, 13, bold=True)
        top -= 17
    sheet.text(x + 14, y + 52, label.code, 15, bold=True)
    for k, text in enumerate((label.place, label.custodian)):
        sheet.text(x + 14, y + 34 - k * 13, fitted(clean(text), room, 8.5), 8.5, color=INK if k == 0 else GREY)
