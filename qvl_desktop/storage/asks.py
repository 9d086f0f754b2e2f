"""Jobs that ask a model about many pictures, kept in the project.

Owns the list of pictures of a job, how far each is, and what could not be read. A job is no edit: it takes no part in
undo, and goes on where it was after a crash. Does not own asking (`jobs.preannotate`) nor what answers propose
(`suggestions`, `drafts`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qvl_desktop.core.answerers import AskError, AskKind, AskSpec
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.files import Files
from qvl_desktop.storage.filters import PictureFilter, query
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.store import marks

AskState = Literal["open", "done", "cancelled"]
"""`open`: pictures wait, whether anybody asks just now or not."""

PictureState = Literal["waiting", "done", "unread", "failed"]

MOST_WORDS = 400
"""Characters of a problem that are kept."""


@dataclass(frozen=True, slots=True)
class AskRow:
    """A job. `created` is seconds since the epoch; `problem` is why it stopped last, or empty."""

    id: int
    kind: AskKind
    state: AskState
    spec: AskSpec
    created: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AskCounts:
    """How far a job is, in pictures; `found` counts what was proposed."""

    waiting: int = 0
    done: int = 0
    unread: int = 0
    failed: int = 0
    found: int = 0

    @property
    def total(self) -> int:
        """All pictures of the job."""
        return self.waiting + self.asked

    @property
    def asked(self) -> int:
        """Those that need no more asking."""
        return self.done + self.unread + self.failed


@dataclass(frozen=True, slots=True)
class AskedPicture:
    """One picture of a job; `path` as stored."""

    id: int
    picture_id: int
    path: str
    state: PictureState = "waiting"
    found: int = 0
    problem: str = ""


_PICTURES = (
    "SELECT a.id, a.picture_id, p.path, a.state, a.found, a.problem FROM ask_pictures AS a "
    "JOIN pictures AS p ON p.id = a.picture_id"
)


class Asks(Files):
    """Keeping jobs."""

    def begin_ask(self, spec: AskSpec, asked: PictureFilter | Sequence[int] | None = None) -> int:
        """Note a job for the pictures of a filter (all by default), or for these ids; returns its number.

        Comparing without refs leaves out pictures without regions. Raises `AskError` when no picture is left.
        """
        with self._noting() as writer:
            number = int(
                writer.execute(
                    "INSERT INTO asks (kind, state, model, spec, created) VALUES (?, 'open', ?, ?, ?)",
                    (spec.kind, spec.who.name, spec.to_text(), time.time()),
                ).lastrowid
            )
            own = "p.region_count > 0" if spec.kind == "differences" and not spec.refs else "TRUE"
            insert = f"INSERT INTO ask_pictures (ask_id, picture_id) SELECT {number}, p.id FROM"
            if asked is None or isinstance(asked, PictureFilter):
                made = query(asked or PictureFilter(), writer)
                where = f"{made.where or 'TRUE'} AND {own}"
                writer.execute(f"{insert} {made.tables} WHERE {where} ORDER BY p.sort_key, p.id", made.values)
            else:
                writer.executemany(f"{insert} pictures AS p WHERE p.id = ? AND {own}", ((one,) for one in asked))
            if writer.execute("SELECT 1 FROM ask_pictures WHERE ask_id = ? LIMIT 1", (number,)).fetchone() is None:
                raise AskError(
                    QT_TRANSLATE_NOOP("errors", "No picture to ask about: none passes the filter, or none has regions.")
                )
        self._say(Change("proposals"))
        return number

    def asks(self, kind: AskKind | None = None, limit: int = 50) -> list[AskRow]:
        """The jobs, newest first."""
        where, values = ("WHERE kind = ?", (kind,)) if kind else ("", ())
        rows = self._all(
            f"SELECT id, kind, state, spec, created, problem FROM asks {where} ORDER BY id DESC LIMIT ?",
            (*values, limit),
        )
        found = []
        for row in rows:
            try:
                found.append(_ask_row(row))
            except AskError:  # of a later version; nothing can be done with it here
                continue
        return found

    def ask(self, ask_id: int) -> AskRow:
        """One job. Raises `RowMissingError`."""
        row = self._one("SELECT id, kind, state, spec, created, problem FROM asks WHERE id = ?", (ask_id,))
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: job {id} is no longer in the project."), path=self.path, id=ask_id
            )
        return _ask_row(row)

    def open_ask(self) -> AskRow | None:
        """The newest job in which pictures wait: what a restart goes on with."""
        return next((row for row in self.asks() if row.state == "open"), None)

    def ask_counts(self, ask_id: int) -> AskCounts:
        """How far a job is."""
        rows = self._all(
            "SELECT state, count(*), sum(found) FROM ask_pictures WHERE ask_id = ? GROUP BY state", (ask_id,)
        )
        counts: dict[str, int] = {state: count for state, count, _ in rows}
        return AskCounts(**counts, found=sum(found for _, _, found in rows))

    def waiting_pictures(self, ask_id: int, after: int = 0, limit: int = 100) -> list[AskedPicture]:
        """Pictures that wait, behind entry `after`, in the job's order."""
        rows = self._all(
            f"{_PICTURES} WHERE a.ask_id = ? AND a.state = 'waiting' AND a.id > ? ORDER BY a.id LIMIT ?",
            (ask_id, after, limit),
        )
        return [AskedPicture(*row) for row in rows]

    def asked_pictures(self, entry_ids: Iterable[int]) -> list[AskedPicture]:
        """Those of these entries that exist, in the order asked for."""
        ids = list(entry_ids)
        rows = self._all(f"{_PICTURES} WHERE a.id IN ({marks(len(ids))})", ids)
        found = {row[0]: AskedPicture(*row) for row in rows}
        return [found[one] for one in ids if one in found]

    def unread_ids(self, ask_id: int) -> list[int]:
        """The entries of pictures about which an answer is missing or could not be read, in the job's order."""
        rows = self._all(
            "SELECT id FROM ask_pictures WHERE ask_id = ? AND state IN ('unread', 'failed') ORDER BY id", (ask_id,)
        )
        return [int(row[0]) for row in rows]

    def note_ask(self, ask_id: int, state: AskState, problem: str = "") -> None:
        """Say how a job stands. One that is open without waiting pictures is done."""
        with self._noting() as writer:
            waits = "SELECT 1 FROM ask_pictures WHERE ask_id = ? AND state = 'waiting' LIMIT 1"
            if state == "open" and writer.execute(waits, (ask_id,)).fetchone() is None:
                state = "done"
            writer.execute("UPDATE asks SET state = ?, problem = ? WHERE id = ?", (state, problem[:MOST_WORDS], ask_id))
        self._say(Change("proposals"))

    def ask_again(self, ask_id: int) -> int:
        """Let the pictures that failed or could not be read wait once more; returns how many."""
        with self._noting() as writer:
            count: int = writer.execute(
                "UPDATE ask_pictures SET state = 'waiting', problem = '' "
                "WHERE ask_id = ? AND state IN ('unread', 'failed')",
                (ask_id,),
            ).rowcount
            if count:
                writer.execute("UPDATE asks SET state = 'open', problem = '' WHERE id = ?", (ask_id,))
        self._say(Change("proposals"))
        return count


def _ask_row(row: Sequence[Any]) -> AskRow:
    number, kind, state, spec, created, problem = row
    return AskRow(number, kind, state, AskSpec.from_text(spec), created, problem)
