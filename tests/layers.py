"""Check the layers declared in pyproject.toml: `python -m tests.layers`."""

from importlinter.cli import lint_imports_command

if __name__ == "__main__":
    lint_imports_command()
