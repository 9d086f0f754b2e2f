"""The visual tower alone: read from a checkpoint without the rest of the model, used, and dropped again.

Owns finding the tower's tensors in a model folder, their hash, and running them. Does not own what the tower
computes (`models`) or where features go (`feature_cache`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
from qvl_desktop.models.qwen_vl.visual import VisualTower

PREFIX = "transformer.visual."


def tower_key(folder: Path, image_processor: Any, dtype: torch.dtype) -> str:
    """Names what features depend on beside the picture: the tower's weights, the processor's numbers, the dtype."""
    digest = hashlib.sha256(json.dumps(image_processor.to_dict(), sort_keys=True, default=str).encode())
    digest.update(str(dtype).encode())
    for name, tensor in tower_tensors(folder):
        digest.update(f"{name}\0{tuple(tensor.shape)}\0{tensor.dtype}\0".encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def tower_tensors(folder: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Name (without the prefix) and value of each tensor of the tower, file by file, sorted by name within a file."""
    files = sorted(folder.glob("*.safetensors"))
    for path in files:
        with safe_open(path, framework="pt") as file:
            for name in sorted(file.keys()):
                if name.startswith(PREFIX):
                    yield name.removeprefix(PREFIX), file.get_tensor(name)
    if files:
        return
    for path in sorted(folder.glob("*.bin")):
        state = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
        for name in sorted(state):
            if name.startswith(PREFIX):
                yield name.removeprefix(PREFIX), state[name]


class VisualTowerRunner:
    """A frozen tower on a device; `rows` is (n_queries, hidden) of one picture."""

    def __init__(self, folder: Path, *, dtype: torch.dtype, device: torch.device) -> None:
        config = QwenVLConfig.from_pretrained(folder)
        with torch.device("meta"):
            tower = VisualTower(config)
        state = {name: tensor.to(device, dtype) for name, tensor in tower_tensors(folder)}
        try:
            tower.load_state_dict(state, assign=True)
        except RuntimeError as error:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: the model cannot be loaded: {reason}"),
                folder=folder,
                reason=error,
            ) from error
        self._tower = tower.eval().requires_grad_(False)
        self._device = device
        self.dtype = dtype
        self.rows = (config.n_queries, config.hidden_size)

    @torch.no_grad()
    def encode(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """float32 (n, 3, side, side) -> (n, n_queries, hidden) in the tower's dtype, on its device."""
        features: torch.Tensor = self._tower(pixel_values.to(self._device))
        return features
