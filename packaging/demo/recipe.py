"""The recipe of the demo model: its sizes and the stages of its training. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from demo.scenes import SceneStyle


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of steps.

    ``rate`` and ``decoder_rate`` are shares of the learning rates at the stage's start and end (linear between).
    ``asked`` is how many of the batch's scenes are asked about (0: all); the others teach the tower only.
    ``box_weight`` weighs the boxes in the vision loss. ``tokens`` is the length of the decoder's rows, 0 trains the
    visual tower alone; ``two_pictures`` the chance that two scenes share a conversation. ``tower`` says whether the
    tower learns, ``shaped`` whether the answers teach it too. ``pointing`` and ``reading`` weigh the lessons of where
    to look and of what number stands there, ``tens_weight`` the second digit of a coordinate.
    """

    name: str
    steps: int
    batch: int
    style: SceneStyle
    rate: tuple[float, float] = (1.0, 1.0)
    decoder_rate: tuple[float, float] = (1.0, 1.0)
    tokens: int = 0
    two_pictures: float = 0.0
    tower: bool = True
    shaped: bool = True
    box_weight: float = 1.0
    asked: int = 0
    pointing: float = 0.0
    reading: float = 0.0
    tens_weight: float = 1.0


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
    vision_rates: tuple[float, float] = (0.005, 1e-3)
    decoder_rates: tuple[float, float] = (0.01, 1.5e-3)
    warmup: int = 50

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def at(self, step: int) -> tuple[Stage, float, float]:
        """The stage of a step (counted from 0) and the shares of both learning rates there, each half warmed up."""
        vision, decoder = step, step
        for stage in self.stages:
            if not stage.tokens:
                decoder -= stage.steps
            if step < stage.steps:
                done = step / stage.steps
                shares = [start + (end - start) * done for start, end in (stage.rate, stage.decoder_rate)]
                warm = [min(1.0, (count + 1) / self.warmup) for count in (vision, max(decoder, 0))]
                return stage, shares[0] * warm[0], shares[1] * warm[1]
            step -= stage.steps
        raise IndexError("the recipe has no such step")


def scenes(most: int, least: int = 1) -> SceneStyle:
    """Scenes of up to so many shapes."""
    return SceneStyle(objects=(least, most))


RECIPE = Recipe(
    stages=(
        Stage("vision", 1399, 24, SceneStyle(objects=(1, 5), unseen=0.3), rate=(1.0, 0.731)),
        Stage("speech", 346, 16, scenes(4), rate=(0.5, 0.4654), tokens=352, shaped=False),
        Stage(
            "joint",
            292,
            32,
            scenes(5),
            (0.5, 0.4838),
            (1.0, 0.9513),
            asked=12,
            tokens=352,
            two_pictures=0.15,
            box_weight=2.0,
        ),
        Stage("sharpen", 600, 24, scenes(5), rate=(0.48, 0.03), box_weight=2.0),
        Stage("listen", 1057, 16, scenes(5), (0.5, 0.5), (0.5, 0.5), tower=False, pointing=1.0, tokens=352),
        Stage(
            "read",
            367,
            16,
            scenes(5),
            (0.5, 0.5),
            (0.6, 0.6),
            tower=False,
            pointing=0.5,
            reading=1.0,
            tokens=352,
            tens_weight=2.5,
        ),
        Stage(
            "settle",
            1200,
            16,
            scenes(5),
            (0.5, 0.0),
            (0.6, 0.0),
            tower=False,
            pointing=0.5,
            reading=0.7,
            tens_weight=2.5,
            tokens=352,
            two_pictures=0.08,
        ),
    ),
)
TINY = Recipe(
    stages=(
        Stage("vision", 2, 2, scenes(2)),
        Stage("joint", 4, 2, scenes(3), tokens=160, two_pictures=0.5, pointing=0.5, reading=0.5),
    ),
    sizes=Sizes(
        patch_size=56,
        vision_width=32,
        vision_layers=1,
        vision_heads=2,
        queries=16,
        hidden_size=64,
        layers=2,
        heads=2,
        inner=64,
    ),
    warmup=2,
)
"""For tests."""
