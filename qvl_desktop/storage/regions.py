"""The regions of a project: a ref and its shape on one picture.

Owns reading, adding, reshaping, locking and deleting regions, and keeps `token == encode(geometry)`. The turns in which
a region's token stands follow it in the same step. Does not own refs (`refs`), drawing or hit-testing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import Fault
from qvl_desktop.core.tokens import faults as token_faults
from qvl_desktop.storage import linking
from qvl_desktop.storage.conversations import Conversations
from qvl_desktop.storage.errors import RegionError, RowMissingError
from qvl_desktop.storage.rows import LinkedToken, RegionRow, TurnRow
from qvl_desktop.storage.store import chunks, marks
from qvl_desktop.storage.stored_shapes import stored_shape

_COLUMNS = (
    "r.id, r.picture_id, r.ref, r.x1, r.y1, r.x2, r.y2, p.width, p.height, r.kind, r.points, r.locked, r.extra, r.token"
)
_FROM = "FROM regions AS r JOIN pictures AS p ON p.id = r.picture_id"

_NO_AREA = {
    "box": QT_TRANSLATE_NOOP("errors", "This box has no area inside its picture."),
    "quad": QT_TRANSLATE_NOOP("errors", "This quad has no area inside its picture."),
}


class Regions(Conversations):
    """Reading and editing regions."""

    # Reading

    def regions(self, picture_id: int) -> list[RegionRow]:
        """The regions of a picture, oldest first (the order they are drawn in)."""
        rows = self._all(f"SELECT {_COLUMNS} {_FROM} WHERE r.picture_id = ? ORDER BY r.id", (picture_id,))
        return [_region_row(row) for row in rows]

    def region(self, region_id: int) -> RegionRow:
        """One region. Raises `RowMissingError`."""
        row = self._one(f"SELECT {_COLUMNS} {_FROM} WHERE r.id = ?", (region_id,))
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: region {id} is no longer in the project."),
                path=self.path,
                id=region_id,
            )
        return _region_row(row)

    def region_count(self) -> int:
        """How many regions the project has."""
        row = self._one("SELECT ifnull(sum(count), 0) FROM refs")
        return int(row[0]) if row else 0

    def distinct_counts(self) -> tuple[int, int, int]:
        """How many pictures have regions with a ref, pairs of picture and ref, and triples of picture, ref and box."""
        query = (
            "SELECT count(DISTINCT picture_id), count(DISTINCT picture_id || ' ' || ref), "
            "count(DISTINCT picture_id || ' ' || ref || token) FROM regions WHERE ref <> ''"
        )
        row = self._one(query)
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)

    def linked_tokens(self, region_ids: Iterable[int]) -> list[LinkedToken]:
        """Where the tokens of regions stand in turns, in the order of the turns."""
        found: list[LinkedToken] = []
        for chunk in chunks(region_ids):
            query = (
                "SELECT l.turn_id, l.ordinal, t.text FROM links AS l JOIN turns AS t ON t.id = l.turn_id "
                f"WHERE l.region_id IN ({marks(len(chunk))}) ORDER BY l.turn_id, l.ordinal"
            )
            for turn_id, ordinal, text in self._all(query, chunk):
                token = linking.token_at(text, ordinal)
                if token is not None:
                    found.append(LinkedToken(turn_id, ordinal, token))
        return found

    # Editing

    def add_region(self, picture_id: int, ref: str, rect: Rect) -> int:
        """Add a box; returns its id.

        `rect` is in pixels of the upright picture, in any corner order; what lies outside is cut off. Raises
        `RegionError` when nothing is left, or when `ref` holds tags of the token grammar.
        """
        return self.add_shapes(picture_id, [(ref, Shape.of_rect(rect))])[0]

    def add_regions(self, picture_id: int, items: Iterable[tuple[str, Rect]]) -> list[int]:
        """Add several boxes of one picture in one undo step; returns their ids. See `add_region`."""
        return self.add_shapes(picture_id, ((ref, Shape.of_rect(rect)) for ref, rect in items))

    def add_shapes(self, picture_id: int, items: Iterable[tuple[str, Shape]]) -> list[int]:
        """Add regions of any shape to one picture in one undo step; returns their ids.

        What lies outside the picture is cut off. Raises `RegionError`, with nothing added, when nothing of a shape is
        left (a point must lie inside), or when a ref holds tags of the token grammar.
        """
        picture = self.picture(picture_id)
        rows = [
            (picture_id, self._checked_ref(ref), *_columns(shape, picture.width, picture.height))
            for ref, shape in items
        ]
        columns = "id, picture_id, ref, kind, points, x1, y1, x2, y2, token"
        with self.step(
            QT_TRANSLATE_NOOP("history", "Add region")
            if len(rows) == 1
            else QT_TRANSLATE_NOOP("history", "Add regions")
        ):
            row = self._one("SELECT ifnull(max(id), 0) FROM regions")
            first = int(row[0]) + 1 if row else 1
            ids = range(first, first + len(rows))
            insert = f"INSERT INTO regions ({columns}) VALUES ({marks(10)})"
            self._write_many(insert, ((number, *row) for number, row in zip(ids, rows, strict=True)))
            return list(ids)

    def move_region(self, region_id: int, rect: Rect) -> None:
        """Move and scale a region so that its bounds become `rect`; tokens that stand for it follow."""
        self.reshape_region(region_id, self.region(region_id).shape.fitted(rect.normalised()))

    def reshape_region(self, region_id: int, shape: Shape) -> None:
        """Give a region another shape, also of another kind; tokens that stand for it follow."""
        self.reshape_regions({region_id: shape})

    def reshape_regions(self, shapes: Mapping[int, Shape]) -> None:
        """Give regions other shapes in one undo step; tokens that stand for them follow. See `add_shapes`."""
        update = (
            "UPDATE regions SET kind = ?, points = ?, x1 = ?, y1 = ?, x2 = ?, y2 = ?, token = ? WHERE id = ? "
            "AND (kind, points, x1, y1, x2, y2) <> (?, ?, ?, ?, ?, ?)"
        )
        with self.step(
            QT_TRANSLATE_NOOP("history", "Move region")
            if len(shapes) == 1
            else QT_TRANSLATE_NOOP("history", "Move regions")
        ):
            for region_id, shape in shapes.items():
                region = self.region(region_id)
                picture = self.picture(region.picture_id)
                row = _columns(shape, picture.width, picture.height)
                self._write(update, (*row, region_id, *row[:-1]))
                token = str(row[-1])
                if token != region.token:
                    self._rewrite_tokens(region_id, token)

    def set_locked(self, region_ids: Iterable[int], locked: bool) -> None:
        """Lock regions against the hand, or free them, in one undo step. The project itself edits them all the same."""
        query = "UPDATE regions SET locked = ? WHERE id = ? AND locked <> ?"
        with self.step(
            QT_TRANSLATE_NOOP("history", "Lock regions") if locked else QT_TRANSLATE_NOOP("history", "Unlock regions")
        ):
            self._write_many(query, ((int(locked), number, int(locked)) for number in region_ids))

    def delete_regions(self, region_ids: Iterable[int]) -> None:
        """Delete regions. Conversations keep their text; the tokens in it then stand for themselves.

        `linked_tokens`, asked before, tells which; `remove_tokens` takes them out as well.
        """
        with self.step(QT_TRANSLATE_NOOP("history", "Delete regions")):
            for chunk in chunks(region_ids):
                self._write(f"DELETE FROM regions WHERE id IN ({marks(len(chunk))})", chunk)

    def remove_tokens(self, tokens: Iterable[LinkedToken]) -> int:
        """Take tokens out of their turns in one undo step; returns how many.

        A phrase without any token left goes too (see `linking.without_token`). Where an answer has nothing else to say,
        it goes with its question, and the conversation with its last answer. Tokens that are no longer where they were
        are left alone.
        """
        by_turn: dict[int, list[LinkedToken]] = {}
        for token in tokens:
            by_turn.setdefault(token.turn_id, []).append(token)
        with self.step(QT_TRANSLATE_NOOP("history", "Remove boxes from answers")):
            return sum(
                self._remove_from_turn(turn_id, sorted(here, key=lambda token: -token.ordinal))
                for turn_id, here in by_turn.items()
            )

    def _remove_from_turn(self, turn_id: int, tokens: Sequence[LinkedToken]) -> int:
        row = self._one("SELECT text FROM turns WHERE id = ?", (turn_id,))
        if row is None:
            return 0
        text, removed = str(row[0]), 0
        for token in tokens:
            if linking.token_at(text, token.ordinal) == token.token:
                text, removed = linking.without_token(text, token.ordinal), removed + 1
        if removed:
            turn = self.turn(turn_id)
            if turn.role == "assistant" and not text.strip(linking.JOINERS + ".。"):
                self._drop_exchange(turn)
            else:
                self._set_text(turn_id, text)
                self._text_changed(turn.conversation_id)
        return removed

    def _drop_exchange(self, answer: TurnRow) -> None:
        """Delete an answer and the question before it; a conversation without answers goes as a whole.

        The pictures that the question names move to the next question.
        """
        turns = list(self.conversation(answer.conversation_id).turns)
        place = next(i for i, turn in enumerate(turns) if turn.id == answer.id)
        first = place - 1 if place and turns[place - 1].role == "user" else place
        dropped, left = turns[first : place + 1], [*turns[:first], *turns[place + 1 :]]
        if not any(turn.role == "assistant" for turn in left):
            self._write("DELETE FROM conversations WHERE id = ?", (answer.conversation_id,))
            return
        for turn in dropped:
            self._write("DELETE FROM turns WHERE id = ?", (turn.id,))
        named = "".join(line for line in dropped[0].text.splitlines(keepends=True) if "<img>" in line)
        following = next((turn for turn in turns[place + 1 :] if turn.role == "user"), None)
        if named and following is not None:
            self._set_text(following.id, named.rstrip("\n") + "\n" + following.text)
        self._order_turns(left)
        self._text_changed(answer.conversation_id)

    def _rewrite_tokens(self, region_id: int, token: str) -> None:
        for turn_id, ordinals in self._tokens_of(region_id).items():
            text = self.turn(turn_id).text
            for ordinal in ordinals:
                text = linking.with_token(text, ordinal, token)
            self._set_text(turn_id, text)

    def _tokens_of(self, region_id: int) -> dict[int, list[int]]:
        """The turns in which the region's token stands, and which of their tokens it is."""
        places: dict[int, list[int]] = {}
        for turn_id, ordinal in self._all("SELECT turn_id, ordinal FROM links WHERE region_id = ?", (region_id,)):
            places.setdefault(turn_id, []).append(ordinal)
        return places

    def _checked_ref(self, ref: str) -> str:
        return _checked(ref)


