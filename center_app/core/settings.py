"""What one desk remembers: where its centre is, language and theme."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from center_app.core.errors import SurroundingsError, declare

NAME = "center-desk"
SETTINGS_DAMAGED = declare(
    "settings.damaged",
    "The settings file {file} cannot be read ({detail}).",
    "Mend the line, or delete the file to start with the defaults.",
)


class DeskSettings(BaseSettings):
    """Hold one desk's settings; CENTER_DESK_… environment variables override the file."""

    model_config = SettingsConfigDict(env_prefix="CENTER_DESK_", extra="ignore")

    store: str = ""
    """Folder of the centre, or a postgresql:// URL without a password; empty before the first start."""
    folder: str = ""
    """Local folder for recordings and evidence when the store is a server."""
    language: Literal["", "en", "de", "zh"] = ""
    theme: Literal["system", "light", "dark"] = "system"


def config_file() -> Path:
    """Return the settings file of this desk."""
    return Path(
        os.environ.get("CENTER_DESK_CONFIG") or Path(platformdirs.user_config_dir(NAME, appauthor=False)) / "desk.toml"
    )


def data_folder() -> Path:
    """Return where a new centre lies by default."""
    return Path(platformdirs.user_data_dir(NAME, appauthor=False))


def log_folder() -> Path:
    """Return where the logs of this desk lie."""
    return Path(platformdirs.user_log_dir(NAME, appauthor=False))


def load() -> DeskSettings:
    """Read the settings; a missing file gives the defaults, a damaged one SurroundingsError."""
    file = config_file()
    try:
        stored = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        known = {name: value for name, value in stored.items() if f"CENTER_DESK_{name.upper()}" not in os.environ}
        return DeskSettings(**known)
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SurroundingsError(SETTINGS_DAMAGED, file=str(file), detail=str(error).splitlines()[0]) from error


def save(settings: DeskSettings) -> None:
    """Write the settings whole or not at all."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {_quoted(str(value))}" for name, value in settings.model_dump().items()]
    part = file.with_suffix(".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(file)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
