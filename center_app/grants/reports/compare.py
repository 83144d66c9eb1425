"""Compare two versions of a report, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass

from center_app.core.text import Words
from center_app.grants.reports.figures import Value, printed_value
from center_app.grants.reports.values import Figure, Kind, Snapshot, Verdict


@dataclass(frozen=True)
class Change:
    """Show one figure that differs between two versions; None where a version does not hold it."""

    figure: str
    kind: Kind
    before: Value
    after: Value
    is_new: bool = False
    is_gone: bool = False

    def said(self, words: Words, currency: str) -> tuple[str, str]:
        """Return both values as a report prints them."""
        return (
            "" if self.is_new else printed_value(self.kind, self.before, words, currency),
            "" if self.is_gone else printed_value(self.kind, self.after, words, currency),
        )


@dataclass(frozen=True)
class RuleChange:
    """Show one rule whose verdict differs between two versions."""

    rule: str
    before: Verdict | None
    after: Verdict | None


def compare(old: Snapshot, new: Snapshot) -> tuple[tuple[Change, ...], tuple[RuleChange, ...]]:
    """Return the figures and the verdicts that differ, in the order of the newer version."""
    before, after = old.by_id(), new.by_id()
    changes = [_change(id, before.get(id), after.get(id)) for id in dict.fromkeys([*after, *before])]
    verdicts = ({row.id: row.verdict for row in old.rules}, {row.id: row.verdict for row in new.rules})
    rules = [
        RuleChange(id, verdicts[0].get(id), verdicts[1].get(id))
        for id in dict.fromkeys([*verdicts[1], *verdicts[0]])
        if verdicts[0].get(id) is not verdicts[1].get(id)
    ]
    return tuple(change for change in changes if change is not None), tuple(rules)


def _change(id: str, before: Figure | None, after: Figure | None) -> Change | None:
    known = after or before
    if known is None or (before is not None and after is not None and before.value == after.value):
        return None
    return Change(
        id,
        known.kind,
        before.value if before else None,
        after.value if after else None,
        is_new=before is None,
        is_gone=after is None,
    )
