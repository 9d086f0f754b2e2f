"""Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5 through `transformers`' own classes.

Owns what differs between them: the classes, the layers, the dialect. Chats and pictures are `processor`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN2_5_VL, QWEN2_VL, QWEN3_5, QWEN3_VL, Dialect, Reading, Size
from qvl_desktop.models.families.base import ChatInputs, PictureSource
from qvl_desktop.models.families.processor import FamilyProcessor

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
MLP = ("gate_proj", "up_proj", "down_proj")
LINEAR_ATTENTION = ("in_proj_qkv", "in_proj_z", "out_proj")
"""Of the layers of Qwen3.5 that are no full attention."""


@dataclass(frozen=True)
class LaterFamily:
    """One family. `classes` maps `model_type` to the class's name in `transformers`."""

    name: str
    classes: Mapping[str, str]
    lora_targets: tuple[str, ...]
    native: bool = False
    keep_dense: tuple[str, ...] = ("model.visual", "lm_head")
    decoder: str = r"model\.language_model\.layers\.\d+"

    @property
    def model_types(self) -> tuple[str, ...]:
        """See `Family`."""
        return tuple(self.classes)

    def model_class(self, model_type: str) -> Any:
        """The class in `transformers`."""
        import transformers

        return getattr(transformers, self.classes[model_type])

    def load_processor(self, folder: Path) -> FamilyProcessor:
        """A `FamilyProcessor`."""
        return FamilyProcessor.from_pretrained(folder, self.name)

    def dialect(self, processor: FamilyProcessor) -> Dialect:
        """The processor's, which knows its limits for pictures."""
        return processor.dialect

    def encode_chat(
        self, processor: FamilyProcessor, turns: Sequence[Turn], pictures: Sequence[PictureSource]
    ) -> ChatInputs:
        """See `Family`."""
        return processor.encode_chats([(turns, pictures)])

    def read_answer(self, processor: FamilyProcessor, token_ids: Sequence[int], sizes: Sequence[Size]) -> Reading:
        """See `Family`."""
        return processor.read_answer(token_ids, sizes)

    def picture_tokens(self, processor: FamilyProcessor, width: int, height: int) -> int:
        """As many as the resized picture has squares."""
        return processor.resizing.tokens(width, height)


LATER_FAMILIES = (
    LaterFamily(QWEN2_VL, {"qwen2_vl": "Qwen2VLForConditionalGeneration"}, (*ATTENTION, *MLP)),
    LaterFamily(QWEN2_5_VL, {"qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration"}, (*ATTENTION, *MLP)),
    LaterFamily(
        QWEN3_VL,
        {"qwen3_vl": "Qwen3VLForConditionalGeneration", "qwen3_vl_moe": "Qwen3VLMoeForConditionalGeneration"},
        (*ATTENTION, *MLP),
    ),
    LaterFamily(
        QWEN3_5,
        {"qwen3_5": "Qwen3_5ForConditionalGeneration", "qwen3_5_moe": "Qwen3_5MoeForConditionalGeneration"},
        (*ATTENTION, *LINEAR_ATTENTION, *MLP),
    ),
)
