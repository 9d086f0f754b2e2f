"""Drafts of conversations: questions about pictures with what a model answered, until a person takes them.

Owns what comes in, the list to go through, and taking, changing and rejecting, which are edits with undo. A draft is no
conversation: export, check and training do not see it. Does not own asking (`jobs.preannotate`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.store import CHUNK, chunks, marks
from qvl_desktop.storage.suggestions import Heard, Progress, Suggestions, note_entry

DraftState = Literal["open", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A question about one picture (`path` as stored) and the answer, both canonical text without the picture."""

    id: int
    picture_id: int
    path: str
    state: DraftState
    question: str
    answer: str
    model: str


_SELECT = (
    "SELECT d.id, d.picture_id, p.path, d.state, d.question, d.answer, d.model "
    "FROM drafts AS d JOIN pictures AS p ON p.id = d.picture_id"
)


class Drafts(Suggestions):
    """Keeping drafts."""

    def take_drafts(self, ask_id: int, heard: Sequence[Heard]) -> int:
        """Note what became of pictures and the drafts about them, in one transaction; returns how many are new.

        Left out is what stands there already, open or accepted, and what a person rejected from the same model, unless
        the job asks again; question and answer are compared word for word.
        """
        spec = self.ask(ask_id).spec
        added = 0
        known = (
            "SELECT 1 FROM drafts WHERE picture_id = ? AND question = ? AND answer = ? "
            "AND (state <> 'rejected' OR (model = ? AND NOT ?)) LIMIT 1"
        )
        with self._noting() as writer:
            for one in heard:
                if writer.execute("SELECT 1 FROM pictures WHERE id = ?", (one.picture_id,)).fetchone() is None:
                    continue
                count = 0
                for question, answer in one.drafts:
                    values = (one.picture_id, question, answer, spec.who.name, spec.again)
                    if writer.execute(known, values).fetchone() is not None:
                        continue
                    writer.execute(
                        "INSERT INTO drafts (picture_id, ask_id, question, answer, model) VALUES (?, ?, ?, ?, ?)",
                        (one.picture_id, ask_id, question, answer, spec.who.name),
                    )
                    count += 1
                added += count
                note_entry(writer, one, count)
        self._say(Change("proposals", picture_ids=frozenset(one.picture_id for one in heard)))
        return added

    def draft_ids(self, state: DraftState = "open") -> list[int]:
        """The drafts in this state, in the order of their pictures."""
        row = self._one(
            "SELECT json_group_array(id) FROM (SELECT d.id AS id FROM drafts AS d JOIN pictures AS p "
            "ON p.id = d.picture_id WHERE d.state = ? ORDER BY p.sort_key, d.id)",
            (state,),
        )
        found: list[int] = json.loads(row[0]) if row else []
        return found

    def open_draft_ids(self, ask_id: int) -> list[int]:
        """The open drafts of one job."""
        rows = self._all("SELECT id FROM drafts WHERE ask_id = ? AND state = 'open' ORDER BY id", (ask_id,))
        return [int(row[0]) for row in rows]

    def draft_count(self) -> int:
        """How many drafts are open."""
        row = self._one("SELECT count(*) FROM drafts WHERE state = 'open'")
        return int(row[0]) if row else 0

    def drafts(self, ids: Iterable[int]) -> list[DraftRow]:
        """Those of the drafts that exist, in the order asked for."""
        wanted = list(ids)
        found: dict[int, DraftRow] = {}
        for chunk in chunks(wanted):
            for row in self._all(f"{_SELECT} WHERE d.id IN ({marks(len(chunk))})", chunk):
                found[row[0]] = DraftRow(*row)
        return [found[one] for one in wanted if one in found]

    def draft(self, draft_id: int) -> DraftRow:
        """One draft. Raises `RowMissingError`."""
        rows = self.drafts([draft_id])
        if not rows:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: draft {id} is no longer in the project."),
                path=self.path,
                id=draft_id,
            )
        return rows[0]

    def change_draft(self, draft_id: int, question: str, answer: str) -> None:
        """Put a draft right before it is taken. Raises `DataError` where one of the two is left empty."""
        question, answer = question.strip(), answer.strip()
        if not question or not answer:
            raise DataError(QT_TRANSLATE_NOOP("errors", "A draft needs a question and an answer. Reject it instead."))
        with self.step(QT_TRANSLATE_NOOP("history", "Change draft")):
            self._write(
                "UPDATE drafts SET question = ?, answer = ? WHERE id = ? AND (question, answer) <> (?, ?)",
                (question, answer, draft_id, question, answer),
            )

    def accept_drafts(self, ids: Iterable[int], progress: Progress | None = None) -> list[int]:
        """Make conversations of drafts, in one undo step; returns those. What is not open is passed over.

        `progress(done, total)` may raise `Cancelled`: then nothing has happened.
        """
        wanted = list(ids)
        made = []
        with self.step(
            QT_TRANSLATE_NOOP("history", "Accept draft")
            if len(wanted) == 1
            else QT_TRANSLATE_NOOP("history", "Accept drafts")
        ):
            for done in range(0, len(wanted), CHUNK):
                if progress is not None:
                    progress(done, len(wanted))
                for row in self.drafts(wanted[done : done + CHUNK]):
                    if row.state == "open":
                        turns = (user_turn([row.path], row.question), Turn("assistant", row.answer))
                        made.append(self.add_conversation(Conversation(turns)))
                        self._write("UPDATE drafts SET state = 'accepted' WHERE id = ?", (row.id,))
        return made

    def reject_drafts(self, ids: Iterable[int]) -> None:
        """Reject drafts in one undo step: the same words are not proposed again by the same model."""
        wanted = list(ids)
        with self.step(
            QT_TRANSLATE_NOOP("history", "Reject draft")
            if len(wanted) == 1
            else QT_TRANSLATE_NOOP("history", "Reject drafts")
        ):
            self._write_many(
                "UPDATE drafts SET state = 'rejected' WHERE id = ? AND state = 'open'", ((one,) for one in wanted)
            )

    def drop_drafts(self, ask_id: int) -> int:
        """Throw away what is still open of a job, in one undo step; returns how many those were."""
        with self.step(QT_TRANSLATE_NOOP("history", "Drop drafts")):
            delete = "DELETE FROM drafts WHERE ask_id = ? AND state = 'open'"
            return int(self._write_connection().execute(delete, (ask_id,)).rowcount)
