"""Pictures of the later families' models: read and seen by the tower once, kept by content.

Owns what is kept of a picture and the store bounded in bytes. Does not own prompts or generating (`family_generator`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch

from qvl_desktop.core.dialects import Size
from qvl_desktop.engine.features import PictureSource, content_key

KEPT_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as the model sees it.

    `size` is (width, height) upright, `grid` int64 (1, 3) its patches in time, height and width. `rows` are the
    features of its slots (slots, hidden), `deep` those that families with several levels add to the first layers.
    """

    key: str
    size: Size
    grid: torch.Tensor
    rows: torch.Tensor
    deep: tuple[torch.Tensor, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of all features."""
        return self.rows.nbytes + sum(level.nbytes for level in self.deep)


class PictureStore:
    """Pictures by content; the least recently used go first when `limit` bytes are exceeded.

    Args:
        inner: the model below the head, which has `get_image_features`.
        processor: the `FamilyProcessor` of the same folder.
        features: what gives pictures whose features were computed before, for a model without its tower; then nothing
            is kept here.
    """

    def __init__(
        self,
        inner: Any,
        processor: Any,
        limit: int = KEPT_BYTES,
        features: Callable[[PictureSource], Shown] | None = None,
    ) -> None:
        self._inner = inner
        self._features = features
        self._processor = processor
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], Shown] = OrderedDict()
        self.encoded = 0
        """Pictures that went through the tower so far."""

    def get(self, pictures: Sequence[PictureSource], variant: str = "") -> list[Shown]:
        """Each picture, in order. `variant` names what changes the tower. Raises `PictureError`."""
        if self._features is not None:
            return [self._features(picture) for picture in pictures]
        found = []
        for picture in pictures:
            place = content_key(picture), variant
            if place not in self._kept:
                self._kept[place] = self._see(picture, place[0])
            self._kept.move_to_end(place)
            found.append(self._kept[place])
        while len(self._kept) > 1 and sum(shown.nbytes for shown in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)
        return found

    def forget(self) -> None:
        """Drop everything: the weights have changed, or the memory is wanted."""
        self._kept.clear()

    def _see(self, picture: PictureSource, key: str) -> Shown:
        size, pixels = self._processor.read_picture(picture)
        device = self._inner.visual.patch_embed.proj.weight.device
        grid = pixels["image_grid_thw"]
        seen = self._inner.get_image_features(pixels["pixel_values"].to(device), grid.to(device), return_dict=True)
        self.encoded += 1
        deep = tuple(level[0].clone() for level in getattr(seen, "deepstack_features", None) or ())
        return Shown(key, size, grid, seen.pooler_output[0].clone(), deep)


def joined(pictures: Sequence[Shown], device: torch.device | None = None) -> Any:
    """The features of several pictures in the shape in which the models' towers give them, on a device."""
    if device is not None:
        pictures = [
            replace(shown, rows=shown.rows.to(device), deep=tuple(level.to(device) for level in shown.deep))
            for shown in pictures
        ]
    deep = [list(levels) for levels in zip(*(shown.deep for shown in pictures), strict=True)]
    return SimpleNamespace(pooler_output=tuple(shown.rows for shown in pictures), deepstack_features=deep)
