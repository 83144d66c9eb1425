"""Profiles that people write as TOML: read, checked with every problem and its line, decoded and simulated."""

from __future__ import annotations

from devices.toml_profiles.build import compile_text, read_file, read_schema
from devices.toml_profiles.problems import ProfileProblem, ProfileRefused

__all__ = ["ProfileProblem", "ProfileRefused", "compile_text", "read_file", "read_schema"]
