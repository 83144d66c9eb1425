"""Read the program's own source for the contract tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from center_app.core.paths import PROGRAM

PACKAGES = ("center_app", "devices", "ui")


def files() -> list[Path]:
    """Return every module of the program, tests left out."""
    found = [PROGRAM / "main.py"]
    for package in PACKAGES:
        found += sorted(path for path in (PROGRAM / package).rglob("*.py") if "migrations/versions" not in str(path))
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def short(path: Path) -> str:
    """Return a module's path inside the program."""
    return path.relative_to(PROGRAM).as_posix()


def functions() -> Iterator[tuple[str, str, int]]:
    """Yield module, name and length in lines of every function."""
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield short(path), node.name, (node.end_lineno or 0) - node.lineno + 1


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with its module."""
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                yield short(path), node


def called_name(call: ast.Call) -> str:
    """Return the last word of what is called."""
    target = call.func
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def literal(node: ast.expr | None) -> str | None:
    """Return a text literal, adjacent parts joined, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
