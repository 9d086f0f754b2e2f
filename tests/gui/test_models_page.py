"""The Models page: what is here, what is refused, and where its buttons lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.models.page import ModelsPage
from qvl_desktop.jobs.session import Session
from tests.core.test_cards import make_adapter, make_model


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> ModelsPage:
    made = ModelsPage(session)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitUntil(lambda: bool(made.cards))
    return made


def names(page: ModelsPage) -> list[str]:
    return [view.card.name for view in page.cards]


def test_the_demo_model_is_always_there(page: ModelsPage) -> None:
    assert names(page) == ["Demo"]
    assert page.cards[0].facts().startswith("Qwen-VL")


def test_a_folder_is_added_kept_and_taken_off(page: ModelsPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "Qwen-VL-Chat")
    assert page.add_folder(folder)
    qtbot.waitUntil(lambda: names(page) == ["Demo", "Qwen-VL-Chat"])
    assert session.settings.model_folders == [str(folder)]
    remove = page.cards[1].findChild(QToolButton, "closeButton")
    assert isinstance(remove, QToolButton)
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page) == ["Demo"])
    assert (folder / "config.json").is_file(), "nothing on disk is touched"


def test_a_folder_that_is_no_model_is_refused_with_a_sentence(page: ModelsPage, tmp_path: Path) -> None:
    assert not page.add_folder(tmp_path)
    problem = page.findChild(QLabel, "problem")
    assert problem.isVisible()
    assert "no config.json" in problem.text()


def test_adapters_lead_to_chat_with_their_base(
    page: ModelsPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    adapter = make_adapter(tmp_path / "runs" / "first")
    session.models.look_in(tmp_path / "runs")
    qtbot.waitUntil(lambda: names(page) == ["Demo", "first"])
    assert "50 %" in page.cards[1].facts()
    asked: list[tuple[str, str]] = []
    session.chatRequested.connect(lambda model, chosen: asked.append((model, chosen)))
    button = page.cards[1].findChild(QPushButton, "chatButton")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [("demo", str(adapter))]
    assert session.models.adapters("demo")[0].name == "first"
