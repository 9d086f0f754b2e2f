"""Native first-generation Qwen-VL: configuration, model, tokenizer and processors, with the habits of ``transformers``.

Importing this package registers them with the ``Auto`` classes: ``AutoModelForCausalLM.from_pretrained(folder)`` and
the like then open official folders with this code and never run the code that comes with a checkpoint.
"""

from __future__ import annotations

from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
from qvl_desktop.models.qwen_vl.image_processing import QwenVLImageProcessor
from qvl_desktop.models.qwen_vl.modeling import QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.processing import QwenVLProcessor
from qvl_desktop.models.qwen_vl.registration import register
from qvl_desktop.models.qwen_vl.tokenization import QwenVLTokenizer

__all__ = [
    "QwenVLConfig",
    "QwenVLForConditionalGeneration",
    "QwenVLImageProcessor",
    "QwenVLProcessor",
    "QwenVLTokenizer",
]

register()
