"""The conversations of a project and their turns.

Owns adding, listing and editing conversations. After each edit of a text, what hangs on it is brought up to date in
the same step: which pictures the conversation names (`conversation_pictures`) and which box tokens stand for which
regions (`linking`). Does not own the grammar (`core.tokens`) or templates (`core.templates`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, parse, write
from qvl_desktop.storage import linking
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.pictures import Pictures, escape_like
from qvl_desktop.storage.rows import ConversationRow, LinkRow, TurnRow
from qvl_desktop.storage.store import chunks, marks

_EFFECTIVE_SPLIT = """ifnull(nullif(c.split, ''), ifnull((
    SELECT p.split FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path
    WHERE n.conversation_id = c.id AND n.ordinal = 0), ''))"""

_Pair = tuple[Any, ...]


class Conversations(Pictures):
    """Reading and editing conversations."""

    # Reading

    def conversation_ids(
        self, *, picture_id: int | None = None, split: Split | None = None, text: str = "", template: str | None = None
    ) -> list[int]:
        """The ids of the conversations that meet all filters, oldest first.

        `picture_id`: it names this picture; `split`: its own, or that of its first picture; `text` must occur in a
        turn.
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
            where.append(
                "EXISTS (SELECT 1 FROM turns AS t WHERE t.conversation_id = c.id AND t.text LIKE ? ESCAPE '\\')"
            )
            values.append("%" + escape_like(text) + "%")
        if template is not None:
            where.append("c.template = ?")
            values.append(template)
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
                    f"SELECT c.id, {_EFFECTIVE_SPLIT}, c.template, c.source FROM conversations AS c "
                    f"WHERE c.id IN ({places})"
                )
                for number, split, template, source in connection.execute(query, chunk):
                    found[number] = ConversationRow(number, split, tuple(turns[number]), template, source)
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

    def links(self, conversation_id: int) -> list[LinkRow]:
        """Which box tokens of a conversation stand for which regions."""
        query = (
            "SELECT l.turn_id, l.ordinal, l.region_id FROM links AS l JOIN turns AS t ON t.id = l.turn_id "
            "WHERE t.conversation_id = ? ORDER BY t.position, l.ordinal"
        )
        return [LinkRow(*row) for row in self._all(query, (conversation_id,))]

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
            self._text_changed(turn.conversation_id)

    def set_role(self, turn_id: int, role: Role) -> None:
        """Change who speaks in a turn."""
        self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Change role")):
            self._write("UPDATE turns SET role = ? WHERE id = ? AND role <> ?", (role, turn_id, role))

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
            self._text_changed(conversation_id)
        return number

    def move_turn(self, turn_id: int, position: int) -> None:
        """Move a turn to another place in its conversation."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Move turn")):
            turns = [row for row in self.conversation(turn.conversation_id).turns if row.id != turn_id]
            turns.insert(min(max(position, 0), len(turns)), turn)
            self._order_turns(turns)
            self._text_changed(turn.conversation_id)

    def delete_turn(self, turn_id: int) -> None:
        """Delete a turn; those behind it move up."""
        turn = self.turn(turn_id)
        with self.step(QT_TRANSLATE_NOOP("history", "Delete turn")):
            self._write("DELETE FROM turns WHERE id = ?", (turn_id,))
            self._order_turns(self.conversation(turn.conversation_id).turns)
            self._text_changed(turn.conversation_id)

    def _order_turns(self, turns: Sequence[TurnRow | None]) -> None:
        for position, turn in enumerate(turns):
            if turn is not None and turn.position != position:
                self._write("UPDATE turns SET position = ? WHERE id = ?", (position, turn.id))

    def _set_text(self, turn_id: int, text: str) -> None:
        self._write("UPDATE turns SET text = ? WHERE id = ? AND text <> ?", (text, turn_id, text))

    def _localised(self, text: str) -> str:
        """The text with picture paths in their stored form."""
        if "<img>" not in text:
            return text
        return write(
            Picture(self.stored(segment.path)) if isinstance(segment, Picture) and segment.path.strip() else segment
            for segment in parse(text)
        )

    # What follows the text

    def _text_changed(self, conversation_id: int) -> None:
        """Bring the pictures and links of a conversation up to date with its turns (inside a step)."""
        rows = self._all(
            "SELECT id, text FROM turns WHERE conversation_id = ? ORDER BY position, id", (conversation_id,)
        )
        self._follow(conversation_id, [(int(row[0]), str(row[1])) for row in rows])

    def _follow(self, conversation_id: int, turns: Sequence[tuple[int, str]], *, fresh: bool = False) -> None:
        """Store what follows from the turns (id and text, in order); `fresh`: nothing is stored of them yet."""
        paths = [s.path for _, text in turns if "<img>" in text for s in parse(text) if isinstance(s, Picture)]
        pairs: list[_Pair] = list(enumerate(paths))
        self._replace("conversation_pictures", ("ordinal", "path"), "conversation_id", conversation_id, pairs, fresh)
        boxes = linking.box_places([text for _, text in turns])
        wanted: dict[int, list[_Pair]] = {turn_id: [] for turn_id, _ in turns}
        for place in boxes:
            region_id = self._region_of(paths[place.picture] if place.picture < len(paths) else None, place)
            if region_id is not None:
                wanted[turns[place.turn][0]].append((place.ordinal, region_id))
        for turn_id, pairs in wanted.items():
            self._replace("links", ("ordinal", "region_id"), "turn_id", turn_id, pairs, fresh)

    def _region_of(self, path: str | None, place: linking.BoxPlace) -> int | None:
        """The region a box token stands for: same picture, same box, same ref if it has one; the oldest of several."""
        if path is None:
            return None
        query = (
            "SELECT r.id FROM pictures AS p JOIN regions AS r ON r.picture_id = p.id "
            "WHERE p.path = ? AND r.token = ? AND (? = '' OR r.ref = ?) ORDER BY r.id LIMIT 1"
        )
        row = self._one(query, (path, place.token, place.ref.strip(), place.ref.strip()))
        return int(row[0]) if row else None

    def _replace(
        self,
        table: str,
        columns: tuple[str, str],
        owner: str,
        owner_id: int,
        wanted: list[_Pair],
        fresh: bool,
    ) -> None:
        """Make the rows of `owner_id` in a small table exactly `wanted`; nothing is written if they are already."""
        names = ", ".join(columns)
        if not fresh:
            query = f"SELECT {names} FROM {table} WHERE {owner} = ? ORDER BY {names}"
            if self._all(query, (owner_id,)) == sorted(wanted):
                return
            self._write(f"DELETE FROM {table} WHERE {owner} = ?", (owner_id,))
        insert = f"INSERT INTO {table} ({owner}, {names}) VALUES (?, ?, ?)"
        self._write_many(insert, ((owner_id, *row) for row in wanted))
