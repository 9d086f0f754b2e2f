"""Which box and quad tokens of conversations stand for which regions, and keeping that true.

Owns the tables that follow from the text of turns: the pictures a conversation names, and the links. A token is linked
to the region of its picture that has the same token and, where a phrase stands before it, the same ref; links made or
cut by hand stay through later edits for as long as their token does. Does not own editing texts (`conversations`) nor
the rewriting of tokens (`linking`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, parse, write
from qvl_desktop.storage import linking
from qvl_desktop.storage.pictures import Pictures
from qvl_desktop.storage.rows import LinkRow

_Pair = tuple[Any, ...]


class Links(Pictures):
    """Reading links, and what is stored beside the text of turns."""

    def links(self, conversation_id: int) -> list[LinkRow]:
        """Which box and quad tokens of a conversation stand for which regions."""
        query = (
            "SELECT l.turn_id, l.ordinal, l.region_id FROM links AS l JOIN turns AS t ON t.id = l.turn_id "
            "WHERE t.conversation_id = ? AND l.region_id IS NOT NULL ORDER BY t.position, l.ordinal"
        )
        return [LinkRow(*row) for row in self._all(query, (conversation_id,))]

    def loose_tokens(self, conversation_id: int) -> set[tuple[int, int]]:
        """The tokens (turn id, ordinal) that the user cut loose from the region they would stand for."""
        query = (
            "SELECT l.turn_id, l.ordinal FROM links AS l JOIN turns AS t ON t.id = l.turn_id "
            "WHERE t.conversation_id = ? AND l.region_id IS NULL"
        )
        return {(row[0], row[1]) for row in self._all(query, (conversation_id,))}

    def _set_link(self, turn_id: int, ordinal: int, region_id: int | None) -> None:
        """Link a token by hand, or (None) cut it loose (inside a step)."""
        self._write("DELETE FROM links WHERE turn_id = ? AND ordinal = ?", (turn_id, ordinal))
        self._write("INSERT INTO links (turn_id, ordinal, region_id) VALUES (?, ?, ?)", (turn_id, ordinal, region_id))

    def _forget_link(self, turn_id: int, ordinal: int) -> None:
        self._write("DELETE FROM links WHERE turn_id = ? AND ordinal = ?", (turn_id, ordinal))

    # What follows the text

    def _set_text(self, turn_id: int, text: str) -> None:
        """Write a turn's text; its links keep to their tokens, wherever these stand now."""
        row = self._one("SELECT text FROM turns WHERE id = ?", (turn_id,))
        if row is None or row[0] == text:
            return
        self._write("UPDATE turns SET text = ? WHERE id = ?", (text, turn_id))
        moved = _moved(_tokens(str(row[0])), _tokens(text))
        if all(old == new for old, new in moved.items()):
            return
        rows = self._all("SELECT ordinal, region_id FROM links WHERE turn_id = ?", (turn_id,))
        kept = [(moved[ordinal], region_id) for ordinal, region_id in rows if ordinal in moved]
        self._replace("links", ("ordinal", "region_id"), "turn_id", turn_id, kept, False)

    def _text_changed(self, conversation_id: int) -> None:
        """Bring the pictures and links of a conversation up to date with its turns (inside a step)."""
        rows = self._all(
            "SELECT id, text FROM turns WHERE conversation_id = ? ORDER BY position, id", (conversation_id,)
        )
        self._follow(conversation_id, [(int(row[0]), str(row[1])) for row in rows])

    def _follow(self, conversation_id: int, turns: Sequence[tuple[int, str]], *, fresh: bool = False) -> None:
        """Store what follows from the turns (id and text, in order); `fresh`: nothing is stored of them yet."""
        paths = [s.path for _, text in turns if "<img>" in text for s in parse(text) if isinstance(s, Picture)]
        pairs: list[_Pair] = list(enumerate(paths))
        self._replace("conversation_pictures", ("ordinal", "path"), "conversation_id", conversation_id, pairs, fresh)
        former = {} if fresh else self._former(conversation_id)
        wanted: dict[int, list[_Pair]] = {turn_id: [] for turn_id, _ in turns}
        for place in linking.box_places([text for _, text in turns]):
            turn_id = turns[place.turn][0]
            path = paths[place.picture] if place.picture < len(paths) else None
            known = former.get((turn_id, place.ordinal))
            if known is not None and known[0] is None:
                wanted[turn_id].append((place.ordinal, None))
            elif known is not None and known[1:] == (path, place.token):
                wanted[turn_id].append((place.ordinal, known[0]))
            elif (region_id := self._region_of(path, place)) is not None:
                wanted[turn_id].append((place.ordinal, region_id))
        for turn_id, pairs in wanted.items():
            self._replace("links", ("ordinal", "region_id"), "turn_id", turn_id, pairs, fresh)

    def _former(self, conversation_id: int) -> dict[tuple[int, int], tuple[int | None, str | None, str | None]]:
        """The links as stored: from (turn id, ordinal) to the region, its picture's path and its token."""
        query = (
            "SELECT l.turn_id, l.ordinal, l.region_id, p.path, r.token FROM turns AS t "
            "JOIN links AS l ON l.turn_id = t.id LEFT JOIN regions AS r ON r.id = l.region_id "
            "LEFT JOIN pictures AS p ON p.id = r.picture_id WHERE t.conversation_id = ?"
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in self._all(query, (conversation_id,))}

    def _region_of(self, path: str | None, place: linking.BoxPlace) -> int | None:
        """The region a box token stands for: same picture, same box, same ref if it has one; the oldest of several."""
        if path is None:
            return None
        query = (
            "SELECT r.id FROM pictures AS p JOIN regions AS r ON r.picture_id = p.id "
            "WHERE p.path = ? AND r.token = ? AND (? = '' OR r.ref = ?) ORDER BY r.id LIMIT 1"
        )
        row = self._one(query, (path, place.token, place.ref.strip(), place.ref.strip()))
        return int(row[0]) if row else None

    def _replace(
        self,
        table: str,
        columns: tuple[str, str],
        owner: str,
        owner_id: int,
        wanted: list[_Pair],
        fresh: bool,
    ) -> None:
        """Make the rows of `owner_id` in a small table exactly `wanted`; nothing is written if they are already."""
        names = ", ".join(columns)
        if not fresh:
            query = f"SELECT {names} FROM {table} WHERE {owner} = ? ORDER BY {names}"
            if self._all(query, (owner_id,)) == sorted(wanted):
                return
            self._write(f"DELETE FROM {table} WHERE {owner} = ?", (owner_id,))
        insert = f"INSERT INTO {table} ({owner}, {names}) VALUES (?, ?, ?)"
        self._write_many(insert, ((owner_id, *row) for row in wanted))


def _tokens(text: str) -> list[str]:
    return [write([s]) for s in parse(text) if isinstance(s, (BoxToken, QuadToken))] if "<" in text else []


def _moved(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Where the tokens of a text went, by ordinal: to their equals, or to what was written in their place."""
    if old == new:
        return {number: number for number in range(len(old))}
    found: dict[int, int] = {}
    rewritten: list[tuple[int, int]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.update(zip(range(a, b), range(c, d), strict=True))
        elif kind == "replace" and b - a == d - c:
            rewritten += zip(range(a, b), range(c, d), strict=True)
    taken = set(found.values())
    for number, token in enumerate(old):
        elsewhere: Iterator[int] = (i for i, other in enumerate(new) if other == token and i not in taken)
        if number not in found and (place := next(elsewhere, None)) is not None:
            found[number] = place
            taken.add(place)
    for before, after in rewritten:
        if before not in found and after not in taken:
            found[before] = after
            taken.add(after)
    return found
