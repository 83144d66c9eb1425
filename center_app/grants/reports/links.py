"""The links of the chain from a printed figure to raw bytes, and the errors that name a broken one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from center_app.core.errors import ErrorCode, Problem, declare
from center_app.core.labels import Label


class Link(StrEnum):
    """Name one link, in the order in which a figure is walked back."""

    DATA = "data"
    FIGURE = "figure"
    ROW = "row"
    EVIDENCE = "evidence"
    BOOKING = "booking"
    SESSION = "session"
    INTERVAL = "interval"
    RECORDING = "recording"
    BYTES = "bytes"
    DECODING = "decoding"
    RESULT = "result"


CODES: Mapping[Link, ErrorCode] = {
    Link.DATA: declare(
        "trace.data",
        "The data inside the report is not what it was made from ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.FIGURE: declare(
        "trace.figure",
        "Figure {subject} states {stated}; its rows give {found}.",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.ROW: declare(
        "trace.row",
        "Row {subject} of the report differs from the store ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.EVIDENCE: declare(
        "trace.evidence",
        "The file of evidence {subject} is missing or changed.",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.BOOKING: declare(
        "trace.booking",
        "Booking {subject} differs from the report ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.SESSION: declare(
        "trace.session",
        "The check-in of booking {subject} differs from the report ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.INTERVAL: declare(
        "trace.interval",
        "The measured run {subject} differs from the report ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.RECORDING: declare(
        "trace.recording",
        "Recording {subject} is missing or differs from the report ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.BYTES: declare(
        "trace.bytes",
        "The stored bytes of the measured run {subject} are missing or changed ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.DECODING: declare(
        "trace.decoding",
        "The stored bytes of the measured run {subject}, decoded again, give another run ({detail}).",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
    Link.RESULT: declare(
        "trace.result",
        "Figure {subject} recomputed from the store is {found}; the report states {stated}.",
        "Compare the report with the filed copy and the store with its backup; tell the auditor.",
    ),
}


GONE = Label({"en": "not in the store", "de": "fehlt im Bestand", "zh": "数据库中不存在"})
MISSING = Label({"en": "missing", "de": "fehlen", "zh": "缺失"})
CLAIM = Label({"en": "claimed hours", "de": "geltend gemachte Stunden", "zh": "申报机时"})
EDGES = Label({"en": "begin or end", "de": "Anfang oder Ende", "zh": "起止时间"})
MORE_RUNS = Label(
    {"en": "the store holds other runs", "de": "der Bestand hat andere Läufe", "zh": "数据库中的运行不同"}
)
NOT_MEASURED = Label({"en": "not measured", "de": "nicht gemessen", "zh": "未实测"})
SEGMENTS = Label({"en": "hashes of the segments", "de": "Hashes der Segmente", "zh": "数据段哈希"})
NO_LEDGER = Label({"en": "not in the ledger", "de": "nicht im Kassenbuch", "zh": "台账中不存在"})


@dataclass(frozen=True)
class Broken:
    """Name the first broken link: what it is about and what differs."""

    link: Link
    subject: str
    detail: str | Label = ""
    stated: str = ""
    found: str = ""

    @property
    def problem(self) -> Problem:
        """Return it as a sentence with a next step."""
        told = {"subject": self.subject, "detail": self.detail, "stated": self.stated, "found": self.found}
        return Problem(CODES[self.link], told)
