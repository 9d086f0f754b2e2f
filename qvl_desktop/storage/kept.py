"""Findings that the user wants to keep as they are.

Owns reading and writing them; they are an edit like any other. They stand among the headers, under the format "kept"
(no data format has that name), as `code`, line end, what the finding is about. Does not own findings
(`core.findings`).
"""

from __future__ import annotations

from collections.abc import Iterable

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage.threads import Threads

KEPT = "kept"

Key = tuple[str, str]
"""A finding's code and key."""


class Kept(Threads):
    """Keeping findings as they are."""

    def kept_findings(self) -> set[Key]:
        """What is to be kept."""
        rows = self._all("SELECT name FROM headers WHERE format = ?", (KEPT,))
        return {(code, key) for code, _, key in (row[0].partition("\n") for row in rows)}

    def keep_findings(self, keys: Iterable[Key]) -> None:
        """Keep these as they are, in one undo step."""
        insert = "INSERT INTO headers (format, name, value) VALUES (?, ?, '') ON CONFLICT DO NOTHING"
        with self.step(QT_TRANSLATE_NOOP("history", "Keep as it is")):
            self._write_many(insert, ((KEPT, f"{code}\n{key}") for code, key in keys))

    def show_findings_again(self, keys: Iterable[Key]) -> None:
        """Do not keep these any longer, in one undo step."""
        with self.step(QT_TRANSLATE_NOOP("history", "Show findings again")):
            self._write_many(
                "DELETE FROM headers WHERE format = ? AND name = ?", ((KEPT, f"{code}\n{key}") for code, key in keys)
            )
