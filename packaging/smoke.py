"""Starts the frozen app as a user would, on a display of its own and without Python on the path, and looks at it.

    python packaging/smoke.py dist/full/qvl-desktop [--pictures DIR] [--no-demo] [--engine PROGRAM]

In order: the version; the whole demo loop through the app's own children; the window on the demo project, its first
paint timed; every page by its key, a picture of each; a question typed on the Chat page and its answer found in the
project file; the window closed, the exit code and that no child is left. `--engine` names the installed program a slim
app asks. Linux only: it needs Xvfb and, from PyPI, python-xlib. Owns nothing of the app. Exit code 1 says what was not
as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from PIL import Image, ImageGrab
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol import event
from Xlib.xobject.drawable import Window

SIZE = (1440, 900)
PAGES = 8
QUESTION = "Find the red circle."
MARK = "QVL_SMOKE"


class Failure(Exception):
    """What was not as it should be."""


def main() -> int:
    """Run all steps; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app", type=Path, help="the app's folder")
    parser.add_argument("--pictures", type=Path, default=Path("build/smoke"))
    parser.add_argument("--no-demo", action="store_true", help="use the demo project as shipped, train nothing")
    parser.add_argument("--engine", help="the installed program that a slim app asks")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, display() as name:
        try:
            check(options, Path(folder), name)
        except Failure as failure:
            print(f"NOT AS IT SHOULD BE: {failure}", file=sys.stderr)
            return 1
    print("all as it should be")
    return 0


def check(options: argparse.Namespace, folder: Path, display_name: str) -> None:
    """The steps, on a display that is there."""
    program = options.app.resolve() / "qvl-desktop"
    environment = bare_environment(folder, display_name, options.engine)
    if shutil.which("python3", path=environment["PATH"]) or shutil.which("python", path=environment["PATH"]):
        raise Failure("Python is on the path: this would prove nothing")
    print(run([str(program), "--version"], environment).strip())
    wrong = subprocess.run([str(program), "no-such-command"], env=environment, capture_output=True, text=True)
    if wrong.returncode != 2:
        raise Failure(f"an unknown command ended with {wrong.returncode}, not 2")
    out = folder / "demo"
    demo = [options.engine or str(program), "demo", "--out", str(out)]
    if options.no_demo:
        demo = [options.engine or str(program), "new", str(out / "demo.qvl"), "--images", str(shipped(options.app))]
        out.mkdir()
        run(demo, environment)
    else:
        report(run(demo, environment))
    look(program, out / "demo.qvl", environment, display_name, options.pictures)


def report(text: str) -> None:
    """Print what the demo loop says of itself, and hold it to it."""
    result = json.loads(text.strip().splitlines()[-1])
    print(f"demo loop: {result}")
    if result["acc50_after"] < 0.7 or result["acc50_before"] > 0.3:
        raise Failure(f"the demo loop did not teach the model its word: {result}")


def look(program: Path, project: Path, environment: dict[str, str], display_name: str, pictures: Path) -> None:
    """The window: first paint, pages, a question, the end."""
    screen = Display(display_name)
    begun = time.perf_counter()
    process = subprocess.Popen([str(program), str(project)], env=environment)
    try:
        wait_for(lambda: painted(display_name), 30, "the window's first paint")
        print(f"first paint after {time.perf_counter() - begun:.2f} s")
        time.sleep(2)
        for window in top_windows(screen):  # there is no window manager to do it
            window.set_input_focus(X.RevertToParent, X.CurrentTime)
        screen.sync()
        for number in range(1, PAGES + 1):
            press(screen, str(number), "Control_L")
            time.sleep(1.5)
            grab(display_name).save(pictures / f"page-{number}.png")
        ask(screen, project, display_name, pictures)
        close(screen)
        code = process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        raise Failure("the window did not end within 20 s of being closed") from None
    finally:
        if process.poll() is None:
            process.kill()
    if code != 0:
        raise Failure(f"the window ended with {code}")
    wait_for(lambda: not children(), 10, "the end of the app's children")
    print("closed; nothing left running")


