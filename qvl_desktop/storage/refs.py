"""The refs of a project: which there are, which are pinned, and giving regions other ones.

Owns listing and counting refs, the pinned ones with their order, and renaming: of regions, and of a ref (or several,
made one) in the whole project. Phrases of linked turns follow in the same step. Does not own shapes (`regions`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage import linking
from qvl_desktop.storage.pictures import escape_like
from qvl_desktop.storage.regions import Regions
from qvl_desktop.storage.rows import RefUse
from qvl_desktop.storage.store import chunks, marks

Progress = Callable[[int, int], None]

_PINS = ("app", "pinned refs")
"""Where the pinned refs stand among the headers (a format of that name does not exist)."""


class Refs(Regions):
    """Reading and changing refs."""

    # Reading

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

    def find_refs(self, words: str, limit: int = 50) -> list[tuple[str, int]]:
        """Refs that hold `words`, with their counts: those that begin with it first, the most frequent first.

        Pinned refs are found though nothing has them yet.
        """
        inside, begins = "%" + escape_like(words) + "%", escape_like(words) + "%"
        query = (
            "SELECT ref, count FROM refs WHERE count > 0 AND ref <> '' AND ref LIKE ? ESCAPE '\\' "
            "ORDER BY ref LIKE ? ESCAPE '\\' DESC, count DESC, ref LIMIT ?"
        )
        found = {str(ref): int(count) for ref, count in self._all(query, (inside, begins, limit))}
        for ref in self.pinned_refs():
            if ref and words.casefold() in ref.casefold():
                found.setdefault(ref, 0)
        return list(found.items())

    def ref_counts(self) -> dict[str, int]:
        """How many regions each ref has."""
        return {row[0]: row[1] for row in self._all("SELECT ref, count FROM refs WHERE count > 0 ORDER BY ref")}

    def counts_of(self, refs: Sequence[str]) -> dict[str, int]:
        """How many regions have each of these refs; none where nothing has it."""
        found: dict[str, int] = {}
        for chunk in chunks(refs):
            query = f"SELECT ref, count FROM refs WHERE count > 0 AND ref IN ({marks(len(chunk))})"
            found.update((str(ref), int(count)) for ref, count in self._all(query, chunk))
        return found

    def pinned_refs(self) -> list[str]:
        """The refs the user has pinned, in his order; "" is a place left free. Nothing may have them yet."""
        row = self._one("SELECT value FROM headers WHERE format = ? AND name = ?", _PINS)
        return [str(ref) for ref in json.loads(row[0])] if row else []

    def ref_use(self, refs: Iterable[str]) -> RefUse:
        """How much of the project carries any of these refs."""
        regions = pictures = turns = 0
        for ref in dict.fromkeys(refs):
            row = self._one("SELECT count(*), count(DISTINCT picture_id) FROM regions WHERE ref = ?", (ref,))
            said = self._one(
                "SELECT count(DISTINCT l.turn_id) FROM regions AS r JOIN links AS l ON l.region_id = r.id "
                "WHERE r.ref = ?",
                (ref,),
            )
            regions, pictures = regions + (row or (0, 0))[0], pictures + (row or (0, 0))[1]
            turns += (said or (0,))[0]
        return RefUse(regions, pictures, turns)

    # Editing

    def set_pinned_refs(self, refs: Iterable[str]) -> None:
        """Pin these refs, in this order, and no others; "" leaves a place free."""
        pins: list[str] = []
        for ref in map(self._checked_ref, refs):
            if not ref or ref not in pins:
                pins.append(ref)
        while pins and not pins[-1]:
            pins.pop()
        value = json.dumps(pins, ensure_ascii=False)
        with self.step(QT_TRANSLATE_NOOP("history", "Pin labels")):
            self._write("DELETE FROM headers WHERE format = ? AND name = ? AND value <> ?", (*_PINS, value))
            if value != "[]":
                insert = "INSERT INTO headers (format, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
                self._write(insert, (*_PINS, value))

    def rename_region(self, region_id: int, ref: str) -> None:
        """Give a region another ref; the phrases before its tokens follow, where they are the old ref.

        In a conversation made from a template, the question that names the old ref follows too, once the old ref
        no longer stands in the answer.
        """
        self.region(region_id)
        self.rename_regions([region_id], ref)

    def rename_regions(self, region_ids: Iterable[int], ref: str, progress: Progress | None = None) -> int:
        """Give regions one ref in one undo step; returns how many had another. See `rename_region`.

        `progress(done, total)` counts regions; what it raises takes everything back.
        """
        ids, ref, renamed = list(region_ids), self._checked_ref(ref), 0
        with self.step(
            QT_TRANSLATE_NOOP("history", "Rename region")
            if len(ids) == 1
            else QT_TRANSLATE_NOOP("history", "Rename regions")
        ):
            for chunk in chunks(ids):
                if progress is not None:
                    progress(renamed, len(ids))
                renamed += self._rename_chunk(chunk, ref)
        return renamed

    def rename_ref(self, refs: Iterable[str], new: str, progress: Progress | None = None) -> int:
        """Give every region of these refs the ref `new`, in one undo step; returns how many regions changed.

        With several refs, or with a `new` that there is already, this merges them. Pins follow. See `rename_regions`.
        """
        new = self._checked_ref(new)
        olds = [ref for ref in dict.fromkeys(refs) if ref != new]
        ids = [row[0] for ref in olds for row in self._all("SELECT id FROM regions WHERE ref = ? ORDER BY id", (ref,))]
        with self.step(
            QT_TRANSLATE_NOOP("history", "Rename label")
            if len(olds) == 1
            else QT_TRANSLATE_NOOP("history", "Merge labels")
        ):
            renamed = self.rename_regions(ids, new, progress)
            pinned = self.pinned_refs()
            if any(ref in olds for ref in pinned):
                self.set_pinned_refs(new if ref in olds else ref for ref in pinned)
        return renamed

    def _rename_chunk(self, ids: Sequence[int], ref: str) -> int:
        """Rename a few regions and what is said of them; returns how many had another ref."""
        places = marks(len(ids))
        rows = self._all(f"SELECT id, ref FROM regions WHERE id IN ({places}) AND ref <> ?", (*ids, ref))
        before = {int(number): str(old) for number, old in rows}
        if not before:
            return 0
        places = marks(len(before))
        query = (
            "SELECT l.turn_id, l.ordinal, l.region_id, t.text, t.conversation_id, t.position, c.template "
            "FROM links AS l JOIN turns AS t ON t.id = l.turn_id JOIN conversations AS c ON c.id = t.conversation_id "
            f"WHERE l.region_id IN ({places}) ORDER BY l.turn_id, l.ordinal"
        )
        said: dict[int, list[tuple[Any, ...]]] = {}
        for turn_id, *rest in self._all(query, tuple(before)):
            said.setdefault(turn_id, []).append((*rest,))
        self._write_many("UPDATE regions SET ref = ? WHERE id = ?", ((ref, number) for number in before))
        for turn_id, tokens in said.items():
            _, _, old_text, conversation_id, position, template = tokens[0]
            phrases = {place.ordinal: place.ref.strip() for place in linking.box_places([old_text])}
            named = [token[0] for token in tokens if phrases.get(token[0]) == before[token[1]]]
            text = linking.with_ref(old_text, named, ref)
            if text == old_text:
                continue
            self._set_text(turn_id, text)
            for old in dict.fromkeys(before[token[1]] for token in tokens):
                if template and old and f"<ref>{old}</ref>" not in text:
                    self._rename_in_question(conversation_id, position, old, ref)
        return len(before)

    def _rename_in_question(self, conversation_id: int, position: int, old: str, new: str) -> None:
        query = "SELECT id, text FROM turns WHERE conversation_id = ? AND role = 'user' AND position = ?"
        for turn_id, text in self._all(query, (conversation_id, position - 1)):
            head, line_end, question = str(text).rpartition("\n")
            self._set_text(int(turn_id), head + line_end + question.replace(old, new))
