"""The regions of a project: a ref and its box on one picture.

Owns adding, moving, renaming and deleting regions, and keeps `token == encode(geometry)`. The turns in which a region's
box stands follow it in the same step. Does not own drawing or hit-testing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Fault, format_box
from qvl_desktop.core.tokens import faults as token_faults
from qvl_desktop.storage import linking
from qvl_desktop.storage.conversations import Conversations
from qvl_desktop.storage.errors import RegionError, RowMissingError
from qvl_desktop.storage.pictures import escape_like
from qvl_desktop.storage.rows import RegionRow
from qvl_desktop.storage.store import chunks, marks

_COLUMNS = "r.id, r.picture_id, r.ref, r.x1, r.y1, r.x2, r.y2, p.width, p.height, r.kind, r.points, r.locked, r.extra"
_FROM = "FROM regions AS r JOIN pictures AS p ON p.id = r.picture_id"

PRECISION = 6
"""Pixels are kept to a millionth, which every number of the history holds exactly."""


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

    def recent_refs(self, limit: int = 9) -> list[str]:
        """The refs used last, newest first."""
        query = "SELECT ref FROM refs WHERE count > 0 AND ref <> '' ORDER BY used DESC LIMIT ?"
        return [row[0] for row in self._all(query, (limit,))]

    def all_refs(self, prefix: str = "", limit: int = 1000) -> list[str]:
        """The refs that begin with `prefix`, the most frequent first."""
        query = (
            "SELECT ref FROM refs WHERE count > 0 AND ref <> '' AND ref LIKE ? ESCAPE '\\' "
            "ORDER BY count DESC, ref LIMIT ?"
        )
        return [row[0] for row in self._all(query, (escape_like(prefix) + "%", limit))]

    def ref_counts(self) -> dict[str, int]:
        """How many regions each ref has."""
        return {row[0]: row[1] for row in self._all("SELECT ref, count FROM refs WHERE count > 0 ORDER BY ref")}

    def distinct_counts(self) -> tuple[int, int, int]:
        """How many pictures have regions with a ref, pairs of picture and ref, and triples of picture, ref and box."""
        query = (
            "SELECT count(DISTINCT picture_id), count(DISTINCT picture_id || ' ' || ref), "
            "count(DISTINCT picture_id || ' ' || ref || token) FROM regions WHERE ref <> ''"
        )
        row = self._one(query)
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)

    # Editing

    def add_region(self, picture_id: int, ref: str, rect: Rect) -> int:
        """Add a region; returns its id.

        `rect` is in pixels of the upright picture, in any corner order; what lies outside is cut off. Raises
        `RegionError` when nothing is left, or when `ref` holds tags of the token grammar.
        """
        return self.add_regions(picture_id, [(ref, rect)])[0]

    def add_regions(self, picture_id: int, items: Iterable[tuple[str, Rect]]) -> list[int]:
        """Add several regions of one picture in one undo step; returns their ids. See `add_region`."""
        picture = self.picture(picture_id)
        rows = []
        for ref, given in items:
            rect, token = self._fitted(given, picture.width, picture.height)
            rows.append((picture_id, self._checked_ref(ref), rect.x1, rect.y1, rect.x2, rect.y2, token))
        insert = "INSERT INTO regions (picture_id, ref, x1, y1, x2, y2, token) VALUES (?, ?, ?, ?, ?, ?, ?)"
        with self.step(
            QT_TRANSLATE_NOOP("history", "Add region")
            if len(rows) == 1
            else QT_TRANSLATE_NOOP("history", "Add regions")
        ):
            return [self._write(insert, row) for row in rows]

    def move_region(self, region_id: int, rect: Rect) -> None:
        """Give a region another place; box tokens that stand for it follow."""
        region = self.region(region_id)
        picture = self.picture(region.picture_id)
        rect, token = self._fitted(rect, picture.width, picture.height)
        if rect == region.rect:
            return
        with self.step(QT_TRANSLATE_NOOP("history", "Move region")):
            self._write(
                "UPDATE regions SET x1 = ?, y1 = ?, x2 = ?, y2 = ?, token = ? WHERE id = ?",
                (rect.x1, rect.y1, rect.x2, rect.y2, token, region_id),
            )
            box = Box.encode(rect, picture.width, picture.height)
            if box != region.box:
                for turn_id, ordinals in self._tokens_of(region_id).items():
                    text = self.turn(turn_id).text
                    for ordinal in ordinals:
                        text = linking.with_box(text, ordinal, box)
                    self._set_text(turn_id, text)

    def rename_region(self, region_id: int, ref: str) -> None:
        """Give a region another ref; the phrases before its box tokens follow.

        In a conversation made from a template, the question that names the old ref follows too, once the old ref
        no longer stands in the answer.
        """
        region = self.region(region_id)
        ref = self._checked_ref(ref)
        if ref == region.ref:
            return
        with self.step(QT_TRANSLATE_NOOP("history", "Rename region")):
            self._write("UPDATE regions SET ref = ? WHERE id = ?", (ref, region_id))
            for turn_id, ordinals in self._tokens_of(region_id).items():
                turn = self.turn(turn_id)
                text = linking.with_ref(turn.text, ordinals, ref)
                self._set_text(turn_id, text)
                if region.ref and f"<ref>{region.ref}</ref>" not in text and text != turn.text:
                    self._rename_in_question(turn.conversation_id, turn.position, region.ref, ref)

    def delete_regions(self, region_ids: Iterable[int]) -> None:
        """Delete regions. Conversations keep their text; the box tokens in it then stand for themselves."""
        with self.step(QT_TRANSLATE_NOOP("history", "Delete regions")):
            for chunk in chunks(region_ids):
                self._write(f"DELETE FROM regions WHERE id IN ({marks(len(chunk))})", chunk)

    def _tokens_of(self, region_id: int) -> dict[int, list[int]]:
        """The turns in which the region's box stands, and which of their box tokens it is."""
        places: dict[int, list[int]] = {}
        for turn_id, ordinal in self._all("SELECT turn_id, ordinal FROM links WHERE region_id = ?", (region_id,)):
            places.setdefault(turn_id, []).append(ordinal)
        return places

    def _rename_in_question(self, conversation_id: int, position: int, old: str, new: str) -> None:
        query = (
            "SELECT t.id, t.text FROM turns AS t JOIN conversations AS c ON c.id = t.conversation_id "
            "WHERE c.id = ? AND c.template <> '' AND t.role = 'user' AND t.position = ?"
        )
        for turn_id, text in self._all(query, (conversation_id, position - 1)):
            head, line_end, question = str(text).rpartition("\n")
            self._set_text(int(turn_id), head + line_end + question.replace(old, new))

    def _fitted(self, rect: Rect, width: int, height: int) -> tuple[Rect, str]:
        """The rectangle as it is stored, and its token."""
        rect = rect.normalised().clipped(width, height)
        rect = Rect(*(round(value, PRECISION) for value in (rect.x1, rect.y1, rect.x2, rect.y2)))
        if not (rect.width > 0 and rect.height > 0):
            raise RegionError(QT_TRANSLATE_NOOP("errors", "This box has no area inside its picture."))
        return rect, format_box(Box.encode(rect, width, height))

    def _checked_ref(self, ref: str) -> str:
        ref = " ".join(ref.split())
        found: list[Fault] = token_faults(ref)
        if found or ("<" in ref and ("<ref>" in ref or "<box>" in ref or "<quad>" in ref or "<img>" in ref)):
            raise RegionError(
                QT_TRANSLATE_NOOP("errors", "“{ref}” cannot name a region: it holds tags such as <ref> or <box>."),
                ref=ref,
            )
        return ref


def _region_row(row: Sequence[Any]) -> RegionRow:
    number, picture_id, ref, x1, y1, x2, y2, width, height, kind, points, locked, extra = row
    rect = Rect(x1, y1, x2, y2)
    corners = tuple((float(x), float(y)) for x, y in json.loads(points)) if points else ()
    return RegionRow(
        number, picture_id, ref, rect, Box.encode(rect, width, height), kind, corners, bool(locked), extra
    )
