"""What somebody does at the packed app's window: pages, a training run, a question, a second window, the end.

Owns these steps and their pictures. Does not own the order (`smoke`), keys and clicks (`display`) nor where the app
runs (`smoke_place`). What became of a step is read from files that the app writes: the project and the run.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from display import SIZE, Desk, widest_patch
from smoke_commands import run_demo
from smoke_place import Failure, Place, wait_for

PAGES = 8
TRAIN, CHAT = "6", "7"
QUESTION = "Find the orange heart."
"""There is one in the first picture of the demo project, and in that of its pictures to learn from."""
ACCENT = (0x35, 0x58, 0xD6)
"""The colour of the one button a page is about, in the light look (`gui.colours`)."""
MINUTES_TO_TRAIN = 15
RAIL = 120
"""Pixels of the display that the list of pages takes."""


def look(place: Place, project: Path, pictures: Path, *, train: bool) -> None:
    """Everything at the window."""
    with window(place, str(project), what="the window's first paint") as desk:
        for number in range(1, PAGES + 1):
            turn_to(desk, str(number))
            desk.settle(10).save(pictures / f"page-{number}.png")
        if train:
            start_run(desk, project, pictures)
        ask(desk, project, pictures)
        second_window(place, desk, project, pictures)
    print("closed with 0")
    must_have_no_failure(place)


def look_without_engine(place: Place, pictures: Path) -> None:
    """A question in a slim app that knows no engine: it is said in words, and the window goes on."""
    project = next(place.work.rglob("*.qvl"), None) or run_demo(place, shipped_only=True)
    with window(place, str(project), what="the window's first paint") as desk:
        send(desk)
        time.sleep(4)
        desk.settle(10).save(pictures / "chat-without-engine.png")
        if said := answers(project):
            raise Failure(f"there is no engine, but an answer: {said}")
        turn_to(desk, TRAIN)
        press_accent(desk)
        time.sleep(4)
        desk.settle(10).save(pictures / "train-without-engine.png")
        turn_to(desk, "2")
        desk.settle(8).save(pictures / "annotate-without-engine.png")
    print("without an engine the window stays; closed with 0")


def must_have_no_failure(place: Place) -> None:
    """The app's own log tells of no fault, also none that was shown and passed over."""
    for log in place.home.rglob("*.log"):
        text = log.read_text(encoding="utf-8")
        if "Traceback" in text:
            raise Failure(f"{log.name} tells of a fault:\n{text[text.index('Traceback') :][-2000:]}")


def turn_to(desk: Desk, key: str) -> None:
    """Show a page by its key, and wait until something else stands beside the rail than before, if it was another."""
    before = desk.grab().crop((RAIL, 60, *SIZE)).tobytes()
    desk.press(key, "Control_L")
    with suppress(Failure):
        wait_for(lambda: desk.grab().crop((RAIL, 60, *SIZE)).tobytes() != before, 20, "the page", 0.1)


@contextmanager
def window(place: Place, *arguments: str, what: str, command: Sequence[str] = ()) -> Iterator[Desk]:
    """The app's window with the keyboard, started with these arguments or by a whole command line; at the end it is
    closed and must end with 0."""
    desk = Desk(place.environment["DISPLAY"])
    process = place.start(*(command or (place.program, *arguments)), stderr=subprocess.PIPE)
    try:
        print(f"{what}: {wait_for(desk.painted, 60, what):.2f} s")
        time.sleep(1.5)
        desk.focus()
        yield desk
        desk.ask_to_close()
        try:
            _, said = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            raise Failure("the window did not end within 20 s of being closed") from None
        if process.returncode != 0:
            raise Failure(f"the window ended with {process.returncode}: {said[-1500:]}")
        if "Traceback" in said:
            raise Failure(f"the window said: {said[-1500:]}")
    finally:
        if process.poll() is None:
            process.kill()
        desk.close()


