"""The chats of the Chat page, kept so that they can be read again and gone on with.

Owns threads, their folders, and their exchanges: a tree in which every other version of a question or answer stays.
They are not part of undo and tell no observer. Does not own conversations, which are data to learn from, nor how a
chat is written out (`thread_export`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage.errors import RowMissingError, explained
from qvl_desktop.storage.filters import escape_like
from qvl_desktop.storage.paths import absolute_path
from qvl_desktop.storage.refs import Refs
from qvl_desktop.storage.rows import ExchangeRow, ThreadRow
from qvl_desktop.storage.store import chunks, marks

_THREAD = "id, title, folder, settings, created, changed"
_EXCHANGE = "id, thread_id, parent_id, chosen, question, pictures, answer, model, state, facts"


class Threads(Refs):
    """Reading and writing chats."""

    # Reading

    def threads(self, text: str = "") -> list[ThreadRow]:
        """The chats that were not deleted, the one changed last first.

        With `text`, those that have it in their title, or in any version of a question or answer.
        """
        query, values = f"SELECT {_THREAD} FROM threads AS t WHERE trashed = 0", []
        if text:
            like = f"%{escape_like(text)}%"
            query += (
                " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM exchanges AS e WHERE e.thread_id = t.id "
                "AND (e.question LIKE ? ESCAPE '\\' OR e.answer LIKE ? ESCAPE '\\')))"
            )
            values = [like, like, like]
        return [ThreadRow(*row) for row in self._all(f"{query} ORDER BY changed DESC, id DESC", values)]

    def thread(self, thread_id: int) -> ThreadRow:
        """One chat, deleted or not. Raises `RowMissingError`."""
        row = self._one(f"SELECT {_THREAD} FROM threads WHERE id = ?", (thread_id,))
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: chat {id} is no longer there."), path=self.path, id=thread_id
            )
        return ThreadRow(*row)

    def is_trashed(self, thread_id: int) -> bool:
        """Whether a chat was deleted, or never was there."""
        row = self._one("SELECT trashed FROM threads WHERE id = ?", (thread_id,))
        return row is None or bool(row[0])

    def exchanges(self, thread_id: int) -> list[ExchangeRow]:
        """All exchanges of a chat, every version, in the order they were begun: parents before children."""
        query = f"SELECT {_EXCHANGE} FROM exchanges WHERE thread_id = ? ORDER BY id"
        return [self._exchange_row(row) for row in self._all(query, (thread_id,))]

    def thread_folders(self) -> list[str]:
        """The folders that hold chats, by name."""
        query = "SELECT DISTINCT folder FROM threads WHERE folder <> '' AND trashed = 0 ORDER BY folder"
        return [str(row[0]) for row in self._all(query)]

    # Threads

    def add_thread(self, title: str, *, folder: str = "", settings: str = "") -> int:
        """Begin a chat; returns its id."""
        now = time.time()
        insert = "INSERT INTO threads (title, folder, settings, created, changed) VALUES (?, ?, ?, ?, ?)"
        with self._unrecorded():
            return self._write(insert, (title, folder, settings, now, now))

    def rename_thread(self, thread_id: int, title: str) -> None:
        """Change a chat's title."""
        with self._unrecorded():
            self._write("UPDATE threads SET title = ? WHERE id = ?", (title, thread_id))

    def set_thread_settings(self, thread_id: int, settings: str) -> None:
        """Keep what the answers of a chat are made with: a JSON object."""
        with self._unrecorded():
            self._write("UPDATE threads SET settings = ? WHERE id = ?", (settings, thread_id))

    def move_threads(self, thread_ids: Iterable[int], folder: str) -> None:
        """Put chats into a folder; "" takes them out of theirs."""
        self._set_threads("folder", thread_ids, folder)

    def rename_thread_folder(self, folder: str, name: str) -> None:
        """Give a folder another name; that of another one puts both together, "" dissolves it."""
        with self._unrecorded():
            self._write("UPDATE threads SET folder = ? WHERE folder = ?", (name, folder))

    def trash_threads(self, thread_ids: Iterable[int]) -> None:
        """Delete chats so that they can be brought back."""
        self._set_threads("trashed", thread_ids, time.time())

    def restore_threads(self, thread_ids: Iterable[int]) -> None:
        """Bring deleted chats back."""
        self._set_threads("trashed", thread_ids, 0.0)

    def purge_threads(self, before: float) -> int:
        """Forget the chats that were deleted before a moment (seconds since the epoch); how many there were."""
        row = self._one("SELECT count(*) FROM threads WHERE trashed > 0 AND trashed < ?", (before,))
        if row is None or not row[0]:
            return 0
        with self._unrecorded():
            self._write("DELETE FROM threads WHERE trashed > 0 AND trashed < ?", (before,))
        return int(row[0])

    def duplicate_thread(self, thread_id: int, title: str) -> int:
        """Add a copy of a chat with all its versions; returns its id. Raises `RowMissingError`."""
        row = self.thread(thread_id)
        copies: dict[int, int] = {}
        with self._unrecorded():
            number = self.add_thread(title, folder=row.folder, settings=row.settings)
            query = f"SELECT {_EXCHANGE} FROM exchanges WHERE thread_id = ? ORDER BY id"
            for old, _, parent, *rest in self._write_connection().execute(query, (thread_id,)).fetchall():
                insert = f"INSERT INTO exchanges ({_EXCHANGE}) VALUES (NULL, ?, ?, {marks(len(rest))})"
                copies[old] = self._write(insert, (number, copies.get(parent), *rest))
        return number

    # Exchanges

    def add_exchange(
        self,
        thread_id: int,
        parent_id: int | None,
        question: str,
        pictures: Sequence[Path] = (),
        *,
        answer: str = "",
        model: str = "",
        state: str = "",
        facts: str = "",
    ) -> int:
        """Add an exchange behind another one (None: at the beginning); it is the chosen version. Returns its id."""
        stored = json.dumps([self.stored(path) for path in pictures], ensure_ascii=False) if pictures else ""
        with self._unrecorded():
            self._unchoose(thread_id, parent_id)
            number = self._write(
                "INSERT INTO exchanges (thread_id, parent_id, question, pictures, answer, model, state, facts) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (thread_id, parent_id, question, stored, answer, model, state, facts),
            )
            self._write("UPDATE threads SET changed = ? WHERE id = ?", (time.time(), thread_id))
        return number

    def set_answer(self, exchange_id: int, answer: str, *, model: str, state: str, facts: str = "") -> None:
        """Keep what has become of an answer."""
        with self._unrecorded():
            self._write(
                "UPDATE exchanges SET answer = ?, model = ?, state = ?, facts = ? WHERE id = ?",
                (answer, model, state, facts, exchange_id),
            )

    def choose_exchange(self, exchange_id: int) -> None:
        """Show this version and not its siblings."""
        row = self._one("SELECT thread_id, parent_id FROM exchanges WHERE id = ?", (exchange_id,))
        if row is not None:
            with self._unrecorded():
                self._unchoose(*row)
                self._write("UPDATE exchanges SET chosen = 1 WHERE id = ?", (exchange_id,))

    # Parts

    def _unchoose(self, thread_id: int, parent_id: int | None) -> None:
        query = "UPDATE exchanges SET chosen = 0 WHERE thread_id = ? AND parent_id IS ? AND chosen = 1"
        self._write(query, (thread_id, parent_id))

    def _set_threads(self, column: str, thread_ids: Iterable[int], value: object) -> None:
        with self._unrecorded():
            for chunk in chunks(thread_ids):
                self._write(f"UPDATE threads SET {column} = ? WHERE id IN ({marks(len(chunk))})", (value, *chunk))

    def _exchange_row(self, row: Sequence[Any]) -> ExchangeRow:
        number, thread_id, parent_id, chosen, question, pictures, *rest = row
        paths = tuple(absolute_path(path, self.folder) for path in json.loads(pictures)) if pictures else ()
        return ExchangeRow(number, thread_id, parent_id, bool(chosen), question, paths, *rest)

    @contextmanager
    def _unrecorded(self) -> Iterator[None]:
        """A transaction that is no undo step; part of the surrounding one where there is one."""
        with self._mutex, explained(self.path):
            writer = self._write_connection()
            if self._depth or writer.in_transaction:
                yield
                return
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield
                writer.execute("COMMIT")
                self._checkpoints.committed()
            except BaseException:
                self._take_back(writer)
                raise