@lru_cache(maxsize=4096)
def _checked(ref: str) -> str:
    """The ref as it is stored; the same few come a million times in an import."""
    ref = " ".join(ref.split())
    found: list[Fault] = token_faults(ref)
    if found or ("<" in ref and ("<ref>" in ref or "<box>" in ref or "<quad>" in ref or "<img>" in ref)):
        raise RegionError(
            QT_TRANSLATE_NOOP("errors", "“{ref}” cannot name a region: it holds tags such as <ref> or <box>."),
            ref=ref,
        )
    return ref


def _columns(shape: Shape, width: int, height: int) -> tuple[object, ...]:
    """kind, points, x1, y1, x2, y2 and token of a shape as it is stored, on a picture of this size."""
    if shape.kind == "box":
        stored = stored_shape(shape, width, height)
        if stored is None:
            raise RegionError(_NO_AREA["box"])
        return (*stored[0], stored[1])
    shape = shape.normalised()
    fitted = shape.clipped(width, height).rounded()
    if not fitted.stands:
        raise RegionError(_NO_AREA[fitted.kind])
    if fitted.kind == "point" and fitted != shape.rounded():
        raise RegionError(QT_TRANSLATE_NOOP("errors", "This point lies outside its picture."))
    bounds = fitted.bounds
    points = "" if fitted.kind == "box" else json.dumps(fitted.points, separators=(",", ":"))
    return fitted.kind, points, bounds.x1, bounds.y1, bounds.x2, bounds.y2, fitted.token(width, height)


@lru_cache(maxsize=16_384)
def _region_row(row: tuple[Any, ...]) -> RegionRow:
    """The same row gives the same object: after an edit, what did not change is not made again."""
    number, picture_id, ref, x1, y1, x2, y2, width, height, kind, points, locked, extra, token = row
    rect = Rect(x1, y1, x2, y2)
    corners = tuple((float(x), float(y)) for x, y in json.loads(points)) if points else ()
    box = Box.encode(rect, width, height)
    return RegionRow(number, picture_id, ref, rect, box, kind, corners, bool(locked), extra, token)
