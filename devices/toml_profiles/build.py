"""Make a profile of a TOML text, or refuse it with every problem."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import numpy as np

from devices.toml_profiles.decode import LengthDecoder, PacketDecoder, SyncDecoder, sized, stream_of
from devices.toml_profiles.guard import MOST_BYTES, parsed
from devices.toml_profiles.judge import judge
from devices.toml_profiles.locate import Locator
from devices.toml_profiles.parse_frame import read_frame, read_line
from devices.toml_profiles.parse_message import read_messages
from devices.toml_profiles.problems import Findings, ProfileProblem, ProfileRefused
from devices.toml_profiles.schema import Schema
from devices.toml_profiles.simulate import WrittenSimulator, example_of
from devices.toml_profiles.tables import Table
from devices.toml_profiles.text import text_decoder
from devices.values import Block, Decoder, Profile, SampleExpectation, scaled

FORMAT = 1
_MOST_SAMPLE = 8192


def read_file(path: Path, taken: Container[str] | None = None) -> Profile:
    """Return the profile of a TOML file; OSError when it cannot be read, ProfileRefused when it is not sound."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProfileRefused((ProfileProblem(line, "not_utf8"),)) from None
    return compile_text(text, taken)


def compile_text(text: str, taken: Container[str] | None = None, version: int | None = None) -> Profile:
    """Return the profile of a TOML text; ProfileRefused names every problem with its line.

    `taken` are ids it may not have (default: those of the shipped profiles); `version` overrides the text's own.
    """
    schema, findings, root = _read(text, taken)
    findings.refuse()
    profile = _profile(schema if version is None else replace(schema, version=version))
    profile = _proved(profile, schema, root)
    findings.refuse()
    return profile


def read_schema(text: str) -> Schema:
    """Return what a sound text says; ProfileRefused otherwise."""
    schema, findings, _root = _read(text, ())
    findings.refuse()
    return schema


def _read(text: str, taken: Container[str] | None) -> tuple[Schema, Findings, Table]:
    findings = Findings()
    root = Table(parsed(text), (), Locator(text), findings)
    if root.integer("format", None, 1, 1_000_000) != FORMAT and root.has("format"):
        root.problem("unknown_format", "format", most=FORMAT)
    profile_id = _identity(root, taken)
    names = root.names("name", profile_id or "?")
    version = root.integer("version", 1, 1, 1_000_000)
    source = root.text("source", "")
    line = read_line(root.table("line"))
    if not root.has("frame"):
        root.problem("no_frame", "")
        findings.refuse()
    frame_table = root.table("frame")
    frame, endian = read_frame(frame_table)
    messages = read_messages(root, frame, endian)
    if frame.framing != "lines":
        judge(frame, messages, frame_table)
    sample = _sample(root, frame.framing == "lines")
    expect = root.table("expect")
    wanted = {key: expect.number(key, 0.0) for key in expect.content}
    root.finish()
    schema = Schema(profile_id, version, names, source, line, frame, tuple(one for one, _ in messages), sample, wanted)
    return schema if findings else sized(schema), findings, root


def _identity(root: Table, taken: Container[str] | None) -> str:
    import re

    profile_id = root.text("id", None, 40)
    if profile_id and not re.fullmatch(r"[a-z][a-z0-9_]{2,39}", profile_id):
        root.problem("bad_id", "id", id=profile_id)
    if taken is None:
        from devices.profiles import registry

        taken = registry()
    if profile_id in taken:
        root.problem("id_taken", "id", id=profile_id)
    return profile_id


def _sample(root: Table, is_text: bool) -> bytes:
    if not root.has("sample"):
        return b""
    value = root.content["sample"]
    parts = value if isinstance(value, list) else [value]
    try:
        if is_text:
            found = b"".join(part.encode() if part.endswith("\n") else part.encode() + b"\r\n" for part in parts)
        else:
            found = b"".join(bytes.fromhex(part) for part in parts)
    except (TypeError, ValueError, AttributeError):
        root.problem("not_hex" if not is_text else "not_a_text", "sample", key="sample", longest=_MOST_SAMPLE)
        return b""
    if len(found) > _MOST_SAMPLE:
        root.problem("out_of_bounds", "sample", key="sample", value=len(found), low=1, high=_MOST_SAMPLE)
    return found[:_MOST_SAMPLE]


def make_decoder(schema: Schema) -> Decoder:
    """Return a fresh decoder of a written profile."""
    framing = schema.frame.framing
    if framing == "lines":
        return text_decoder(schema)
    if framing == "sync":
        return SyncDecoder(schema)
    return LengthDecoder(schema) if framing == "length" else PacketDecoder(schema)


def _profile(schema: Schema) -> Profile:
    return Profile(
        id=schema.id,
        version=schema.version,
        label=schema.names,
        line=schema.line,
        streams=tuple(stream_of(message) for message in schema.messages),
        make_decoder=lambda params: make_decoder(schema),
        make_simulator=lambda seed, params: WrittenSimulator(schema, seed),
        sample=schema.sample or example_of(schema),
        sample_expect=SampleExpectation({}, {}),
        source=schema.source,
    )


def _proved(profile: Profile, schema: Schema, root: Table) -> Profile:
    """Decode the sample, compare it with what is expected, and keep what it gave as the profile's proof."""
    decoder = profile.decoder()
    blocks = decoder.feed(profile.sample) + decoder.flush()
    first = _first(profile, blocks)
    if not blocks:
        root.problem("sample_undecoded" if schema.sample else "simulator_mismatch", "sample" if schema.sample else "")
    elif not schema.sample and decoder.account().bytes_good < len(profile.sample):
        root.problem("simulator_mismatch", "")
    for key, value in schema.expect.items():
        _compare(profile, first, key, value, root)
    frames: dict[str, int] = {}
    for block in blocks:
        frames[block.stream] = frames.get(block.stream, 0) + block.end_offset.size
    discarded = sum(decoder.account().discarded.values())
    expected = {key: value for key, value in first.items() if math.isfinite(value)}
    return replace(profile, sample_expect=SampleExpectation(frames, expected, discarded))


def _first(profile: Profile, blocks: list[Block]) -> dict[str, float]:
    """Return the first frame's scaled values of each stream by "stream.channel"."""
    found: dict[str, float] = {}
    for block in blocks:
        channels = next(one.channels for one in profile.streams if one.key == block.stream)
        for row, channel in enumerate(channels):
            found.setdefault(f"{block.stream}.{channel.key}", float(scaled(channel, block.values[row, :1])[0]))
    return found


def _compare(profile: Profile, first: dict[str, float], key: str, wanted: float, root: Table) -> None:
    names = [f"{stream.key}.{one.key}" for stream in profile.streams for one in stream.channels]
    matches = [name for name in names if name == key or name.split(".", 1)[1] == key]
    if len(matches) != 1:
        from devices.toml_profiles.tables import nearest

        root.findings.add(_line(root, key), "expect_unknown", key=key, near=nearest(key, names))
        return
    found = first.get(matches[0], math.nan)
    if not np.isclose(found, wanted, rtol=1e-5, atol=1e-9):
        root.findings.add(_line(root, key), "expect_differs", key=key, wanted=wanted, found=round(found, 9))


def _line(root: Table, key: str) -> int:
    return root.table("expect").line(key)
