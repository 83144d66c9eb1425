"""Tables: the model keeps Qt's contract; sort, filter, groups, copy, columns."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip

from ui.kit.memory import Memory
from ui.kit.table_clip import html_table
from ui.kit.table_model import Column, Group, RowTableModel
from ui.kit.table_view import TableView
from ui.shots import application


@dataclass(frozen=True)
class Item:
    """A row of the test table."""

    name: str
    size: int | None
    kind: str = "a"


COLUMNS = [
    Column("name", "Name", lambda item: item.name, stretch=1),
    Column("size", "Size", lambda item: str(item.size), value=lambda item: item.size, right=True),
    Column("kind", "Kind", lambda item: item.kind, shown=False, drop=1),
]
ITEMS = [Item("beta", 2), Item("alpha", 10, "b"), Item("gamma", None), Item("delta", 7, "b")]


@pytest.fixture
def model() -> RowTableModel:
    made = RowTableModel(COLUMNS)
    made.set_rows(ITEMS)
    return made


def grouped() -> RowTableModel:
    made = RowTableModel(COLUMNS, lambda item: (item.kind, item.kind.upper()))
    made.set_rows(ITEMS)
    return made


def names(model: RowTableModel) -> list[str]:
    return [row.name for row in model.shown_rows()]


def test_the_model_keeps_the_contract(qtbot: object) -> None:
    for made in (RowTableModel(COLUMNS), grouped()):
        tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
        made.set_rows(ITEMS)
        made.sort(1)
        made.set_filter("a")
        made.toggle_group("b")
        made.set_rows([])
        del tester


def test_numbers_sort_as_numbers_and_missing_ones_come_last(model: RowTableModel) -> None:
    model.sort(1)
    assert names(model) == ["beta", "delta", "alpha", "gamma"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["alpha", "delta", "beta", "gamma"]
    model.sort(-1)
    assert names(model) == [item.name for item in ITEMS]


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), max_size=30), st.booleans())
def test_sorting_keeps_every_row(sizes: list[int | None], down: bool) -> None:
    model = RowTableModel(COLUMNS)
    model.set_rows([Item(str(n), size) for n, size in enumerate(sizes)])
    model.sort(1, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
    shown = [row.size for row in model.shown_rows()]
    known = sorted((size for size in sizes if size is not None), reverse=down)
    assert shown == known + [None] * sizes.count(None)


def test_every_typed_word_must_occur(model: RowTableModel) -> None:
    model.set_filter("TA b")
    assert names(model) == ["beta", "delta"]
    model.set_filter("", lambda item: item.kind == "b")
    assert names(model) == ["alpha", "delta"]
    model.set_column_filter("name", "al")
    assert names(model) == ["alpha"]


def test_groups_count_and_fold(qtbot: object) -> None:
    model = grouped()
    heads = [row for row in map(model.row_at, range(model.rowCount())) if isinstance(row, Group)]
    assert [(head.text, head.count) for head in heads] == [("A", 2), ("B", 2)]
    model.toggle_group("a")
    assert names(model) == ["alpha", "delta"]


def shown(model: RowTableModel, memory: Memory | None = None, width: int = 400) -> TableView:
    application()
    view = TableView(model, "test", memory=memory)
    view.resize(width, 300)
    view.show()
    return view


def test_copy_gives_tabs_and_escaped_html(qtbot: object) -> None:
    model = RowTableModel(COLUMNS)
    model.set_rows([Item("<b>&", 1), Item("tab\there", 2)])
    view = shown(model)
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "Name\tSize\n<b>&\t1\ntab here\t2"
    assert "&lt;b&gt;&amp;" in data.html()
    view.close()


def test_html_of_a_table_cannot_carry_markup() -> None:
    assert "<script" not in html_table(["<script>"], [["<script>alert(1)</script>"]])


def test_the_selection_survives_a_new_query(qtbot: object, model: RowTableModel) -> None:
    view = shown(model)
    view.same_row = lambda one, two: one.name == two.name
    assert view.pick(lambda item: item.name == "gamma")
    model.set_rows([Item("gamma", 5), Item("omega", 1)])
    assert [item.size for item in view.selected_rows()] == [5]
    view.close()


def test_enter_activates_the_row_with_the_focus(qtbot: object, model: RowTableModel) -> None:
    view = shown(model)
    got: list[Item] = []
    view.row_activated.connect(got.append)
    view.pick(lambda item: item.name == "beta")
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [item.name for item in got] == ["alpha"]
    view.close()


def test_columns_and_widths_are_remembered(qtbot: object, model: RowTableModel) -> None:
    memory = Memory(None)
    view = shown(model, memory)
    view.show_column(2, True)
    view.setColumnWidth(1, 77)
    view.close()
    again = shown(model, memory)
    assert not again.isColumnHidden(2)
    assert again.columnWidth(1) == 77
    again.reset_columns()
    assert again.isColumnHidden(2)
    again.close()


def test_a_narrow_table_drops_columns_instead_of_scrolling(qtbot: object) -> None:
    columns = [*COLUMNS[:2], Column("kind", "Kind", lambda item: item.kind, width=120, drop=1)]
    model = RowTableModel(columns)
    model.set_rows(ITEMS)
    view = shown(model, width=230)
    assert view.isColumnHidden(2)
    view.resize(500, 300)
    assert not view.isColumnHidden(2)
    view.close()


def test_the_filter_row_filters_its_column(qtbot: object, model: RowTableModel) -> None:
    view = shown(model)
    view.header.show_filters(True)
    view.header._filters[0].setText("alp")
    assert names(model) == ["alpha"]
    view.header.show_filters(False)
    assert len(names(model)) == 4
    view.close()


def test_rows_keep_their_height_when_groups_move(qtbot: object) -> None:
    model = grouped()
    view = shown(model)
    model.set_rows([Item("one", 1), Item("two", 2, "b"), Item("three", 3, "b")])
    heights = [view.rowHeight(n) for n in range(model.rowCount())]
    assert heights == [32, 32, 32, 32, 32]
    tall = TableView(grouped(), "tall", row_height=48)
    tall_model = tall.model()
    assert isinstance(tall_model, RowTableModel)
    tall_model.set_rows([Item("one", 1), Item("two", 2), Item("three", 3, "b")])
    assert [tall.rowHeight(n) for n in range(5)] == [32, 48, 48, 32, 48]
    tall_model.set_rows([Item("one", 1), Item("two", 2, "b"), Item("three", 3, "b")])
    assert [tall.rowHeight(n) for n in range(5)] == [32, 48, 32, 48, 48]
    view.close()


def test_a_cut_text_is_told_whole(qtbot: object) -> None:
    model = RowTableModel([Column("name", "Name", lambda item: item.name, width=80)])
    model.set_rows([Item("a very long name that cannot fit", 1), Item("short", 2)])
    view = shown(model, width=120)
    for row, told in ((0, "a very long name that cannot fit"), (1, "")):
        index = model.index(row, 0)
        at = view.visualRect(index).center()
        option = QStyleOptionViewItem()
        option.rect = view.visualRect(index)
        event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
        assert view.itemDelegate().helpEvent(event, view, option, index) == bool(told)
        assert not told or QToolTip.text() == told
    view.close()
