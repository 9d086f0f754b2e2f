"""Which boxes of a conversation stand on which picture, and which chips stand for them.

Owns this mapping, read from the project. Does not own widgets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse
from qvl_desktop.gui.conversations.picture_pane import ShownPicture
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.storage.linking import box_places
from qvl_desktop.storage.paths import absolute_path
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow

Key = tuple[int, str]
"""A box on a picture: the picture's place in `ShownConversation.pictures`, and the token's text."""


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """The pictures of a conversation (each once), their boxes, and the chips of each box.

    `keys`: from (turn id, number of the box token) to the box; `places`: the way back. `numbers` gives the place in
    `pictures` of each `<img>` in order.
    """

    pictures: tuple[ShownPicture, ...] = ()
    picture_ids: tuple[int | None, ...] = ()
    numbers: tuple[int, ...] = ()
    keys: dict[tuple[int, int], Key] = field(default_factory=dict)
    places: dict[Key, list[tuple[int, int]]] = field(default_factory=dict)

    def place_of(self, number: int | None) -> int | None:
        """The place in `pictures` of `<img>` number `number` (from 0)."""
        return self.numbers[number] if number is not None and 0 <= number < len(self.numbers) else None

    @classmethod
    def of(cls, project: Project, row: ConversationRow) -> ShownConversation:
        """What a conversation says about its pictures."""
        named = row.content.pictures
        paths = list(dict.fromkeys(named))
        numbers = tuple(paths.index(path) for path in named)
        keys: dict[tuple[int, int], Key] = {}
        places: dict[Key, list[tuple[int, int]]] = {}
        labels: dict[Key, str] = {}
        for place in box_places([turn.text for turn in row.turns]):
            if place.picture >= len(numbers):
                continue
            key = (numbers[place.picture], place.token)
            turn_id = row.turns[place.turn].id
            keys[turn_id, place.ordinal] = key
            places.setdefault(key, []).append((turn_id, place.ordinal))
            labels[key] = labels.get(key) or place.ref.strip()
        pictures, ids = [], []
        for number, path in enumerate(paths):
            found = project.find_picture(path)
            ids.append(found.id if found else None)
            boxes = [
                ShownBox(key, _shape(key[1], found.width, found.height).bounds, label)
                for key, label in labels.items()
                if found is not None and key[0] == number
            ]
            file = found.file if found else absolute_path(path, project.folder)
            pictures.append(ShownPicture(file, PurePosixPath(path).name, tuple(boxes)))
        return cls(tuple(pictures), tuple(ids), numbers, keys, places)

    @classmethod
    def of_picture(cls, project: Project, picture_id: int | None) -> ShownConversation:
        """A picture that no conversation is about, with its regions."""
        rows = project.pictures([picture_id]) if picture_id is not None else []
        if not rows:
            return cls()
        boxes = tuple(ShownBox((0, str(r.id)), r.rect, r.ref) for r in project.regions(rows[0].id))
        shown = ShownPicture(rows[0].file, PurePosixPath(rows[0].path).name, boxes)
        return cls((shown,), (rows[0].id,), (0,))


def _shape(token: str, width: int, height: int) -> Shape:
    (segment,) = parse(token)
    assert isinstance(segment, BoxToken | QuadToken)
    return Shape.decode(segment.box if isinstance(segment, BoxToken) else segment.quad, width, height)
