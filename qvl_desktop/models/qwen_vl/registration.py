"""The native classes behind the `Auto` classes of `transformers`, so that no remote code is ever asked for.

Owns the registration, done when the package is imported. A registered type wins over the `auto_map` of official
checkpoints.
"""

from __future__ import annotations

from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoProcessor,
)
from transformers.models.auto.tokenization_auto import REGISTERED_TOKENIZER_CLASSES

from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
from qvl_desktop.models.qwen_vl.image_processing import QwenVLImageProcessor
from qvl_desktop.models.qwen_vl.modeling import QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.processing import QwenVLProcessor
from qvl_desktop.models.qwen_vl.tokenization import QwenVLTokenizer

TOKENIZER_NAMES = (QwenVLTokenizer.__name__, "QWenTokenizer")
"""What `tokenizer_class` of a folder may say: ours, and that of the official checkpoints."""


def register() -> None:
    """Tell `transformers` which classes `model_type` "qwen" means. Doing it again changes nothing."""
    AutoConfig.register(QwenVLConfig.model_type, QwenVLConfig, exist_ok=True)
    for auto in (AutoModelForCausalLM, AutoModelForImageTextToText):
        auto.register(QwenVLConfig, QwenVLForConditionalGeneration, exist_ok=True)
    AutoImageProcessor.register(QwenVLConfig, image_processor_classes={"pil": QwenVLImageProcessor}, exist_ok=True)
    AutoProcessor.register(QwenVLConfig, QwenVLProcessor, exist_ok=True)
    # By name, and named by the configuration: a class registered for the configuration would make way for remote code
    # as soon as somebody passes trust_remote_code=True, which most examples for Qwen-VL do.
    for name in TOKENIZER_NAMES:
        REGISTERED_TOKENIZER_CLASSES[name] = QwenVLTokenizer
