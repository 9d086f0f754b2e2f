"""Which pictures of a project are asked for, as plain data, and as SQL.

Owns `PictureFilter` (lists, galleries, batches, health and pre-annotation take it) and how it becomes a query that is
answered from indexes. Does not own running it (`pictures`) nor how the text of turns is indexed (`searching`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, cast, get_args

from qvl_desktop.core.dataset import Split

ShownStatus = Literal["untouched", "in_work", "done", "skipped"]
"""How far a picture is. Stored are only `done` and `skipped`; a picture without either is in work when it has regions
or conversations, else untouched."""

STATUSES: tuple[ShownStatus, ...] = get_args(ShownStatus)
STORED: dict[ShownStatus, str] = {"untouched": "", "in_work": "", "done": "done", "skipped": "skipped"}
"""What stands in the project for a status."""

FEW_TURNS = 2000
"""Up to so many turns with a text are looked up one by one; a more common text is looked for picture by picture."""
FEW_REGIONS = 30_000
"""The same for the regions of a ref."""

MUCH_SAID = 40_000_000
"""In less than so many characters a text is found sooner by reading than by its trigrams."""

TRIGRAM = 3
"""The index over the words of turns finds texts of so many characters and more."""
_HAS_TALK = "EXISTS (SELECT 1 FROM said AS h WHERE h.picture_id = p.id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFilter:
    """Pictures that meet all of these; the default meets every picture. Ranges hold their ends; None = no limit.

    `text` occurs in the stored path (folder and name, capitals and small letters alike) and `folder` holds the picture
    at any depth, as stored ("" = everywhere). `refs` asks for regions of exactly these refs: of one of them, or of each
    when `every_ref`; `without_refs` for none of them. `said` occurs in a turn of a conversation about the picture.
    `splits` and `statuses` ask for one of them ("" = without a split); empty asks nothing. `stored_status` is the
    status as stored. `regions_*` count regions; widths and heights are pixels of the upright picture. `missing`: the
    file was not there when it was last looked for.
    """

    text: str = ""
    folder: str = ""
    refs: tuple[str, ...] = ()
    every_ref: bool = False
    without_refs: tuple[str, ...] = ()
    said: str = ""
    splits: tuple[Split, ...] = ()
    statuses: tuple[ShownStatus, ...] = ()
    stored_status: str | None = None
    regions_from: int | None = None
    regions_to: int | None = None
    width_from: int | None = None
    width_to: int | None = None
    height_from: int | None = None
    height_to: int | None = None
    has_conversations: bool | None = None
    missing: bool | None = None

    @property
    def empty(self) -> bool:
        """Every picture passes."""
        return self == PictureFilter()

    def but(self, **changes: Any) -> PictureFilter:
        """The same with other values."""
        return replace(self, **changes)

    def to_text(self) -> str:
        """As JSON, only what is asked; `from_text` reads it back."""
        default = asdict(PictureFilter())
        return json.dumps({k: v for k, v in asdict(self).items() if v != default[k]}, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> PictureFilter:
        """What `to_text` wrote. Keys and values of other versions are passed over."""
        try:
            found = json.loads(text)
        except ValueError:
            return cls()
        values = {}
        for field in fields(cls) if isinstance(found, dict) else ():
            value = found.get(field.name)
            if (kept := _checked(field.name, field.default, value)) is not None:
                values[field.name] = kept
        return cls(**cast("Any", values))


def _checked(name: str, default: object, value: object) -> object:
    """A value read from JSON in the form of its field; None when it is none."""
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return None
        allowed = {"statuses": STATUSES, "splits": get_args(Split)}.get(name)
        return tuple(item for item in value if allowed is None or item in allowed)
    if isinstance(default, str) or name == "stored_status":
        return value if isinstance(value, str) else None
    if isinstance(default, bool) or name in ("has_conversations", "missing"):
        return value if isinstance(value, bool) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Query:
    """What stands behind `FROM` for a filter (`pictures AS p` among it), its conditions for `WHERE`, their values."""

    where: str
    values: tuple[object, ...]
    tables: str = "pictures AS p"


def query(asked: PictureFilter, connection: sqlite3.Connection | None) -> Query:
    """The filter as SQL. The connection is asked how common a ref or text is, to choose the quicker way; without refs
    and text there need be none."""
    where: list[str] = []
    values: list[object] = []

    def add(condition: str, *more: object) -> None:
        where.append(condition)
        values.extend(more)

    if asked.text:
        add("p.path LIKE ? ESCAPE '\\'", like(asked.text))
    if asked.folder:
        below = asked.folder.rstrip("/") + "/"
        add("p.path >= ? AND p.path < ?", below, below[:-1] + "0")  # "0" follows "/"
    if asked.splits:
        add(f"p.split IN ({_marks(asked.splits)})", *asked.splits)
    if asked.stored_status is not None:
        add("p.status = ?", asked.stored_status)
    if asked.statuses and set(asked.statuses) != set(STATUSES):
        add("(" + " OR ".join(_STATUS[status] for status in asked.statuses) + ")")
    for column, low, high in (
        ("region_count", asked.regions_from, asked.regions_to),
        ("width", asked.width_from, asked.width_to),
        ("height", asked.height_from, asked.height_to),
    ):
        if low is not None:
            add(f"p.{column} >= ?", low)
        if high is not None:
            add(f"p.{column} <= ?", high)
    if asked.has_conversations is not None:
        add(_HAS_TALK if asked.has_conversations else "NOT " + _HAS_TALK)
    if asked.missing is not None:
        add(f"p.path {'' if asked.missing else 'NOT '}IN (SELECT path FROM files WHERE bytes < 0)")
    if connection is None:
        return Query(" AND ".join(where), tuple(values))
    _add_refs(asked, connection, where, values)
    if not asked.said:
        return Query(" AND ".join(where), tuple(values))
    if (turns := _few_turns(asked.said, connection)) is not None:
        add(_IN_TURNS, json.dumps(turns), like(asked.said))
        return Query(" AND ".join(where), tuple(values))
    add("s.text LIKE ? ESCAPE '\\'", like(asked.said))
    return Query(" AND ".join(where), tuple(values), "pictures AS p CROSS JOIN said AS s ON s.picture_id = p.id")


_STATUS: dict[ShownStatus, str] = {
    "untouched": f"(p.status = '' AND p.region_count = 0 AND NOT {_HAS_TALK})",
    "in_work": f"(p.status = '' AND (p.region_count > 0 OR {_HAS_TALK}))",
    "done": "p.status = 'done'",
    "skipped": "p.status = 'skipped'",
}


def _add_refs(asked: PictureFilter, connection: sqlite3.Connection, where: list[str], values: list[object]) -> None:
    groups = [(ref,) for ref in asked.refs] if asked.every_ref else [asked.refs] if asked.refs else []
    for refs, wanted in (*((group, True) for group in groups), (asked.without_refs, False)):
        if not refs:
            continue
        counts = f"SELECT ref FROM refs WHERE count > ? AND ref IN ({_marks(refs)})"
        common = {row[0] for row in connection.execute(counts, (FEW_REGIONS, *refs))}
        rare = [ref for ref in refs if ref not in common]
        ways = ["EXISTS (SELECT 1 FROM regions AS r WHERE r.ref = ? AND r.picture_id = p.id)"] * len(common)
        if rare:
            ways.append(f"p.id IN (SELECT r.picture_id FROM regions AS r WHERE r.ref IN ({_marks(rare)}))")
        where.append(("" if wanted else "NOT ") + "(" + " OR ".join(ways) + ")")
        values += [*common, *rare]


_IN_TURNS = (
    "p.path IN (SELECT n.path FROM json_each(?) AS j JOIN turns AS t ON t.id = j.value "
    "JOIN conversation_pictures AS n ON n.conversation_id = t.conversation_id WHERE t.text LIKE ? ESCAPE '\\')"
)


def _few_turns(text: str, connection: sqlite3.Connection) -> list[int] | None:
    """The turns with a text that is rare, by its trigrams. None for a common or short one: that is looked for in what
    was said about each picture, which ends early where it is common."""
    if len(text) < TRIGRAM or _said_size(connection) < MUCH_SAID:
        return None
    phrase = '"' + text.replace('"', '""') + '"'
    few = "SELECT rowid FROM turns_text WHERE turns_text MATCH ? LIMIT ?"
    rows = [int(row[0]) for row in connection.execute(few, (phrase, FEW_TURNS + 1))]
    return rows if len(rows) <= FEW_TURNS else None


def _said_size(connection: sqlite3.Connection) -> float:
    """About how many characters were said in all, by the first pictures."""
    some = "SELECT ifnull(avg(length(text)), 0) FROM (SELECT text FROM said LIMIT 200)"
    (mean,) = connection.execute(some).fetchone()
    (count,) = connection.execute("SELECT ifnull(max(picture_id), 0) FROM said").fetchone()
    return float(mean) * float(count)


def like(text: str) -> str:
    """The pattern for `LIKE ? ESCAPE '\\'` that finds `text` anywhere, taken literally."""
    return "%" + escape_like(text) + "%"


def escape_like(text: str) -> str:
    """`text` for `LIKE ... ESCAPE '\\'`, taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _marks(items: Sequence[object]) -> str:
    return ", ".join("?" * len(items))
