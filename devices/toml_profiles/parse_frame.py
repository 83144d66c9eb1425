"""Read the tables [line] and [frame] of a written profile."""

from __future__ import annotations

from devices.toml_profiles.crc import CRCS, SUMS, Checksum, Crc
from devices.toml_profiles.kinds import MOST_DIGIT_BYTES, Kind, kind_of, names
from devices.toml_profiles.schema import FRAMINGS, MOST_FRAME, CheckPlan, CounterPlan, FramePlan
from devices.toml_profiles.tables import Table, nearest
from devices.values import LineSettings

_LONGEST_LINE = 512


def read_line(table: Table) -> LineSettings:
    """Return the settings of the serial line."""
    baud = table.integer("baud", 115200, 50, 12_000_000)
    data_bits = table.integer("data_bits", 8, 5, 8)
    parity = table.choice("parity", ("N", "E", "O", "M", "S"), "N")
    stop_bits = table.number("stop_bits", 1.0)
    if stop_bits not in (1.0, 1.5, 2.0):
        table.problem("out_of_bounds", "stop_bits", key="stop_bits", value=stop_bits, low=1, high=2)
    table.finish()
    return LineSettings(baud, data_bits, parity, int(stop_bits) if stop_bits != 1.5 else 1.5)


def read_kind(table: Table, endian: str, default: str | None = None) -> Kind | None:
    """Return the type of a field or counter; an unknown one is a problem that names the nearest."""
    name = table.text("type", default)
    digits = table.integer("bytes", 4, 1, MOST_DIGIT_BYTES) if name[:3] in ("bcd", "asc") else 0
    kind = kind_of(name, endian, digits)
    if kind is None and table.has("type"):
        table.problem("unknown_type", "type", type=name, near=nearest(name, names()))
    return kind


def read_counter(table: Table, endian: str, has_period: bool = False) -> CounterPlan | None:
    """Return a counter of 8, 16 or 32 unsigned bits."""
    kind = read_kind(table, endian)
    at = table.integer("at", None, 0, MOST_FRAME)
    period_ns = table.integer("period_ns", None, 1, 10_000_000_000) if has_period else 0
    if kind is not None and (kind.family != "u" or kind.width not in (1, 2, 4)):
        table.problem("not_a_counter", "type", type=table.content.get("type", ""))
        kind = None
    return CounterPlan(kind, at, period_ns, table.line("at"), table.flag("overlap")) if kind else None


def read_frame(table: Table) -> tuple[FramePlan, str]:
    """Return how frames are cut and the byte order of types that name none."""
    framing = table.choice("framing", FRAMINGS, None)
    endian = table.choice("endian", ("little", "big"), "little")
    plan = _read_lines(table) if framing == "lines" else _read_binary(table, framing, endian)
    table.finish()
    return plan, endian


def _read_lines(table: Table) -> FramePlan:
    separator = table.text("separator", "", 4)
    mark = table.text("decimal_mark", ".", 1)
    if separator and (len(separator) != 1 or not separator.isascii() or separator == mark or separator.isalnum()):
        table.problem("bad_separator", "separator", value=separator)
    longest = table.integer("longest", 256, 1, _LONGEST_LINE)
    return FramePlan(
        "lines", longest=longest, separator=separator.encode("ascii", "replace"), mark=mark.encode("ascii", "replace")
    )


def _read_binary(table: Table, framing: str, endian: str) -> FramePlan:
    has_sync = framing in ("sync", "length")
    sync = table.octets("sync", 16) if has_sync else b""
    size = table.integer("size", 0 if framing != "sync" else None, 0, MOST_FRAME) if framing != "length" else 0
    if table.has("size") and size < 1 and framing != "length":
        table.problem("zero_frame", "size")
    if has_sync and not sync and framing == "length":
        table.problem("no_sync", "sync")
    end = table.octets("end", 8) if framing in ("sync", "length") else b""
    longest = table.integer("longest", 1024, 1, MOST_FRAME)
    id_table = table.table("id") if table.has("id") else None
    place = read_counter(id_table, endian) if id_table else None
    if id_table:
        id_table.finish()
    length, adds = _read_length(table, endian) if framing == "length" else (None, 0)
    check = _read_check(table.table("checksum"), endian, len(end)) if table.has("checksum") else None
    return FramePlan(framing, sync, size, end, check, place, length, adds, longest)


def _read_length(table: Table, endian: str) -> tuple[CounterPlan | None, int]:
    if not table.has("length"):
        table.problem("no_length", "")
        return None, 0
    inner = table.table("length")
    place = read_counter(inner, endian)
    adds = inner.integer("adds", 0, -MOST_FRAME, MOST_FRAME)
    inner.finish()
    return place, adds


def _read_check(table: Table, endian: str, end_size: int) -> CheckPlan | None:
    algorithm = _algorithm(table)
    order = "<" if table.choice("endian", ("little", "big"), endian) == "little" else ">"
    width = algorithm.width // 8 if algorithm else 1
    at = table.integer("at", -width - end_size, -MOST_FRAME, MOST_FRAME)
    start = table.integer("from", 0, 0, MOST_FRAME)
    stop = table.integer("to", at, -MOST_FRAME, MOST_FRAME)
    table.finish()
    return CheckPlan(algorithm, start, stop, at, order) if algorithm else None


def _algorithm(table: Table) -> Checksum | None:
    known: dict[str, Checksum] = {**SUMS, **CRCS}
    kind = table.choice("kind", (*known, "crc"), None)
    if kind != "crc":
        return known[kind]
    width = table.integer("width", None, 8, 32)
    if width not in (8, 16, 32):
        table.problem("bad_width", "width", value=width)
        return None
    most = (1 << width) - 1
    poly, init = table.integer("poly", None, 0, most), table.integer("init", 0, 0, most)
    xorout = table.integer("xorout", 0, 0, most)
    return Crc("crc", width, poly, init, table.flag("refin"), table.flag("refout"), xorout)
