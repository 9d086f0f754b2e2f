"""What a known model needs of a card: to chat, for LoRA, for Q-LoRA.

Owns the usual case that the figures are for (one picture, 512 tokens a sample; a chat of 2048 tokens). The arithmetic
of training is `forecast`'s. Figures for a card: in main memory a process needs a little less, and far more time.
"""

from __future__ import annotations

from dataclasses import dataclass

from qvl_desktop.core.forecast import CUDA_CONTEXT, DataSummary, Hardware, forecast
from qvl_desktop.core.known_models import KnownModel
from qvl_desktop.core.model_sizes import DecoderShape
from qvl_desktop.core.plan import TrainingPlan

CHAT_TOKENS = 2048
SAMPLE_TOKENS = 512
PICTURE = (1280, 720)
"""Pixels of the picture that the figures of the later families are for."""
VALUE = 2
"""Bytes of a number in 16 bits."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Bytes on the card; 0 where the model cannot be used so."""

    chat: int
    lora: int
    qlora: int


def needs_of(model: KnownModel) -> Needs | None:
    """The forecast for the usual case; `None` for a model whose sizes are not known."""
    shape = model.shape
    if shape is None:
        return None
    lora = 0 if model.quantised else _training(shape, "lora")
    return Needs(_chat(model, shape), lora, _training(shape, "qlora"))


def _chat(model: KnownModel, shape: DecoderShape) -> int:
    """Weights, keys and values of the whole chat, its pictures, what the prompt's way through a block makes."""
    kept = shape.layers * 2 * shape.kv_width * CHAT_TOKENS * VALUE
    through = CHAT_TOKENS * (3 * shape.inner + 4 * shape.hidden) * VALUE
    eyes = _patches(shape) * (6 * shape.eyes.width + 2 * shape.eyes.inner) * VALUE
    return model.size + kept + through + eyes + shape.vocabulary * 4 + CUDA_CONTEXT


def _training(shape: DecoderShape, method: str) -> int:
    tokens = SAMPLE_TOKENS if shape.native else max(SAMPLE_TOKENS, _patches(shape) // shape.eyes.merged + 128)
    plan = TrainingPlan.from_dict({"method": method, "batch_size": 1, "accumulation": 8, "max_length": tokens})
    data = DataSummary(
        samples=1000, pictures=1000, longest=tokens, most_supervised=64, average=tokens, patches=_patches(shape)
    )
    return forecast(plan, shape, data, Hardware(VALUE, on_card=True)).memory


def _patches(shape: DecoderShape) -> int:
    """Patches of the usual picture."""
    width, height = PICTURE
    return shape.eyes.patches or (width // shape.eyes.patch) * (height // shape.eyes.patch)
