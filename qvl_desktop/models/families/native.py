"""First-generation Qwen-VL behind the protocol of families. Everything it does is `models.qwen_vl`'s work."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN_VL, Dialect, Reading, Size, dialect
from qvl_desktop.core.plan import DEFAULT_TARGETS
from qvl_desktop.models.families.base import ChatInputs, PictureSource


class NativeFamily:
    """Qwen-VL, Qwen-VL-Chat and Qwen-VL-Chat-Int4. Its text is the canonical one, so sizes are not needed."""

    name = QWEN_VL
    model_types = ("qwen",)
    native = True
    keep_dense = ("transformer.visual", "lm_head")
    decoder = r"transformer\.h\.\d+"
    lora_targets = tuple(DEFAULT_TARGETS)

    def model_class(self, model_type: str) -> Any:
        """`QwenVLForConditionalGeneration`."""
        return import_module("qvl_desktop.models.qwen_vl").QwenVLForConditionalGeneration

    def load_processor(self, folder: Path) -> Any:
        """A `QwenVLProcessor`."""
        return import_module("qvl_desktop.models.qwen_vl").QwenVLProcessor.from_pretrained(folder)

    def dialect(self, processor: Any) -> Dialect:
        """Canonical text as it is."""
        return dialect(QWEN_VL)

    def encode_chat(self, processor: Any, turns: Sequence[Turn], pictures: Sequence[PictureSource]) -> ChatInputs:
        """See `models.qwen_vl.prompt`."""
        return ChatInputs(dict(processor.encode_chat(list(turns), list(pictures))), ((),))

    def read_answer(self, processor: Any, token_ids: Sequence[int], sizes: Sequence[Size] = ()) -> Reading:
        """The answer's text, with the faults of its tokens."""
        return self.dialect(processor).parse(processor.decode_answer(token_ids))

    def picture_tokens(self, processor: Any, width: int, height: int) -> int:
        """The same for every picture: `n_queries` of the configuration."""
        return int(processor.n_queries)
