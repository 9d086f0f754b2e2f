"""Native first-generation Qwen-VL: configuration, model, tokenizer and processors, with the habits of ``transformers``.

Names are imported when they are first asked for, so that the tokenizer does not cost the import of the model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
    from qvl_desktop.models.qwen_vl.image_processing import QwenVLImageProcessor
    from qvl_desktop.models.qwen_vl.modeling import QwenVLForConditionalGeneration
    from qvl_desktop.models.qwen_vl.processing import QwenVLProcessor
    from qvl_desktop.models.qwen_vl.tokenization import QwenVLTokenizer

_MODULES = {
    "QwenVLConfig": "configuration",
    "QwenVLForConditionalGeneration": "modeling",
    "QwenVLImageProcessor": "image_processing",
    "QwenVLProcessor": "processing",
    "QwenVLTokenizer": "tokenization",
}

__all__ = [
    "QwenVLConfig",
    "QwenVLForConditionalGeneration",
    "QwenVLImageProcessor",
    "QwenVLProcessor",
    "QwenVLTokenizer",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
