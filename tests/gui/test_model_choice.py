"""The lists of models and adapters that Chat, Train and Review share."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from qvl_desktop.core.model_places import remember_model
from qvl_desktop.gui.widgets.model_choice import AdapterChoice, ModelChoice
from qvl_desktop.jobs.session import Session
from tests.core.test_cards import make_adapter, make_model


@pytest.fixture
def shelf(session: Session, qtbot: QtBot, tmp_path: Path) -> Path:
    """The demo model, two folders of one name, a damaged one, and two adapters of one name."""
    for place in ("a", "b"):
        session.models.add_folder(make_model(tmp_path / place / "Qwen-VL"))
    broken = make_model(tmp_path / "broken")
    session.models.add_folder(broken)
    (broken / "qwen.tiktoken").unlink()
    for place in ("first", "second"):
        make_adapter(tmp_path / place / "cats")
    session.models.look_in(tmp_path / "first", tmp_path / "second")
    qtbot.waitUntil(lambda: len(session.models.adapters()) == 2 and bool(session.models.damaged()))
    return tmp_path


def test_those_of_one_name_are_told_apart_and_damaged_ones_left_out(
    session: Session, shelf: Path, qtbot: QtBot
) -> None:
    models, adapters = ModelChoice(session), AdapterChoice(session)
    qtbot.addWidget(models)
    qtbot.addWidget(adapters)
    models.offer()
    names = [models.itemText(place) for place in range(models.count())]
    assert names == ["Demo", f"Qwen-VL  ({shelf / 'a'})", f"Qwen-VL  ({shelf / 'b'})"]
    adapters.offer("demo")
    names = [adapters.itemText(place) for place in range(adapters.count())]
    assert names[0] == "No adapter"
    assert sorted(names[1:]) == [f"cats  ({shelf / 'first'})", f"cats  ({shelf / 'second'})"]
    assert adapters.isEnabled()
    adapters.offer("another")
    assert not adapters.isEnabled()
    assert adapters.folder == ""


def test_a_choice_is_a_folder_a_word_or_a_downloaded_name(session: Session, shelf: Path, qtbot: QtBot) -> None:
    fetched = make_model(shelf / "c" / "Qwen2-VL")
    (fetched / "qvl-download.json").write_text(
        '{"version": 1, "name": "Qwen2-VL", "source": "hf", "endpoint": "", "repo": "Q/Q", "revision": "main", '
        '"commit": "", "files": [], "complete": true}'
    )
    remember_model(fetched)
    session.models.refresh()
    qtbot.waitUntil(lambda: session.models.card(str(fetched)) is not None)
    models = ModelChoice(session)
    qtbot.addWidget(models)
    models.offer()
    assert models.choose("demo")
    assert models.reference == "demo"
    assert models.choose("qwen2-vl")
    assert models.reference == str(fetched)
    assert models.choose(str(shelf / "b" / "Qwen-VL"))
    assert not models.choose("nothing")
    assert models.reference == str(shelf / "b" / "Qwen-VL")
