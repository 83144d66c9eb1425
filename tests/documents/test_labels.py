"""Machine labels: text, QR code, ten on a page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from center_app.documents import reading
from center_app.documents.label import MachineLabel, write_labels
from center_app.documents.pdfa import approve


def test_labels_are_approved_paper(tmp_path: Path) -> None:
    labels = [
        MachineLabel(f"五轴铣床 DMU {i}", f"EQ-{i:04d}", "一号厂房", "陈洁", f"center-desk:machine/EQ-{i:04d}")
        for i in range(12)
    ]
    path = tmp_path / "labels.pdf"
    write_labels(path, labels, "广东岭湾机器人制造业创新中心有限公司", datetime(2026, 6, 18, tzinfo=UTC))
    pages = reading.page_texts(path)
    assert len(pages) == 2
    assert "EQ-0009" in pages[0]
    assert "EQ-0011" in pages[1]
    assert approve(path)[0] == "pass"
