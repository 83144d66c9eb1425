"""What stands between a version and its release, and what is proved about it already."""

from __future__ import annotations

from dataclasses import dataclass, replace

from center_app.core.access import Actor, Right
from center_app.grants.reports.values import ReportState, RuleRow, Severity, Snapshot, Verdict
from center_app.grants.reports.verify import Verified
from ui.kit.words import _
from ui.pages.reports.data import Document


@dataclass(frozen=True)
class Proofs:
    """Hold what was checked of a paper; None: not yet."""

    verified: Verified | None = None
    is_pdfa: bool | None = None
    is_repeated: bool | None = None

    def with_repeat(self, same: bool) -> Proofs:
        """Add whether a second run gave the same bytes."""
        return replace(self, is_repeated=same)


@dataclass(frozen=True)
class Checklist:
    """Sort a version's rules by what they mean for its release."""

    blocks: tuple[RuleRow, ...]
    explains: tuple[RuleRow, ...]
    notes: tuple[RuleRow, ...]
    passed: int
    count: int


def checklist(snapshot: Snapshot) -> Checklist:
    """Return the rules of a report, sorted."""
    open_rules = [rule for rule in snapshot.rules if rule.verdict is not Verdict.PASS]
    by = {severity: tuple(rule for rule in open_rules if rule.severity is severity) for severity in Severity}
    passed = len(snapshot.rules) - len(open_rules)
    return Checklist(by[Severity.ERROR], by[Severity.WARNING], by[Severity.NOTE], passed, len(snapshot.rules))


def refusals(document: Document, actor: Actor, proofs: Proofs) -> list[str]:
    """Say why a person may not release a version now, one sentence each; none: it can be released."""
    view, found = document.view, []
    if view.state == ReportState.LOCKED:
        return [_("Released by {name}.", name=view.released_by)]
    if document.snapshot is None:
        return [_("The data of this version is not in the centre.")]
    if not document.is_current:
        found.append(_("The paper is older than the data; print it again."))
    count = len(checklist(document.snapshot).blocks)
    if count:
        found.append(_.plural("Possible once {n} block is solved.", "Possible once all {n} blocks are solved.", count))
    found += _personal(document, actor)
    if proofs.verified is not None and not proofs.verified.is_intact:
        found.append(_("The paper does not agree with its data."))
    return found


def _personal(document: Document, actor: Actor) -> list[str]:
    """Say what is about the person: right, four eyes, another reviewer."""
    view = document.view
    if not actor.may(Right.RELEASE_REPORT):
        return [_("Your role may not release reports.")]
    if view.made_by == actor.name:
        return [_("You built this version; somebody else releases it.")]
    if view.reviewer and view.reviewer != actor.name:
        return [_("{name} is named as its reviewer.", name=view.reviewer)]
    return []
