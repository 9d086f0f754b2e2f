"""The recipe of the demo model: its sizes and the stages of its training. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from demo.scenes import SceneStyle


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of steps.

    ``rate`` is the learning rate's share at the stage's start and end (linear between). ``tokens`` is the length of the
    decoder's rows, 0 trains the visual tower alone; ``tower`` says whether the tower learns.
    """

    name: str
    steps: int
    batch: int
    style: SceneStyle
    rate: tuple[float, float] = (1.0, 1.0)
    tokens: int = 0
    two_pictures: float = 0.0
    tower: bool = True
    vision_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of the model, in the terms of the official ``config.json``."""

    patch_size: int = 28
    vision_width: int = 192
    vision_layers: int = 4
    vision_heads: int = 3
    queries: int = 64
    hidden_size: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 512
    image_size: int = 448

    def config(self, ranks: int) -> dict[str, Any]:
        """The fields of ``config.json`` for a ranks file of so many ranks (217 control tokens follow them)."""
        return {
            "architectures": ["QWenLMHeadModel"],
            "attn_dropout_prob": 0.0,
            "bf16": True,
            "emb_dropout_prob": 0.0,
            "fp16": False,
            "fp32": False,
            "hidden_size": self.hidden_size,
            "initializer_range": 0.02,
            "intermediate_size": 2 * self.inner,
            "kv_channels": self.hidden_size // self.heads,
            "layer_norm_epsilon": 1e-06,
            "max_position_embeddings": 8192,
            "model_type": "qwen",
            "no_bias": True,
            "num_attention_heads": self.heads,
            "num_hidden_layers": self.layers,
            "rotary_emb_base": 10000,
            "rotary_pct": 1.0,
            "scale_attn_weights": True,
            "seq_length": 2048,
            "tie_word_embeddings": False,
            "tokenizer_type": "QWenTokenizer",
            "torch_dtype": "bfloat16",
            "use_cache": True,
            "use_dynamic_ntk": True,
            "use_flash_attn": False,
            "use_logn_attn": True,
            "visual": {
                "heads": self.vision_heads,
                "image_size": self.image_size,
                "image_start_id": ranks + 214,
                "layers": self.vision_layers,
                "mlp_ratio": 4,
                "n_queries": self.queries,
                "output_dim": self.hidden_size,
                "patch_size": self.patch_size,
                "position_grid": self.image_size // self.patch_size,
                "width": self.vision_width,
            },
            "vocab_size": (ranks + 217 + 63) // 64 * 64,
        }


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the result, besides the code."""

    stages: tuple[Stage, ...]
    sizes: Sizes = field(default_factory=Sizes)
    seed: int = 20
    matrix_rate: float = 0.005
    other_rate: float = 1e-3
    warmup: int = 50

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def at(self, step: int) -> tuple[Stage, float]:
        """The stage of a step (counted from 0) and the share of the learning rate there."""
        for stage in self.stages:
            if step < stage.steps:
                start, end = stage.rate
                return stage, start + (end - start) * step / stage.steps
            step -= stage.steps
        raise IndexError("the recipe has no such step")


def scenes(most: int, least: int = 1) -> SceneStyle:
    """Scenes of up to so many shapes."""
    return SceneStyle(objects=(least, most))


RECIPE = Recipe(
    stages=(Stage("vision", 2600, 24, SceneStyle(objects=(1, 5), unseen=0.3), rate=(1.0, 0.5)),),
)
TINY = Recipe(
    stages=(
        Stage("vision", 2, 2, scenes(2)),
        Stage("joint", 4, 2, scenes(3), tokens=160, two_pictures=0.5),
    ),
    sizes=Sizes(
        patch_size=56,
        vision_width=32,
        vision_layers=1,
        vision_heads=2,
        queries=16,
        hidden_size=64,
        layers=1,
        heads=2,
        inner=64,
    ),
    warmup=2,
)
"""For tests."""
