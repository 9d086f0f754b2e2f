"""What the page asks of the project: each edit one step, failures shown.

Owns the edits of conversations that need more than one call. Does not own widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, get_args

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Role, Turn, user_turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, Ref, spans
from qvl_desktop.gui.conversations.chips import pointed
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow

T = TypeVar("T")


class Editing:
    """Edits of the session's project; without one they do nothing and give None."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def attempt(self, edit: Callable[[Project], T]) -> T | None:
        """Do an edit; a failure is shown and gives None."""
        project = self._session.project
        if project is None:
            return None
        try:
            return edit(project)
        except QvlError as error:
            self._session.report(error)
            return None

    def new_conversation(self, picture_id: int) -> int | None:
        """A conversation about a picture, its question and answer still to be written; its id."""

        def edit(project: Project) -> int:
            question = user_turn([project.picture(picture_id).path], "")
            return project.add_conversation(Conversation((question, Turn("assistant", ""))))

        return self.attempt(edit)

    def add_turn(self, conversation_id: int, behind: int | None = None) -> int | None:
        """An empty turn behind a turn (the last by default), by whoever's turn it is; its id."""

        def edit(project: Project) -> int:
            turns = project.conversation(conversation_id).turns
            place = next((turn.position + 1 for turn in turns if turn.id == behind), len(turns))
            before: Role = turns[place - 1].role if place else "assistant"
            role: Role = "assistant" if before == "user" else "user"
            return project.insert_turn(conversation_id, place, Turn(role, ""))

        return self.attempt(edit)

    def move_turn(self, turn_id: int, by: int) -> None:
        """Move a turn up or down in its conversation."""
        self.attempt(lambda project: project.move_turn(turn_id, project.turn(turn_id).position + by))

    def set_split(self, conversation_id: int, split: str) -> None:
        """Give a conversation a split of its own."""
        known: Split = next(name for name in get_args(Split) if name == split)
        self.attempt(lambda project: project.set_conversation_split([conversation_id], known))

    def point(self, turn_id: int, chosen: tuple[int, int], picture_id: int, rect: Rect) -> bool:
        """Make chosen words of a turn a phrase with this box, and the box a region of the picture; one step."""

        def edit(project: Project) -> bool:
            text = project.turn(turn_id).text
            start, end = chosen
            with project.step(QT_TRANSLATE_NOOP("history", "Point at words")):
                region = project.region(project.add_region(picture_id, words_of(text, start, end), rect))
                project.set_turn(turn_id, pointed(text, start, end, region.box))
            return True

        return bool(self.attempt(edit))


def words_of(text: str, start: int, end: int) -> str:
    """The words that the characters [start, end) are, be they plain or a whole `<ref>…</ref>`."""
    for span in spans(text):
        if isinstance(span.segment, Ref) and (span.start, span.end) == (start, end):
            return span.segment.text.strip()
    return text[start:end].strip()


def picture_number(row: ConversationRow, turn_id: int, at: int) -> int | None:
    """Which picture of the conversation (from 0) a box at character `at` of a turn belongs to; None: to none."""
    seen = 0
    for turn in row.turns:
        limit = at if turn.id == turn_id else len(turn.text)
        seen += sum(isinstance(span.segment, Picture) and span.start < limit for span in spans(turn.text))
        if turn.id == turn_id:
            break
    return seen - 1 if seen else None
