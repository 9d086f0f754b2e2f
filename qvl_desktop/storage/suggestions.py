"""Boxes that a model proposes, until a person takes or rejects them.

Owns what comes in (less what is there already), the lists to go through, and accepting, rejecting and changing, which
are edits with undo. Suggestions are no regions: nothing that reads those sees them. Does not own drafts of answers
(`drafts`) nor jobs (`asks`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from qvl_desktop.core.answerers import AskSpec
from qvl_desktop.core.box import Box, iou
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.suggesting import Difference, Found, Known, differences, disagreement_of, fresh
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse
from qvl_desktop.storage.asks import MOST_WORDS, Asks, PictureState
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.store import chunks, marks

Shelf = Literal["boxes", "differences"]
SuggestionKind = Literal["new"] | Difference
SuggestionState = Literal["open", "accepted", "rejected"]

Progress = Callable[[int, int], None]

_NewRow = tuple[SuggestionKind, str, str, int | None, float, float]
"""Kind, ref, token, region, overlap and score of a suggestion that comes in."""

_AT_A_TIME = 500
"""Suggestions that are held in memory while many are accepted."""

_COLUMNS = (
    "s.id, s.picture_id, s.ask_id, s.kind, s.state, s.ref, s.token, s.region_id, s.overlap, s.score, s.model, "
    "p.width, p.height FROM suggestions AS s JOIN pictures AS p ON p.id = s.picture_id"
)
_ON_SHELF: dict[Shelf, str] = {"boxes": "s.kind = 'new'", "differences": "s.kind <> 'new'"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one entry of a job. `found` are the boxes of all answers; with `refs`, those were asked for."""

    entry: int
    picture_id: int
    state: PictureState
    found: tuple[Found, ...] = ()
    refs: tuple[str, ...] = ()
    problem: str = ""
    drafts: tuple[tuple[str, str], ...] = ()
    """Questions with their answers, for a job of drafts."""


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """A box that a model proposes, or a region (`region_id`) that it did not find (`missed`; the token is then that of
    the region). `overlap` is the intersection over union of a `low` one with its region, `score` how much the model
    and all regions of the picture disagree (0 to 1)."""

    id: int
    picture_id: int
    ask_id: int
    kind: SuggestionKind
    state: SuggestionState
    ref: str
    shape: Shape
    token: str
    region_id: int | None
    overlap: float
    score: float
    model: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A picture with open suggestions; `id` is the picture's. `score` as in `SuggestionRow`, the worst of them."""

    id: int
    path: str
    open: int
    score: float
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """What waits to be gone through: pictures and suggestions of a shelf."""

    pictures: int = 0
    suggestions: int = 0


