"""Looking for faults in a whole project, a piece at a time, and again where something changed.

Owns the order of the checks and those that need the project: regions, files, refs, splits, what is said twice. Findings
go on a `FindingShelf`. Does not own the checks of a conversation (`core.lint`), of looks (`alike`), nor mending.

Every check calls `progress(done, total)` after a few milliseconds of its own work, so that it can run beside a window;
what that raises ends the check, and what was found until then stays on the shelf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.findings import At, Finding
from qvl_desktop.core.lengths import cut_place, turn_lengths
from qvl_desktop.core.lint import DEFAULT_LIMIT, Fault, length_fault, turns_faults
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.spelling import spelled_several_ways
from qvl_desktop.storage.alike import Alike
from qvl_desktop.storage.finding_shelf import FindingShelf
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.paths import absolute_path, is_url
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow
from qvl_desktop.storage.store import chunks, marks

Size = tuple[int, int]
Measure = Callable[[Sequence[Turn], Sequence[Size], int], tuple[int, tuple[int, int] | None]]
"""The tokens of a conversation with pictures of these sizes, and where a limit falls, if it does: turn, character."""

CONVERSATIONS = 40
"""Conversations that are checked at a time."""
_PICTURES = 400
_SNIPPET = 80

_SPLIT = "CASE {0} WHEN '' THEN 'train' ELSE {0} END"
"""Pictures and conversations without a split are trained on."""


def estimated(turns: Sequence[Turn], _sizes: Sequence[Size], limit: int) -> tuple[int, tuple[int, int] | None]:
    """The length without any model's vocabulary."""
    tokens = sum(turn_lengths(turns))
    return tokens, cut_place(turns, limit) if tokens > limit else None


def nobody(_done: int, _total: int) -> None:
    """The progress that nobody looks at."""


