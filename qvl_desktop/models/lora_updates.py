"""The sums a LoRA adapter stands for, layer by layer, without a model in memory.

Owns reading an adapter's files and adding its product to one weight (LoRA, rank-stabilised LoRA, DoRA). Does not own
which tensors a model has or where they go (`merging`). Adapters of any other kind are PEFT's to merge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import named
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.json_files import read_json
from qvl_desktop.models.tensor_files import StoredTensor, list_tensors, read_tensors

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_NAME = re.compile(r"base_model\.model\.(.+)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector(?:\.weight)?)")
_PLAIN = {"bias": "none", "fan_in_fan_out": False, "lora_bias": False}
_WITHOUT = ("target_parameters", "modules_to_save", "rank_pattern", "alpha_pattern", "layer_replication")
"""What an adapter must not have, to be added here."""


@dataclass(frozen=True, slots=True)
class LoraUpdates:
    """An adapter's tensors by layer: `down` (rank, in), `up` (out, rank), and DoRA's `magnitude` (out,)."""

    folder: Path
    layers: Mapping[str, Mapping[str, StoredTensor]]
    scaling: float

    @classmethod
    def open(cls, folder: Path) -> LoraUpdates | None:
        """The adapter of a folder, from its headers; None when it holds more than products of two matrices.

        Raises `ModelLoadError` when there is none, and `WeightFileError` for a broken file.
        """
        if not (folder / CONFIG).is_file():
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: not an adapter folder: it has no adapter_config.json."),
                folder=folder,
            )
        config = read_json(folder / CONFIG)
        if not _is_plain(config) or not (folder / WEIGHTS).is_file():
            return None
        layers: dict[str, dict[str, StoredTensor]] = {}
        for tensor in list_tensors(folder / WEIGHTS):
            found = _NAME.fullmatch(tensor.name)
            if found is None:
                return None
            layers.setdefault(found[1], {})[found[2].partition(".weight")[0]] = tensor
        whole = {"lora_A", "lora_B"} | ({"lora_magnitude_vector"} if config.get("use_dora") else set())
        if any(set(parts) != whole for parts in layers.values()):
            return None
        rank = int(config["r"])
        scaling = config["lora_alpha"] / (math.sqrt(rank) if config.get("use_rslora") else rank)
        return cls(folder, layers, float(scaling))

    def check(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Raise `ModelLoadError` unless every layer of the adapter is a linear layer (out, in) of the model."""
        lost = [name for name in self.layers if name not in shapes]
        wrong = [
            f"{name} {list(shapes[name])} != {[parts['lora_B'].shape[0], parts['lora_A'].shape[1]]}"
            for name, parts in self.layers.items()
            if name in shapes and shapes[name] != (parts["lora_B"].shape[0], parts["lora_A"].shape[1])
        ]
        if lost or wrong:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{folder}: the adapter does not fit this model. Layers that the model does not have: {lost}. Of "
                    "another size: {wrong}. Choose the model it was made on.",
                ),
                folder=self.folder,
                lost=named(lost),
                wrong=named(wrong),
            )

    def added(self, layer: str, weight: torch.Tensor) -> torch.Tensor:
        """The weight (out, in) of a layer with its update, in float32; a layer without one is given as it is.

        LoRA: `W + s B A`. DoRA: the rows of that, each as long as the adapter says.
        """
        parts = self.layers.get(layer)
        if parts is None:
            return weight
        read = {
            tensor.name: value.float() for tensor, value in read_tensors(self.folder / WEIGHTS, list(parts.values()))
        }
        down, up = read[parts["lora_A"].name], read[parts["lora_B"].name]
        total = torch.addmm(weight.float(), up, down, alpha=self.scaling)
        if magnitude := parts.get("lora_magnitude_vector"):
            total *= (read[magnitude.name].flatten() / torch.linalg.norm(total, dim=1)).unsqueeze(1)
        return total


def _is_plain(config: Mapping[str, Any]) -> bool:
    same = all(config.get(name, wanted) == wanted for name, wanted in _PLAIN.items())
    return config.get("peft_type") == "LORA" and same and not any(config.get(name) for name in _WITHOUT)
