"""Finish a PDF as PDF/A-3b (ISO 19005-3): metadata, output intent, associated files, validated, same bytes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from center_app.core.errors import SurroundingsError, declare

REFUSED = declare(
    "documents.pdfa_refused",
    "The validator did not approve the document as PDF/A-3b: {reason}",
    "Nothing was written. Send the diagnostics bundle to your administrator.",
)
FLAVOUR = "3b"


@dataclass(frozen=True)
class Attachment:
    """Hold a file to embed; `relation` is Data, Source or Supplement (ISO 32000-2, 14.13)."""

    name: str
    data: bytes
    mime: str
    relation: str
    description: str = ""


@dataclass(frozen=True)
class About:
    """Hold what the metadata says."""

    title: str
    author: str
    subject: str
    made_at: datetime
    language: str = "en"


def finish(
    raw: Path, target: Path, about: About, attachments: Sequence[Attachment],
    places: Mapping[str, tuple[int, float]] | None = None,
) -> None:  # fmt: skip
    """Turn a raw PDF into an approved PDF/A-3b file; raises SurroundingsError when it is refused.

    `places` become named destinations: page from 1 and height in points.
    The same input gives the same bytes: dates come from `about`, the identifier from the content.
    """
    import pikepdf
    from pikepdf import pdfa

    part = target.with_suffix(".part")
    with pikepdf.open(raw) as pdf:
        _strip(pdf)
        _attach(pdf, attachments, about.made_at)
        _name_places(pdf, places or {})
        _describe(pdf, about)
        pdfa.prepare(pdf, FLAVOUR)
        _fix_dates(pdf)
        settings = pdfa.resolve_save_kwargs(FLAVOUR)
        pdf.save(part, **{**settings, "deterministic_id": True})
    report = pdfa.validate_written(part, FLAVOUR)
    if not report.passed:
        part.unlink(missing_ok=True)
        raise SurroundingsError(REFUSED, reason="; ".join(finding.message for finding in report.findings[:3]))
    part.replace(target)


def approve(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the validator's verdict on a file (pass, fail, not_checked) and its reasons."""
    from pikepdf import pdfa

    report = pdfa.validate_written(path, FLAVOUR)
    reasons = tuple(f"{finding.rule}: {finding.message}" for finding in report.findings[:20])
    return str(report.verdict), reasons


def _strip(pdf: Any) -> None:
    """Remove what PDF/A refuses: page transitions."""
    for page in pdf.pages:
        if "/Trans" in page:
            del page["/Trans"]


def _attach(pdf: Any, attachments: Sequence[Attachment], made_at: datetime) -> None:
    import pikepdf

    for item in attachments:
        spec = pikepdf.AttachedFileSpec(
            pdf, item.data, filename=item.name, description=item.description, mime_type=item.mime,
            creation_date=_pdf_date(made_at), mod_date=_pdf_date(made_at),
            relationship=pikepdf.Name(f"/{item.relation}"),
        )  # fmt: skip
        pdf.attachments[item.name] = spec


def _name_places(pdf: Any, places: Mapping[str, tuple[int, float]]) -> None:
    """Give pages named destinations, so that a link from outside (report.pdf#use) finds them."""
    import pikepdf

    if not places:
        return
    tree = pikepdf.NameTree.new(pdf)
    for name, (page, top) in sorted(places.items()):
        tree[name] = pikepdf.Array([pdf.pages[page - 1].obj, pikepdf.Name.FitH, round(top)])
    pdf.Root.Names.Dests = tree.obj


def _pdf_date(moment: datetime) -> str:
    return moment.strftime("D:%Y%m%d%H%M%SZ")


def _describe(pdf: Any, about: About) -> None:
    stamp = about.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for key in ("/CreationDate", "/ModDate"):
        pdf.docinfo[key] = _pdf_date(about.made_at)
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as meta:
        meta["dc:title"] = about.title
        meta["dc:creator"] = [about.author]
        meta["dc:description"] = about.subject
        meta["dc:language"] = {about.language}
        meta["xmp:CreateDate"] = stamp
        meta["xmp:ModifyDate"] = stamp
        meta["xmp:CreatorTool"] = "Center Desk"
        meta["pdf:Producer"] = "Center Desk"


def _fix_dates(pdf: Any) -> None:
    """Take out the time of saving, so that the same input gives the same bytes."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        if "xmp:MetadataDate" in meta:
            del meta["xmp:MetadataDate"]
