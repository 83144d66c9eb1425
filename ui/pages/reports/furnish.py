"""What the page is furnished with: its actions, its menu, and what stands in for a paper."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

from center_app.core.access import Right
from center_app.core.text import N_
from ui.kit.panels import EmptyState
from ui.kit.words import LANGUAGES, _
from ui.pages.reports.data import Document
from ui.pages.reports.dialogs import month_before

if TYPE_CHECKING:
    from ui.pages.reports.page import ReportsPage


def tool_acts(page: ReportsPage) -> dict[str, Any]:
    """Return what the buttons of the toolbar do."""
    acts, viewer = page.acts, page.viewer
    return {
        "back": lambda: viewer.turn_to(viewer.page - 1), "on": lambda: viewer.turn_to(viewer.page + 1),
        "page": viewer.turn_to, "zoom": viewer.zoom_to, "compare": acts.compare, "verify": acts.verify,
        "print": acts.print_dialog, "xlsx": acts.xlsx, "build": acts.ask_build,
    }  # fmt: skip


def more_menu(page: ReportsPage) -> QMenu:
    """Make the menu of copies and languages."""
    menu = QMenu()
    menu.addAction(_("Save as…"), page.acts.save_as)
    menu.addSeparator()
    for language, name in LANGUAGES.items():
        menu.addAction(_("Paper in {language}", language=name), partial(page.acts.show_paper, language))
    return menu


def register_actions(page: ReportsPage) -> None:
    """Enter the page's acts with their keys into the registry."""
    viewer, acts = page.viewer, page.acts
    for action_id, text, run, key, icon in (
        ("reports.build", N_("Build a report…"), acts.ask_build, "Ctrl+N", "file-check-2"),
        ("reports.verify", N_("Verify the report"), acts.verify, "Ctrl+Shift+V", "shield-check"),
        ("reports.compare", N_("Compare versions"), acts.compare, "Ctrl+Shift+C", "git-compare"),
        ("reports.release", N_("Release the report"), acts.release, "", "lock"),
        ("reports.print", N_("Print the report"), acts.print_dialog, "Ctrl+P", "printer"),
        ("reports.save", N_("Save the report as…"), acts.save_as, "Ctrl+S", "save"),
        ("reports.xlsx", N_("Figures and costs as XLSX"), acts.xlsx, "", "file-spreadsheet"),
        ("reports.larger", N_("Larger"), lambda: viewer.zoom_by(1), "Ctrl++", "zoom-in"),
        ("reports.smaller", N_("Smaller"), lambda: viewer.zoom_by(-1), "Ctrl+-", "zoom-out"),
        ("reports.width", N_("Fit width"), lambda: viewer.zoom_to(0.0), "Ctrl+0", "maximize-2"),
        ("reports.on", N_("Next page"), lambda: viewer.turn_to(viewer.page + 1), "PgDown", "chevron-right"),
        ("reports.back", N_("Previous page"), lambda: viewer.turn_to(viewer.page - 1), "PgUp", "chevron-left"),
        ("reports.close", N_("Close the origin of the figure"), page.tracing.close, "Escape", "x"),
    ):
        right = {"reports.build": Right.BUILD_REPORT, "reports.release": Right.RELEASE_REPORT}.get(action_id)
        page.act(action_id, text, run, shortcut=key, icon=icon, right=right)


def no_report(page: ReportsPage) -> EmptyState:
    """Say that there is no award or no report, and offer to build the last closed month."""
    if page.award() is None:
        told = _("Reports prove what an award's money was used for. Enter the award first.")
        go = partial(page.context.navigate, "grants")
        return EmptyState("landmark", _("No award yet"), told, _("Open Grants"), go)
    month = _.date(month_before(_.now().date())[0], "month")
    problem = page.acts.build_problem()
    told = _("A report prints money, machine use and the rules of a period, and carries its own data.")
    act = "" if problem else _("Build {month}", month=month)
    return EmptyState("file-check-2", _("No report yet"), problem or told, act, page.acts.build_last_month)


def no_paper(page: ReportsPage, document: Document) -> EmptyState:
    """Say that a version is not printed, and offer to print it."""
    if document.snapshot is None:
        told = _("Neither its paper nor its data is in this centre. Restore them from a backup, or build it again.")
        return EmptyState("file-text", _("Nothing is kept of this version"), told)
    told = _("Its data is kept. Printing it takes a few seconds and changes nothing in it.")
    go = partial(page.acts.print_paper, _.language)
    return EmptyState("printer", _("This version has no paper yet"), told, _("Print the paper"), go)


def show_notice(page: ReportsPage, document: Document, wanted: str) -> None:
    """Say when the paper is older than its data, or speaks another language than the window."""
    notice, name = page.centre.notice, LANGUAGES.get(wanted, "")
    if document.path is None:
        notice.say("")
    elif not document.is_current:
        told = _("This paper was printed before the data last changed.")
        notice.say(told, _("Build again…"), page.acts.ask_build, "warn")
    elif document.language != wanted:
        told = _("This paper is in {language}.", language=LANGUAGES.get(document.language, document.language))
        act = _("Paper in {language}", language=name)
        notice.say(told, act, partial(page.acts.show_paper, wanted))
    else:
        notice.say("")
