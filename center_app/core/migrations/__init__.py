"""Numbered forward steps of the schema: a backup first, a newer database refused politely."""

from center_app.core.migrations.steps import HEAD, NEWER, OLDER_SERVER, check, create, is_known, upgrade, version

__all__ = ["HEAD", "NEWER", "OLDER_SERVER", "check", "create", "is_known", "upgrade", "version"]
