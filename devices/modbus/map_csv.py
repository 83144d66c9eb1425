"""Read and write register maps as CSV: every bad line is refused with its number and reason, all at once."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devices.modbus.maps import FUNCTIONS, MOST_ENTRIES, TABLES, Entry, keyed
from devices.modbus.registers import COILS, HOLDING, INPUT_REGISTERS, INPUTS, ORDERS, TYPES

MOST_BYTES = 4 << 20
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit", "slave", "unitid", "slaveid", "deviceaddress", "gerät", "geräteadresse", "slaveadresse", "从站",
             "从站地址", "设备", "设备地址", "站号"),
    "table": ("table", "function", "fc", "functioncode", "registertype", "tabelle", "funktion", "funktionscode",
              "registerart", "功能", "功能码", "寄存器类型"),
    "address": ("address", "addr", "register", "reg", "registeraddress", "adresse", "registeradresse", "地址",
                "寄存器", "寄存器地址"),
    "name": ("name", "label", "description", "parameter", "bezeichnung", "beschreibung", "名称", "描述", "参数"),
    "type": ("type", "datatype", "format", "dataformat", "typ", "datentyp", "类型", "数据类型", "数据格式"),
    "order": ("order", "wordorder", "byteorder", "endian", "endianness", "reihenfolge", "wortreihenfolge",
              "bytereihenfolge", "字序", "字节序"),
    "scale": ("scale", "factor", "multiplier", "resolution", "skalierung", "faktor", "auflösung", "比例", "系数",
              "倍率", "分辨率"),
    "offset": ("offset", "versatz", "verschiebung", "偏移"),
    "measure": ("measure", "unitofmeasure", "unitofmeasurement", "uom", "units", "measureunit", "einheit",
                "maßeinheit", "单位", "计量单位"),
    "low": ("low", "min", "minimum", "lowerlimit", "untergrenze", "下限", "最小值"),
    "high": ("high", "max", "maximum", "upperlimit", "obergrenze", "上限", "最大值"),
    "access": ("access", "rw", "readwrite", "mode", "zugriff", "lesenschreiben", "读写", "访问"),
    "group": ("group", "section", "category", "gruppe", "kategorie", "组", "分组"),
    "bit": ("bit", "bitnumber", "位"),
    "length": ("length", "words", "count", "länge", "anzahl", "长度", "数量"),
    "interval_ms": ("intervalms", "interval", "pollms", "pollinterval", "intervall", "intervallms", "abfrageabstand",
                    "周期", "轮询间隔"),
    "timeout_ms": ("timeoutms", "timeout", "frist", "fristms", "超时"),
    "name_de": ("namede", "namegerman", "德文名称"),
    "name_zh": ("namezh", "namechinese", "中文名称"),
    "key": ("key", "id", "schlüssel", "键"),
}  # fmt: skip
_TABLES = {
    **FUNCTIONS, "coils": COILS, "spule": COILS, "spulen": COILS, "ausgang": COILS, "线圈": COILS, "01": COILS,
    "discreteinput": INPUTS, "discreteinputs": INPUTS, "eingang": INPUTS, "离散输入": INPUTS, "02": INPUTS,
    "holdingregister": HOLDING, "holdingregisters": HOLDING, "halteregister": HOLDING, "保持寄存器": HOLDING,
    "03": HOLDING, "inputregister": INPUT_REGISTERS, "inputregisters": INPUT_REGISTERS,
    "eingangsregister": INPUT_REGISTERS, "输入寄存器": INPUT_REGISTERS, "04": INPUT_REGISTERS,
    **{str(function): function for function in TABLES}, "0x": COILS, "1x": INPUTS, "3x": INPUT_REGISTERS,
    "4x": HOLDING,
}  # fmt: skip
_TYPES = {
    "int": "int16", "short": "int16", "s16": "int16", "i16": "int16", "sint16": "int16", "uint": "uint16",
    "u16": "uint16", "word": "uint16", "ushort": "uint16", "unsigned": "uint16", "i32": "int32", "s32": "int32",
    "long": "int32", "dint": "int32", "sint32": "int32", "u32": "uint32", "dword": "uint32", "ulong": "uint32",
    "udint": "uint32", "i64": "int64", "s64": "int64", "u64": "uint64", "f32": "float32", "float": "float32",
    "real": "float32", "single": "float32", "fp32": "float32", "f64": "float64", "double": "float64",
    "lreal": "float64", "boolean": "bool", "bit": "bool", "coil": "bool", "str": "string", "ascii": "string",
    "text": "string", "utf8": "string",
}  # fmt: skip
_ORDERS = {
    "": "ABCD", "big": "ABCD", "bigendian": "ABCD", "be": "ABCD", "1234": "ABCD", "swap": "CDAB", "swapped": "CDAB",
    "wordswap": "CDAB", "littleword": "CDAB", "3412": "CDAB", "byteswap": "BADC", "2143": "BADC", "little": "DCBA",
    "littleendian": "DCBA", "le": "DCBA", "4321": "DCBA", "ab": "ABCD", "ba": "BADC",
    "abcdefgh": "ABCD", "ghefcdab": "CDAB", "badcfehg": "BADC", "hgfedcba": "DCBA",
}  # fmt: skip
_ACCESS = {
    "": "r", "r": "r", "ro": "r", "read": "r", "readonly": "r", "lesen": "r", "nurlesen": "r", "只读": "r", "读": "r",
    "rw": "rw", "wr": "rw", "w": "rw", "wo": "rw", "write": "rw", "readwrite": "rw", "schreiben": "rw",
    "lesenschreiben": "rw", "读写": "rw", "写": "rw",
}  # fmt: skip
_BIT = re.compile(r"(?:uint16|u16|word|register)?\W*bit\W*(\d{1,2})")
_TEXT = re.compile(r"(?:string|str|ascii|text)\W*(\d{1,3})\W*")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?|[+-]?[.,]\d+")
_FRACTION = re.compile(r"(\d+(?:[.,]\d+)?)/(\d+(?:[.,]\d+)?)")


@dataclass(frozen=True)
class BadLine:
    """Name a line of the file, 1 being the first, and why it is refused."""

    line: int
    reason: str


class MapRefused(ValueError):  # noqa: N818
    """Say that a map holds bad lines; none of it is taken."""

    def __init__(self, lines: Iterable[BadLine]) -> None:
        """Keep every bad line."""
        self.lines = tuple(lines)
        super().__init__("; ".join(f"line {bad.line}: {bad.reason}" for bad in self.lines))


def read_map(data: bytes, one_based: bool = False, unit: int = 1) -> tuple[Entry, ...]:
    """Return the map that a CSV file holds; MapRefused names every bad line.

    `one_based` says that plain addresses count from 1; addresses such as 40001 always do and name their table.
    `unit` is that of lines without one.
    """
    if len(data) > MOST_BYTES:
        raise MapRefused([BadLine(1, f"the file is larger than {MOST_BYTES >> 20} MiB")])
    rows, _ = _rows(_text(data))
    if not rows:
        raise MapRefused([BadLine(1, "the file is empty")])
    columns = _measures(_columns(rows[0]), rows[1:])
    entries: list[Entry] = []
    bad: list[BadLine] = []
    places: dict[tuple[int, int, int, int], int] = {}
    for number, cells in rows[1:]:
        try:
            entry = _entry(_named(columns, cells), one_based, unit)
        except ValueError as problem:
            bad.append(BadLine(number, str(problem)))
            continue
        bad += [BadLine(number, problem) for problem in entry.problems()]
        first = places.setdefault((entry.unit, entry.function, entry.address, entry.bit), number)
        if first != number:
            bad.append(BadLine(number, f"the same register as line {first}"))
        entries.append(entry)
    if not entries and not bad:
        bad.append(BadLine(rows[0][0], "there is no register below the header"))
    if len(entries) > MOST_ENTRIES:
        bad.append(BadLine(rows[MOST_ENTRIES + 1][0], f"more than {MOST_ENTRIES} registers"))
    if bad:
        raise MapRefused(bad)
    return keyed(entries)


def write_map(entries: Iterable[Entry]) -> str:
    """Return a map as CSV with every column that is used; `read_map` gives the same entries again."""
    entries = list(entries)
    names = [name for name in COLUMNS if name in _ALWAYS or any(_cell(entry, name) for entry in entries)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(entry, name) for name in names] for entry in entries)
    return out.getvalue()


_ALWAYS = ("unit", "table", "address", "name", "type", "measure")


def _cell(entry: Entry, name: str) -> str:
    if name == "table":
        return TABLES[entry.function]
    value = getattr(entry, name)
    plain = {"order": "ABCD", "scale": 1.0, "offset": 0.0, "access": "r", "bit": -1, "length": 0}.get(name)
    if value is None or value == plain or (name in ("interval_ms", "timeout_ms") and not value):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the lines that say something with their numbers, and the separator: the one the header has most of."""
    lines = text.replace("\0", "").splitlines()
    told = [
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")
    ]
    if not told:
        return [], ","
    separator = max(";\t|,", key=told[0][1].count)
    cells = [(number, next(csv.reader([line], delimiter=separator), [])) for number, line in told]
    return [(number, row) for number, row in cells if any(cell.strip() for cell in row)], separator