class Suggestions(Asks):
    """Keeping suggestions."""

    # Coming in

    def take_boxes(self, ask_id: int, heard: Sequence[Heard]) -> int:
        """Note what became of pictures, and what of the boxes is new, in one transaction; returns how many are.

        Left out are boxes that stand there already (`core.suggesting.SAME`) as regions or open suggestions, and those
        that a person rejected from the same model, unless the job asks again. Comparing replaces what the same model's
        earlier comparison left open on the picture.
        """
        spec = self.ask(ask_id).spec
        model, added = spec.who.name, 0
        make = self._differences if spec.kind == "differences" else self._new
        made = [(one, make(one, spec)) for one in heard]  # before the lock: matching crowds takes its time
        with self._noting() as writer:
            for one, rows in made:
                if writer.execute("SELECT 1 FROM pictures WHERE id = ?", (one.picture_id,)).fetchone() is None:
                    continue  # it has left the project meanwhile
                if spec.kind == "differences":
                    writer.execute(
                        "DELETE FROM suggestions WHERE picture_id = ? AND model = ? AND kind <> 'new' "
                        "AND state = 'open'",
                        (one.picture_id, model),
                    )
                count = 0
                for kind, ref, token, region_id, overlap, score in rows:
                    count += writer.execute(
                        "INSERT INTO suggestions "
                        "(picture_id, ask_id, model, kind, ref, token, region_id, overlap, score) "
                        "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 "
                        "WHERE ?7 IS NULL OR EXISTS (SELECT 1 FROM regions WHERE id = ?7)",
                        (one.picture_id, ask_id, model, kind, ref, token, region_id, overlap, score),
                    ).rowcount
                added += count
                note_entry(writer, one, count)
        self._say(Change("proposals", picture_ids=frozenset(one.picture_id for one in heard)))
        return added

    def _new(self, one: Heard, spec: AskSpec) -> list[_NewRow]:
        """The boxes that stand nowhere yet and were not rejected."""
        standing = [(row.ref, row.box) for row in self.regions(one.picture_id)]
        query = (
            "SELECT ref, token FROM suggestions WHERE picture_id = ? AND kind = 'new' "
            "AND (state = 'open' OR (state = 'rejected' AND model = ? AND NOT ?))"
        )
        known = self._all(query, (one.picture_id, spec.who.name, spec.again))
        standing += [(ref, _box_of(token)) for ref, token in known]
        return [("new", each.ref, each.text, None, 0.0, 0.0) for each in fresh(one.found, standing)]

    def _differences(self, one: Heard, spec: AskSpec) -> list[_NewRow]:
        """Where the regions and the boxes differ, less what the user has said about the same differences before."""
        mine = [row for row in self.regions(one.picture_id) if row.ref in one.refs and row.kind != "point"]
        found = fresh(one.found, ())
        every = differences([Known(row.ref, row.box) for row in mine], found, spec.limit)
        alone = sum(each.kind != "extra" for each in every)
        score = disagreement_of(every, len(mine) - alone)
        kept: set[tuple[str, int]] = set()
        refused: list[tuple[str, Box]] = []
        query = (
            "SELECT kind, ref, token, region_id FROM suggestions "
            "WHERE picture_id = ? AND model = ? AND kind <> 'new' AND state = 'rejected'"
        )
        for kind, ref, token, region_id in () if spec.again else self._all(query, (one.picture_id, spec.who.name)):
            if region_id is not None:
                kept.add((kind, region_id))
            refused.append((ref, _box_of(token)))
        rows: list[_NewRow] = []
        for each in every:
            region = mine[each.known] if each.known is not None else None
            box = found[each.found] if each.found is not None else None
            again = box is None or not fresh([box], refused)
            if again and (region is None or (each.kind, region.id) in kept):
                continue
            ref, token = (box.ref, box.text) if box is not None else (region.ref, region.token) if region else ("", "")
            rows.append((each.kind, ref, token, region.id if region else None, each.overlap, score))
        return rows

    # What waits

    def review_ids(self, shelf: Shelf) -> list[int]:
        """The pictures with open suggestions: boxes in the order of pictures, differences worst first."""
        order = "p.sort_key, p.id" if shelf == "boxes" else "c.score DESC, p.sort_key, p.id"
        row = self._one(
            "SELECT json_group_array(id) FROM (SELECT p.id AS id FROM review_counts AS c "
            f"JOIN pictures AS p ON p.id = c.picture_id WHERE c.shelf = ? ORDER BY {order})",
            (shelf,),
        )
        found: list[int] = json.loads(row[0]) if row else []
        return found

    def review_rows(self, shelf: Shelf, picture_ids: Iterable[int]) -> list[ReviewRow]:
        """Those of the pictures that have open suggestions, in the order asked for."""
        ids = list(picture_ids)
        found: dict[int, ReviewRow] = {}
        for chunk in chunks(ids):
            places = marks(len(chunk))
            kinds: dict[int, dict[str, int]] = {}
            query = (
                "SELECT s.picture_id, s.kind, count(*) FROM suggestions AS s WHERE s.state = 'open' "
                f"AND {_ON_SHELF[shelf]} AND s.picture_id IN ({places}) GROUP BY s.picture_id, s.kind"
            )
            for picture_id, kind, count in self._all(query, chunk):
                kinds.setdefault(picture_id, {})[kind] = count
            query = (
                "SELECT c.picture_id, p.path, c.open, c.score FROM review_counts AS c "
                f"JOIN pictures AS p ON p.id = c.picture_id WHERE c.shelf = ? AND c.picture_id IN ({places})"
            )
            for number, *rest in self._all(query, (shelf, *chunk)):
                found[number] = ReviewRow(number, rest[0], rest[1], rest[2], kinds.get(number, {}))
        return [found[one] for one in ids if one in found]

    def review_counts(self, shelf: Shelf) -> ReviewCounts:
        """How much waits on a shelf."""
        row = self._one("SELECT count(*), ifnull(sum(open), 0) FROM review_counts WHERE shelf = ?", (shelf,))
        return ReviewCounts(int(row[0]), int(row[1])) if row else ReviewCounts()

    def suggestions(
        self, picture_id: int, shelf: Shelf | None = None, state: SuggestionState = "open"
    ) -> list[SuggestionRow]:
        """The suggestions about a picture: of differences the worst first, else as the model gave them."""
        on = f"AND {_ON_SHELF[shelf]}" if shelf else ""
        query = f"SELECT {_COLUMNS} WHERE s.picture_id = ? AND s.state = ? {on} ORDER BY s.overlap, s.id"
        return [_row(row) for row in self._all(query, (picture_id, state))]

    def suggestions_by_id(self, ids: Iterable[int]) -> list[SuggestionRow]:
        """Those of the suggestions that exist, in order of their numbers."""
        rows: list[SuggestionRow] = []
        for chunk in chunks(sorted(ids)):
            rows += map(_row, self._all(f"SELECT {_COLUMNS} WHERE s.id IN ({marks(len(chunk))}) ORDER BY s.id", chunk))
        return rows

    def free_suggestions(
        self, picture_ids: Sequence[int], overlap: float = 0.1, progress: Progress | None = None
    ) -> list[int]:
        """Open boxes that touch no region of their picture by an overlap of so much or more."""
        found = []
        for done, picture_id in enumerate(picture_ids):
            if progress is not None and not done % _AT_A_TIME:
                progress(done, len(picture_ids))
            rects = [row.rect for row in self.regions(picture_id)]
            for row in self.suggestions(picture_id, "boxes"):
                if all(iou(row.shape.bounds, rect) < overlap for rect in rects):
                    found.append(row.id)
        return found

    # Edits

    def accept_suggestions(
        self, ids: Iterable[int], shapes: Mapping[int, Shape] | None = None, progress: Progress | None = None
    ) -> list[int]:
        """Take the model's boxes, in one undo step; returns the regions that came of it.

        A new or extra box becomes a region, a `low` one gives its region the model's place; a `missed` region is
        deleted. `shapes` are taken in place of the model's, where the user put it right. Those that are not open are
        passed over; for one that stands there as a region by now, none is added.
        `progress(done, total)` may raise `Cancelled`: then nothing has happened.
        """
        wanted = sorted(ids)
        made: list[int] = []
        with self.step(
            QT_TRANSLATE_NOOP("history", "Accept suggestion")
            if len(wanted) == 1
            else QT_TRANSLATE_NOOP("history", "Accept suggestions")
        ):
            for done in range(0, len(wanted), _AT_A_TIME):
                if progress is not None:
                    progress(done, len(wanted))
                by_picture: dict[int, list[SuggestionRow]] = {}
                for row in self.suggestions_by_id(wanted[done : done + _AT_A_TIME]):
                    if row.state == "open":
                        row = replace(row, shape=shapes.get(row.id, row.shape)) if shapes else row
                        by_picture.setdefault(row.picture_id, []).append(row)
                for picture_id, here in by_picture.items():
                    made += self._take_over(picture_id, here)
        return made

    def _take_over(self, picture_id: int, rows: Sequence[SuggestionRow]) -> list[int]:
        """Take suggestions about one picture; the regions that are there now."""
        made: list[int] = []
        added = [row for row in rows if row.kind in ("new", "extra")]
        if added:
            made += self.add_shapes(picture_id, self._not_drawn(picture_id, added))
        self._close(row.id for row in rows)
        moved = {row.region_id: row.shape for row in rows if row.kind == "low" and row.region_id is not None}
        if moved:
            self.reshape_regions(moved)
            made += moved
        gone = [row.region_id for row in rows if row.kind == "missed" and row.region_id is not None]
        if gone:
            self.delete_regions(gone)
        return made

    def _not_drawn(self, picture_id: int, rows: Sequence[SuggestionRow]) -> list[tuple[str, Shape]]:
        """What the user has not drawn since by hand, and what is not twice among the suggestions themselves."""
        picture = self.picture(picture_id)
        size = picture.width, picture.height
        shapes = {number: (row.ref, row.shape.clipped(*size)) for number, row in enumerate(rows)}
        codes = {number: shape.encode(*size) for number, (_, shape) in shapes.items()}
        found = [Found(shapes[number][0], code) for number, code in codes.items()]
        kept = fresh(found, [(row.ref, row.box) for row in self.regions(picture_id)])
        wanted = {id(one) for one in kept}
        return [shapes[number] for number, one in enumerate(found) if id(one) in wanted]

    def _close(self, ids: Iterable[int], state: SuggestionState = "accepted") -> None:
        self._write_many(
            "UPDATE suggestions SET state = ? WHERE id = ? AND state <> ?", ((state, one, state) for one in ids)
        )

    def reject_suggestions(self, ids: Iterable[int]) -> None:
        """Keep what is there, in one undo step: these are not proposed again by the same model."""
        wanted = list(ids)
        with self.step(
            QT_TRANSLATE_NOOP("history", "Reject suggestion")
            if len(wanted) == 1
            else QT_TRANSLATE_NOOP("history", "Reject suggestions")
        ):
            self._close(wanted, "rejected")

    def rename_suggestions(self, ids: Iterable[int], ref: str) -> None:
        """Give open suggestions another ref, in one undo step. Raises `RegionError` for a ref that no region can have.

        Only `new` and `extra` ones: the others are about a region, which has its own.
        """
        name = self._checked_ref(ref)
        with self.step(QT_TRANSLATE_NOOP("history", "Rename suggestions")):
            self._write_many(
                "UPDATE suggestions SET ref = ? WHERE id = ? AND ref <> ? AND kind IN ('new', 'extra')",
                ((name, one, name) for one in ids),
            )

    def drop_suggestions(self, ask_id: int) -> int:
        """Throw away what is still open of a job, in one undo step; returns how many those were.

        They count as never proposed: asking again brings them back.
        """
        with self.step(QT_TRANSLATE_NOOP("history", "Drop suggestions")):
            delete = "DELETE FROM suggestions WHERE ask_id = ? AND state = 'open'"
            return int(self._write_connection().execute(delete, (ask_id,)).rowcount)

    def open_suggestion_ids(self, shelf: Shelf, ask_id: int | None = None) -> list[int]:
        """All that are open on a shelf, or of one job on it."""
        of = "" if ask_id is None else "AND s.ask_id = ?"
        row = self._one(
            f"SELECT json_group_array(s.id) FROM suggestions AS s WHERE s.state = 'open' AND {_ON_SHELF[shelf]} {of}",
            () if ask_id is None else (ask_id,),
        )
        found: list[int] = json.loads(row[0]) if row else []
        return found


def note_entry(writer: sqlite3.Connection, one: Heard, found: int) -> None:
    """What became of a picture of a job, inside a transaction."""
    writer.execute(
        "UPDATE ask_pictures SET state = ?, found = ?, problem = ? WHERE id = ?",
        (one.state, found, one.problem[:MOST_WORDS], one.entry),
    )


def _token_of(text: str) -> BoxToken | QuadToken:
    segment = next(iter(parse(text)), None)
    assert isinstance(segment, (BoxToken, QuadToken)), text  # written by this program alone
    return segment


def _box_of(text: str) -> Box:
    token = _token_of(text)
    return token.box if isinstance(token, BoxToken) else token.quad.bounds


def _row(row: Sequence[Any]) -> SuggestionRow:
    number, picture_id, ask_id, kind, state, ref, token, region_id, overlap, score, model, width, height = row
    code = _token_of(token)
    shape = Shape.decode(code.box if isinstance(code, BoxToken) else code.quad, width, height)
    return SuggestionRow(number, picture_id, ask_id, kind, state, ref, shape, token, region_id, overlap, score, model)
