"""The sample projects: a copy of its own of each for the user to work in, made the first time it is opened.

Owns which samples there are and where their copies lie. Does not own what is in them (`storage.demo_project`) nor
their names for the reader (`gui.shell.welcome`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale

from qvl_desktop.core.templates import Language
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.demo_project import PROJECT_NAME, make_demo_project, read_shipped
from qvl_desktop.storage.project import SUFFIX
from qvl_desktop.storage.settings import data_folder

_SAMPLES = "samples"
_BARE = ("known-01.jpg",)
"""The first picture of the list has no boxes yet: something is left to draw."""


_making: set[Path] = set()
"""Those that are being made now."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample. `boxes` and `conversations` say what it has beside the pictures; `language` is that of its words,
    None the window's when it is made."""

    name: str
    language: Language | None = None
    boxes: bool = True
    conversations: bool = True

    @property
    def file(self) -> Path:
        """Where the user's copy is, or would be."""
        language = self.language or _language()
        if self.name == "demo":
            name = PROJECT_NAME if language == "en" else f"demo-{language}{SUFFIX}"
            return data_folder() / name.removesuffix(SUFFIX) / name
        return data_folder() / _SAMPLES / f"{self.name}-{language}" / f"{self.name}{SUFFIX}"


DEMO = Sample("demo")
SAMPLES = (
    Sample("demo", "en"),
    Sample("demo", "zh"),
    Sample("boxes", conversations=False),
    Sample("conversations", boxes=False),
)


def open_demo_project(session: Session) -> None:
    """Open the user's copy of the demo project in the language of the window."""
    open_sample(session, DEMO)


def open_sample(session: Session, sample: Sample) -> None:
    """Open the user's copy of a sample; when there is none, make it beside the window first."""
    target, language = sample.file, sample.language or _language()
    if target in _making:
        return
    if target.exists():
        session.open_project(target)
        return

    def make() -> Path:
        return make_demo_project(
            target.parent,
            read_shipped(language),
            language,
            name=target.name,
            boxes=sample.boxes,
            conversations=sample.conversations,
            bare=_BARE,
        )

    _making.add(target)
    task = Task(make).on_success(lambda path: _opened(session, path))
    task.on_end(lambda: _making.discard(target)).start(session, serial=True)


def is_sample(path: Path) -> bool:
    """Whether a project is the user's copy of a sample."""
    home = data_folder()
    return path in (Sample("demo", "en").file, Sample("demo", "zh").file) or path.is_relative_to(home / _SAMPLES)


def _language() -> Language:
    return "zh" if QLocale().language() == QLocale.Language.Chinese else "en"


def _opened(session: Session, path: Path) -> None:
    session.open_project(path)