def _plain(text: str) -> str:
    """Return a name without case, blanks and marks, so that "Word Order" is "wordorder"."""
    return re.sub(r"[\s_\-./()\[\]:]+", "", text.strip().lower())


def _columns(header: tuple[int, list[str]]) -> list[str]:
    """Return what each column holds, "" for one that is not known; a header without an address is refused."""
    number, cells = header
    known = {other: name for name, others in COLUMNS.items() for other in (_plain(name), *others)}
    found = [known.get(_plain(cell), "") for cell in cells]
    if "address" not in found:
        raise MapRefused([BadLine(number, "the header has no column for the address")])
    twice = {name for name in found if name and found.count(name) > 1}
    if "unit" in twice and "measure" not in found:
        found[len(found) - 1 - found[::-1].index("unit")] = "measure"
        twice.discard("unit")
    if twice:
        raise MapRefused([BadLine(number, f"two columns for {', '.join(sorted(twice))}")])
    return found


def _measures(columns: list[str], rows: list[tuple[int, list[str]]]) -> list[str]:
    """Take a column "unit" that holds no numbers for the unit of measure."""
    if "unit" not in columns or "measure" in columns:
        return columns
    at = columns.index("unit")
    told = [cells[at].strip() for _, cells in rows if len(cells) > at and cells[at].strip()]
    if not told or sum(cell.isdigit() for cell in told) * 2 >= len(told):
        return columns
    return ["measure" if name == "unit" else name for name in columns]


