"""Preferences: every line with real keys and clicks, in force at once, kept, back to the usual, and back again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop import __version__
from qvl_desktop.core.changelog import changelog, changelog_file
from qvl_desktop.core.feature_files import features_folder, read_limit
from qvl_desktop.core.model_places import models_folder
from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.shell.keyboard_sheet import KeyboardSheet
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.news_view import NewsView
from qvl_desktop.gui.shell.preference_caches import CacheField
from qvl_desktop.gui.shell.preference_rows import ChoiceField, Line, NumberField
from qvl_desktop.gui.shell.preferences import Preferences
from qvl_desktop.gui.shell.report_view import ReportView
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.translation import install_language
from qvl_desktop.gui.widgets.thumbnail_files import held, thumbnail
from qvl_desktop.gui.widgets.thumbnails import thumbnails_folder
from qvl_desktop.jobs.crash_watch import Crash, crash_folder
from qvl_desktop.jobs.program_log import log_file
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.settings_watch import SettingsWatch
from qvl_desktop.storage.servers import Server, keep_servers
from qvl_desktop.storage.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def preferences(window: MainWindow, qtbot: QtBot) -> Preferences:
    """Opened by its key."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    return shown(window)


@pytest.fixture(autouse=True)
def usual_look(qapp: QApplication) -> Iterator[None]:
    theme().set_text_size(100)
    install_language("en")
    yield
    theme().set_text_size(100)
    install_language("en")


def shown(window: MainWindow) -> Preferences:
    view = window.side_views.view("preferences")
    assert isinstance(view, Preferences)
    assert view.isVisible()
    assert not view.isModal()
    return view


def turn_to(preferences: Preferences, line: Line) -> None:
    """Go to the page of a line by keys."""
    preferences.sections.setFocus()
    QTest.keyClick(preferences.sections, Qt.Key.Key_Home)
    while not line.isVisible():
        row = preferences.sections.currentRow()
        QTest.keyClick(preferences.sections, Qt.Key.Key_Down)
        assert preferences.sections.currentRow() > row, line.title


def choose(preferences: Preferences, name: str, words: str) -> None:
    """Choose in a line by its keys, as one does without a mouse."""
    line = preferences.line(name)
    turn_to(preferences, line)
    field = line.field
    assert isinstance(field, ChoiceField)
    field.box.setFocus()
    QTest.keyClick(field.box, Qt.Key.Key_Home)
    for _ in range(field.box.count()):
        if field.box.currentText() == words:
            break
        QTest.keyClick(field.box, Qt.Key.Key_Down)
    assert field.box.currentText() == words


def words_of(view: Preferences) -> set[str]:
    return {label.text() for label in view.findChildren(QLabel)}


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def saved(session: Session, name: str) -> object:
    return json.loads(session.settings.path.read_text(encoding="utf-8")).get(name)


def test_every_line_has_a_name_a_sentence_and_says_so_to_assistive_tools(preferences: Preferences) -> None:
    assert len(preferences.lines) >= 15
    for line in preferences.lines:
        assert line.title
        assert line.words.text().endswith("."), line.title
        assert line.field.target.accessibleName() == line.title
        assert line.field.target.accessibleDescription() == line.words.text()
        assert line.reset.accessibleName().startswith(line.title)


def test_the_look_changes_at_once_and_is_kept(preferences: Preferences, session: Session) -> None:
    assert not theme().dark
    choose(preferences, "theme", "Dark")
    assert theme().dark
    assert saved(session, "theme") == "dark"
    line = preferences.line("theme")
    assert line.reset.isVisible()
    QTest.mouseClick(line.reset, Qt.MouseButton.LeftButton)
    assert saved(session, "theme") is None
    assert session.settings.theme == "system"
    assert not line.reset.isVisible()
    undo = preferences.strips.strip("undo")
    assert undo is not None
    assert "Look" in undo.text
    click(undo.buttons[0])
    assert theme().dark
    assert preferences.strips.texts == {}


def test_another_language_shows_the_window_and_this_view_in_it(
    preferences: Preferences, window: MainWindow, session: Session
) -> None:
    choose(preferences, "language", "简体中文")
    again = shown(window)
    assert again is not preferences
    assert again.windowTitle() == "偏好设置"
    assert again.line("language").field.target.hasFocus() or not again.isActiveWindow()
    assert window.window_actions["preferences"].text() == "偏好设置…"
    left = [text for text in words_of(again) if text and text.isascii() and any(map(str.isalpha, text))]
    assert left == []
    QTest.mouseClick(again.line("language").reset, Qt.MouseButton.LeftButton)
    english = shown(window)
    assert english.windowTitle() == "Preferences"
    undo = english.strips.strip("undo")
    assert undo is not None, "what was done can be undone in the new language"
    assert undo.text.startswith("Language")
    click(undo.buttons[0])
    assert session.settings.language == "zh_CN"
    session.settings.language = ""


