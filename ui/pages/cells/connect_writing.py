"""Write a profile for a device that no profile knows: the editor opens with what was found and the bytes heard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from ui.kit.page import Context
from ui.pages.cells.profile_editor.dialog import ProfileEditor
from ui.pages.cells.profile_editor.sources import Start


def write_profile(
    context: Context, parent: QWidget, text: str, heard: bytes, saved: Callable[[str], object]
) -> ProfileEditor:  # fmt: skip
    """Open the editor with a drafted text (a template without one) on the bytes heard; `saved(id)` after each Save."""
    editor = ProfileEditor(context, parent)
    editor.saved.connect(saved)
    if text:
        editor.begin(Start("", text))
    if heard:
        editor.use_bytes(heard)
    editor.show()
    return editor
