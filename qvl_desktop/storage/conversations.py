"""The conversations of a project and their turns.

Owns adding, listing and editing conversations. After each edit of a text, what hangs on it is brought up to date in
the same step (`links`): which pictures the conversation names and which tokens stand for which regions. An edit by hand
of a conversation made from a template marks it as such. Does not own the grammar (`core.tokens`), what happens to texts
when pictures change places (`core.picture_order`) or templates (`core.templates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.picture_order import numbered, unnumbered, without_pictures
from qvl_desktop.core.tokens import Picture, parse, write
from qvl_desktop.storage import linking
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.filters import TRIGRAM, like
from qvl_desktop.storage.links import Links
from qvl_desktop.storage.rows import ConversationRow, TurnRow
from qvl_desktop.storage.store import chunks, marks

_EFFECTIVE_SPLIT = """ifnull(nullif(c.split, ''), ifnull((
    SELECT p.split FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path
    WHERE n.conversation_id = c.id AND n.ordinal = 0), ''))"""

Change = Callable[[Sequence[Turn]], Sequence[Turn]]


class Conversations(Links):
    """Reading and editing conversations."""

    # Reading

    def conversation_ids(
        self,
        *,
        picture_id: int | None = None,
        split: Split | None = None,
        text: str = "",
        template: str | None = None,
        turns_from: int | None = None,
        turns_to: int | None = None,
    ) -> list[int]:
        """The ids of the conversations that meet all filters, oldest first.

        `picture_id`: it names this picture; `split`: its own, or that of its first picture; `text` must occur in a
        turn; `template` is that of `template_key` ("" = made from none); `turns_*` count its turns, ends included.
        """
        where: list[str] = []
        values: list[object] = []
        if picture_id is not None:
            where.append(
                "c.id IN (SELECT n.conversation_id FROM conversation_pictures AS n "
                "WHERE n.path = (SELECT path FROM pictures WHERE id = ?))"
            )
            values.append(picture_id)
        if split is not None:
            where.append(f"{_EFFECTIVE_SPLIT} = ?")
            values.append(split)
        if text:
            condition, more = _said(text)
            where.append(condition)
            values += more
        if template is not None:
            where.append("c.template = ?")
            values.append(template)
        if turns_from is not None or turns_to is not None:
            where.append(
                "c.id IN (SELECT t.conversation_id FROM turns AS t GROUP BY t.conversation_id "
                "HAVING count(*) BETWEEN ? AND ?)"
            )
            values += [turns_from or 0, 10**9 if turns_to is None else turns_to]
        condition = " WHERE " + " AND ".join(where) if where else ""
        return [row[0] for row in self._all(f"SELECT c.id FROM conversations AS c{condition} ORDER BY c.id", values)]

    def conversation_ids_about(self, picture_ids: Sequence[int], templates: Sequence[str]) -> list[int]:
        """The conversations about any of the pictures that were made from one of the templates, oldest first."""
        found: set[int] = set()
        for chunk in chunks(picture_ids):
            query = (
                "SELECT DISTINCT c.id FROM pictures AS p JOIN conversation_pictures AS n ON n.path = p.path "
                "JOIN conversations AS c ON c.id = n.conversation_id "
                f"WHERE p.id IN ({marks(len(chunk))}) AND c.template IN ({marks(len(templates))})"
            )
            found.update(row[0] for row in self._all(query, [*chunk, *templates]))
        return sorted(found)

    def edited_conversations(self, conversation_ids: Iterable[int]) -> set[int]:
        """Those of the conversations that were made from a template and edited by hand since."""
        found: set[int] = set()
        for chunk in chunks(conversation_ids):
            query = f"SELECT id FROM conversations WHERE edited = 1 AND id IN ({marks(len(chunk))})"
            found.update(row[0] for row in self._all(query, chunk))
        return found

    def conversation_ids_without_pictures(self) -> list[int]:
        """The ids of the conversations that name no picture, oldest first."""
        query = (
            "SELECT c.id FROM conversations AS c WHERE NOT EXISTS "
            "(SELECT 1 FROM conversation_pictures AS n WHERE n.conversation_id = c.id) ORDER BY c.id"
        )
        return [row[0] for row in self._all(query)]

    def conversations(
        self, picture_id: int | None = None, offset: int = 0, limit: int | None = None
    ) -> list[ConversationRow]:
        """Conversations with their turns, oldest first: of one picture or of all."""
        ids = self.conversation_ids(picture_id=picture_id)
        return self.conversations_of(ids[offset : None if limit is None else offset + limit])

    def conversations_of(self, conversation_ids: Iterable[int]) -> list[ConversationRow]:
        """Those of the conversations that exist, in the order asked for."""
        ids = list(conversation_ids)
        found: dict[int, ConversationRow] = {}
        with self._reading() as connection:
            for chunk in chunks(ids):
                places = marks(len(chunk))
                turns: dict[int, list[TurnRow]] = {number: [] for number in chunk}
                query = (
                    "SELECT id, conversation_id, position, role, text FROM turns "
                    f"WHERE conversation_id IN ({places}) ORDER BY conversation_id, position, id"
                )
                for row in connection.execute(query, chunk):
                    turns[row[1]].append(TurnRow(*row))
                query = (
                    f"SELECT c.id, {_EFFECTIVE_SPLIT}, c.template, c.source, c.edited FROM conversations AS c "
                    f"WHERE c.id IN ({places})"
                )
                for number, split, template, source, edited in connection.execute(query, chunk):
                    said = tuple(turns[number])
                    found[number] = ConversationRow(number, split, said, template, source, bool(edited))
        return [found[number] for number in ids if number in found]

    def conversation(self, conversation_id: int) -> ConversationRow:
        """One conversation. Raises `RowMissingError`."""
        rows = self.conversations_of([conversation_id])
        if not rows:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: conversation {id} is no longer in the project."),
                path=self.path,
                id=conversation_id,
            )
        return rows[0]

    def conversation_count(self) -> int:
        """How many conversations the project has."""
        row = self._one("SELECT count(*) FROM conversations")
        return int(row[0]) if row else 0

    def conversation_extra(self, conversation_ids: Sequence[int]) -> dict[int, str]:
        """The other keys of the records that conversations came from, as JSON text, where there were any."""
        found: dict[int, str] = {}
        for chunk in chunks(conversation_ids):
            query = f"SELECT id, extra FROM conversations WHERE extra <> '' AND id IN ({marks(len(chunk))})"
            found.update((row[0], row[1]) for row in self._all(query, chunk))
        return found

    def picture_ids_of(self, conversation_id: int) -> list[int | None]:
        """The pictures a conversation names, in order; None for a picture that is not in the project."""
        query = (
            "SELECT p.id FROM conversation_pictures AS n LEFT JOIN pictures AS p ON p.path = n.path "
            "WHERE n.conversation_id = ? ORDER BY n.ordinal"
        )
        return [row[0] for row in self._all(query, (conversation_id,))]

    # Editing

    def add_conversation(
        self, conversation: Conversation, split: Split = "", *, template: str = "", extra: str = ""
    ) -> int:
        """Add one conversation; returns its id.

        Picture paths in its text may be absolute or relative to the project's folder; they are stored as `stored` says.
        A box that is that of a region of the same picture (and of the same ref, where it has one) is linked to it.
        """
        with self.step(QT_TRANSLATE_NOOP("history", "Add conversation")):
            return self._insert_conversation(conversation, split, template, extra)

    def _insert_conversation(self, conversation: Conversation, split: Split, template: str, extra: str) -> int:
        number = self._write(
            "INSERT INTO conversations (split, template, source, extra) VALUES (?, ?, ?, ?)",
            (split, template, conversation.id, extra),
        )
        turns: list[tuple[int, str]] = []
        for position, turn in enumerate(conversation.turns):
            text = self._localised(turn.text)
            row = (number, position, turn.role, text)
            insert = "INSERT INTO turns (conversation_id, position, role, text) VALUES (?, ?, ?, ?)"
            turns.append((self._write(insert, row), text))
        self._follow(number, turns, fresh=True)
        return number

    def add_conversations(
        self, conversations: Iterable[Conversation], split: Split = "", *, template: str = ""
    ) -> list[int]:
        """Add many in one undo step; returns their ids."""
        with self.step(QT_TRANSLATE_NOOP("history", "Add conversations")):
            return [self._insert_conversation(item, split, template, "") for item in conversations]

    def set_conversation_split(self, conversation_ids: Iterable[int], split: Split) -> None:
        """Give conversations a split of their own; "" lets them follow their first picture again."""
        query = "UPDATE conversations SET split = ? WHERE id = ? AND split <> ?"
        with self.step(QT_TRANSLATE_NOOP("history", "Set split")):
            self._write_many(query, ((split, number, split) for number in conversation_ids))

    def delete_conversations(self, conversation_ids: Iterable[int]) -> None:
        """Delete conversations with their turns."""
        with self.step(QT_TRANSLATE_NOOP("history", "Delete conversations")):
            for chunk in chunks(conversation_ids):
                self._write(f"DELETE FROM conversations WHERE id IN ({marks(len(chunk))})", chunk)

    def turn(self, turn_id: int) -> TurnRow:
        """One turn. Raises `RowMissingError`."""
        row = self._one("SELECT id, conversation_id, position, role, text FROM turns WHERE id = ?", (turn_id,))
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: turn {id} is no longer in the project."),
                path=self.path,
                id=turn_id,
            )
        return TurnRow(*row)

    def set_turn(self, turn_id: int, text: str) -> None:
        """Change a turn's text."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Edit turn")):
            self._set_text(turn_id, self._localised(text))
            self._edited(turn.conversation_id)

    def set_role(self, turn_id: int, role: Role) -> None:
        """Change who speaks in a turn."""
        turn = self.turn(turn_id)
        if role == turn.role:
            return
        with self.step(QT_TRANSLATE_NOOP("history", "Change role")):
            self._write("UPDATE turns SET role = ? WHERE id = ?", (role, turn_id))
            self._edited(turn.conversation_id)

    def insert_turn(self, conversation_id: int, position: int, turn: Turn) -> int:
        """Insert a turn before the one at `position` (or at the end); returns its id."""
        with self.step(QT_TRANSLATE_NOOP("history", "Add turn")):
            turns = self.conversation(conversation_id).turns
            position = min(max(position, 0), len(turns))
            self._order_turns([*turns[:position], None, *turns[position:]])
            number = self._write(
                "INSERT INTO turns (conversation_id, position, role, text) VALUES (?, ?, ?, ?)",
                (conversation_id, position, turn.role, self._localised(turn.text)),
            )
            self._edited(conversation_id, renumber=True)
        return number

    def duplicate_turn(self, turn_id: int) -> int:
        """Put a copy of a turn behind it, without its pictures (they are named already); returns the copy's id."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Duplicate turn")):
            copy = Turn(turn.role, without_pictures(turn.text))
            return self.insert_turn(turn.conversation_id, turn.position + 1, copy)

    def move_turn(self, turn_id: int, position: int) -> None:
        """Move a turn to another place in its conversation; its pictures are numbered anew."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Move turn")):
            turns = [row for row in self.conversation(turn.conversation_id).turns if row.id != turn_id]
            position = min(max(position, 0), len(turns))
            if position == turn.position:
                return
            turns.insert(position, turn)
            self._order_turns(turns)
            self._edited(turn.conversation_id, renumber=True)

    def delete_turn(self, turn_id: int) -> None:
        """Delete a turn; those behind it move up, and pictures are numbered anew."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Delete turn")):
            self._write("DELETE FROM turns WHERE id = ?", (turn_id,))
            self._order_turns(self.conversation(turn.conversation_id).turns)
            self._edited(turn.conversation_id, renumber=True)

    def change_turns(self, conversation_id: int, description: str, change: Change) -> None:
        """Rewrite the turns of a conversation by a pure function, in one undo step.

        What `change` gives are the same turns in the same places, one more at the beginning at most. Turns keep their
        ids, and links their tokens, wherever a turn's text went on to stand. Raises what `change` raises, with nothing
        changed. `description` is as in `step`.
        """
        with self.step(description):
            rows = list(self.conversation(conversation_id).turns)
            wanted = list(change([Turn(row.role, row.text) for row in rows]))
            if len(wanted) == len(rows) + 1:
                first = self.insert_turn(conversation_id, 0, wanted[0])
                rows = list(self.conversation(conversation_id).turns)
                assert rows[0].id == first
            if len(wanted) != len(rows):
                raise ValueError(f"{len(wanted)} turns for {len(rows)}")
            ordered = _moved_rows(rows, wanted)
            self._order_turns(ordered)
            for row, turn in zip(ordered, wanted, strict=True):
                self._set_text(row.id, self._localised(turn.text))
                if row.role != turn.role:
                    self._write("UPDATE turns SET role = ? WHERE id = ?", (turn.role, row.id))
            self._edited(conversation_id)

    def duplicate_conversation(self, conversation_id: int) -> int:
        """Add a copy of a conversation, as if it were written by hand; returns its id."""
        row = self.conversation(conversation_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Duplicate conversation")):
            own = self._one("SELECT split FROM conversations WHERE id = ?", (conversation_id,))
            split: Split = own[0] if own else ""
            number = self._insert_conversation(Conversation(row.content.turns), split, "", "")
            copies = self.conversation(number).turns
            ids = {old.id: new.id for old, new in zip(row.turns, copies, strict=True)}
            for turn_id, ordinal in self.loose_tokens(conversation_id):
                self._set_link(ids[turn_id], ordinal, None)
            for link in self.links(conversation_id):
                self._set_link(ids[link.turn_id], link.ordinal, link.region_id)
        return number

    # Links by hand

    def link_token(self, turn_id: int, ordinal: int, region_id: int) -> None:
        """Make a token stand for a region: it takes the region's text, and follows it from now on. One undo step.

        The phrase before it stays as it is.
        """
        row = self._one("SELECT token FROM regions WHERE id = ?", (region_id,))
        turn = self.turn(turn_id)
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: region {id} is no longer in the project."),
                path=self.path,
                id=region_id,
            )
        with self.step(QT_TRANSLATE_NOOP("history", "Link to region")):
            text = linking.with_token(turn.text, ordinal, str(row[0]))
            self._set_text(turn_id, text)
            self._set_link(turn_id, ordinal, region_id)
            if text != turn.text:
                self._edited(turn.conversation_id)

    def cut_loose(self, turn_id: int, ordinal: int) -> None:
        """Let a token stand for itself: it keeps its text and follows no region any more. One undo step."""
        self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Unlink from region")):
            self._set_link(turn_id, ordinal, None)

    def _edited(self, conversation_id: int, *, renumber: bool = False) -> None:
        """Bring up to date what follows from the turns, and mark what was made from a template (inside a step)."""
        if renumber:
            rows = self.conversation(conversation_id).turns
            for row, turn in zip(rows, numbered(Turn(row.role, row.text) for row in rows), strict=True):
                self._set_text(row.id, turn.text)
        self._text_changed(conversation_id)
        query = "UPDATE conversations SET edited = 1 WHERE id = ? AND template <> '' AND edited = 0"
        self._write(query, (conversation_id,))

    def _order_turns(self, turns: Sequence[TurnRow | None]) -> None:
        for position, turn in enumerate(turns):
            if turn is not None and turn.position != position:
                self._write("UPDATE turns SET position = ? WHERE id = ?", (position, turn.id))

    def _localised(self, text: str) -> str:
        """The text with picture paths in their stored form."""
        if "<img>" not in text:
            return text
        return write(
            Picture(self.stored(segment.path)) if isinstance(segment, Picture) and segment.path.strip() else segment
            for segment in parse(text)
        )


def _said(text: str) -> tuple[str, list[object]]:
    """That a text occurs in a turn: by the index of trigrams, or, for one or two characters, by reading the turns."""
    pattern = like(text)
    if len(text) < TRIGRAM:
        query = "EXISTS (SELECT 1 FROM turns AS t WHERE t.conversation_id = c.id AND t.text LIKE ? ESCAPE '\\')"
        return query, [pattern]
    query = (
        "c.id IN (SELECT t.conversation_id FROM turns_text AS f JOIN turns AS t ON t.id = f.rowid "
        "WHERE f.turns_text MATCH ? AND t.text LIKE ? ESCAPE '\\')"
    )
    return query, ['"' + text.replace('"', '""') + '"', pattern]


def _moved_rows(rows: Sequence[TurnRow], wanted: Sequence[Turn]) -> list[TurnRow]:
    """The rows in the order of the wanted turns: one that says the same (but for the numbers of pictures) goes along,
    of several the one behind the turn before; the others stay in turn."""
    left = list(rows)
    taken: list[TurnRow | None] = []
    behind = 0
    for turn in wanted:
        said = turn.role, unnumbered(turn.text)
        same = [row for row in left if (row.role, unnumbered(row.text)) == said]
        found = next((row for row in same if row.position == behind), next(iter(same), None))
        taken.append(found)
        if found is not None:
            left.remove(found)
            behind = found.position + 1
    return [row or left.pop(0) for row in taken]
