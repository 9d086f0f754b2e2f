"""What training the later families needs beside their own classes: pictures of a batch, the loss, the layers.

Owns pixels and grids of a batch, the loss over supervised positions (their own classes would make the logits of every
position), which layers an adapter goes on, and what stays fixed in full tuning. Does not own loading (`methods`) nor
labels (`models.families.labels`).

Pictures have as many features as their size asks for, and some families add further ones between the layers. A frozen
tower's come from the cache (`feature_cache`), and the tower is not in memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn
from transformers.modeling_outputs import CausalLMOutput

from qvl_desktop.core.model_sizes import SAME_LAYERS
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.engine.family_pictures import Shown
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.models.families.base import Family, lora_pattern
from qvl_desktop.models.families.packed import packed_positions
from qvl_desktop.models.families.processor import PICTURE_TOKEN_TYPE, FamilyProcessor
from qvl_desktop.models.qwen_vl.loss import supervised_loss
from qvl_desktop.training.feature_cache import FeatureCache

EXPERTS = ("experts.gate_up_proj", "experts.down_proj")
"""The weights of all experts of a layer in one tensor; an adapter goes on them only when they are named."""
PROJECTORS = ("merger", "deepstack_merger_list")
"""Parts of the tower that lead into the language model: they learn in full tuning though the eyes are kept."""


class FamilyPictures:
    """A batch's pictures as pixels, each at its own size, for a tower in memory."""

    def __init__(self, processor: FamilyProcessor) -> None:
        self._processor = processor

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """`pixel_values` (patches of all, values), `image_grid_thw` (pictures, 3), `mm_token_type_ids` (rows, tokens).

        Raises `PictureError`.
        """
        read = [self._processor.read_picture(picture)[1] for picture in pictures]
        joined = {name: torch.cat([one[name] for one in read]) for name in ("pixel_values", "image_grid_thw")}
        return joined | {"mm_token_type_ids": slot_kinds(input_ids, self._processor)}

    def close(self) -> None:
        """Nothing is held."""


class CachedFamilyPictures:
    """A batch's pictures as features from the cache, each with as many rows as its size asks for."""

    def __init__(self, processor: FamilyProcessor, cache: FeatureCache) -> None:
        self._processor, self._cache = processor, cache

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """`picture_rows` (slots of all, hidden), `picture_deep` (levels, slots of all, hidden) for the families that
        have further levels (else no levels), `image_grid_thw` (pictures, 3), `mm_token_type_ids` (rows, tokens).
        """
        seen = [self.levels(picture) for picture in pictures]
        return {
            "picture_rows": torch.cat([rows[0] for rows, _ in seen]),
            "picture_deep": torch.cat([rows[1:] for rows, _ in seen], 1),
            "image_grid_thw": torch.cat([grid for _, grid in seen]),
            "mm_token_type_ids": slot_kinds(input_ids, self._processor),
        }

    def levels(self, picture: Path) -> tuple[torch.Tensor, torch.Tensor]:
        """Features of one picture (levels, slots, hidden), the first of them those of its slots, and its grid int64
        (1, 3). `KeyError` for one that the cache was not filled with."""
        seen = self._cache.seen(picture)
        slots = math.prod(seen.note) // self._processor.image_processor.merge_size**2
        return seen.rows.view(-1, slots, seen.rows.shape[1]), torch.tensor([seen.note])

    def shown(self, picture: PictureSource) -> Shown:
        """One picture as the engine keeps it, for answers of a model without its tower."""
        path = Path(str(picture))
        levels, grid = self.levels(path)
        return Shown(self._cache.key(path), picture_size(path), grid, levels[0], tuple(levels[1:]))

    def close(self) -> None:
        """Let go of the cache."""
        self._cache.close()


def slot_kinds(input_ids: torch.Tensor, processor: FamilyProcessor) -> torch.Tensor:
    """What each token is, as the models count positions by it: int64 of the same shape."""
    return (input_ids == processor.tokenizer.image_pad_id).long() * PICTURE_TOKEN_TYPE


def use_supervised_loss(model: Any) -> None:
    """Let a model of a later family compute its loss at supervised positions alone, divided by the step's tokens.

    With `labels` it returns the loss and no logits; without, it is as it was. `segments` are the lengths of samples
    that are packed into one row (`models.families.packed.allow_packing` must have been called).
    """
    plain = model.forward

    @wraps(plain)
    def forward(
        *args: Any,
        labels: torch.Tensor | None = None,
        num_items_in_batch: torch.Tensor | int | None = None,
        return_logits: bool = False,
        picture_rows: torch.Tensor | None = None,
        picture_deep: torch.Tensor | None = None,
        segments: tuple[int, ...] | None = None,
        **inputs: Any,
    ) -> Any:
        if segments is not None:
            given = (inputs.get(name) for name in ("mm_token_type_ids", "image_grid_thw"))
            inputs["position_ids"] = packed_positions(model.model, inputs["input_ids"], segments, *given)
            inputs["segments"] = segments
        if picture_rows is not None:
            levels = [] if picture_deep is None else [[level] for level in picture_deep]
            seen = SimpleNamespace(pooler_output=(picture_rows,), deepstack_features=levels)
            inputs["mm_encoder_outputs"] = {"image": seen}
        if labels is None:
            return plain(*args, **inputs)
        inputs["use_cache"] = False
        hidden = model.model(*args, **inputs).last_hidden_state
        vocabulary = model.config.get_text_config().vocab_size
        return CausalLMOutput(loss=supervised_loss(hidden, labels, model.lm_head, vocabulary, num_items_in_batch))

    model.forward = forward
    model.accepts_loss_kwargs = True  # the loss is divided by the tokens of the whole step


def adapter_layers(family: Family, plan: TrainingPlan) -> tuple[str, list[str]]:
    """The regular expression of the layers that get an adapter, and the tensors of experts that do."""
    chosen = list(plan.lora_targets)
    if not family.native:
        chosen = [name for target in chosen for name in SAME_LAYERS.get(target, (target,))]
    experts = [name for name in EXPERTS if name in chosen or "experts" in chosen]
    layers = [name for name in chosen if name not in (*EXPERTS, "experts")]
    pattern = lora_pattern(family, layers) if layers else r"(?!)"
    return pattern, experts


def decoder_tensors(model: nn.Module, family: Family, names: Sequence[str]) -> list[str]:
    """Paths of the tensors of experts in the decoder's blocks that end in one of these names."""
    block = re.compile(rf"{family.decoder}\..*")
    return [
        path
        for path, _ in model.named_parameters()
        if block.fullmatch(path) and any(path.endswith(f".{name}") for name in names)
    ]


def keep_eyes(model: Any, family: Family) -> None:
    """Freeze the vision transformer of a model whose every other weight learns; what leads out of it learns too."""
    tower, learning = (model.transformer.visual, ("attn_pool",)) if family.native else (model.model.visual, PROJECTORS)
    tower.requires_grad_(False)
    for name in learning:
        if (part := getattr(tower, name, None)) is not None:
            part.requires_grad_(True)
