"""Nothing is cut off: every page and dialog from 1024 x 640 up, in English, in Chinese and in words 40 % longer.

The long language finds one thing more: words that never went through `tr`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qvl_desktop import app
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.elided_button import ElidedButton
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from tests.gui import every_page
from tests.gui.clipping import clipped, overlapping, scrolled_sideways
from tests.gui.every_page import VIEWS, Stage, stage
from tests.gui.long_words import long_words
from tests.gui.painted import cut_off
from tests.gui.unmarked import data_of, unmarked

SMALL, COMMON = QSize(1024, 640), QSize(1280, 800)


def faults_of(there: Stage, sizes: tuple[QSize, ...], data: list[str] | None = None) -> str:
    """What does not fit on any page or dialog, in windows of these sizes; with `data` also what has no translation.
    A line each, "" when all is well."""
    found: list[str] = []
    for view in VIEWS:
        for size in sizes:
            there.window.resize(size)
            shown = view.show(there)
            where = f"{view.name} at {size.width()} x {size.height()}"
            assert there.window.size() == size, where
            page = there.window._stack.currentWidget()
            need, room = page.minimumSizeHint(), there.window._stack.size()
            if need.width() > room.width() or need.height() > room.height():
                found.append(f"{where}: the page needs {need.toTuple()}, has {room.toTuple()}")
            for look in (clipped, overlapping, scrolled_sideways, cut_off):
                found += [f"{where}: {line}" for line in look(shown)]
            if data is not None and size == SMALL:
                found += [f"{where}: not through tr: {line}" for line in unmarked(shown, data)]
            there.leave()
    return "\n".join(found)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_page_fits(qapp: QApplication, tmp_path: Path, language: str) -> None:
    with stage(tmp_path, language=language, size=SMALL) as there:
        assert faults_of(there, (SMALL,)) == ""


def test_every_page_fits_longer_words_and_has_no_others(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every_page, "install_language", lambda _code: "en")
    with long_words(), stage(tmp_path, size=SMALL) as there:
        assert faults_of(there, (SMALL, COMMON), data_of(there.project)) == ""


# The looking itself


@pytest.fixture
def board(qtbot: QtBot) -> QWidget:
    """An empty window in the look of the program."""
    app.make_application()
    theme().install("light")
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(300, 200)
    return made


def shown(board: QWidget) -> QWidget:
    board.show()
    QApplication.processEvents()
    return board


def test_words_without_room_are_found(board: QWidget) -> None:
    label, button, line = QLabel("some words", board), QPushButton("Go there", board), QLineEdit(board)
    line.setPlaceholderText("What are you looking for?")
    for place, widget in enumerate((label, button, line)):
        widget.setGeometry(10, 40 * place, 30, 30)
    found = clipped(shown(board))
    assert len(found) == 3
    assert all(word in " ".join(found) for word in ("some words", "Go there", "What are you looking for?"))
    for widget in (label, button, line):
        widget.resize(250, 34)
    assert clipped(board) == []


def test_words_that_a_parent_cuts_off_are_found(board: QWidget) -> None:
    inner = QWidget(board)
    inner.setGeometry(0, 0, 100, 100)
    label = QLabel("words", inner)
    label.setGeometry(70, 10, 80, 20)
    assert "sticks out" in clipped(shown(board))[0]


def test_a_wrapped_label_needs_its_height(board: QWidget) -> None:
    label = QLabel("many words that need several lines in so narrow a place", board)
    label.setWordWrap(True)
    label.setGeometry(0, 0, 100, 20)
    assert "of height" in clipped(shown(board))[0]


def test_what_can_be_scrolled_to_is_not_cut_off_but_never_to_the_side(board: QWidget) -> None:
    area, content = QScrollArea(board), QWidget()
    content.resize(280, 1000)
    QLabel("far below", content).setGeometry(0, 900, 200, 20)
    area.setWidget(content)
    area.setGeometry(0, 0, 300, 200)
    assert clipped(shown(board)) == []
    assert scrolled_sideways(board) == []
    content.resize(900, 1000)
    QApplication.processEvents()
    assert len(scrolled_sideways(board)) == 1


def test_neighbours_over_each_other_are_found(board: QWidget) -> None:
    row = QHBoxLayout(board)
    for words in ("one", "two"):
        row.addWidget(QPushButton(words, board))
    assert overlapping(shown(board)) == []
    row.itemAt(1).widget().move(row.itemAt(0).widget().pos())  # type: ignore[union-attr]
    assert len(overlapping(board)) == 1


def test_words_without_a_translation_are_found(board: QWidget, qapp: QApplication) -> None:
    with long_words():
        QLabel(board.tr("Through tr"), board)
        QLabel("cat.jpg", board).move(0, 40)
        assert unmarked(shown(board), [r"\bcat\.jpg\b"]) == []
        plain = QLabel("Forgotten", board)
        plain.move(0, 80)
        plain.show()
        assert len(unmarked(board, [r"\bcat\.jpg\b"])) == 1


# What gives way


def test_a_wrapped_box_keeps_its_words_and_grows(board: QWidget, qtbot: QtBot) -> None:
    column = QVBoxLayout(board)
    box = WrappedCheckBox("Keep pictures that look alike together, wherever they lie", board)
    column.addWidget(box)
    column.addStretch(1)
    shown(board)
    assert box.height() >= 2 * box.fontMetrics().height()
    assert box.text() == "Keep pictures that look alike together, wherever they lie"
    board.resize(700, 200)
    QApplication.processEvents()
    assert box.height() < 2 * box.fontMetrics().height()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    assert box.isChecked()


def test_a_shortened_button_says_the_rest(board: QWidget) -> None:
    words = "New run with batch 4, accumulation 2 and everything else as it was"
    button = ElidedButton(words, board)
    whole = button.sizeHint().width()
    button.setGeometry(0, 0, 120, 32)
    shown(board)
    assert button.text() == words
    assert button.sizeHint().width() == whole
    assert button.minimumSizeHint().width() < 120


def test_a_box_to_choose_from_shortens_and_opens_wide(board: QWidget, qtbot: QtBot) -> None:
    box = ChoiceBox(board)
    box.addItem("RefCOCO-style JSON lines, boxes as x, y, width, height")
    box.setGeometry(0, 0, 140, 30)
    shown(board)
    assert box.shown_text.endswith("…")
    box.showPopup()
    assert box.view().width() >= box.fontMetrics().horizontalAdvance(box.currentText())
    box.hidePopup()
    box.setGeometry(0, 0, 600, 30)
    assert box.shown_text == box.currentText()


@pytest.mark.parametrize(
    ("alignment", "left"),
    [(Qt.AlignmentFlag.AlignLeft, 0), (Qt.AlignmentFlag.AlignRight, 100), (Qt.AlignmentFlag.AlignHCenter, 50)],
)
def test_a_flow_breaks_its_line_and_keeps_its_side(board: QWidget, alignment: Qt.AlignmentFlag, left: int) -> None:
    flow = FlowLayout(board, 0, alignment=alignment)
    boxes = [QWidget(board) for _ in range(3)]
    for box in boxes:
        box.setFixedSize(100, 20)
        flow.addWidget(box)
    shown(board)
    assert {box.y() for box in boxes} == {0}
    board.resize(200, 200)
    QApplication.processEvents()
    assert [(box.x(), box.y()) for box in boxes] == [(0, 0), (100, 0), (left, 20)]
    assert flow.heightForWidth(200) == 40


def test_a_filled_flow_shares_its_line(board: QWidget) -> None:
    flow = FlowLayout(board, 0, fill=True)
    for words in ("A", "B"):
        flow.addWidget(QPushButton(words, board))
    shown(board)
    assert sum(flow.itemAt(place).geometry().width() for place in range(2)) >= 298  # type: ignore[union-attr]
