"""The model's process as the window keeps it: loaded, stopped while it loads, ended, dead, and back again.

With the shipped model and real children.
"""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.resources import resource_path
from qvl_desktop.jobs import engine as engines
from qvl_desktop.jobs.chat_client import ChatClient, Outcome
from qvl_desktop.jobs.engine import EngineSpec, EngineState, EngineSupervisor

LONG = 120_000
DEMO = EngineSpec("demo")
unix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def engine(qtbot: QtBot) -> Iterator[EngineSupervisor]:
    made = EngineSupervisor()
    _others.update(process.pid for process in psutil.Process().children(recursive=True))
    yield made
    made.shutdown()
    assert not children()


_others: set[int] = set()
"""Children that were there before: other tests' detached ones, which nobody has waited for yet."""


def children() -> list[psutil.Process]:
    """The processes that this test started and that live."""
    every = psutil.Process().children(recursive=True)
    return [one for one in every if one.pid not in _others and one.status() != psutil.STATUS_ZOMBIE]


def ready(engine: EngineSupervisor, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: engine.state in (EngineState.READY, EngineState.FAILED), timeout=LONG)
    assert engine.state is EngineState.READY, engine.error


def idle(engine: EngineSupervisor, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: engine.state is EngineState.IDLE, timeout=LONG)


def children_bytes() -> int:
    """Memory of all children, resident."""
    total = 0
    for child in children():
        with suppress(psutil.Error):
            total += child.memory_info().rss
    return total


def question() -> tuple[Turn, ...]:
    picture = sorted(resource_path("demo_project").glob("pictures/*"))[0]
    return (user_turn([str(picture)], "Find the orange heart."),)


class Heard:
    """What a client told."""

    def __init__(self, client: ChatClient) -> None:
        self.pieces: list[str] = []
        self.outcome: Outcome | None = None
        self.problem = ""
        client.piece.connect(self.pieces.append)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)

    def _finished(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def _failed(self, problem: str) -> None:
        self.problem = problem

    @property
    def ended(self) -> bool:
        return self.outcome is not None or bool(self.problem)


def test_it_loads_says_what_it_does_answers_and_gives_its_memory_back(engine: EngineSupervisor, qtbot: QtBot) -> None:
    """A question asked before it is loaded waits; afterwards the key opens and nothing else does."""
    states: list[EngineState] = []
    stages: list[str] = []
    engine.stateChanged.connect(states.append)
    engine.stageChanged.connect(stages.append)
    before, own = children_bytes(), psutil.Process().memory_info().rss
    engine.use(DEMO)
    client = ChatClient(engine)
    heard = Heard(client)
    client.ask(question(), "base", ChatOptions(max_tokens=40))
    ready(engine, qtbot)
    qtbot.waitUntil(lambda: heard.ended, timeout=LONG)
    assert heard.outcome is not None, heard.problem
    assert "".join(heard.pieces).startswith("<ref>")
    assert heard.outcome.tokens > 5
    assert heard.outcome.tokens_per_second > 0
    assert states == [EngineState.STARTING, EngineState.READY]
    assert stages[0] == "libraries"
    assert any(stage.startswith("model") for stage in stages)

    assert engine.url.startswith("http://127.0.0.1:")
    assert len(engine.key) >= 32
    assert engine.models == ["base"]
    request = urllib.request.Request(f"{engine.url}/models", headers={"Authorization": f"Bearer {engine.key}"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert json.load(reply)["data"][0]["id"] == "base"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{engine.url}/models", timeout=20)
    assert engine.key not in " ".join(psutil.Process(engine.pid).cmdline())

    held, pid = children_bytes(), engine.pid
    assert held > before + 150 * 2**20
    engine.unload()
    idle(engine, qtbot)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert children_bytes() == before
    assert psutil.Process().memory_info().rss < own + 64 * 2**20
    assert states[-2:] == [EngineState.STOPPING, EngineState.IDLE]


def test_it_stops_at_once_while_it_loads(engine: EngineSupervisor, qtbot: QtBot) -> None:
    """At its first word, in the middle, and the next one is loaded after the last is gone."""
    client = ChatClient(engine)
    heard = Heard(client)
    engine.use(DEMO)
    client.ask(question(), "base", ChatOptions())
    with qtbot.waitSignal(engine.stageChanged, timeout=LONG):
        pass
    client.stop()
    assert heard.outcome is not None
    assert heard.outcome.finish == "stopped"
    engine.unload()
    idle(engine, qtbot)
    assert children_bytes() == 0
    engine.use(DEMO)
    engine.unload()
    engine.use(EngineSpec("demo", precision="bf16"))
    ready(engine, qtbot)
    assert engine.spec is not None
    assert engine.spec.precision == "bf16"
    assert len(children()) == 1


@unix
def test_a_crash_in_the_middle_is_told_and_the_next_question_is_answered(
    engine: EngineSupervisor, qtbot: QtBot
) -> None:
    crashes: list[str] = []
    engine.crashed.connect(crashes.append)
    engine.use(DEMO)
    ready(engine, qtbot)
    first, key = engine.pid, engine.key
    client = ChatClient(engine)
    heard = Heard(client)
    os.kill(first, signal.SIGSTOP)
    client.ask(question(), "base", ChatOptions())
    with qtbot.waitSignal(client.started, timeout=LONG):
        pass
    os.kill(first, signal.SIGKILL)
    qtbot.waitUntil(lambda: heard.ended, timeout=LONG)
    assert "ended in the middle" in heard.problem
    qtbot.waitUntil(lambda: len(crashes) == 1, timeout=LONG)
    assert "killed" in crashes[0]
    again = Heard(client)
    client.ask(question(), "base", ChatOptions(max_tokens=40))
    qtbot.waitUntil(lambda: again.ended, timeout=LONG)
    assert again.outcome is not None, again.problem
    assert engine.pid != first
    assert engine.key != key, "another process, another key"


@unix
def test_one_that_keeps_dying_stays_down_until_it_is_asked_for(
    engine: EngineSupervisor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes: list[str] = []
    engine.crashed.connect(crashes.append)
    monkeypatch.setattr(engines, "CRASHES_FORGIVEN", 1)
    engine.use(DEMO)
    ready(engine, qtbot)
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: len(crashes) == 1, timeout=LONG)
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: engine.state in (EngineState.FAILED, EngineState.READY), timeout=LONG)
    assert engine.state is EngineState.FAILED, "it died while it was loading again"
    assert "killed" in engine.error
    client = ChatClient(engine)
    heard = Heard(client)
    client.ask(question(), "base", ChatOptions())
    qtbot.waitUntil(lambda: heard.ended, timeout=LONG)
    assert heard.problem == engine.error
    engine.use(DEMO)
    assert engine.state is EngineState.STARTING


def test_what_cannot_be_loaded_says_why(engine: EngineSupervisor, qtbot: QtBot, tmp_path: Path) -> None:
    engine.use(EngineSpec(str(tmp_path)))
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED, timeout=LONG)
    assert "config.json" in engine.error
    engine.unload()
    assert engine.state is EngineState.IDLE
