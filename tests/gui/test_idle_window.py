"""A window at which nothing happens does nothing: no timer is set on any page, and nothing is drawn unseen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Step
from qvl_desktop.gui.train.page import TrainPage
from tests.gui.every_page import ENDED, VIEWS, Stage, View, settle, stage

SECOND_MS = 1000
PASSING = ("toasts", "train-running", "tour", "tour-check")
"""Views with something that goes on: notices go away by themselves, a run's buttons count seconds, the tour looks at
what is done."""


@pytest.fixture(scope="module")
def there(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "QVL_CONFIG_DIR"):
            patch.setenv(name, str(home / name.lower()))
        with stage(tmp_path_factory.mktemp("stage")) as made:
            yield made


def set_timers(there: Stage) -> list[str]:
    """The timers of window, session and application that are set."""
    application = QCoreApplication.instance()
    assert application is not None
    found = {timer for one in (there.window, there.session, application) for timer in one.findChildren(QTimer)}
    return [f"{timer.parent()}: {timer.interval()} ms" for timer in found if timer.isActive()]


@pytest.mark.parametrize("view", [view for view in VIEWS if view.name not in PASSING], ids=lambda view: view.name)
def test_no_timer_is_set_when_nothing_happens(there: Stage, view: View, qtbot: QtBot) -> None:
    view.show(there)
    qtbot.waitUntil(lambda: not set_timers(there), timeout=5000)
    there.leave()


def test_a_run_that_goes_on_wakes_the_window_once_a_second(there: Stage) -> None:
    view = next(view for view in VIEWS if view.name == "train-running")
    view.show(there)
    timers = [timer for timer in there.window.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]
    assert [timer.interval() for timer in timers] == [SECOND_MS]
    there.leave()


def test_what_nobody_sees_is_not_drawn(there: Stage) -> None:
    """The figures of a run come while another page is shown; they are drawn when it is come back to."""
    next(view for view in VIEWS if view.name == "train-ended").show(there)
    page = there.window._stack.currentWidget()
    assert isinstance(page, TrainPage)
    history = there.session.runs.history(there.runs / ENDED)
    assert history is not None
    before = page.run_view.curves.drawn_steps
    there.page("annotate")
    settle(there.window)
    history.add([Step(41, 41, 0.1, 0.1, 1e-4, 2.0, seconds=0.5, tokens=200, memory=1000)])
    page.run_view.show_history(history, [])
    settle(there.window)
    assert page.run_view.curves.drawn_steps == before
    there.page("train")
    settle(there.window)
    assert page.run_view.curves.drawn_steps == before + 1


def test_a_minimised_window_is_left_alone(there: Stage, qtbot: QtBot) -> None:
    """Not even a run that goes on wakes it every second; it counts on when the window is back."""
    next(view for view in VIEWS if view.name == "train-running").show(there)
    assert set_timers(there)
    there.window.showMinimized()
    qtbot.waitUntil(lambda: not set_timers(there), timeout=3000)
    there.window.showNormal()
    qtbot.waitUntil(lambda: bool(set_timers(there)), timeout=3000)
