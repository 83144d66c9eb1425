"""What may not stand in the program."""

from __future__ import annotations

import ast

from tests.contract import source

_FORBIDDEN_CALLS = {"eval", "exec", "serial_for_url"}
_FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve"}


def test_nothing_is_evaluated_or_unpickled() -> None:
    wrong = [
        f"{module}:{call.lineno}"
        for module, call in source.calls()
        if isinstance(call.func, ast.Name)
        and call.func.id in _FORBIDDEN_CALLS
        and not (call.func.id == "serial_for_url" and module.startswith("devices/transport"))
    ]
    for path in source.files():
        for node in ast.walk(source.tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            wrong += [f"{source.short(path)}: {name}" for name in names if name.split(".")[0] in _FORBIDDEN_IMPORTS]
    assert not wrong


def test_no_shell_is_started() -> None:
    shells = [
        f"{module}:{call.lineno}"
        for module, call in source.calls()
        if any(
            word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in call.keywords
        )
    ]
    assert not shells


def test_no_failure_is_swallowed() -> None:
    wrong = []
    for path in source.files():
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                wrong.append(f"{source.short(path)}:{node.lineno}")
    assert not wrong


def test_labels_show_plain_text_only() -> None:
    """QLabel guesses rich text by default, so it is made in one place of the kit only."""
    wrong = [
        f"{module}:{call.lineno}"
        for module, call in source.calls()
        if module.startswith("ui/")
        and not module.startswith("ui/kit/")
        and source.called_name(call) in {"QLabel", "QMessageBox"}
    ]
    assert not wrong
