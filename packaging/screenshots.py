"""Takes the pictures of every page for the documentation: both languages, both themes, from a real demo run.

    python packaging/screenshots.py [--out docs/images] [--work build/screenshots]

Owns nothing of the window: it opens it as `app` does, offscreen, on the project that `qvl-desktop demo` made (and makes
it when it is not there yet), asks a real engine one question, and grabs each page.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en": "en", "zh": "zh_CN"}
THEMES = ("light", "dark")
SIZE = (1360, 860)
QUESTIONS = {"en": "Find the {ref}.", "zh": "框出{ref}"}


def main() -> int:
    """Make the demo runs if needed, then take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "screenshots")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as config:
        os.environ["QVL_CONFIG_DIR"] = config
        os.environ["HOME"] = os.environ["USERPROFILE"] = str(arguments.work.resolve())
        for language in LANGUAGES:
            folder = arguments.work / language
            if not list(folder.glob("*.runs/*/adapter")):
                command = [sys.executable, str(ROOT / "main.py"), "demo", "--out", str(folder), "--language", language]
                subprocess.run(command, check=True)
            take(language, next(folder.glob("*.qvl")), arguments.out)
    return 0


def take(language: str, project: Path, out: Path) -> None:
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
    asked = False
    for name in THEMES:
        theme().install(name)  # type: ignore[arg-type]
        for page in ("pictures", "annotate", "conversations", "health", "train", "models", "chat"):
            window.show_page(page)
            settle(0.6)
            shown = window._stack.currentWidget()
            if page == "annotate":
                show_busiest(shown, session)
            if page == "train":
                shown.show_run(run)
            if page == "chat" and not asked:
                ask(shown, session, run, language)
                asked = True
            settle(1.5)
            window.grab().save(str(out / f"{page}-{name}-{language}.png"))
            print(f"{page}-{name}-{language}.png", flush=True)
    window.close()
    app.shut_down(session)
    application.processEvents()
    collector.stop()


def show_busiest(page: object, session: object) -> None:
    """The picture with the most regions, one of them selected."""
    project = session.project  # type: ignore[attr-defined]
    busiest = max(map(project.picture, project.picture_ids(split="train")), key=lambda row: row.region_count)
    page.pictures.set_current(busiest.id)  # type: ignore[attr-defined]
    settle(1.0)
    page.desk.select(project.regions(busiest.id)[0].id)  # type: ignore[attr-defined]


def ask(page: object, session: object, run: Path, language: str) -> None:
    """One question to the tuned model about a held-out picture that has what it learnt."""
    project = session.project  # type: ignore[attr-defined]
    ref = run.name
    picture = project.picture(project.picture_ids(split="val", ref=ref)[0])
    page.bar.choose("demo", str(run / "adapter"))  # type: ignore[attr-defined]
    settle(0.5)
    page.composer.attach([picture.file])  # type: ignore[attr-defined]
    page.composer.field.setPlainText(QUESTIONS[language].format(ref=ref))  # type: ignore[attr-defined]
    page.composer.send()  # type: ignore[attr-defined]
    wait(lambda: not page.client.busy, 120)  # type: ignore[attr-defined]


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
