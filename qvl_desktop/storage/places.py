"""Where the user was in a project: the last picture, filters worth keeping.

Owns the table `marks`: small texts by name, no edits, so no part of undo. Does not own what they mean.
"""

from __future__ import annotations

from contextlib import suppress

from qvl_desktop.storage.errors import ProjectError, explained
from qvl_desktop.storage.store import Store


class Places(Store):
    """Reading and keeping marks."""

    def mark(self, key: str, default: str = "") -> str:
        """The text kept under a name."""
        row = self._one("SELECT value FROM marks WHERE key = ?", (key,))
        return str(row[0]) if row else default

    def set_mark(self, key: str, value: str) -> None:
        """Keep a text under a name; "" forgets it. Where the project cannot be written nothing happens."""
        if self.read_only:
            return
        with self._mutex, suppress(ProjectError), explained(self.path):
            writer = self._write_connection()
            if value:
                writer.execute(
                    "INSERT INTO marks (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2 "
                    "WHERE value <> ?2",
                    (key, value),
                )
            else:
                writer.execute("DELETE FROM marks WHERE key = ?", (key,))
