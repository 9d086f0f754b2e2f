"""What training the later families needs beside their own classes: pictures of a batch, the loss, the layers.

Owns pixels and grids of a batch, the loss over supervised positions (their own classes would make the logits of every
position), which layers an adapter goes on, and what stays fixed in full tuning. Does not own loading (`methods`) nor
labels (`models.families.labels`).

Their visual tower stays in memory: pictures have as many features as their size asks for, and some families add further
ones between the layers. A frozen one sees a picture once as long as there is room for its features.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import torch
from torch import nn
from transformers.modeling_outputs import CausalLMOutput

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.families.base import Family, lora_pattern
from qvl_desktop.models.families.packed import packed_positions
from qvl_desktop.models.families.processor import PICTURE_TOKEN_TYPE, FamilyProcessor
from qvl_desktop.models.qwen_vl.loss import supervised_loss

EXPERTS = ("experts.gate_up_proj", "experts.down_proj")
"""The weights of all experts of a layer in one tensor; an adapter goes on them only when they are named."""
SAME_LAYERS = {
    "c_attn": ("q_proj", "k_proj", "v_proj", "in_proj_qkv", "in_proj_z"),
    "attn.c_proj": ("o_proj", "out_proj"),
    "w1": ("up_proj",),
    "w2": ("gate_proj",),
    "mlp.c_proj": ("down_proj",),
    "c_proj": ("o_proj", "out_proj", "down_proj"),
}
"""What layers of the first generation, which a plan names, are called in later families (the last two of the first and
the last of the second: those of linear attention)."""
KEPT_ON_HOST = 512 * 2**20
KEPT_SHARE = 0.25
"""Of the free main memory, for features of pictures when the model is on a card."""
PROJECTORS = ("merger", "deepstack_merger_list")
"""Parts of the tower that lead into the language model: they learn in full tuning though the eyes are kept."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a frozen tower makes of a picture, in main memory: `rows` (slots, hidden), `deep` (levels, slots, hidden)
    for the families that have further levels (else no levels), `grid` int64 (1, 3)."""

    rows: torch.Tensor
    deep: torch.Tensor
    grid: torch.Tensor

    @property
    def nbytes(self) -> int:
        """Bytes of all features."""
        return int(self.rows.nbytes + self.deep.nbytes)


class FamilyPictures:
    """A batch's pictures, each at its own size: as pixels, or as features once `keep_features` was called."""

    def __init__(self, processor: FamilyProcessor) -> None:
        self._processor = processor
        self._tower: Any = None
        self._limit = 0
        self._kept: OrderedDict[Path, Seen] = OrderedDict()
        self._bytes = 0

    def keep_features(self, model: Any, limit: int) -> None:
        """From now on let the model's frozen tower see a picture once, and keep up to `limit` bytes of features."""
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._tower, self._limit = base.model, limit

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """`image_grid_thw` (pictures, 3), `mm_token_type_ids` (rows, tokens), and either `pixel_values` (patches,
        values) or `picture_rows` (slots, hidden) with `picture_deep` (levels, slots, hidden), of all pictures.

        Raises `PictureError`.
        """
        slots = {"mm_token_type_ids": (input_ids == self._processor.tokenizer.image_pad_id).long() * PICTURE_TOKEN_TYPE}
        if self._tower is None:
            read = [self._processor.read_picture(picture)[1] for picture in pictures]
            return slots | {name: torch.cat([one[name] for one in read]) for name in ("pixel_values", "image_grid_thw")}
        seen = [self._see(picture) for picture in pictures]
        return slots | {
            "picture_rows": torch.cat([one.rows for one in seen]),
            "picture_deep": torch.cat([one.deep for one in seen], 1),
            "image_grid_thw": torch.cat([one.grid for one in seen]),
        }

    def close(self) -> None:
        """Let go of what is kept."""
        self._kept.clear()
        self._bytes, self._tower = 0, None

    @torch.no_grad()
    def _see(self, picture: Path) -> Seen:
        if picture in self._kept:
            self._kept.move_to_end(picture)
            return self._kept[picture]
        pixels = self._processor.read_picture(picture)[1]
        device = self._tower.visual.patch_embed.proj.weight.device
        grid = pixels["image_grid_thw"]
        made = self._tower.get_image_features(pixels["pixel_values"].to(device), grid.to(device), return_dict=True)
        rows = made.pooler_output[0].cpu()
        levels = [level[0].cpu() for level in getattr(made, "deepstack_features", None) or ()]
        seen = Seen(rows, torch.stack(levels) if levels else rows.new_empty(0, *rows.shape), grid)
        self._kept[picture] = seen
        self._bytes += seen.nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return seen


def features_limit(device: torch.device) -> int:
    """Bytes of main memory that kept features may take: little where the model itself lives there."""
    if device.type == "cpu":
        return KEPT_ON_HOST
    return max(KEPT_ON_HOST, int(psutil.virtual_memory().available * KEPT_SHARE))


def use_supervised_loss(model: Any) -> None:
    """Let a model of a later family compute its loss at supervised positions alone, divided by the step's tokens.

    With `labels` it returns the loss and no logits; without, it is as it was. `segments` are the lengths of samples that
    are packed into one row (`models.families.packed.allow_packing` must have been called).
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
