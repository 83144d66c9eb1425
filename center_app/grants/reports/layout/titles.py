"""Words for figures, rule groups, severities and states, in the report's language."""

from __future__ import annotations

import re
from datetime import date

from center_app.core.text import N_, Words
from center_app.grants.reports.layout.paper import Paper
from center_app.grants.reports.values import Kind, Severity, Snapshot

_MONTH = re.compile(r"\d{4}-\d{2}")
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
    ("spent_share", N_("Share of the grant spent")),
    ("committed_share", N_("Share of the grant committed")),
    ("free_share", N_("Share of the grant free")),
    ("received_share", N_("Share of the grant received")),
    ("watched", N_("Share of time with a recording")),
    ("unbooked", N_("Measured without a booking")),
    ("setup", N_("Set-up")),
    ("postprocess", N_("Post-processing")),
    ("step", N_("Spent in the month")),
    ("period", N_("Spent in the period")),
    ("change", N_("Budget transfer")),
    ("cost", N_("Cost of the machine")),
    ("funded", N_("Paid by the award")),
    ("interest", N_("Interest earned")),
    ("paid", N_("Paid from the account")),
    ("statement", N_("Balance by statement")),
    ("pass", N_("Rules passed")),
    ("fail", N_("Rules failed")),
    ("not_checked", N_("Rules not checked")),
    ("covered", N_("Hours with a recording")),
    ("total", N_("Total of the cost list")),
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


def figure_title(words: Words, figure: str) -> str:
    """Return what a figure is called, by the end of its id; the id itself when unknown."""
    last = figure.rsplit(".", 1)[-1]
    known = dict(_ENDINGS)
    return words(known[last]) if last in known else figure


def figure_subject(snapshot: Snapshot, figure: str, words: Words) -> str:
    """Return what a figure is about: machine, budget line, cost and month, as far as its id says."""
    names = {row.code: row.names.say(words.language) for row in snapshot.equipment}
    names |= {line.code: line.names.say(words.language) for line in snapshot.budget}
    parts = []
    for piece in figure.split(".")[1:-1]:
        if _MONTH.fullmatch(piece):
            parts.append(words.date(date.fromisoformat(piece + "-01"), "month"))
        elif piece != "total":
            parts.append(names.get(piece, piece))
    return ", ".join(parts)


def figure_unit(paper: Paper, kind: Kind) -> str:
    """Return the unit under a key number."""
    return {Kind.MONEY: paper.currency_word(), Kind.TIME: paper.words("hours")}.get(kind, "")


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


def tier_word(paper: Paper, tier: str) -> str:
    """Return the level of an award."""
    words = paper.words
    known = {"national": words("national level"), "provincial": words("provincial level")}
    return known.get(tier, tier or "–")


def financing_word(paper: Paper, financing: str) -> str:
    """Return how an award is paid."""
    words = paper.words
    known = {
        "post_hoc": words("subsidy after spending"), "share": words("share of cost"), "gap": words("gap funding"),
        "fixed": words("fixed amount"), "advance": words("paid in advance"),
    }  # fmt: skip
    return known.get(financing, financing or "–")
