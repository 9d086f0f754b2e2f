"""Takes the pictures of every page for the documentation: both languages, both themes, from a real demo run.

    python packaging/screenshots.py [--out docs/images] [--work build/screenshots] [--only review,compare]

Owns nothing of the window: it opens it as `app` does, offscreen, on a copy of the project that `qvl-desktop demo` made
(and makes it when it is not there yet), asks real models real questions, and grabs each page. The web page is taken by
`web_screenshots`. Everything lies below the `--work` folder, which is the home folder meanwhile, so that no path of the
machine shows.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from qvl_desktop.gui.shell.main_window import MainWindow
    from qvl_desktop.jobs.session import Session

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en": "en", "zh": "zh_CN"}
THEMES = ("light", "dark")
PAGES = ("pictures", "annotate", "conversations", "review", "health", "train", "models", "chat", "compare", "palette")
BESIDE = ("welcome", "tour", "preferences", "help")
"""What is no page of the project."""
SIZE = (1360, 860)
QUESTIONS = {"en": "Find the {ref}.", "zh": "框出{ref}"}


def main() -> int:
    """Make the demo runs if needed, then take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument(
        "--only", default=",".join((*PAGES, *BESIDE, "web")), help="these pages, with commas between them"
    )
    arguments = parser.parse_args()
    pages = arguments.only.split(",")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as config:
        os.environ["QVL_CONFIG_DIR"] = config
        os.environ["HOME"] = os.environ["USERPROFILE"] = str(arguments.work.resolve())
        for language in LANGUAGES:
            folder = arguments.work.resolve() / language
            if not list(folder.glob("*.runs/*/adapter")):
                program("demo", "--out", str(folder), "--language", language)
            project = prepared(folder, arguments.work.resolve() / f"shapes-{language}", review="review" in pages)
            if set(pages) & {*PAGES, *BESIDE}:
                take(language, project, arguments.out, pages)
            if "web" in pages:
                import web_screenshots

                web_screenshots.take(language, project, arguments.out, QUESTIONS[language])
    from small_pictures import make_small

    before, after = make_small(arguments.out)
    print(f"{before / 1e6:.1f} MB of pictures, {after / 1e6:.1f} MB with few colours")
    return 0


def program(*words: str) -> None:
    """Run a command of the program; its words go to the terminal."""
    subprocess.run([sys.executable, str(ROOT / "main.py"), *words], check=True)