def test_words_grow_everywhere_and_the_window_still_fits(preferences: Preferences, window: MainWindow) -> None:
    before = QApplication.font().pixelSize()
    choose(preferences, "text_size", "125 %")
    assert QApplication.font().pixelSize() == round(before * 1.25)
    again = shown(window)
    assert again.line("text_size").field.target.currentText() == "125 %"  # type: ignore[attr-defined]
    assert window.minimumSizeHint().width() <= 1024
    window.session.settings.reset("text_size")
    assert QApplication.font().pixelSize() == before


def test_folders_are_chosen_and_go_back(
    preferences: Preferences, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, in_force in (("runs_folder", lambda: session.runs_folder), ("models_folder", models_folder)):
        usual = in_force()
        chosen = tmp_path / "长 路径" / name
        chosen.mkdir(parents=True)
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, chosen=chosen: str(chosen))
        line = preferences.line(name)
        turn_to(preferences, line)
        QTest.keyClick(line.field.target, Qt.Key.Key_Space)
        preferences.refresh()
        assert in_force() == chosen
        assert any(name in label.text() for label in line.findChildren(QLabel))
        QTest.mouseClick(line.reset, Qt.MouseButton.LeftButton)
        assert in_force() == usual


def test_model_folders_are_added_and_removed_with_a_way_back(
    preferences: Preferences, session: Session, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = str(resource_path("demo_model"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: demo)
    folders = preferences.content.folders
    turn_to(preferences, next(line for line in preferences.lines if line.field is folders))
    preferences.activateWindow()
    click(folders.add_button)
    assert session.settings.model_folders == [demo]
    assert folders.list.count() == 1
    assert not folders.remove_button.isEnabled()
    folders.list.setCurrentRow(0)
    folders.list.setFocus()
    QTest.keyClick(folders.list, Qt.Key.Key_Delete)
    assert session.settings.model_folders == []
    assert folders.list.count() == 0
    undo = preferences.strips.strip("undo")
    assert undo is not None
    click(undo.buttons[0])
    assert session.settings.model_folders == [demo]
    assert folders.list.count() == 1
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(session.settings.path.parent))
    click(folders.add_button)
    assert window.toasts.texts, "a folder that is no model is refused with a reason"
    assert session.settings.model_folders == [demo]


def test_small_pictures_are_counted_bounded_and_emptied(
    preferences: Preferences, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    Image.effect_noise((400, 300), 90).save(tmp_path / "a.png")
    thumbnail(tmp_path / "a.png", thumbnails_folder())
    line = preferences.line("thumbnail_limit")
    field = line.field
    assert isinstance(field, CacheField)
    turn_to(preferences, line)
    qtbot.waitUntil(lambda: not field.button.isEnabled() or "Counting" not in field.says.text())
    field.count()
    qtbot.waitUntil(lambda: "kB" in field.says.text())
    field.box.setFocus()
    field.box.selectAll()
    QTest.keyClicks(field.box, "200")
    QTest.keyClick(field.box, Qt.Key.Key_Tab)
    assert saved(session, "thumbnail_limit") == 200
    qtbot.waitUntil(field.button.isEnabled)
    click(field.button)
    qtbot.waitUntil(lambda: field.says.text() == "Now: 0 B")
    assert held(thumbnails_folder()) == 0
    assert not field.button.isEnabled()


def test_the_limit_of_what_models_saw_is_that_of_the_command_line(preferences: Preferences) -> None:
    line = preferences.line("features_limit")
    field = line.field
    assert isinstance(field, NumberField)
    turn_to(preferences, line)
    field.box.setFocus()
    QTest.keyClick(field.box, Qt.Key.Key_Up)
    assert read_limit(features_folder()) == 25 * 10**9
    preferences.refresh()
    QTest.mouseClick(line.reset, Qt.MouseButton.LeftButton)
    assert read_limit(features_folder()) == 20 * 10**9
    assert field.box.value() == 20


def test_what_the_chat_page_asks_is_the_same_setting(
    preferences: Preferences, window: MainWindow, session: Session
) -> None:
    window.show_page("chat")
    page = window.page(next(spec for spec in window_pages() if spec.name == "chat"))
    choose(preferences, "make_room", "Keep it loaded")
    assert session.settings.make_room == "no"
    assert page.settings.make_room.currentText() == "Keep it loaded"  # type: ignore[attr-defined]


def window_pages() -> tuple[object, ...]:
    from qvl_desktop.gui.shell.pages import PAGES

    return PAGES


def test_servers_are_named_and_changed_where_they_are_used(
    preferences: Preferences, window: MainWindow, session: Session
) -> None:
    keep_servers(session.settings, [Server("http://127.0.0.1:9/v1", "big-model", key="secret")])
    line = next(line for line in preferences.lines if line.title == "Other servers")
    assert "big-model @ 127.0.0.1:9" in {label.text() for label in line.findChildren(QLabel)}
    turn_to(preferences, line)
    assert isinstance(line.field.target, QPushButton)
    click(line.field.target)
    assert window.current_page == "chat"
    page = window.page(next(spec for spec in window_pages() if spec.name == "chat"))  # type: ignore[arg-type]
    assert page.settings.isVisible()  # type: ignore[attr-defined]


def test_keys_that_are_taken_twice_are_named_and_all_go_back(
    preferences: Preferences, window: MainWindow, session: Session
) -> None:
    session.settings.shortcuts = {"window.report": "Ctrl+K"}
    assert [key.toString() for key in window.window_actions["report"].shortcuts()] == ["Ctrl+K"]
    line = preferences.line("shortcuts")
    turn_to(preferences, line)
    said = " ".join(label.text() for label in line.findChildren(QLabel))
    assert "Find a command" in said
    assert "Report and log" in said
    click(line.field.target)  # type: ignore[arg-type]
    assert isinstance(window.side_views.view("keys"), KeyboardSheet)
    QTest.mouseClick(line.reset, Qt.MouseButton.LeftButton)
    assert window.window_actions["report"].shortcuts() == []
    assert "As they were at first" in {label.text() for label in line.findChildren(QLabel)}
    undo = preferences.strips.strip("undo")
    assert undo is not None
    click(undo.buttons[0])
    assert [key.toString() for key in window.window_actions["report"].shortcuts()] == ["Ctrl+K"]


def test_everything_goes_back_in_one_step_and_again(preferences: Preferences, session: Session) -> None:
    settings = session.settings
    assert not preferences.reset_all.isEnabled() or settings.theme != "system"
    settings.theme, settings.make_room, settings.open_last, settings.thumbnail_limit = "dark", "yes", "no", 99
    settings.model_folders = ["/models/kept"]
    settings.recent_projects = ["/a.qvl"]
    keep_servers(settings, [Server("http://127.0.0.1:9/v1", "m")])
    before = dict(settings.values)
    assert preferences.reset_all.isEnabled()
    click(preferences.reset_all)
    assert (settings.theme, settings.make_room, settings.open_last) == ("system", "", "yes")
    assert settings.thumbnail_limit == 512
    assert settings.model_folders == ["/models/kept"]
    assert len(settings.servers) == 1
    assert not preferences.reset_all.isEnabled()
    undo = preferences.strips.strip("undo")
    assert undo is not None
    click(undo.buttons[0])
    assert settings.values == before


def test_settings_that_change_elsewhere_show_here(preferences: Preferences, session: Session) -> None:
    session.settings.open_last = "no"
    assert preferences.line("open_last").field.target.currentText() == "Show the start page"  # type: ignore[attr-defined]


def test_escape_and_the_button_close_it_and_the_key_brings_the_same_again(
    preferences: Preferences, window: MainWindow, qtbot: QtBot
) -> None:
    window.window_actions["preferences"].trigger()
    assert window.side_views.view("preferences") is preferences, "it is there once"
    QTest.keyClick(preferences, Qt.Key.Key_Escape)
    assert window.side_views.view("preferences") is None
    window.window_actions["preferences"].trigger()
    click(shown(window).close_button)
    assert window.side_views.view("preferences") is None


def test_the_menu_holds_what_is_switched_often_and_the_ways_on(window: MainWindow, session: Session) -> None:
    menu = window._settings_menu
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[:3] == ["Language", "Look", "Preferences…"]
    assert "Start again in safe mode" in texts
    look = next(action for action in menu.actions() if action.text() == "Look").menu()
    assert isinstance(look, QMenu)
    dark = next(action for action in look.actions() if isinstance(action, QAction) and action.text() == "Dark")
    dark.trigger()
    assert theme().dark
    menu.fill()
    look = next(action for action in menu.actions() if action.text() == "Look").menu()
    assert isinstance(look, QMenu)
    assert [action.text() for action in look.actions() if action.isChecked()] == ["Dark"]


def test_the_program_of_the_slim_app_is_named_to_its_children(
    window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QVL_DESKTOP_ENGINE", raising=False)
    session.settings.engine_program = "/opt/engine"
    assert os.environ["QVL_DESKTOP_ENGINE"] == "/opt/engine"
    session.settings.reset("engine_program")
    assert "QVL_DESKTOP_ENGINE" not in os.environ
    monkeypatch.setenv("QVL_DESKTOP_ENGINE", "/from/outside")
    session.settings.reset("engine_program")
    assert os.environ["QVL_DESKTOP_ENGINE"] == "/from/outside"


def test_a_watch_lives_as_long_as_its_session(session: Session) -> None:
    assert SettingsWatch.of(session) is SettingsWatch.of(session)


# What is new


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_list_of_changes_tells_of_this_version(language: str) -> None:
    text = changelog(language)
    assert text.startswith(f"## {__version__} ")
    english, chinese = changelog("en"), changelog("zh_CN")
    assert chinese.count("\n- ") == english.count("\n- ")
    assert chinese.count("## ") == english.count("## ")


def test_the_list_of_changes_is_shipped() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    spec = (ROOT / "packaging" / "qvl_desktop.spec").read_text(encoding="utf-8")
    for language in ("en", "zh_CN"):
        name = changelog_file(language).name
        assert f'"{name}" = "qvl_desktop/resources/{name}"' in settings
        assert name in spec


def test_what_is_new_is_shown_in_both_languages(window: MainWindow, session: Session) -> None:
    window.window_actions["news"].trigger()
    view = window.side_views.view("news")
    assert isinstance(view, NewsView)
    assert __version__ in view.text.toPlainText()
    assert "Added" in view.text.toPlainText()
    session.settings.language = "zh_CN"
    view = window.side_views.view("news")
    assert isinstance(view, NewsView)
    assert "新增" in view.text.toPlainText()
    session.settings.language = ""


# Report and log


def test_the_report_takes_a_crash_that_is_kept_and_the_log_is_searched(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_folder().mkdir(parents=True)
    (crash_folder() / "20260102-030405-999999.crash").write_text("Fatal Python error: of January", encoding="utf-8")
    newest = crash_folder() / "20260203-040506-999998.crash"
    newest.write_text("Fatal Python error: of February", encoding="utf-8")
    log_file().parent.mkdir(parents=True, exist_ok=True)
    log_file().write_text("2026-01-01 1 INFO a: apples\n2026-01-01 1 WARNING a: pears\n", encoding="utf-8")
    window.offer_crash(Crash(newest, 0.0, "Fatal Python error: of February"))
    strip = window.strips.strip("crash")
    assert strip is not None
    click(strip.buttons[0])
    assert window.strips.texts == {}
    view = window.side_views.view("report")
    assert isinstance(view, ReportView)
    qtbot.waitUntil(lambda: "of February" in view.report.toPlainText(), timeout=20_000)
    assert [view.crashes.itemText(row)[:21] for row in range(3)] == [
        "Without a crash", "With the crash of 02-", "With the crash of 01-",
    ]  # fmt: skip
    view.crashes.setFocus()
    QTest.keyClick(view.crashes, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "of January" in view.report.toPlainText(), timeout=20_000)
    assert "of February" not in view.report.toPlainText()
    view.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "pears" in view.log.toPlainText())
    QTest.keyClicks(view.find_line, "APP")
    assert view.log.toPlainText() == "2026-01-01 1 INFO a: apples"


def test_strips_are_said_again_in_another_language(window: MainWindow, session: Session) -> None:
    window.offer_crash(Crash(Path("x"), 0.0, "text"))
    english = window.strips.texts["crash"]
    session.settings.language = "zh_CN"
    assert window.strips.texts["crash"] != english
    strip = window.strips.strip("crash")
    assert strip is not None
    assert strip.close_button is not None
    QTest.mouseClick(strip.close_button, Qt.MouseButton.LeftButton)
    session.settings.language = ""
    assert window.strips.texts == {}


def test_in_safe_mode_nothing_is_changed_for_good(qtbot: QtBot, tmp_path: Path) -> None:
    from qvl_desktop import app

    session = app.make_session(Settings(tmp_path / "settings.json", safe=True))
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    window.start()
    assert "Safe mode" in window.windowTitle()
    assert not window.window_actions["safe_mode"].isEnabled()
    window.window_actions["preferences"].trigger()
    view = shown(window)
    choose(view, "theme", "Dark")
    assert theme().dark
    for name in ("models_folder", "features_limit"):
        assert not view.line(name).isEnabled()
    window.close()
    assert not (tmp_path / "settings.json").exists()
    app.shut_down(session)
    session.deleteLater()
    theme().set_mode("light")
