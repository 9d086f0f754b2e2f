"""The `?` beside settings: each has one, it is reached by mouse and keys, and leads to its place in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.gui.gallery.filter_panel import FilterPanel
from qvl_desktop.gui.help import desk
from qvl_desktop.gui.help.book import Book, Link
from qvl_desktop.gui.help.desk import close_help
from qvl_desktop.gui.help.mark import HelpCard, HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.help.topics import PREFERENCES, TOPICS, preference_topic
from qvl_desktop.gui.help.window import HelpWindow
from qvl_desktop.gui.models.download_form import DownloadForm
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.preferences import Preferences
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.translation import install_language
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.jobs.downloads import downloads_of
from qvl_desktop.jobs.session import Session
from tests.gui.every_page import VIEWS, stage

SETTINGS = (QAbstractSpinBox, QComboBox, QCheckBox, QRadioButton, QLineEdit)
NO_SETTINGS = {
    "what is looked at, not how things are done": {
        ("RunPanel", "runOrder"), ("TrainedTextView", "textNumber"), ("TrainedTextView", "Token borders"),
        ("CompareView", "curveBox"), ("EvaluationView", "evaluationSplit"), ("EvaluationView", "evaluationWhat"),
        ("BeforeAfterView", "pairBox"), ("Palette", ""), ("Palette", "Find a command"),
    },
    "content": {
        ("RenameBar", "New name of the label"), ("NumberFields", "x1"), ("NumberFields", "y1"), ("NumberFields", "x2"),
        ("NumberFields", "y2"), ("RefEditor", "Ref of the region"), ("RunHead", "runName"), ("RunHead", "noteField"),
        ("ThreadList", "folderField"), ("LaunchLine", "launchLine"),
    },
    "the other end of a range, which has one mark": {
        ("FilterPanel", "Regions: to"), ("FilterPanel", "Width: to"), ("FilterPanel", "Height: to"),
    },
    "hidden for the templates that come with the program; see the test of a new one": {("TemplateEditor", "")},
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_help_left() -> Iterator[None]:
    theme().install("light")
    yield
    close_help()
    install_language("en")


def owner(widget: QWidget) -> str:
    """The class of the program in which a widget stands."""
    above = widget.parentWidget()
    while above is not None and type(above).__module__.startswith("PySide6"):
        above = above.parentWidget()
    return type(above).__name__ if above is not None else ""


def settings_of(root: QWidget) -> Iterator[QWidget]:
    """Everything in which something can be chosen or typed, but for searches and what belongs to another field."""
    for widget in root.findChildren(QWidget):
        inner = isinstance(widget, QLineEdit) and isinstance(widget.parentWidget(), (QAbstractSpinBox, QComboBox))
        if isinstance(widget, SETTINGS) and not inner and not isinstance(widget, SearchLine):
            yield widget


def explained(widget: QWidget, marked: set[QWidget]) -> bool:
    """Whether it has a mark, or a sentence right below it, or is one of several buttons of which one has a mark."""
    if widget in marked:
        return True
    if isinstance(widget, QRadioButton):
        group = widget.group()
        return any(button in marked for button in (group.buttons() if group is not None else ()))
    around = widget.parentWidget()
    labels = around.findChildren(QLabel) if around is not None and isinstance(widget, QCheckBox) else []
    return len(labels) == 1 and len(labels[0].text()) > 10  # the kinds of templates: a box and its sentence


def unexplained(root: QWidget) -> list[tuple[str, str, str]]:
    marked = {mark.of for mark in root.findChildren(HelpMark)}
    exempt = set().union(*NO_SETTINGS.values())
    found = []
    for widget in settings_of(root):
        names = {widget.objectName(), widget.accessibleName()}
        if isinstance(widget, (QAbstractButton, QLineEdit)):
            names.add(widget.text())
        if not explained(widget, marked) and not any((owner(widget), name) in exempt for name in names):
            found.append((owner(widget), type(widget).__name__, widget.objectName() or widget.accessibleName()))
    return found


def test_every_setting_of_every_page_and_dialog_has_a_mark_or_a_sentence(tmp_path: Path) -> None:
    seen: set[str] = set()
    missing: dict[str, list[tuple[str, str, str]]] = {}
    with stage(tmp_path) as there:
        for view in VIEWS:
            shown = view.show(there)
            if found := unexplained(shown):
                missing[view.name] = found
            seen |= {type(mark).__name__ + mark.accessibleName() for mark in shown.findChildren(HelpMark)}
            there.leave()
        there.window._preferences()
        dialog = next(top for top in QApplication.topLevelWidgets() if isinstance(top, Preferences) and top.isVisible())
        if found := unexplained(dialog):
            missing["preferences"] = found
        there.leave()
        panel = FilterPanel(there.session.pictures, there.window)
        form = DownloadForm(there.session, downloads_of(there.session), None)
        for widget in (panel, form):
            if found := unexplained(widget):
                missing[type(widget).__name__] = found
            widget.deleteLater()
    assert not missing
    assert len(seen) > 90, "the walk has seen the marks"


def test_a_setting_without_a_mark_is_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    number, check = QSpinBox(page), QCheckBox("Something", page)
    assert len(unexplained(page)) == 2
    HelpMark("chat.seed", number, "Seed", page)
    assert [kind for _, kind, _ in unexplained(page)] == ["QCheckBox"]
    HelpMark("chat.top_p", check, parent=page)
    assert unexplained(page) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mark_leads_to_a_place_that_is_there(language: str) -> None:
    book = Book(language)
    links = {name: topic.link for name, topic in TOPICS.items()} | PREFERENCES
    links["a line of the preferences"] = preference_topic("language", "…").link
    for name, address in links.items():
        link = book.link(address)
        assert link is not None, name
        assert book.has(link), f"{name}: {address}"


def test_every_setting_of_a_plan_has_its_own_heading_with_its_flag_and_what_it_usually_is() -> None:
    for language in ("en", "zh"):
        page = Book(language).page("settings.md")
        parts = {part.anchor: part for part in page.parts}
        for field in fields(TrainingPlan):
            part = parts[field.name.replace("_", "-")]
            value = getattr(TrainingPlan(), field.name)
            if field.name in ("data", "model"):
                continue
            usual = "on" if value is True else "off" if value is False else value
            usual = " ".join(usual) if isinstance(usual, list) else f"{usual:g}" if isinstance(usual, float) else usual
            assert part.text.startswith(f"--{field.name.replace('_', '-')}"), part.title
            assert str(usual) in part.text[: len(str(usual)) + 60], f"{part.title}: usually {usual}"


def test_one_plain_sentence() -> None:
    for name, topic in TOPICS.items():
        if name.startswith("plan."):
            continue
        said = topic.source.replace("e.g.", "")
        assert said.endswith("."), name
        assert len(said) <= 100, name
        assert said.count(". ") == 0, f"{name}: more than one sentence"


# The mark and its card


@pytest.fixture
def dialog(qtbot: QtBot) -> QDialog:
    """A dialog with a field, its mark, and a button that Enter would press."""
    made = QDialog()
    made.resize(500, 300)
    column = QVBoxLayout(made)
    made.field = QSpinBox(made)  # type: ignore[attr-defined]
    made.field.setAccessibleName("Seed")  # type: ignore[attr-defined]
    column.addWidget(made.field)  # type: ignore[attr-defined]
    column.addStretch(1)
    made.mark = help_beside(made.field, "chat.seed")  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def test_the_mouse_rests_on_a_mark_and_it_speaks(dialog: QDialog, qtbot: QtBot) -> None:
    mark = dialog.mark  # type: ignore[attr-defined]
    assert mark.card is None
    QTest.mouseMove(dialog, QPoint(400, 250))
    QTest.mouseMove(mark)
    qtbot.waitUntil(lambda: mark.card is not None)
    assert mark.card.sentence.text() == TOPICS["chat.seed"].sentence
    assert mark.card.geometry().top() >= mark.geometry().bottom()
    assert dialog.rect().contains(mark.card.geometry())
    QTest.mouseMove(dialog, QPoint(490, 290))
    qtbot.waitUntil(lambda: mark.card is None, timeout=3000)


def test_keys_reach_a_mark_open_it_lead_on_and_back(dialog: QDialog, qtbot: QtBot) -> None:
    mark, field = dialog.mark, dialog.field  # type: ignore[attr-defined]
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is mark, "the mark follows its field"
    QTest.keyClick(mark, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert mark.card is not None
    assert QApplication.focusWidget() is mark.card.more
    QTest.keyClick(mark.card.more, Qt.Key.Key_Escape)
    assert mark.card is None
    assert dialog.isVisible(), "Esc closes the card, not the dialog"
    assert QApplication.focusWidget() is mark
    QTest.keyClick(mark, Qt.Key.Key_Space)
    QTest.keyClick(mark.card.more, Qt.Key.Key_Return)
    shown = next(top for top in QApplication.topLevelWidgets() if isinstance(top, HelpWindow) and top.isVisible())
    assert shown.link == Link("settings.md", "chat-seed")
    assert mark.card is None


def test_a_screen_reader_hears_what_it_helps_with(dialog: QDialog) -> None:
    mark = dialog.mark  # type: ignore[attr-defined]
    assert mark.accessibleName() == "Help on Seed"
    assert mark.accessibleDescription() == TOPICS["chat.seed"].sentence
    card = mark.show_card()
    assert card.more.accessibleName() == "More about Seed"


def test_a_mark_comes_and_goes_with_its_field(dialog: QDialog) -> None:
    mark, field = dialog.mark, dialog.field  # type: ignore[attr-defined]
    field.hide()
    assert not mark.isVisible()
    field.show()
    assert mark.isVisible()


def test_one_card_at_a_time(dialog: QDialog) -> None:
    other = HelpMark("chat.top_p", dialog.field, "Top p", dialog)  # type: ignore[attr-defined]
    dialog.mark.show_card()  # type: ignore[attr-defined]
    other.show_card()
    assert dialog.mark.card is None  # type: ignore[attr-defined]
    assert len([card for card in dialog.findChildren(HelpCard) if card.isVisible()]) == 1


def test_a_mark_finds_its_place_in_every_kind_of_layout(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    outer = QVBoxLayout(page)
    row, grid, form = QHBoxLayout(), QGridLayout(), QFormLayout()
    for layout in (row, grid, form):
        outer.addLayout(layout)
    boxes = [QSpinBox(page) for _ in range(5)]
    row.addWidget(boxes[0])
    row.addWidget(QLabel("behind", page))
    grid.addWidget(QLabel("Label", page), 0, 0)
    grid.addWidget(boxes[1], 0, 1, 2, 1)
    form.addRow("Words", boxes[2])
    form.addRow(boxes[3])
    outer.addWidget(boxes[4])
    marks = [help_beside(box, "chat.seed", words="Seed") for box in boxes]
    page.show()
    for box, mark in zip(boxes, marks, strict=True):
        assert mark.isVisible()
        assert not mark.geometry().intersects(box.geometry())
    assert row.itemAt(1).widget() is marks[0]  # type: ignore[union-attr]
    label = page.findChildren(QLabel)[-1]
    assert form.getWidgetPosition(boxes[2])[0] == 0, "the field stays the row's own"  # type: ignore[index]
    form.setRowVisible(boxes[2], False)
    assert not marks[2].isVisible()
    assert label is not None


def test_marks_speak_the_language_that_is_chosen_while_the_window_is_open(window: MainWindow, session: Session) -> None:
    window.show_page("chat")
    window.change_language("zh_CN")
    shown = window._stack.currentWidget()
    assert shown is not None
    marks = [mark for mark in shown.findChildren(HelpMark) if mark.of.accessibleName()]
    assert any(mark.accessibleName() == "关于“温度”的帮助" for mark in marks), [m.accessibleName() for m in marks]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in mark.topic.sentence) for mark in marks)
    window.change_language("en")


def test_help_can_be_read_beside_a_modal_dialog(window: MainWindow, qtbot: QtBot) -> None:
    dialog = QDialog(window)
    dialog.open()
    qtbot.waitExposed(dialog)
    shown = desk.show_help("settings.md#import")
    qtbot.waitExposed(shown)
    shown.show_link(Link("memory.md"))
    QTest.mouseClick(shown.back, Qt.MouseButton.LeftButton)
    assert shown.link == Link("settings.md", "import")
    QTest.mouseClick(window.rail.findChildren(QAbstractButton)[0], Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    dialog.close()


def test_a_sheet_that_closes_by_a_click_gives_way_to_help(window: MainWindow, session: Session, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "p.qvl")
    panel = FilterPanel(session.pictures, window)
    panel.show()
    mark = next(mark for mark in panel.findChildren(HelpMark) if mark.isVisible())
    card = mark.show_card()
    assert panel.rect().contains(card.geometry())
    QTest.mouseClick(card.more, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()
    shown = next(top for top in QApplication.topLevelWidgets() if isinstance(top, HelpWindow) and top.isVisible())
    assert shown.link == Link("settings.md", "filters")


def test_f1_stays_the_sheet_of_keys_and_help_has_keys_of_its_own(window: MainWindow) -> None:
    help_action: QAction = window.window_actions["help"]
    assert [keys.toString() for keys in help_action.shortcuts()] == ["Ctrl+F1"]
    assert "F1" in [keys.toString() for keys in window.window_actions["keyboard"].shortcuts()]
    assert desk._shown == []
