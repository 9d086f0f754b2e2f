"""Screen readers: everything that can be used has a name, in the language in force; what happens is said."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.jobs.training import Outcome
from tests.gui.every_page import ENDED, VIEWS, settle, stage, view

USED = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QTabBar, QPlainTextEdit, QTextEdit,
    QAbstractSlider, QGraphicsView,
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_everything_that_can_be_used_has_a_name(tmp_path: Path, language: str) -> None:
    nameless: list[str] = []
    foreign: set[str] = set()
    translations = shipped_words() if language == "zh_CN" else {}
    with stage(tmp_path, language=language) as there:
        for one in VIEWS:
            shown = one.show(there)
            labels = {id(label.buddy()): label.text() for label in shown.findChildren(QLabel) if label.buddy()}
            for widget in used(shown):
                name = name_of(widget, labels)
                if not name.strip():
                    parent = widget.parent()
                    nameless.append(
                        f"{one.name}: {type(widget).__name__} {widget.objectName()} in {type(parent).__name__}"
                    )
                elif translations.get(name, name) != name:
                    foreign.add(f"{one.name}: {name}")
            there.leave()
    assert not nameless, "\n".join(nameless)
    assert not foreign, "\n".join(sorted(foreign))


def used(root: QWidget) -> Iterator[QWidget]:
    """What somebody can press, fill in or go to."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root or isinstance(widget, (QScrollBar, QHeaderView)):
            continue
        parent = widget.parent()
        inside = isinstance(parent, (QLineEdit, QAbstractSpinBox, QComboBox)) or (
            isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
        )
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not inside and (isinstance(widget, USED) or reached):
            yield widget


def name_of(widget: QWidget, labels: dict[int, str]) -> str:
    """What a screen reader calls it. A field's contents are no name: it needs one of its own or a label."""
    own = widget.accessibleName() or labels.get(id(widget), "")
    if own or not isinstance(widget, (QAbstractButton, QTabBar)):
        return own
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found is not None else ""


def shipped_words() -> dict[str, str]:
    """English words and the Chinese for them, where they have one meaning."""
    root = ElementTree.parse(resource_path("translations", "qvl_zh_CN.ts")).getroot()
    found: dict[str, str] = {}
    for message in root.iter("message"):
        source, target = message.findtext("source") or "", message.findtext("translation") or ""
        if source.isascii() and target and len(source) > 3:
            found[source] = target
    return found


# What is said


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was announced."""
    heard: list[str] = []

    class Reader(QAccessible):
        """Keeps what is announced."""

        @staticmethod
        def updateAccessibility(event: QAccessibleEvent) -> None:
            assert isinstance(event, QAccessibleAnnouncementEvent)
            heard.append(event.message())

    monkeypatch.setattr("qvl_desktop.gui.widgets.speaking.QAccessible", Reader)
    return heard


def test_a_canvas_tells_its_boxes_and_what_is_selected(tmp_path: Path, said: list[str]) -> None:
    with stage(tmp_path) as there:
        view("annotate").show(there)
        page = there.window.findChild(AnnotatePage)
        assert page is not None
        canvas, project = page.canvas, there.project
        assert page.editing.picture is not None
        regions = project.regions(page.editing.picture.id)
        region = regions[0]
        settle(there.window)
        told = canvas.accessibleDescription()
        assert told.startswith(f"{len(regions)} boxes; selected: {region.ref}, (")
        assert f"({round(region.rect.x1)}, {round(region.rect.y1)}) to ({round(region.rect.x2)}, " in told
        assert QAccessible.queryAccessibleInterface(canvas).text(QAccessible.Text.Description) == told
        canvas.activateWindow()
        canvas.setFocus()
        page.desk.select(regions[1].id)
        settle(there.window)
        assert said[-1] == canvas.accessibleDescription()
        assert regions[1].ref in said[-1]
        canvas.set_selection([one.id for one in regions])
        settle(there.window)
        assert canvas.accessibleDescription().startswith(f"{len(regions)} boxes; selected: {len(regions)}")
        project.delete_regions([one.id for one in regions])
        settle(there.window)
        assert canvas.accessibleDescription() == "0 boxes"


def test_notices_are_said(tmp_path: Path, said: list[str]) -> None:
    with stage(tmp_path) as there:
        there.session.notice.emit("error", "It went wrong.")
        there.session.offered.emit("success", "Two boxes were deleted.", [("Undo", lambda: None)])
        there.session.notice.emit("error", "It went wrong.")
    assert said[:3] == ["It went wrong.", "Two boxes were deleted. Undo.", "It went wrong.  ×2"]


def test_the_end_of_a_run_is_said_on_every_page(tmp_path: Path, said: list[str]) -> None:
    with stage(tmp_path) as there:
        view("train-new").show(there)
        there.session.runs.runEnded.emit(there.runs / ENDED, Outcome(RunState.FINISHED, 0, "", ()))
        assert said == [f"Training run {ENDED}: Finished"]
        assert there.window.toasts.texts == []
        view("pictures").show(there)
        there.session.runs.runEnded.emit(there.runs / ENDED, Outcome(RunState.FAILED, 1, "", ()))
        assert said[-1] == f"Training run {ENDED}: Failed Show it."
        (button,) = [one for one in there.window.toasts.findChildren(QAbstractButton) if one.text() == "Show it"]
        button.click()
        settle(there.window)
        assert there.window.current_page == "train"
        assert there.window._pages["train"].run_view.run == there.runs / ENDED  # type: ignore[attr-defined]


def test_a_button_without_a_word_is_found(qapp: QApplication) -> None:
    assert isinstance(qapp, QObject)
    line = QLineEdit("contents are no name")
    assert name_of(line, {}) == ""
    line.setAccessibleName("Name")
    assert name_of(line, {}) == "Name"