def _named(columns: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise ValueError(f"{len(cells)} columns where the header has {len(columns)}")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}


def _entry(cells: dict[str, str], one_based: bool, unit: int) -> Entry:
    stated = _function(cells.get("table", ""))
    is_bit = cells.get("type", "").lower() in ("", "bool", "boolean", "bit", "coil")
    address, told = _address(cells.get("address", ""), one_based, stated, is_bit)
    function = stated or told or HOLDING
    kind, bit, length = _type(cells.get("type", ""), function)
    if cells.get("bit"):
        kind, bit = "uint16", _whole(cells["bit"], "bit")
    if cells.get("length") and kind == "string":
        length = _whole(cells["length"], "length")
    unit = _whole(cells["unit"], "unit") if cells.get("unit") else unit
    name = cells.get("name", "")
    return Entry(
        unit, function, address, name or f"{TABLES[function]} {address}", kind, _order(cells.get("order", "")),
        _number(cells.get("scale", ""), "scale", 1.0), _number(cells.get("offset", ""), "offset", 0.0),
        cells.get("measure", ""), _limit(cells.get("low", ""), "low"), _limit(cells.get("high", ""), "high"),
        _choice(cells.get("access", ""), _ACCESS, "access"), cells.get("group", ""), bit, length,
        _number(cells.get("interval_ms", ""), "interval", 0.0), _number(cells.get("timeout_ms", ""), "timeout", 0.0),
        cells.get("name_de", ""), cells.get("name_zh", ""), cells.get("key", ""),
    )  # fmt: skip


