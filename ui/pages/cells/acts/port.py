"""Release a cell's port to another program for a while, and take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from center_app.core.access import Right
from center_app.core.text import N_
from center_app.telemetry import service
from center_app.telemetry.values import PortState, RequestKind
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.words import _
from ui.pages.cells.data import CellCard

if TYPE_CHECKING:
    from ui.pages.cells.page import CellsPage

MINUTES = (5, 15, 60)
_LENT = (PortState.RELEASED,)
_HELD = (PortState.RECORDING, PortState.SILENT, PortState.MISSING, PortState.BUSY, PortState.FORBIDDEN)


def register(page: CellsPage) -> None:
    """Offer both acts in the menu of the open cell; the facts panel has the second one, too, while it is needed."""
    page.monitor.facts.take_back_wanted.connect(lambda: take_back(page))
    page.overview.take_back_wanted.connect(lambda cell_id: take_back_of(page, cell_id))
    page.offer(
        "monitor", "cells.release_port", N_("Release port…"), lambda: ask(page), icon="unlink", right=Right.RECORD,
        enabled=lambda: _is_one_of(page.monitor.card, _HELD),
    )  # fmt: skip
    page.offer(
        "monitor", "cells.take_port", N_("Take port back"), lambda: take_back(page), icon="link", right=Right.RECORD,
        enabled=lambda: _is_one_of(page.monitor.card, _LENT),
    )  # fmt: skip


def _is_one_of(card: CellCard | None, states: tuple[PortState, ...]) -> bool:
    return card is not None and card.state in states


def ask(page: CellsPage) -> None:
    """Ask for how long and why, then release the port."""
    card = page.monitor.card
    if card is None:
        return
    times = [(minutes * 60, _("{n} min", n=minutes)) for minutes in MINUTES]
    form = Form(
        [
            Field("seconds", _("For how long"), "choice", MINUTES[0] * 60, choices=times),
            Field("reason", _("Reason"), required=True, hint=_("For example: new firmware")),
        ]
    )

    def save(values: dict[str, Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        payload = {"seconds": values["seconds"], "reason": values["reason"]}
        page.context.tasks.write(
            service.ask, RequestKind.RELEASE_PORT, card.cell.id, payload, done=done, failed=failed, owner=page
        )

    note = _(
        "Another program, such as one that writes firmware, may open {port} meanwhile. Recording goes on by itself "
        "afterwards; the gap is marked with your name and the reason.",
        port=card.cell.port.rsplit("/", 1)[-1],
    )
    FormDialog(page, _("Release port"), form, _.context("port", "Release"), save, note=note, width=440).open()


def take_back(page: CellsPage) -> None:
    """End the release now."""
    card = page.monitor.card
    if card is not None:
        take_back_of(page, card.cell.id)


def take_back_of(page: CellsPage, cell_id: int) -> None:
    """End the release of one cell's port."""
    page.context.tasks.write(service.ask, RequestKind.TAKE_PORT, cell_id, {}, owner=page)