def ask(screen: Display, project: Path, display_name: str, pictures: Path) -> None:
    """Type a question on the Chat page; its answer must come to lie in the project file."""
    press(screen, "k", "Control_L")
    time.sleep(0.5)
    type_text(screen, "chat")
    time.sleep(0.5)
    press(screen, "Return")
    time.sleep(1.5)
    press(screen, "l", "Control_L")
    time.sleep(0.5)
    type_text(screen, QUESTION)
    time.sleep(0.3)
    press(screen, "Return")
    begun = time.perf_counter()
    wait_for(lambda: bool(answers(project)), 90, "an answer in the project file")
    print(f"answered after {time.perf_counter() - begun:.1f} s, the model's loading included: {answers(project)[-1]!r}")
    time.sleep(1)
    grab(display_name).save(pictures / "chat.png")


def answers(project: Path) -> list[str]:
    """What the model said in the project's chats."""
    connection = sqlite3.connect(f"file:{project}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT text FROM thread_turns WHERE role = 'assistant' AND text <> ''").fetchall()
    finally:
        connection.close()
    return [text for (text,) in rows]


def bare_environment(folder: Path, display_name: str, engine: str | None) -> dict[str, str]:
    """The environment of somebody who has nothing: an empty path, a home of its own."""
    empty = folder / "empty"
    home = folder / "home"
    empty.mkdir()
    home.mkdir()
    environment = {"HOME": str(home), "PATH": str(empty), "DISPLAY": display_name, "LANG": "C.UTF-8", MARK: "1"}
    if engine:
        environment["QVL_DESKTOP_ENGINE"] = engine
    return environment


def shipped(app: Path) -> Path:
    """The demo pictures inside the app."""
    return next(app.resolve().rglob("resources/demo_project/pictures"))


def run(command: list[str], environment: dict[str, str]) -> str:
    """A command's standard output; its failure is a `Failure`."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


@contextmanager
def display() -> Iterator[str]:
    """An X display of its own; its name."""
    read, write = os.pipe()
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def grab(display_name: str) -> Image.Image:
    """What the display shows."""
    return ImageGrab.grab(xdisplay=display_name)


def painted(display_name: str) -> bool:
    """Whether a window with content is shown: an empty display is one colour."""
    colours = grab(display_name).resize((144, 90)).getcolors(144 * 90)
    return colours is not None and len(colours) > 20


def press(screen: Display, key: str, *held: str) -> None:
    """Press a key by its keysym name, with others held, as a keyboard would."""
    names = {" ": "space", ".": "period", ",": "comma"}
    wanted = names.get(key, key)
    modifiers = [*held, *(["Shift_L"] if len(wanted) == 1 and wanted.isupper() else [])]
    codes = [screen.keysym_to_keycode(XK.string_to_keysym(name)) for name in (*modifiers, wanted)]
    for code in codes:
        xtest.fake_input(screen, X.KeyPress, code)
    for code in reversed(codes):
        xtest.fake_input(screen, X.KeyRelease, code)
    screen.sync()


def type_text(screen: Display, text: str) -> None:
    """Type a line, a key after another."""
    for letter in text:
        press(screen, letter)
        time.sleep(0.02)


def close(screen: Display) -> None:
    """Ask every window at the top to close, as a window manager does."""
    protocols, delete = screen.intern_atom("WM_PROTOCOLS"), screen.intern_atom("WM_DELETE_WINDOW")
    for window in top_windows(screen):
        words = (32, [delete, X.CurrentTime, 0, 0, 0])
        window.send_event(event.ClientMessage(window=window, client_type=protocols, data=words))
    screen.sync()


def top_windows(screen: Display) -> list[Window]:
    """The windows on the display that can be asked to close."""
    protocols, delete = screen.intern_atom("WM_PROTOCOLS"), screen.intern_atom("WM_DELETE_WINDOW")
    found = []
    for window in screen.screen().root.query_tree().children:
        listed = window.get_full_property(protocols, X.AnyPropertyType)
        mapped = window.get_attributes().map_state == X.IsViewable
        if mapped and listed is not None and delete in listed.value:
            found.append(window)
    return found


def children() -> list[psutil.Process]:
    """Processes that this smoke test started, directly or not, and that still live."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until the condition holds; a `Failure` after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