def start_run(desk: Desk, project: Path, pictures: Path) -> None:
    """Press "Start training", watch the curve, wait for the adapter."""
    before = runs(project)
    turn_to(desk, TRAIN)
    press_accent(desk)
    wait_for(lambda: bool(runs(project) - before), 60, "the folder of a run started on the Train page")
    run = (runs(project) - before).pop()
    seconds = wait_for(lambda: said(run, "step") >= 5, 180, "the fifth step of the run")
    print(f"a run started on the Train page: {run.name}, its fifth step after {seconds:.1f} s")
    desk.settle(3).save(pictures / "train-running.png")
    wait_for(lambda: said(run, "finished") + said(run, "failed") > 0, MINUTES_TO_TRAIN * 60, "the end of the run", 0.5)
    if not list(run.glob("adapter/*.safetensors")):
        raise Failure(f"the run wrote no adapter: {(run / 'events.jsonl').read_text(encoding='utf-8')[-800:]}")
    desk.settle(6).save(pictures / "train-finished.png")
    print(f"the run has its adapter after {said(run, 'step')} steps told")


def press_accent(desk: Desk) -> None:
    """Click the accented button at the foot of the page."""
    place = widest_patch(desk.settle(8), ACCENT, (SIZE[0] // 2, SIZE[1] // 2, *SIZE))
    if place == (0, 0):
        raise Failure("there is no accented button at the page's foot")
    desk.click(*place)


def send(desk: Desk) -> None:
    """Type the question on the Chat page and send it."""
    desk.press(CHAT, "Control_L")
    desk.settle(8)
    desk.press("i", "Control_L")
    time.sleep(0.5)
    desk.type(QUESTION)
    time.sleep(0.3)
    desk.press("Return")


def ask(desk: Desk, project: Path, pictures: Path) -> None:
    """A question about a picture of the project on the Chat page; its answer must come to lie in the project file."""
    turn_to(desk, CHAT)
    desk.settle(8)
    desk.press("p", "Control_L")
    wait_for(lambda: len(desk.windows()) > 1, 20, "the dialog with the project's pictures")
    desk.settle(8)
    desk.focus()
    desk.press("Tab")  # from the search to the list
    desk.press("Home")
    desk.press("space")
    desk.settle(4).save(pictures / "chat-pictures.png")
    desk.press("Return")
    wait_for(lambda: len(desk.windows()) == 1, 20, "the end of the dialog with the project's pictures")
    desk.focus()
    send(desk)
    seconds = wait_for(lambda: bool(answers(project)), 180, "an answer in the project file", 0.1)
    print(f"answered after {seconds:.1f} s, the model's loading included: {answers(project)[-1]!r}")
    desk.settle(5).save(pictures / "chat.png")
    if "<box>" not in answers(project)[-1]:
        raise Failure(f"the demo model did not find it: {answers(project)[-1]}")


def second_window(place: Place, desk: Desk, project: Path, pictures: Path) -> None:
    """The project is held: a command says so, a second window opens and says so, the first one stays as it was."""
    told = place.run(place.program, "split", str(project), "--train", "0.8", "--val", "0.2", "--test", "0", code=1)
    if project.name not in told or "Traceback" in told:
        raise Failure(f"a command on a project that a window holds says: {told}")
    print(f"held: {told.strip()}")
    process = place.start(place.program, str(project), stderr=subprocess.PIPE)
    try:
        wait_for(lambda: len(desk.windows()) > 1, 60, "the second window")
        time.sleep(2)
        desk.settle(8).save(pictures / "second-window.png")
        if process.poll() is not None:
            raise Failure(f"the second window ended with {process.returncode}")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def answers(project: Path) -> list[str]:
    """What the model said in the project's chats, answers that are whole."""
    connection = sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT answer FROM exchanges WHERE answer <> '' AND facts <> ''").fetchall()
    finally:
        connection.close()
    return [text for (text,) in rows]


def runs(project: Path) -> set[Path]:
    """The folders of runs beside the project."""
    return {path.parent for path in project.with_suffix(".runs").glob("*/events.jsonl")}


def said(run: Path, event: str) -> int:
    """How many events of a kind the run has told."""
    lines = (run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["event"] == event for line in lines if line.strip())