class ProjectCheck:
    """The checks of one project, onto one shelf. `limit` and `measure` are those of the model that will be trained."""

    def __init__(
        self, project: Project, shelf: FindingShelf, *, limit: int = DEFAULT_LIMIT, measure: Measure = estimated
    ) -> None:
        self._project = project
        self._shelf = shelf
        self._limit = limit
        self._measure = measure
        self.alike = Alike()
        """Which pictures are the same or nearly, as far as they were looked at."""

    def everything(self, progress: Progress = nobody) -> None:
        """All checks. Files are taken as they were last looked at: see `Files.look_at_files`."""
        self.take_kept()
        self.files()
        self.regions(None, progress)
        self.conversations(None, progress)
        self.as_a_whole(progress)

    def take_kept(self) -> None:
        """Which findings the user keeps."""
        self._shelf.set_kept(self._project.kept_findings())

    # Conversations

    def conversations(self, ids: Iterable[int] | None, progress: Progress = nobody) -> None:
        """Conversations (all, or these anew; those that are gone lose their findings)."""
        wanted = self._project.conversation_ids() if ids is None else sorted(ids)
        if ids is None:
            self._shelf.replace("conversation", None, ())
        total = len(wanted)
        for done, chunk in enumerate(chunks(wanted, CONVERSATIONS)):
            rows = self._project.conversations_of(chunk)
            sizes = self._sizes_of(chunk)
            found: list[tuple[int, Finding]] = []
            said: list[tuple[int, int, int]] = []
            for row in rows:
                turns = row.content.turns
                tokens, place = self._measure(turns, sizes.get(row.id, ()), self._limit)
                said.append((row.id, _digest(turns), tokens))
                faults = [*turns_faults(turns)]
                if place is not None and tokens > self._limit:
                    faults.append(length_fault(turns, tokens, self._limit, place))
                found += [(row.id, self._of_conversation(row, fault)) for fault in faults]
            there = {row.id for row in rows}
            if gone := [number for number in chunk if number not in there]:
                self._shelf.forget_said(gone)
            self._shelf.note_said(said)
            if found or ids is not None:
                self._shelf.replace("conversation", chunk, found)
            progress(min((done + 1) * CONVERSATIONS, total), total)

    def _of_conversation(self, row: ConversationRow, fault: Fault) -> Finding:
        turn = row.turns[fault.turn] if fault.turn >= 0 else None
        turn_id = turn.id if turn else 0
        text = turn.text[fault.start : fault.end][:_SNIPPET] if turn else ""
        at = At(conversation=row.id, turn=turn_id)
        key = f"{row.id}/{turn_id}/{text}"
        return Finding(fault.code, self.source(row.id), fault.turn, fault.start, fault.end, fault.values, at, key)

    def _sizes_of(self, conversation_ids: Sequence[int]) -> dict[int, list[Size]]:
        """The sizes of the pictures each conversation names, in order; unknown ones count as (448, 448)."""
        query = (
            "SELECT n.conversation_id, ifnull(p.width, 448), ifnull(p.height, 448) FROM conversation_pictures AS n "
            f"LEFT JOIN pictures AS p ON p.path = n.path WHERE n.conversation_id IN ({marks(len(conversation_ids))}) "
            "ORDER BY n.conversation_id, n.ordinal"
        )
        found: dict[int, list[Size]] = {}
        for number, width, height in self._project._all(query, conversation_ids):
            found.setdefault(number, []).append((width, height))
        return found

    def source(self, conversation_id: int) -> str:
        """What a conversation is called in a finding."""
        return f"{self._project.path.name}: conversation {conversation_id}"

    # Regions

    def regions(self, picture_ids: Iterable[int] | None, progress: Progress = nobody) -> None:
        """The regions of pictures (all, or these anew)."""
        if picture_ids is None:
            self._shelf.replace("region", None, ())
            wanted = [
                row[0] for row in self._project._all("SELECT id FROM pictures WHERE region_count > 0 ORDER BY id")
            ]
        else:
            wanted = sorted(picture_ids)
        total = len(wanted)
        for done, chunk in enumerate(chunks(wanted, _PICTURES)):
            found = [
                (number, Finding(code, path, values={"path": path, "ref": ref}, at=At(number, region), key=key))
                for code, number, region, path, ref, key in self._bad_regions(chunk)
            ]
            if found or picture_ids is not None:
                self._shelf.replace("region", chunk, found)
            progress(min((done + 1) * _PICTURES, total), total)

    def _bad_regions(self, picture_ids: Sequence[int]) -> Iterable[tuple[str, int, int, str, str, str]]:
        query = (
            "SELECT * FROM (SELECT r.id, r.picture_id, p.path, r.ref, r.token, "
            "r.x1 < -0.001 OR r.y1 < -0.001 OR r.x2 > p.width + 0.001 OR r.y2 > p.height + 0.001 AS outside, "
            "r.kind <> 'point' AND (min(CAST(r.x1 * 1000 / p.width + 0.5 AS INTEGER), 999) = "
            "min(CAST(r.x2 * 1000 / p.width + 0.5 AS INTEGER), 999) OR "
            "min(CAST(r.y1 * 1000 / p.height + 0.5 AS INTEGER), 999) = "
            "min(CAST(r.y2 * 1000 / p.height + 0.5 AS INTEGER), 999)) AS tiny, "
            "EXISTS (SELECT 1 FROM regions AS o WHERE o.picture_id = r.picture_id AND o.id < r.id AND o.ref = r.ref "
            "AND o.token = r.token AND o.kind = r.kind) AS twice "
            "FROM regions AS r JOIN pictures AS p ON p.id = r.picture_id "
            f"WHERE r.picture_id IN ({marks(len(picture_ids))})) "
            "WHERE outside OR tiny OR twice OR trim(ref) = '' ORDER BY picture_id, id"
        )
        for number, picture, path, ref, token, outside, tiny, twice in self._project._all(query, picture_ids):
            key = f"{path}|{ref}|{token}|{number}"
            flags = {
                "region-without-ref": not ref.strip(),
                "region-twice": twice,
                "region-outside": outside,
                "region-tiny": tiny and not outside,
            }
            for code, holds in flags.items():
                if holds:
                    yield code, picture, number, path, ref, key

    # Files

    def files(self) -> None:
        """Files that are gone, cannot be read, or changed since they were annotated."""
        found: list[tuple[int, Finding]] = []
        rows = self._project._all(
            "SELECT p.id, p.path, f.bytes FROM files AS f JOIN pictures AS p ON p.path = f.path "
            "WHERE f.bytes < 0 OR (f.content <> '' AND f.width = 0) ORDER BY p.sort_key, p.id"
        )
        for number, path, size in rows:
            if size < 0:
                found.append((number, Finding("file-missing", path, values={"path": path}, at=At(number), key=path)))
            else:
                values = {"path": path, "reason": self._reason(path)}
                found.append((number, Finding("file-unreadable", path, values=values, at=At(number), key=path)))
        for row in self._project.changed_files():
            values = {"path": row.path, "old": _size(row.was), "new": _size((row.width, row.height))}
            code = "file-changed" if row.was == (row.width, row.height) else "size-changed"
            key = f"{row.path}|{row.content}"
            found.append((row.picture_id, Finding(code, row.path, values=values, at=At(row.picture_id), key=key)))
        self._shelf.replace("file", None, found)
        self._shelf.replace("named", None, list(self._named_files()))

    def _reason(self, path: str) -> str:
        try:
            picture_size(absolute_path(path, self._project.folder))
        except PictureError as error:
            return str(error)
        return path

    def _named_files(self) -> Iterable[tuple[int, Finding]]:
        """Pictures that only conversations name: each is looked for on the disk now."""
        rows = self._project._all(
            "SELECT n.path, min(n.conversation_id) FROM conversation_pictures AS n "
            "WHERE NOT EXISTS (SELECT 1 FROM pictures AS p WHERE p.path = n.path) AND trim(n.path) <> '' "
            "GROUP BY n.path ORDER BY n.path"
        )
        for path, conversation in rows:
            if is_url(path):
                continue
            if not absolute_path(path, self._project.folder).is_file():
                at = At(conversation=conversation)
                yield conversation, Finding("picture-missing", self.source(conversation), values={"path": path}, at=at,
                                            key=path)  # fmt: skip

    # As a whole

    def as_a_whole(self, progress: Progress = nobody, *, alike: bool = True) -> None:
        """What is seen only with everything in view: twice, in two splits, spelled several ways; and (`alike`) pictures
        that are the same or nearly, which takes longest."""
        self.refs()
        self._shelf.replace("same", None, list(self._same_said()))
        self._shelf.replace("split", None, list(self._other_splits()))
        if not alike:
            return
        self.alike.look(self._project, progress)
        self._shelf.replace("alike", None, list(self.alike.findings(self._project)))

    def refs(self) -> None:
        """Refs that are spelled several ways."""
        counts = self._project.ref_counts()
        found = []
        for group in spelled_several_ways(counts):
            spellings = ", ".join(f"“{ref}” ({counts[ref]})" for ref in group.all)
            values: dict[str, Any] = {"spellings": spellings, "wanted": group.wanted, "others": list(group.others)}
            found.append((0, Finding("ref-spelling", group.wanted, values=values, key="|".join(sorted(group.all)))))
        self._shelf.replace("ref", None, found)

    def _same_said(self) -> Iterable[tuple[int, Finding]]:
        for _, ids in self._shelf.same_said():
            split_of = self._splits(ids)
            rows = {row.id: row for row in self._project.conversations_of(ids)}
            kept: list[int] = []
            for number in ids:
                if number not in rows:
                    continue
                same = [k for k in kept if _texts(rows[k]) == _texts(rows[number])]
                if same:
                    other = next((k for k in same if split_of[k] != split_of[number]), same[0])
                    leak = split_of[other] != split_of[number]
                    values = {"other": self.source(other), "split": split_of[number], "other_split": split_of[other]}
                    code = "conversation-leak" if leak else "conversation-twice"
                    at = At(conversation=number)
                    yield number, Finding(code, self.source(number), values=values, at=at, key=f"{number}/{other}")
                kept.append(number)

    def _splits(self, ids: Sequence[int]) -> dict[int, str]:
        return {row.id: row.split or "train" for row in self._project.conversations_of(ids)}

    def _other_splits(self) -> Iterable[tuple[int, Finding]]:
        """Conversations in another split than one of their pictures."""
        own = (
            "ifnull(nullif(c.split, ''), ifnull((SELECT p.split FROM conversation_pictures AS n JOIN pictures AS p "
            "ON p.path = n.path WHERE n.conversation_id = c.id AND n.ordinal = 0), ''))"
        )
        query = (
            "SELECT id, path, split, theirs, picture FROM (SELECT c.id, p.path, p.id AS picture, "
            f"{_SPLIT.format(own)} AS split, {_SPLIT.format('p.split')} AS theirs "
            "FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path "
            "JOIN conversations AS c ON c.id = n.conversation_id WHERE c.split <> '' OR n.ordinal > 0) "
            "WHERE split <> theirs GROUP BY id ORDER BY id"
        )
        for number, path, split, theirs, picture in self._project._all(query):
            values = {"path": path, "split": split, "other_split": theirs}
            at = At(picture=picture, conversation=number)
            yield number, Finding("split-differs", self.source(number), values=values, at=at,
                                  key=f"{number}/{split}/{theirs}")  # fmt: skip


def _digest(turns: Sequence[Turn]) -> int:
    digest = blake2b(digest_size=8)
    for turn in turns:
        digest.update(f"{turn.role}\0{' '.join(turn.text.split())}\0".encode())
    return int.from_bytes(digest.digest(), "big", signed=True)


def _texts(row: ConversationRow) -> list[tuple[str, str]]:
    return [(turn.role, " ".join(turn.text.split())) for turn in row.turns]


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
