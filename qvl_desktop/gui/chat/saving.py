"""Taking a chat into the project.

Owns that the pictures, the boxes of the answer and the conversation go in together, as one undo step. Does not own the
button (`messages`) nor the project's rules (`storage`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.chat.answer_reader import read_answer
from qvl_desktop.gui.chat.thread import ChatThread
from qvl_desktop.storage.project import Project

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Lesson:
    """What goes into the project: the chat up to an answer, its pictures, the picture of that answer, and its text."""

    conversation: Conversation
    pictures: tuple[Path, ...]
    shown: Path | None
    answer: str

    @property
    def boxes(self) -> int:
        """How many regions that makes at most."""
        return self.answer.count("</box>") + self.answer.count("</quad>")


@dataclass(frozen=True, slots=True)
class Added:
    """What went in: the conversation's id, and how many pictures and regions were new."""

    conversation: int
    pictures: int
    regions: int


def lesson(thread: ChatThread, upto: int) -> Lesson:
    """The chat up to and with answer `upto`."""
    shown = thread.exchanges[: upto + 1]
    pictures = tuple(dict.fromkeys(path for exchange in shown for path in exchange.pictures))
    return Lesson(thread.conversation(upto), pictures, thread.picture_of(upto), shown[-1].answer)


def add_to_project(project: Project, wanted: Lesson, report: Callable[[int, int], None] | None = None) -> Added:
    """Add a lesson. Boxes that have words become regions of their picture, unless it has the same ones already.

    Nothing is added when a picture cannot be (`PictureError`) or the project cannot be written (`ProjectError`), or
    when `report(done, total)` raises.
    """
    with project.step(QT_TRANSLATE_NOOP("history", "Add conversation from chat")):
        new = 0
        if wanted.pictures:
            told = project.add_pictures(wanted.pictures)
            new = told.added
            if told.problems:
                raise PictureError(
                    QT_TRANSLATE_NOOP("errors", "The chat was not added, a picture cannot be: {problem}"),
                    problem=told.problems[0],
                )
        regions = _add_regions(project, wanted, report) if wanted.shown is not None else 0
        return Added(project.add_conversation(wanted.conversation), new, regions)


def _add_regions(project: Project, wanted: Lesson, report: Callable[[int, int], None] | None) -> int:
    picture = project.find_picture(wanted.shown) if wanted.shown is not None else None
    if picture is None:
        return 0
    known = {(row.ref, row.token) for row in project.regions(picture.id)}
    fresh: list[tuple[str, Shape]] = []
    for phrase in read_answer(wanted.answer).phrases:
        ref = phrase.words.strip()
        for code in phrase.shapes if ref else ():
            shape = Shape.decode(code, picture.width, picture.height)
            key = (ref, shape.token(picture.width, picture.height))
            if shape.stands and key not in known:
                known.add(key)
                fresh.append((ref, shape))
    for done in range(0, len(fresh), CHUNK):
        if report is not None:
            report(done, len(fresh))
        project.add_shapes(picture.id, fresh[done : done + CHUNK])
    return len(fresh)
