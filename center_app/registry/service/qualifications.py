"""Write kinds of qualification and who holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import cast

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Work
from center_app.core.versions import load
from center_app.registry import queries, rules
from center_app.registry.models import Person, Qualification, QualificationKind
from center_app.registry.service import _acts
from center_app.registry.values import (
    QualificationDraft,
    QualificationKindDraft,
    QualificationKindView,
    QualificationView,
)


def add_kind(work: Work, draft: QualificationKindDraft) -> QualificationKindView:
    """Add a kind of qualification."""
    _acts.refuse(rules.kind_problems(draft))
    view = partial(queries.qualification_kind, work)
    return _acts.add(work, QualificationKind, draft, view, Changed.PEOPLE, "code")


def edit_kind(work: Work, kind_id: int, version: int, draft: QualificationKindDraft) -> QualificationKindView:
    """Change a kind of qualification; raises StaleError when somebody was faster."""
    _acts.refuse(rules.kind_problems(draft))
    view = partial(queries.qualification_kind, work)
    changed = _acts.edit(work, QualificationKind, kind_id, version, draft, view, Changed.PEOPLE, "code")
    return cast(QualificationKindView, changed)


def archive_kind(work: Work, kind_id: int, version: int) -> QualificationKindView:
    """Take a kind out of the lists; undone by restore_kind."""
    view = partial(queries.qualification_kind, work)
    return _acts.set_archived(work, QualificationKind, kind_id, version, True, view, Changed.PEOPLE)


def restore_kind(work: Work, kind_id: int, version: int) -> QualificationKindView:
    """Bring an archived kind back."""
    view = partial(queries.qualification_kind, work)
    return _acts.set_archived(work, QualificationKind, kind_id, version, False, view, Changed.PEOPLE)


def grant(work: Work, draft: QualificationDraft) -> QualificationView:
    """Grant a qualification to one person; undone by revoke."""
    return grant_many(work, [draft])[0]


def grant_many(work: Work, drafts: Sequence[QualificationDraft]) -> list[QualificationView]:
    """Grant qualifications to many people in one act; an end that is not given follows the kind."""
    require(work.actor, Right.EDIT_REGISTRY)
    _acts.refuse([problem for draft in drafts for problem in rules.qualification_problems(draft)])
    ids = [_stored(work, draft) for draft in drafts]
    work.record("qualification.grant", _subject(ids), after=list(drafts), changed=Changed.PEOPLE)
    return [queries.qualification(work, qualification_id) for qualification_id in ids]


def _stored(work: Work, draft: QualificationDraft) -> int:
    load(work, Person, draft.person_id)
    kind = load(work, QualificationKind, draft.kind_id)
    until = draft.valid_until
    if until is None and kind.valid_days is not None:
        until = draft.valid_from + timedelta(days=kind.valid_days)
    row = Qualification(
        person_id=draft.person_id,
        kind_id=draft.kind_id,
        valid_from=draft.valid_from,
        valid_until=until,
        granted_by=work.actor.name,
    )
    return work.add(row).id or 0


def revoke(work: Work, qualification_id: int, version: int) -> QualificationView:
    """Take a qualification back; undone by restore_qualification."""
    view = partial(queries.qualification, work)
    return _acts.set_archived(work, Qualification, qualification_id, version, True, view, Changed.PEOPLE)


def restore_qualification(work: Work, qualification_id: int, version: int) -> QualificationView:
    """Give a revoked qualification back."""
    view = partial(queries.qualification, work)
    return _acts.set_archived(work, Qualification, qualification_id, version, False, view, Changed.PEOPLE)


def _subject(ids: Sequence[int]) -> str:
    return "qualification:" + ",".join(str(number) for number in ids)