def prepared(made: Path, folder: Path, *, review: bool) -> Path:
    """A fresh copy of what the demo made, with proposals of its own model to go through."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("*.backup", "*-wal", "*-shm", "*.lock"))
    project = next(folder.glob("*.qvl"))
    run = next(project.with_suffix(".runs").iterdir())
    if review:
        program("annotate", str(project), "--model", "demo", "--adapter", str(run), "--everything", "--split", "val")
    make_faults(project)
    return project


def make_faults(path: Path) -> None:
    """Two faults for the Check page to find: a region drawn twice, and a box out of range in an answer."""
    from qvl_desktop.storage.project import Project

    project = Project.open(path)
    try:
        first, second = project.picture_ids(text="train-3", has_conversations=True)[:2]
        region = project.regions(first)[0]
        project.add_region(first, region.ref, region.rect)
        turn = project.conversations(picture_id=second)[0].turns[-1]
        project.set_turn(turn.id, "<ref>x</ref><box>(100,200),(1000,400)</box>")
    finally:
        project.close()


def take(language: str, project: Path, out: Path, pages: list[str]) -> None:
    """All pages in one language, in both themes."""
    from qvl_desktop import app
    from qvl_desktop.gui.theme import theme
    from qvl_desktop.gui.translation import install_language
    from qvl_desktop.storage.settings import Settings

    application = app.make_application()
    collector = app.GarbageCollector()
    settings = Settings()
    theme().install("light")
    install_language(LANGUAGES[language])
    session = app.make_session(settings)
    window = app.MainWindow(session)
    window.resize(*SIZE)
    window.show()
    session.open_project(project)
    window.start()
    run = next(project.with_suffix(".runs").iterdir())
    for name in THEMES:
        theme().install(name)  # type: ignore[arg-type]
        for page in (page for page in PAGES if page in pages):
            window.show_page({"compare": "chat", "palette": "pictures"}.get(page, page))
            settle(0.6)
            shown = window._stack.currentWidget()
            if page == "annotate":
                show_busiest(shown, session)
            if page == "train":
                shown.show_run(run)
            if page in ("chat", "compare"):
                compare(shown, on=page == "compare")
                ask(shown, session, run, language)
            if page == "palette":
                window._palette()
            settle(1.5)
            keep(window, out / f"{page}-{name}-{language}.png")
            if page == "palette":
                window.palette_card.close_card()
        for page in (page for page in BESIDE if page in pages):
            with BESIDE_VIEWS[page](window, session) as shown:
                settle(1.0)
                keep(shown, out / f"{page}-{name}-{language}.png")
    window.close()
    app.shut_down(session)
    application.processEvents()
    collector.stop()


def keep(shown: QWidget, path: Path) -> None:
    """The picture of a widget."""
    shown.grab().save(str(path))
    print(path.name, flush=True)


@contextlib.contextmanager
def welcome(window: MainWindow, session: Session) -> Iterator[QWidget]:
    """The start page, with the project among the recent ones."""
    project = session.project
    assert project is not None
    session.close_project()
    window.show_page("pictures")
    yield window
    session.open_project(project.path)


@contextlib.contextmanager
def tour(window: MainWindow, session: Session) -> Iterator[QWidget]:
    """The tour where a box is to be drawn: on the picture that has none."""
    window.show_page("annotate")
    settle(1.0)
    window.tour.begin_again()
    while window.tour.step.name != "draw":
        window.tour.next()
    yield window
    window.tour.leave()


@contextlib.contextmanager
def preferences(window: MainWindow, session: Session) -> Iterator[QWidget]:
    """The first page of the preferences."""
    yield window.side_views.show_preferences()
    window.side_views.close_view("preferences")


@contextlib.contextmanager
def help_window(window: MainWindow, session: Session) -> Iterator[QWidget]:
    """Help at the page about memory."""
    from qvl_desktop.gui.help.desk import close_help, show_help

    yield show_help("memory.md")
    close_help()


BESIDE_VIEWS = {"welcome": welcome, "tour": tour, "preferences": preferences, "help": help_window}


def compare(page: object, *, on: bool) -> None:
    """Switch the comparison of answers on or off."""
    if page.compare.on != on:  # type: ignore[attr-defined]
        page.compare.button.click()  # type: ignore[attr-defined]
        settle(0.5)


def show_busiest(page: object, session: object) -> None:
    """The picture with the most regions, one of them selected."""
    project = session.project  # type: ignore[attr-defined]
    busiest = max(map(project.picture, project.picture_ids(split="train")), key=lambda row: row.region_count)
    page.pictures.set_current(busiest.id)  # type: ignore[attr-defined]
    settle(1.0)
    page.desk.select(project.regions(busiest.id)[0].id)  # type: ignore[attr-defined]


def ask(page: object, session: object, run: Path, language: str) -> None:
    """One question about a held-out picture that has what was learnt, to one model or to all that are compared."""
    project = session.project  # type: ignore[attr-defined]
    ref = run.name
    picture = project.picture(project.picture_ids(split="val", ref=ref)[0])
    page.bar.new_button.click()  # type: ignore[attr-defined]
    if not page.compare.on:  # type: ignore[attr-defined]
        page.bar.choose("demo", str(run / "adapter"))  # type: ignore[attr-defined]
    settle(0.5)
    page.composer.attach([picture.file])  # type: ignore[attr-defined]
    page.composer.field.setPlainText(QUESTIONS[language].format(ref=ref))  # type: ignore[attr-defined]
    page.composer.send()  # type: ignore[attr-defined]
    settle(0.5)
    wait(lambda: not page.talk.busy and not page.compare.desk.busy, 180)  # type: ignore[attr-defined]


def settle(seconds: float) -> None:
    """Let the window do its work for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() >= end, seconds + 1)


def wait(done: Callable[[], bool], seconds: float) -> None:
    """Run the event loop until `done()`; raises `TimeoutError` after `seconds`."""
    from PySide6.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QCoreApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    raise SystemExit(main())
