"""Which boxes of a conversation stand on which picture, and which chips stand for them.

Owns this mapping, read from the project. Does not own widgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse
from qvl_desktop.gui.conversations.picture_pane import ShownPicture
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.storage.linking import box_places
from qvl_desktop.storage.paths import absolute_path
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow, PictureRow, RegionRow


class Loose(NamedTuple):
    """A token that stands for no region: on which of the pictures, and its text."""

    place: int
    token: str


Key = int | Loose
"""A box on a picture: a region by its id, or a loose token."""

Chip = tuple[int, int]
"""The id of a turn and the number of a box or quad token in it."""


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """The pictures of a conversation (each once), their boxes, and the chips of each box.

    `keys`: from a chip to its box; `places`: the way back. `numbers` gives the place in `pictures` of each `<img>` in
    order. `regions` are those of each picture, mentioned or not; `loose` are the chips the user cut from their region.
    """

    pictures: tuple[ShownPicture, ...] = ()
    picture_ids: tuple[int | None, ...] = ()
    numbers: tuple[int, ...] = ()
    keys: dict[Chip, Key] = field(default_factory=dict)
    places: dict[Key, list[Chip]] = field(default_factory=dict)
    regions: tuple[tuple[RegionRow, ...], ...] = ()
    sizes: tuple[tuple[int, int] | None, ...] = ()
    loose: frozenset[Chip] = frozenset()

    def place_of(self, number: int | None) -> int | None:
        """The place in `pictures` of `<img>` number `number` (from 0)."""
        return self.numbers[number] if number is not None and 0 <= number < len(self.numbers) else None

    def linked(self, turn_id: int) -> set[int]:
        """The tokens of a turn that stand for a region."""
        return {ordinal for (turn, ordinal), key in self.keys.items() if turn == turn_id and isinstance(key, int)}

    def picture_of(self, key: Key) -> int | None:
        """On which of the pictures a box is."""
        if isinstance(key, Loose):
            return key.place
        return next((n for n, rows in enumerate(self.regions) if any(row.id == key for row in rows)), None)

    @classmethod
    def of(cls, project: Project, row: ConversationRow) -> ShownConversation:
        """What a conversation says about its pictures."""
        named = row.content.pictures
        paths = list(dict.fromkeys(named))
        numbers = tuple(paths.index(path) for path in named)
        found = [project.find_picture(path) for path in paths]
        regions = tuple(tuple(project.regions(picture.id)) if picture else () for picture in found)
        linked = {(link.turn_id, link.ordinal): link.region_id for link in project.links(row.id)}
        keys: dict[Chip, Key] = {}
        places: dict[Key, list[Chip]] = {}
        labels: dict[Key, str] = {}
        for place in box_places([turn.text for turn in row.turns]):
            if place.picture >= len(numbers):
                continue
            chip = (row.turns[place.turn].id, place.ordinal)
            key: Key = linked.get(chip) or Loose(numbers[place.picture], place.token)
            keys[chip] = key
            places.setdefault(key, []).append(chip)
            labels[key] = labels.get(key) or place.ref.strip()
        pictures = [
            _picture(project, path, number, found[number], regions[number], labels) for number, path in enumerate(paths)
        ]
        sizes = tuple((picture.width, picture.height) if picture else None for picture in found)
        ids = tuple(picture.id if picture else None for picture in found)
        loose = frozenset(project.loose_tokens(row.id))
        return cls(tuple(pictures), ids, numbers, keys, places, regions, sizes, loose)

    @classmethod
    def of_picture(cls, project: Project, picture_id: int | None) -> ShownConversation:
        """A picture that no conversation is about, with its regions."""
        rows = project.pictures([picture_id]) if picture_id is not None else []
        if not rows:
            return cls()
        regions = tuple(project.regions(rows[0].id))
        boxes = tuple(ShownBox.of(r.id, r.shape, r.ref, locked=r.locked) for r in regions)
        shown = ShownPicture(rows[0].file, PurePosixPath(rows[0].path).name, boxes)
        size = (rows[0].width, rows[0].height)
        return cls((shown,), (rows[0].id,), (0,), regions=(regions,), sizes=(size,))


def _picture(
    project: Project,
    path: str,
    number: int,
    found: PictureRow | None,
    regions: Sequence[RegionRow],
    labels: dict[Key, str],
) -> ShownPicture:
    """One picture: its regions (grey where the conversation does not speak of them) and its loose tokens (dashed)."""
    boxes: list[ShownBox] = []
    if found is not None:
        quiet = theme().colour("control")
        for row in regions:
            colour = None if row.id in labels else quiet
            box = ShownBox.of(row.id, row.shape, row.ref, locked=row.locked)
            boxes.append(ShownBox(box.key, box.rect, box.label, colour, "solid", box.shape, box.locked))
        for key, label in labels.items():
            if isinstance(key, Loose) and key.place == number:
                shape = shape_of(key.token, found.width, found.height)
                box = ShownBox.of(key, shape, label)
                boxes.append(ShownBox(key, box.rect, label, None, "dashed", box.shape))
    file = found.file if found else absolute_path(path, project.folder)
    return ShownPicture(file, PurePosixPath(path).name, tuple(boxes))


def shape_of(token: str, width: int, height: int) -> Shape:
    """The shape that a box or quad token draws on a picture."""
    (segment,) = parse(token)
    assert isinstance(segment, (BoxToken, QuadToken))
    return Shape.decode(segment.box if isinstance(segment, BoxToken) else segment.quad, width, height)
