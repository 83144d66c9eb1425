"""Write categories, places and pools."""

from __future__ import annotations

from typing import Any

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Row, Work
from center_app.core.versions import advance, assign, columns, load
from center_app.equipment import queries, rules
from center_app.equipment.models import Category, Place, Pool
from center_app.equipment.service._common import flush_code, refuse
from center_app.equipment.values import CategoryDraft, CategoryView, PlaceDraft, PlaceView, PoolDraft, PoolView


def add_category(work: Work, draft: CategoryDraft) -> CategoryView:
    """Add a category."""
    return queries.category(work, _add(work, Category, draft))


def edit_category(work: Work, category_id: int, version: int, draft: CategoryDraft) -> CategoryView:
    """Change a category; raises StaleError when somebody was faster."""
    _edit(work, Category, category_id, version, queries.category(work, category_id).draft(), draft)
    return queries.category(work, category_id)


def add_place(work: Work, draft: PlaceDraft) -> PlaceView:
    """Add a place."""
    return queries.place(work, _add(work, Place, draft))


def edit_place(work: Work, place_id: int, version: int, draft: PlaceDraft) -> PlaceView:
    """Change a place; raises StaleError when somebody was faster."""
    _edit(work, Place, place_id, version, queries.place(work, place_id).draft(), draft)
    return queries.place(work, place_id)


def add_pool(work: Work, draft: PoolDraft) -> PoolView:
    """Add a pool of like machines."""
    return queries.pool(work, _add(work, Pool, draft))


def edit_pool(work: Work, pool_id: int, version: int, draft: PoolDraft) -> PoolView:
    """Change a pool; raises StaleError when somebody was faster."""
    _edit(work, Pool, pool_id, version, queries.pool(work, pool_id).draft(), draft)
    return queries.pool(work, pool_id)


def _add(work: Work, model: type[Row], draft: Any) -> int:
    require(work.actor, Right.EDIT_EQUIPMENT)
    refuse([*rules.code_problems(draft.code), *rules.name_problems(draft.names)])
    row: Any = model(**columns(draft))
    work.session.add(row)
    flush_code(work, draft.code)
    noun = model.__tablename__
    work.record(f"{noun}.add", f"{noun}:{row.id}", after=draft, changed=Changed.EQUIPMENT)
    return int(row.id)


def _edit(work: Work, model: type[Row], row_id: int, version: int, before: Any, draft: Any) -> None:
    require(work.actor, Right.EDIT_EQUIPMENT)
    refuse([*rules.code_problems(draft.code), *rules.name_problems(draft.names)])
    row = load(work, model, row_id)
    advance(row, version, before.code, before, draft)
    assign(row, columns(draft))
    flush_code(work, draft.code)
    noun = model.__tablename__
    work.record(f"{noun}.edit", f"{noun}:{row_id}", before, draft, changed=Changed.EQUIPMENT)
