"""A real run of the shipped model from click to click: trained, paused with the card freed, gone on, shown, evaluated
against its base, merged into a model folder that chats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QListWidget, QMenu, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from qvl_desktop.core.events import Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder, RunState
from qvl_desktop.gui.review.ask_dialog import AskDialog
from qvl_desktop.gui.review.page import ReviewPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.run_works import evaluations
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.demo_project import demo_plan, make_demo_project, read_shipped
from tests.gui.made_runs import press, shown
from tests.jobs.conftest import kill_holder

LONG = 120_000


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> Iterator[TrainPage]:
    shipped = read_shipped("en")
    by_split = {split: [p for p in shipped.pictures if p[1] == split] for split in ("train", "val")}
    few = replace(shipped, pictures=(*by_split["train"][:4], *by_split["val"][:1]))
    assert session.open_project(make_demo_project(tmp_path, few, "en"))
    made = TrainPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: bool(session.models.models()))
    yield made
    session.runs.detach_all()
    for run in session.runs_folder.glob("*"):
        kill_holder(RunFolder(run))


def state(page: TrainPage) -> str:
    return str(page.run_view.findChild(QLabel, "runState").text())


def choose(page: TrainPage, menu: str, place: int) -> None:
    """Pick from a button's menu."""
    page.run_view.findChild(QMenu, menu).actions()[place].trigger()


@pytest.mark.slow
def test_from_start_to_a_merged_model(page: TrainPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    assert session.project is not None
    plan = replace(
        demo_plan(str(session.project.path)),
        method="lora", max_steps=8, batch_size=2, eval_steps=4, save_steps=4, lora_rank=4, metric_for_best="loss",
    )  # fmt: skip
    page.new_run.take_run(plan)
    press(page, qtbot, "startButton")
    path = page.run_view.run
    assert path is not None
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps >= 2, timeout=LONG)
    press(page, qtbot, "freeButton")
    qtbot.waitUntil(lambda: state(page) == "Paused, card freed", timeout=LONG)
    qtbot.waitUntil(lambda: session.runs.thread_of(path) is None, timeout=LONG)
    press(page, qtbot, "goOnButton")
    qtbot.waitUntil(lambda: state(page) == "Finished", timeout=LONG)
    steps = [event.step for event in EventReader(RunFolder(path)).read() if isinstance(event, Step)]
    assert steps == list(range(1, len(steps) + 1)), "no step twice, none left out"
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps == len(steps), timeout=LONG)
    assert page.run_view.curves.plots["loss"].marked is not None
    assert page.run_view.validations.step == len(steps)

    choose(page, "evaluateMenu", 0)
    words = page.run_view.findChild(QLabel, "workWords")
    qtbot.waitUntil(words.isVisible)
    assert not page.run_view.findChild(QPushButton, "mergeButton").isEnabled(), "one thing at a time"
    qtbot.waitUntil(lambda: "Measured" in words.text() or "failed" in words.text(), timeout=LONG)
    assert "Measured" in words.text(), words.text()
    found = evaluations(path)["val"]
    figures = page.run_view.findChild(QLabel, "evaluationFigures").text()
    assert "F1 " in figures
    assert " → " in figures
    assert page.run_view.findChild(QTableWidget, "evaluationRefs").rowCount() == len(found["baseline"]["per_ref"])
    what = page.run_view.evaluation
    what._what.setCurrentIndex(1)
    assert page.run_view.findChild(QListWidget, "evaluationAnswers").count() == len(found["answers"])
    qtbot.waitUntil(lambda: not what._picture.waiting, timeout=LONG)
    assert what._picture.boxes, "true and answered boxes on the picture"
    press(page, qtbot, "workClose")
    assert not shown(page, "workClose")

    target = tmp_path / "merged"
    offered: list[tuple[str, object]] = []
    session.offered.connect(lambda level, text, offers: offered.append((text, offers)))
    page.actions_of_runs.merge_into(path, target)
    qtbot.waitUntil(lambda: bool(offered) or "failed" in words.text(), timeout=LONG)
    assert offered, words.text()
    qtbot.waitUntil(lambda: session.models.card(str(target)) is not None, timeout=LONG)
    card = session.models.card(str(target))
    assert card is not None
    assert card.family == "Qwen-VL"


@pytest.mark.slow
def test_a_cheaper_plan_goes_on_from_the_checkpoint(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    assert session.project is not None
    plan = replace(
        demo_plan(str(session.project.path)),
        method="lora", max_steps=12, batch_size=2, accumulation=1, eval_samples=0, save_steps=2, lora_rank=4,
    )  # fmt: skip
    page.new_run.take_run(plan)
    press(page, qtbot, "startButton")
    path = page.run_view.run
    assert path is not None
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps >= 3, timeout=LONG)
    press(page, qtbot, "stopButton")
    qtbot.waitUntil(lambda: state(page) == "Stopped", timeout=LONG)
    qtbot.waitUntil(lambda: session.runs.thread_of(path) is None, timeout=LONG)
    told = [event for event in EventReader(RunFolder(path)).read() if isinstance(event, Step)]
    page.run_view.ways_out.goOnWith.emit(replace(plan, batch_size=1, accumulation=2, gradient_checkpointing="on"))
    qtbot.waitUntil(lambda: state(page) in ("Finished", "Failed"), timeout=LONG)
    summary = session.runs.summary(path)
    assert summary is not None
    assert summary.state is RunState.FINISHED, summary.message
    after = [event for event in EventReader(RunFolder(path)).read() if isinstance(event, Step)]
    assert [event.step for event in after] == list(range(1, told[-1].total + 1)), "the same steps in number"
    assert TrainingPlan.load(RunFolder(path).plan).batch_size == 1


def test_pre_annotating_begins_with_the_runs_result(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    shipped = read_shipped("en")
    assert session.open_project(make_demo_project(tmp_path, replace(shipped, pictures=shipped.pictures[:2]), "en"))
    run = RunFolder(session.runs_folder / "one")
    run.create()
    demo_plan(str(tmp_path / "demo.qvl")).save(run.plan)
    run.adapter.mkdir()
    (run.adapter / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "demo"}')
    save_file({"lora": np.zeros((2, 2), np.float32)}, run.adapter / "adapter_model.safetensors")
    session.look_at_runs()
    qtbot.waitUntil(lambda: bool(session.models.adapters("demo")) and session.runs.summary(run.path) is not None)
    session.preannotateRequested.emit(run.path)
    assert window.current_page == "review"
    page = window._pages["review"]
    assert isinstance(page, ReviewPage)
    assert isinstance(page.dialog, AskDialog)
    who = page.dialog.who.chosen
    assert who is not None
    assert (who.model, who.adapter) == ("demo", str(run.adapter))
    page.dialog.reject()
