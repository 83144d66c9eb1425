"""Words for figures, rule groups, severities and states, in the report's language."""

from __future__ import annotations

from center_app.core.text import N_
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import Kind, Severity

_ENDINGS = (
    ("effective", N_("Effective machine-hours")),
    ("claimed", N_("Claimed effective hours")),
    ("measured", N_("Measured hours")),
    ("booked", N_("Booked hours")),
    ("checked_in", N_("Checked-in hours")),
    ("external_share", N_("Share of external hours")),
    ("external", N_("External hours")),
    ("coverage", N_("Measured coverage")),
    ("actual", N_("Spent so far")),
    ("spent", N_("Spent so far")),
    ("committed", N_("Committed")),
    ("free", N_("Free money")),
    ("received", N_("Received so far")),
    ("amount", N_("Approved grant")),
    ("planned", N_("Planned budget")),
    ("revised", N_("Revised budget")),
    ("rate", N_("Share of budget spent")),
    ("share", N_("Share of budget spent")),
    ("unspent", N_("Received, not yet spent")),
    ("mean", N_("Mean per machine")),
    ("count", N_("Number")),
)
_GROUPS = {
    "GEN": N_("General: money, evidence, hours, four eyes, audit trail"),
    "CN": N_("Guangdong and China: caps, budget, account, capitals"),
    "CNE": N_("Sharing of instruments: marking, hours, external use"),
    "US": N_("United States: 2 CFR 200"),
    "EU": N_("European Union: Horizon Europe"),
    "DE": N_("Germany: proof of use"),
    "DOC": N_("Trust in the document"),
}


def figure_title(paper: Paper, figure: str) -> str:
    """Return what a figure is called, by the end of its id; the id itself when unknown."""
    last = figure.rsplit(".", 1)[-1]
    known = dict(_ENDINGS)
    return paper.words(known[last]) if last in known else figure


def figure_unit(paper: Paper, kind: Kind) -> str:
    """Return the unit under a key number."""
    return {Kind.MONEY: paper.currency, Kind.TIME: paper.words("hours")}.get(kind, "")


def group_title(paper: Paper, group: str) -> str:
    """Return what a group of rules is about."""
    return paper.words(_GROUPS[group]) if group in _GROUPS else group


def severity_word(paper: Paper, severity: Severity) -> str:
    """Return what a failure of this severity means."""
    words = paper.words
    return {
        Severity.ERROR: words("blocks release"), Severity.WARNING: words("must be explained"),
        Severity.NOTE: words("for information"),
    }[severity]  # fmt: skip
