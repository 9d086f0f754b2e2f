"""What the page asks of the project: each edit one step, failures shown.

Owns the edits of conversations that need more than one call, and saying when boxes came to belong to another picture.
Does not own widgets, nor what happens to texts (`core.phrases`, `core.picture_order`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, get_args

from PySide6.QtCore import QObject

from qvl_desktop.core import phrases
from qvl_desktop.core.conversation import Conversation, Role, Turn, user_turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.picture_order import add_picture, changed_hands, remove_picture, reorder_pictures
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import Picture, Ref, spans
from qvl_desktop.gui.conversations.shown_boxes import Chip, Key, Loose
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage import linking
from qvl_desktop.storage.indexing import measure
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow

T = TypeVar("T")


class Editing(QObject):
    """Edits of the session's project; without one they do nothing and give None."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
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

    # Conversations and turns

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

    def add_system_turn(self, conversation_id: int) -> int | None:
        """An empty system turn before all others, or the one that is there; its id."""

        def edit(project: Project) -> int:
            first = next(iter(project.conversation(conversation_id).turns), None)
            if first is not None and first.role == "system":
                return first.id
            return project.insert_turn(conversation_id, 0, Turn("system", ""))

        return self.attempt(edit)

    def move_turn(self, turn_id: int, by: int) -> None:
        """Move a turn up or down in its conversation."""
        self._watched(turn_id, lambda project: project.move_turn(turn_id, project.turn(turn_id).position + by))

    def delete_turn(self, turn_id: int) -> None:
        """Delete a turn."""
        self._watched(turn_id, lambda project: project.delete_turn(turn_id))

    def set_split(self, conversation_id: int, split: str) -> None:
        """Give a conversation a split of its own."""
        known: Split = next(name for name in get_args(Split) if name == split)
        self.attempt(lambda project: project.set_conversation_split([conversation_id], known))

    def _watched(self, turn_id: int, edit: Callable[[Project], None]) -> None:
        """Do an edit of turns, and say so when boxes came to belong to another picture by it."""

        def watched(project: Project) -> int:
            number = project.turn(turn_id).conversation_id
            before = project.conversation(number).content.turns
            edit(project)
            return changed_hands(before, project.conversation(number).content.turns)

        if count := self.attempt(watched):
            words = self.tr("%n box(es) now belong to the picture named last before. Undo takes it back.", "", count)
            self._session.notice.emit("warning", words)

    # Pictures of a conversation

    def reorder(self, conversation_id: int, order: Sequence[int]) -> bool:
        """Put the pictures of a conversation in another order; False when boxes would change hands."""
        return self._change(
            conversation_id,
            QT_TRANSLATE_NOOP("history", "Reorder pictures"),
            lambda turns: reorder_pictures(turns, order),
        )

    def remove_picture(self, conversation_id: int, number: int) -> bool:
        """Take a picture and its boxes out of a conversation."""
        return self._change(
            conversation_id,
            QT_TRANSLATE_NOOP("history", "Take a picture out"),
            lambda turns: remove_picture(turns, number),
        )

    def add_pictures(self, conversation_id: int, picture_ids: Sequence[int], turn: int | None = None) -> bool:
        """Name more pictures in a conversation, in its first question or in the turn at a place."""

        def edit(project: Project) -> bool:
            for picture in project.pictures(picture_ids):
                project.change_turns(
                    conversation_id,
                    QT_TRANSLATE_NOOP("history", "Add pictures to a conversation"),
                    lambda turns, path=picture.path: add_picture(turns, path, turn),  # type: ignore[misc]
                )
            return True

        with_one_step = self._in_one_step(QT_TRANSLATE_NOOP("history", "Add pictures to a conversation"), edit)
        return bool(self.attempt(with_one_step))

    def add_files(self, conversation_id: int, files: Sequence[Path]) -> bool:
        """Name picture files in a conversation; those the project does not have yet are added to it, in one step."""
        good, problems = measure(list(files))
        for problem in problems:
            self._session.notice.emit("warning", problem)

        def edit(project: Project) -> bool:
            ids = project.add_measured(good)
            return bool(ids) and self.add_pictures(conversation_id, ids)

        return bool(
            self.attempt(self._in_one_step(QT_TRANSLATE_NOOP("history", "Add pictures to a conversation"), edit))
        )

    def _change(
        self, conversation_id: int, description: str, change: Callable[[Sequence[Turn]], Sequence[Turn]]
    ) -> bool:
        def edit(project: Project) -> bool:
            project.change_turns(conversation_id, description, change)
            return True

        return bool(self.attempt(edit))

    @staticmethod
    def _in_one_step(description: str, edit: Callable[[Project], bool]) -> Callable[[Project], bool]:
        def whole(project: Project) -> bool:
            with project.step(description):
                return edit(project)

        return whole

    # Phrases and boxes

    def point(self, turn_id: int, chosen: tuple[int, int], picture_id: int, shape: Shape) -> int | None:
        """Make chosen words of a turn a phrase with this shape, and it a region of the picture; one step; its id."""

        def edit(project: Project) -> int:
            text = project.turn(turn_id).text
            start, end = chosen
            with project.step(QT_TRANSLATE_NOOP("history", "Point at words")):
                region = project.add_shapes(picture_id, [(words_of(text, start, end), shape)])[0]
                project.set_turn(turn_id, phrases.pointed(text, start, end, project.region(region).token))
            return region

        return self.attempt(edit)

    def draw(self, picture_id: int, shape: Shape) -> int | None:
        """Add a region with the ref used last, without saying anything of it; its id."""

        def edit(project: Project) -> int:
            return project.add_shapes(picture_id, [(next(iter(project.recent_refs(1)), ""), shape)])[0]

        return self.attempt(edit)

    def reshape(
        self,
        shapes: Mapping[Key, Shape],
        places: Mapping[Key, Sequence[Chip]],
        sizes: Sequence[tuple[int, int] | None],
    ) -> bool:
        """Move regions (their tokens follow) and loose tokens (their texts change), all in one step."""

        def edit(project: Project) -> bool:
            with project.step(
                QT_TRANSLATE_NOOP("history", "Move region")
                if len(shapes) == 1
                else QT_TRANSLATE_NOOP("history", "Move regions")
            ):
                project.reshape_regions({key: shape for key, shape in shapes.items() if isinstance(key, int)})
                for key, shape in shapes.items():
                    size = sizes[key.place] if isinstance(key, Loose) else None
                    if size is not None:
                        self._rewrite(project, places.get(key, ()), shape.clipped(*size).token(*size))
            return True

        return bool(self.attempt(edit))

    @staticmethod
    def _rewrite(project: Project, chips: Sequence[Chip], token: str) -> None:
        for turn_id, ordinal in chips:
            project.set_turn(turn_id, linking.with_token(project.turn(turn_id).text, ordinal, token))

    def change_text(self, turn_id: int, change: Callable[[str], str]) -> bool:
        """Rewrite a turn's text by a pure function."""

        def edit(project: Project) -> bool:
            project.set_turn(turn_id, change(project.turn(turn_id).text))
            return True

        return bool(self.attempt(edit))

    def make_region(self, chip: Chip, picture_id: int, ref: str, shape: Shape) -> bool:
        """Make a loose token a region of its picture, and link it; one step."""

        def edit(project: Project) -> bool:
            with project.step(QT_TRANSLATE_NOOP("history", "Link to region")):
                region = project.add_shapes(picture_id, [(ref, shape)])[0]
                project.link_token(*chip, region)
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
