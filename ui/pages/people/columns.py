"""Columns of the people, organisation and project tables."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from center_app.registry.values import PersonView, QualificationView
from ui.kit.avatar import paint_avatar
from ui.kit.pill import HEIGHT, paint_pill, pill_width
from ui.kit.table_model import Column
from ui.kit.text import elide
from ui.kit.theme import font, theme
from ui.kit.words import _, full_day
from ui.pages.people.data import KIND_WORDS, ROLE_WORDS, chip_text, first_expiry, icon_of, project_term, token_of

GAP = 6


def _paint_person(painter: QPainter, rect: QRect, person: PersonView, selected: bool) -> None:
    paint_avatar(painter, QRectF(rect.left() + 6, rect.center().y() - 15.5, 32, 32), person.name)
    x = rect.left() + 48
    wide = rect.right() - x - 6
    lines = ((person.name, 13, True, "text", -19), (person.organisation.say(_.language), 12, False, "text2", 1))
    for text, size, bold, token, dy in lines:
        painter.setFont(font(size, bold=bold))
        painter.setPen(theme[token])
        box = QRectF(x, rect.center().y() + dy, wide, 18)
        painter.drawText(box, 0x0080, elide(painter.fontMetrics(), text, wide))


def _paint_chips(painter: QPainter, rect: QRect, person: PersonView, selected: bool) -> None:
    lines, rest = _chip_lines(person, rect.width() - 12)
    top = rect.center().y() + 0.5 - (HEIGHT if len(lines) < 2 else 2 * HEIGHT + 2) / 2
    x = float(rect.left() + 6)
    for n, line in enumerate(lines):
        x, y = float(rect.left() + 6), top + n * (HEIGHT + 2)
        for held, wide in line:
            paint_pill(painter, QRectF(x, y, wide, HEIGHT), chip_text(held), token_of(held), icon_of(held))
            x += wide + GAP
    if rest:
        painter.setFont(font(12))
        painter.setPen(theme["text2"])
        painter.drawText(QRectF(x, top + (len(lines) - 1) * (HEIGHT + 2), 40, HEIGHT), 0x0080, f"+{rest}")


def _chip_lines(person: PersonView, room: int) -> tuple[list[list[tuple[QualificationView, int]]], int]:
    """Lay a person's chips on at most two lines; returns them with their widths, and how many are left over."""
    lines: list[list[tuple[QualificationView, int]]] = [[]]
    used = 0
    for n, held in enumerate(person.qualifications):
        wide = pill_width(chip_text(held), "x")
        if used and used + wide > room:
            if len(lines) == 2:
                return lines, len(person.qualifications) - n
            lines.append([])
            used = 0
        lines[-1].append((held, wide))
        used += wide + GAP
    return lines, 0


def people_columns() -> list[Column]:
    """Declare the columns of people."""
    return [
        Column("name", _("Person"), lambda p: p.name, second=lambda p: p.organisation.say(_.language),
               paint=_paint_person, width=206, stretch=1),
        Column("role", _("Role"), lambda p: _(ROLE_WORDS[p.role.value]), width=98, token=lambda _p: "text2"),
        Column("qualifications", _("Qualifications"), _qualifications, value=first_expiry, paint=_paint_chips,
               width=300, stretch=6),
        Column("projects", _("Projects"), lambda p: _(", ").join(p.project_codes), width=96, stretch=1, drop=2,
               token=lambda _p: "text2"),
        Column("access", _("Access until"), lambda p: full_day(p.access_until) if p.access_until else "–",
               value=lambda p: p.access_until, width=92, drop=1, token=lambda _p: "text2"),
        Column("email", _("E-mail"), lambda p: p.email, width=170, shown=False),
        Column("phone", _("Phone"), lambda p: p.phone, width=130, shown=False),
        Column("login", _("Login name"), lambda p: p.login, width=110, shown=False),
    ]  # fmt: skip


def _qualifications(person: PersonView) -> str:
    return _(", ").join(chip_text(held) for held in person.qualifications)


def organisation_columns() -> list[Column]:
    """Declare the columns of organisations."""
    return [
        Column("name", _("Organisation"), lambda o: o.names.say(_.language), icon=lambda _o: "building-2",
               boxed_icon=True, bold_selected=True, width=240, stretch=3),
        Column("kind", _("Kind"), lambda o: _(KIND_WORDS[o.kind.value]), width=110),
        Column("city", _("City"), lambda o: _(", ").join(part for part in (o.city, o.country) if part), width=140,
               stretch=1, token=lambda _o: "text2"),
        Column("tax", _("Tax number"), lambda o: o.tax_number, width=170, token=lambda _o: "text2", drop=1),
        Column("small", _("Small firm"), lambda o: _("Yes") if o.is_small else "–", width=90, drop=2),
        Column("people", _("People"), lambda o: _.number(o.people), value=lambda o: o.people, right=True, width=76),
        Column("projects", _("Projects"), lambda o: _.number(o.projects), value=lambda o: o.projects, right=True,
               width=76),
    ]  # fmt: skip


def project_columns() -> list[Column]:
    """Declare the columns of projects."""
    return [
        Column("code", _.context("code", "Number"), lambda p: p.code, width=108, bold_selected=True),
        Column("name", _("Project"), lambda p: p.names.say(_.language), width=220, stretch=3, bold_selected=True),
        Column("organisation", _("Organisation"), lambda p: p.organisation.say(_.language), width=170, stretch=2,
               token=lambda _p: "text2"),
        Column("leader", _("Leader"), lambda p: p.leader, width=120, stretch=1),
        Column("term", _("Term"), project_term, value=lambda p: p.ends_on, width=190, token=lambda _p: "text2", drop=1),
        Column("members", _("Members"), lambda p: _.number(len(p.members)), value=lambda p: len(p.members),
               right=True, width=80),
    ]  # fmt: skip
