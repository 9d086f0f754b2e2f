"""The chats of the Chat page, kept in the project so that they can be read again.

Owns threads and their turns. They are not part of undo and tell no observer. Does not own conversations, which are
data to learn from.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from qvl_desktop.core.conversation import Role
from qvl_desktop.storage.errors import explained
from qvl_desktop.storage.refs import Refs
from qvl_desktop.storage.rows import ThreadRow, ThreadTurnRow


class Threads(Refs):
    """Reading and writing chats."""

    def threads(self) -> list[ThreadRow]:
        """All chats, newest first."""
        return [ThreadRow(*row) for row in self._all("SELECT id, title, created FROM threads ORDER BY id DESC")]

    def thread_turns(self, thread_id: int) -> list[ThreadTurnRow]:
        """The messages of a chat, in order."""
        query = (
            "SELECT id, thread_id, position, role, text, model FROM thread_turns WHERE thread_id = ? ORDER BY position"
        )
        return [ThreadTurnRow(*row) for row in self._all(query, (thread_id,))]

    def add_thread(self, title: str) -> int:
        """Begin a chat; returns its id."""
        with self._unrecorded():
            return self._write("INSERT INTO threads (title, created) VALUES (?, ?)", (title, time.time()))

    def rename_thread(self, thread_id: int, title: str) -> None:
        """Change a chat's title."""
        with self._unrecorded():
            self._write("UPDATE threads SET title = ? WHERE id = ?", (title, thread_id))

    def append_thread_turn(self, thread_id: int, role: Role, text: str, model: str = "") -> int:
        """Add a message at the end of a chat; returns its id. `model` names who answered."""
        with self._unrecorded():
            return self._write(
                "INSERT INTO thread_turns (thread_id, position, role, text, model) VALUES (?, "
                "(SELECT ifnull(max(position), -1) + 1 FROM thread_turns WHERE thread_id = ?), ?, ?, ?)",
                (thread_id, thread_id, role, text, model),
            )

    def delete_thread(self, thread_id: int) -> None:
        """Delete a chat with its messages."""
        with self._unrecorded():
            self._write("DELETE FROM threads WHERE id = ?", (thread_id,))

    @contextmanager
    def _unrecorded(self) -> Iterator[None]:
        """A transaction that is no undo step; part of the surrounding step where there is one."""
        with self._mutex, explained(self.path):
            writer = self._write_connection()
            if self._depth:
                yield
                return
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield
                writer.execute("COMMIT")
            except BaseException:
                self._take_back(writer)
                raise
