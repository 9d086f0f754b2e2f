"""The visual tower alone: read from a checkpoint without the rest of the model, used, and dropped again.

Owns finding the tower's tensors in a model folder, their hash, and running them, for the first generation
(`VisualTowerRunner`) and the later families (`FamilyTowerRunner`). Weights are read when the first picture comes: a run
whose pictures are all in the cache never does. Does not own what the towers compute (`models`, `transformers`) or
where features go (`feature_cache`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import init_empty_weights
from safetensors import safe_open

from qvl_desktop.core.feature_files import WeightsMemo
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.families.base import Family
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
from qvl_desktop.models.qwen_vl.visual import VisualTower
from qvl_desktop.training.feature_cache import Seen

VISUAL = re.compile(r"(?:^|\.)visual\.(.+)")
"""What the names of a tower's tensors have in common in every family and layout; the group is the name inside."""
AT_ONCE = 8
"""Pictures that go through the tower together."""
PATCHES_AT_ONCE = 16384
"""Of pictures that come at their own size: as many patches as one of the largest has."""


def tower_key(folder: Path, image_processor: Any, dtype: torch.dtype, memo: WeightsMemo | None = None) -> str:
    """Names what features depend on beside the picture: the tower's weights, the processor's numbers, the dtype.

    The hash of the weights is taken from `memo` while the files are as they were when it was made.
    """
    digest = hashlib.sha256(json.dumps(image_processor.to_dict(), sort_keys=True, default=str).encode())
    digest.update(str(dtype).encode())
    found = memo.recall(weight_files(folder)) if memo is not None else ""
    if not found:
        found = weights_digest(folder)
        if memo is not None:
            memo.remember(weight_files(folder), found)
    digest.update(found.encode())
    return digest.hexdigest()


def weights_digest(folder: Path) -> str:
    """The hash of the tower's names, shapes, dtypes and values, and of the settings they are used with."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings = config.get("vision_config") or config.get("visual") or {}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for name, tensor in tower_tensors(folder):
        digest.update(f"{name}\0{tuple(tensor.shape)}\0{tensor.dtype}\0".encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def weight_files(folder: Path) -> list[Path]:
    """The files whose tensors count: safetensors where there are any, else torch's own."""
    return sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))


def tower_tensors(folder: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Name (without what leads to the tower) and value of each of its tensors, file by file, sorted within a file."""
    for path in weight_files(folder):
        if path.suffix == ".safetensors":
            with safe_open(path, framework="pt") as file:
                for name in sorted(file.keys()):
                    if inside := VISUAL.search(name):
                        yield inside[1], file.get_tensor(name)
            continue
        state = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
        for name in sorted(state):
            if inside := VISUAL.search(name):
                yield inside[1], state[name]


def _fill(tower: Any, folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """A tower whose parameters are on the meta device, filled from a folder, frozen. Raises `ModelLoadError`."""
    state = {name: tensor.to(device, dtype) for name, tensor in tower_tensors(folder)}
    try:
        tower.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the model cannot be loaded: {reason}"),
            folder=folder,
            reason=error,
        ) from error
    return tower.to(device).eval().requires_grad_(False)


class VisualTowerRunner:
    """The frozen tower of a first-generation model on a device; `rows` is (n_queries, hidden) of one picture."""

    def __init__(self, folder: Path, image_processor: Any, *, dtype: torch.dtype, device: torch.device) -> None:
        self._folder, self._device = folder, device
        self._config = QwenVLConfig.from_pretrained(folder)
        self._tower: Any = None
        self.read = image_processor.pixels
        self.dtype = dtype
        self.rows = (self._config.n_queries, self._config.hidden_size)

    def room(self, picture: Path) -> int:
        """As many rows as every picture has."""
        return int(self.rows[0])

    def together(self, pictures: Sequence[Path]) -> int:
        """Pictures are all of one size."""
        return AT_ONCE

    @torch.no_grad()
    def encode(self, read: Sequence[np.ndarray]) -> list[Seen]:
        """float32 (3, side, side) each -> (n_queries, hidden) each, in the tower's dtype."""
        if self._tower is None:
            with torch.random.fork_rng(devices=[]), torch.device("meta"):  # see `FamilyTowerRunner.encode`
                tower = VisualTower(self._config)
            self._tower = _fill(tower, self._folder, self.dtype, self._device)
        features = self._tower(torch.from_numpy(np.stack(list(read))).to(self._device))
        return [Seen(rows) for rows in features]


class FamilyTowerRunner:
    """The frozen tower of a later family on a device. A picture has as many rows as its size asks for; those that some
    families add to the first layers of the decoder follow, level by level. What is noted is its grid.

    Args:
        processor: the `FamilyProcessor` of the same folder, with the limit for pixels that holds for the run.
    """

    def __init__(
        self, folder: Path, family: Family, processor: FamilyProcessor, *, dtype: torch.dtype, device: torch.device
    ) -> None:
        self._folder, self._device, self._processor = folder, device, processor
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._class = family.model_class(config["model_type"])
        self._config = self._class.config_class.from_pretrained(folder, local_files_only=True)
        self._tower: Any = None
        self._levels = 1 + len(getattr(self._config.vision_config, "deepstack_visual_indexes", None) or ())
        self.dtype = dtype
        self.rows = (0, int(self._config.get_text_config().hidden_size))

    def room(self, picture: Path) -> int:
        """Its slots, once a level."""
        return self._levels * self._processor.resizing.tokens(*picture_size(picture))

    def together(self, pictures: Sequence[Path]) -> int:
        """So many that even the largest of them are not too much."""
        most = max((self.room(picture) // self._levels for picture in pictures), default=1)
        return max(1, min(AT_ONCE, PATCHES_AT_ONCE // (most * self._processor.image_processor.merge_size**2)))

    def read(self, picture: Path) -> dict[str, torch.Tensor]:
        """`pixel_values` (patches, values) and `image_grid_thw` (1, 3). Raises `PictureError`."""
        return self._processor.read_picture(picture)[1]

    @torch.no_grad()
    def encode(self, read: Sequence[dict[str, torch.Tensor]]) -> list[Seen]:
        """Rows (levels x slots, hidden) in the tower's dtype, and the grid of each picture."""
        if self._tower is None:
            # Buffers are computed, not read. Random numbers are those of a run that finds everything in the cache.
            with torch.random.fork_rng(devices=[]), init_empty_weights(include_buffers=False):
                tower = self._class(self._config).model.visual
            self._tower = _fill(tower, self._folder, self.dtype, self._device)
        pixels, grid = (torch.cat([one[name] for one in read]) for name in ("pixel_values", "image_grid_thw"))
        made = self._tower(pixels.to(self._device, self.dtype), grid_thw=grid.to(self._device), return_dict=True)
        slots = (grid.prod(-1) // self._processor.image_processor.merge_size**2).tolist()
        levels = [made.pooler_output, *(getattr(made, "deepstack_features", None) or ())]
        parts = zip(*(level.split(slots) for level in levels), strict=True)
        return [Seen(torch.cat(rows), tuple(size)) for rows, size in zip(parts, grid.tolist(), strict=True)]
