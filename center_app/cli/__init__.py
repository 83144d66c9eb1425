"""Headless commands: each prints what it did, and one clear sentence when it could not."""

from center_app.cli.app import run

__all__ = ["run"]
