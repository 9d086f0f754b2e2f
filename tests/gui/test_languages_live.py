"""Another language while the window is open: nothing of the old one stays, and nobody loses their place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from qvl_desktop.core.catalogue import Catalogue
from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.health.page import STATISTICS, HealthPage
from qvl_desktop.gui.review.page import ReviewPage
from qvl_desktop.gui.shell.handing_over import HandsOver
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.gui.translation import install_language
from tests.gui.every_page import VIEWS, Stage, settle, stage, view
from tests.gui.unmarked import words_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DATA = ("demo", "Demo", "hexagon", "cup")
OWN_NAMES = ("中文", "简体中文")
"""A language is called by its own name."""
Page = TypeVar("Page")
PAGES = [one for one in VIEWS if not one.is_dialog]


@pytest.fixture
def there(qapp: QApplication, tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


@cache
def english() -> tuple[frozenset[str], re.Pattern[str]]:
    """What the program says in English: whole sentences, and a pattern of those with something filled in."""
    whole, patterns = set(), []
    words = Catalogue(resource_path("translations", "qvl_zh_CN.qm"))
    root = ElementTree.parse(resource_path("translations", "qvl_zh_CN.ts")).getroot()
    for context, message in ((one, message) for one in root.iter("context") for message in one.iter("message")):
        source = message.findtext("source", "")
        translated = words.translate(context.findtext("name", ""), source)
        if not CHINESE.search(translated) or not re.search(r"[A-Za-z]{2}", source) or source in DATA:
            continue
        if re.search(r"\{[^{}]*\}|%n", source):
            fixed = [re.escape(part) for part in re.split(r"\{[^{}]*\}|%n", source)]
            if len("".join(fixed)) > 8:
                patterns.append(".+".join(fixed).replace(r"\(s\)", "(?:s)?").replace(r"\(es\)", "(?:es)?"))
        else:
            whole.add(source)
    return frozenset(whole), re.compile("|".join(patterns))


def left_in_english(there: Stage) -> list[str]:
    """What is still said in English in a Chinese window."""
    whole, pattern = english()
    found = []
    for where, words in words_of(there.window):
        plain = words.replace("&", "").strip()
        if plain and not CHINESE.search(plain) and (plain in whole or pattern.fullmatch(plain)):
            found.append(f"{where}: {words!r}")
    return found


def left_in_chinese(there: Stage) -> list[str]:
    return [
        f"{where}: {words!r}"
        for where, words in words_of(there.window)
        if CHINESE.search(words) and not any(name in words for name in OWN_NAMES)
    ]


def switch(there: Stage, code: str) -> None:
    there.window.change_language(code)
    settle(there.window)


def test_nothing_of_the_old_language_stays(there: Stage) -> None:
    """Every page, now into Chinese and now back."""
    found = []
    for number, one in enumerate(PAGES):
        one.show(there)
        if number % 2 == 0:
            switch(there, "zh_CN")
            found += [f"{one.name} in Chinese: {line}" for line in left_in_english(there)]
        else:
            switch(there, "en")
            found += [f"{one.name} in English again: {line}" for line in left_in_chinese(there)]
        there.leave()
    assert "\n".join(found) == ""


def test_what_is_left_would_be_found(there: Stage) -> None:
    view("check").show(there)
    assert len(left_in_english(there)) > 20
    switch(there, "zh_CN")
    assert len(left_in_chinese(there)) > 20


def test_numbers_and_dates_follow(there: Stage) -> None:
    assert QLocale().language() is QLocale.Language.English
    switch(there, "zh_CN")
    assert QLocale().language() is QLocale.Language.Chinese
    switch(there, "en")


# Where the user was


def page(there: Stage, kind: type[Page]) -> Page:
    shown = there.window._stack.currentWidget()
    assert isinstance(shown, kind)
    return shown


def test_a_question_that_is_being_written_stays(there: Stage) -> None:
    view("chat").show(there)
    before = page(there, ChatPage)
    picture = there.project.picture(there.project.picture_ids()[0]).file
    before.composer.attach([picture])
    before.composer.field.setPlainText("Where is the unfinished")
    switch(there, "zh_CN")
    after = page(there, ChatPage)
    assert after is not before
    assert after.composer.field.toPlainText() == "Where is the unfinished"
    assert after.composer.pictures == [picture]
    assert after.thread_data.id == before.thread_data.id


@pytest.mark.parametrize("name", ["train-running", "train-ended", "train-compare", "train-text"])
def test_the_view_of_runs_stays(there: Stage, name: str) -> None:
    view(name).show(there)
    before = page(there, TrainPage)
    place, run, checked = before._detail.currentIndex(), before.run_view.run, before.run_list.checked
    switch(there, "zh_CN")
    after = page(there, TrainPage)
    assert after._detail.currentIndex() == place
    assert after.run_list.checked == checked
    if name in ("train-running", "train-ended"):
        assert after.run_view.run == run


def test_the_form_of_a_run_stays(there: Stage) -> None:
    view("train-new").show(there)
    before = page(there, TrainPage)
    before.new_run.form.set_value("epochs", 4)
    before.new_run.form.changed.emit()
    switch(there, "zh_CN")
    after = page(there, TrainPage)
    plan = after.new_run._loose_plan()
    assert plan is not None
    assert plan.epochs == 4
    assert after._detail.currentWidget() is after.new_run


def test_views_of_review_and_check_stay(there: Stage) -> None:
    view("review-drafts").show(there)
    switch(there, "zh_CN")
    assert page(there, ReviewPage).kind == "drafts"
    view("check-statistics").show(there)
    switch(there, "en")
    assert page(there, HealthPage)._views.currentIndex() == STATISTICS


def test_the_conversation_in_sight_stays(there: Stage) -> None:
    view("conversations").show(there)
    browser = page(there, ConversationsPage).browser
    wanted = there.project.picture_ids()[7]
    browser.select(wanted)
    switch(there, "zh_CN")
    assert page(there, ConversationsPage).browser.picture == wanted


def test_a_page_made_later_gets_what_was_left(there: Stage) -> None:
    view("review-differences").show(there)
    there.window.show_page("pictures")
    switch(there, "zh_CN")
    there.window.show_page("review")
    assert page(there, ReviewPage).kind == "differences"


def test_another_project_gets_nothing(there: Stage, tmp_path: Path) -> None:
    view("review-differences").show(there)
    there.window.show_page("pictures")
    switch(there, "zh_CN")
    assert there.session.create_project(tmp_path / "other.qvl")
    there.window.show_page("review")
    assert page(there, ReviewPage).kind == "boxes"


def test_a_dialog_that_holds_the_window_is_waited_for(there: Stage, qtbot: QtBot) -> None:
    """A half filled in dialog is neither lost nor left in the old language."""
    dialog = view("export").show(there)
    assert isinstance(dialog, QDialog)
    there.window.change_language("zh_CN")
    assert dialog.isVisible()
    assert there.window.windowTitle()
    assert there.window.window_actions["new_project"].text() == "New project…"
    dialog.close()
    qtbot.waitUntil(lambda: there.window.window_actions["new_project"].text() != "New project…", timeout=5000)
    switch(there, "en")


def test_every_page_that_hands_over_takes_over(there: Stage) -> None:
    there.open()
    for one in ("review", "health", "train", "chat", "conversations"):
        there.window.show_page(one)
    settle(there.window)
    handed = {name for name, one in there.window._pages.items() if isinstance(one, HandsOver)}
    assert handed >= {"review", "health", "train", "chat", "conversations"}


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    if QCoreApplication.instance() is not None:
        install_language("en")
