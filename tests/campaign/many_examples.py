"""A pytest plugin: every property test tries many times the examples it states (`EXAMPLES_TIMES`, default 40)."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from hypothesis import settings

TIMES = "EXAMPLES_TIMES"
STATED = "_hypothesis_internal_use_settings"
"""Where hypothesis keeps the settings of a decorated function; a profile alone cannot change a stated number."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Multiply the examples of each property test once; state machines carry their settings on the class."""
    times, done = int(os.environ.get(TIMES, "40")), set()
    for item in items:
        function = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
        machine = getattr(item, "cls", None)
        is_machine = isinstance(getattr(machine, "settings", None), settings)
        holder = machine if is_machine else function
        if id(holder) in done or not getattr(function, "is_hypothesis_test", False):
            continue
        done.add(id(holder))
        name = "settings" if is_machine else STATED
        stated = getattr(holder, name, None) or settings()
        setattr(holder, name, settings(stated, max_examples=stated.max_examples * times, deadline=None))
