"""Taking a chat into the project.

Owns that the pictures and the conversation go in together, as one undo step. Does not own the button (`messages`) nor
the project's rules (`storage`).
"""

from __future__ import annotations

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.chat.thread import ChatThread
from qvl_desktop.storage.project import Project


def add_to_project(project: Project, thread: ChatThread, upto: int) -> int:
    """Add the chat up to answer `upto` and its pictures; returns the conversation's id.

    Nothing is added when a picture cannot be (`PictureError`) or the project cannot be written (`ProjectError`).
    """
    conversation = thread.conversation(upto)
    pictures = list(dict.fromkeys(path for exchange in thread.exchanges[: upto + 1] for path in exchange.pictures))
    with project.step(QT_TRANSLATE_NOOP("history", "Add conversation from chat")):
        if pictures:
            report = project.add_pictures(pictures)
            if report.problems:
                raise PictureError(
                    QT_TRANSLATE_NOOP("errors", "The chat was not added, a picture cannot be: {problem}"),
                    problem=report.problems[0],
                )
        return project.add_conversation(conversation)
