"""The findings of a check, on a shelf: counted, listed a page at a time, replaced where something was looked at again.

Owns a database of its own that SQLite keeps in memory and moves to a nameless temporary file when it grows: hundreds of
thousands of findings do not fill the memory, and nothing is left when it closes. Does not own what is checked
(`checking`), nor which findings are to be kept (`kept`; it is told).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qvl_desktop.core.findings import RULES, At, Finding
from qvl_desktop.storage.store import chunks, marks

_TABLES = """
CREATE TABLE finding (
    id INTEGER PRIMARY KEY, scope TEXT NOT NULL, owner INTEGER NOT NULL, code TEXT NOT NULL, source TEXT NOT NULL,
    turn INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, vals TEXT NOT NULL,
    picture INTEGER NOT NULL, region INTEGER NOT NULL, conversation INTEGER NOT NULL, turn_id INTEGER NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX by_code ON finding (code, id);
CREATE INDEX by_owner ON finding (scope, owner);
CREATE TABLE kept (code TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (code, key)) WITHOUT ROWID;
CREATE TABLE said (conversation INTEGER PRIMARY KEY, digest INTEGER NOT NULL, tokens INTEGER NOT NULL);
CREATE INDEX by_digest ON said (digest);
"""
_COLUMNS = "code, source, turn, start, stop, vals, picture, region, conversation, turn_id, key"
_OPEN = "NOT EXISTS (SELECT 1 FROM kept AS k WHERE k.code = f.code AND k.key = f.key)"
_KEPT = "EXISTS (SELECT 1 FROM kept AS k WHERE k.code = f.code AND k.key = f.key)"
_ORDER = {code: place for place, code in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many findings of a kind there are; `kept` ones are to stay as they are and do not count in `open`."""

    code: str
    open: int
    kept: int


class FindingShelf:
    """The findings of one project. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA cache_size = -8192")
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._connection.close()

    # Filling

    def replace(self, scope: str, owners: Iterable[int] | None, findings: Iterable[tuple[int, Finding]]) -> None:
        """Put findings (with the row each belongs to) in the place of those of these owners in a scope; None = all."""
        with self._lock, _Transaction(self._connection) as connection:
            if owners is None:
                connection.execute("DELETE FROM finding WHERE scope = ?", (scope,))
            else:
                for chunk in chunks(owners):
                    query = f"DELETE FROM finding WHERE scope = ? AND owner IN ({marks(len(chunk))})"
                    connection.execute(query, (scope, *chunk))
            connection.executemany(
                f"INSERT INTO finding (scope, owner, {_COLUMNS}) VALUES ({marks(13)})",
                ((scope, owner, *_row(finding)) for owner, finding in findings),
            )

    def set_kept(self, keys: Iterable[tuple[str, str]]) -> None:
        """Which findings (code and key) are to stay as they are."""
        with self._lock, _Transaction(self._connection) as connection:
            connection.execute("DELETE FROM kept")
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", keys)

    def note_said(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Conversations with a digest of what they say and their length in tokens."""
        with self._lock, _Transaction(self._connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", rows)

    def forget_said(self, conversation_ids: Iterable[int]) -> None:
        """Conversations that are gone."""
        with self._lock, _Transaction(self._connection) as connection:
            connection.executemany(
                "DELETE FROM said WHERE conversation = ?", ((number,) for number in conversation_ids)
            )

    # Asking

    def counts(self) -> list[CodeCount]:
        """Each kind of fault that there is, in the order of the rules; errors first."""
        query = f"SELECT code, count(*), sum({_KEPT}) FROM finding AS f GROUP BY code"
        found = [CodeCount(code, total - kept, kept) for code, total, kept in self._all(query)]
        return sorted(found, key=lambda c: (RULES[c.code].level != "error", _ORDER[c.code]))

    def ids(self, code: str, *, kept: bool = False, limit: int = -1, after: int = 0) -> list[int]:
        """The findings of a kind, by the numbers they have on this shelf."""
        query = (
            f"SELECT f.id FROM finding AS f WHERE code = ? AND f.id > ? AND {_KEPT if kept else _OPEN} ORDER BY f.id"
        )
        return [row[0] for row in self._all(query + " LIMIT ?", (code, after, limit))]

    def findings(self, ids: Sequence[int]) -> list[tuple[int, Finding]]:
        """Those of the findings that are still there, in the order asked for."""
        found: dict[int, Finding] = {}
        for chunk in chunks(ids):
            query = f"SELECT id, {_COLUMNS} FROM finding WHERE id IN ({marks(len(chunk))})"
            found.update((row[0], _finding(row[1:])) for row in self._all(query, chunk))
        return [(number, found[number]) for number in ids if number in found]

    def all_of(self, code: str, *, kept: bool = False) -> Iterator[Finding]:
        """Every finding of a kind, read a page at a time."""
        after = 0
        while page := self.ids(code, kept=kept, limit=500, after=after):
            after = page[-1]
            yield from (finding for _, finding in self.findings(page))

    def of_picture(self, picture_id: int, codes: Sequence[str]) -> list[Finding]:
        """The open findings of these kinds about a picture itself."""
        query = (
            f"SELECT {_COLUMNS} FROM finding AS f WHERE scope = 'file' AND owner = ? AND code IN ({marks(len(codes))}) "
            f"AND {_OPEN}"
        )
        return [_finding(row) for row in self._all(query, (picture_id, *codes))]

    def same_said(self) -> list[tuple[int, list[int]]]:
        """Conversations that say the same: digest and ids, oldest first."""
        query = (
            "SELECT digest, conversation FROM said WHERE digest IN "
            "(SELECT digest FROM said GROUP BY digest HAVING count(*) > 1) ORDER BY digest, conversation"
        )
        groups: dict[int, list[int]] = {}
        for digest, number in self._all(query):
            groups.setdefault(digest, []).append(number)
        return list(groups.items())

    def lengths(self) -> list[tuple[int, int]]:
        """Each length in tokens with the number of conversations that have it."""
        return [(row[0], row[1]) for row in self._all("SELECT tokens, count(*) FROM said GROUP BY tokens")]

    def lengths_of(self, conversation_ids: Iterable[int]) -> dict[int, int]:
        """The lengths of these conversations, as far as they were checked."""
        found: dict[int, int] = {}
        for chunk in chunks(conversation_ids):
            query = f"SELECT conversation, tokens FROM said WHERE conversation IN ({marks(len(chunk))})"
            found.update(self._all(query, chunk))
        return found

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


class _Transaction:
    """BEGIN … COMMIT around a block; there is nothing to take back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN")
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.execute("COMMIT")


def _row(finding: Finding) -> tuple[object, ...]:
    at = finding.at
    values = json.dumps(dict(finding.values), ensure_ascii=False) if finding.values else ""
    return (
        finding.code, finding.source, finding.turn, finding.start, finding.end, values,
        at.picture, at.region, at.conversation, at.turn, finding.key,
    )  # fmt: skip


def _finding(row: Sequence[Any]) -> Finding:
    code, source, turn, start, stop, values, picture, region, conversation, turn_id, key = row
    at = At(picture, region, conversation, turn_id)
    return Finding(code, source, turn, start, stop, json.loads(values) if values else {}, at, key)