def _address(text: str, one_based: bool, stated: int | None, is_bit: bool) -> tuple[int, int | None]:
    """Return the zero-based address, and the table when the notation names it (30001, 400001, 4x0001).

    Such a number is a plain address when the line states another table, or for a register that begins with 1.
    """
    compact = text.lower().replace(" ", "").removesuffix(".0")
    if not compact:
        raise ValueError("the address is missing")
    if re.fullmatch(r"0x[0-9a-f]{1,4}|[0-9a-f]{1,4}h", compact):
        return int(compact.removeprefix("0x").removesuffix("h"), 16) - one_based, None
    if prefixed := re.fullmatch(r"([0134])x(\d{1,5})", compact):
        return int(prefixed[2]) - 1, _TABLES[f"{prefixed[1]}x"]
    if not re.fullmatch(r"\d{1,6}", compact):
        raise ValueError(f"address {text!r} is not a number")
    named = _NOTATION.get(compact[0]) if len(compact) > 4 else None
    fits = stated == named if stated else named not in (COILS, INPUTS) or is_bit
    if named and fits and 1 <= int(compact[1:]) <= 65536:
        return int(compact[1:]) - 1, named
    return int(compact) - one_based, None


_NOTATION = {"0": COILS, "1": INPUTS, "3": INPUT_REGISTERS, "4": HOLDING}


def _function(text: str) -> int | None:
    if not text:
        return None
    function = _TABLES.get(_plain(text)) or _TABLES.get(_plain(text).removeprefix("fc").removeprefix("0x"))
    if function is None:
        raise ValueError(f"table {text!r} is none of coil, discrete, holding, input")
    return function


def _type(text: str, function: int) -> tuple[str, int, int]:
    """Return type, bit (-1: none) and length in registers."""
    compact = text.strip().lower()
    if not compact:
        return ("bool" if function in (COILS, INPUTS) else "uint16"), -1, 0
    if bit := _BIT.fullmatch(compact):
        return "uint16", int(bit[1]), 0
    if text_type := _TEXT.fullmatch(compact):
        return "string", -1, int(text_type[1])
    plain = _plain(compact)
    found = plain if plain in TYPES else _TYPES.get(plain)
    if found is None:
        raise ValueError(f"type {text!r} is not known")
    return found, -1, 0


def _order(text: str) -> str:
    plain = _plain(text)
    return plain.upper() if plain.upper() in ORDERS else _choice(text, _ORDERS, "word order")


def _choice(text: str, choices: Mapping[str, str], what: str) -> str:
    found = choices.get(_plain(text))
    if found is None:
        raise ValueError(f"{what} {text!r} is not known")
    return found


def _whole(text: str, what: str) -> int:
    number = _number(text, what, 0.0)
    if number != int(number):
        raise ValueError(f"{what} {text!r} is not a whole number")
    return int(number)


def _limit(text: str, what: str) -> float | None:
    return _number(text, what, 0.0) if text else None


def _number(text: str, what: str, default: float) -> float:
    compact = text.replace(" ", "").replace("\u202f", "")
    if not compact:
        return default
    if fraction := _FRACTION.fullmatch(compact):
        below = float(fraction[2].replace(",", "."))
        if below:
            return float(fraction[1].replace(",", ".")) / below
    if not _NUMBER.fullmatch(compact) or not math.isfinite(number := float(compact.replace(",", "."))):
        raise ValueError(f"{what} {text!r} is not a number")
    return number
