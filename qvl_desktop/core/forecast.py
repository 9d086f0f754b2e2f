"""What a training plan will need: memory, disk and steps, told before it is started.

Owns the arithmetic, from the sizes in `config.json`, the plan and a summary of the data. Does not load a model, read
data or measure anything (`training` does); what the arithmetic says of activations is held against the real model in
tests.

All sizes are bytes. The terms follow the native Qwen-VL decoder: per token and block, a frozen block under LoRA keeps
the inputs of its two norms and of the two adapted projections behind them, query, key and value before and after
rotation, the attention's output twice, and three rows of the gated MLP; a block whose own weights learn keeps the
input of the last projection and of the norms' scales as well.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan

NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes a weight takes in NF4: half a byte, an 8-bit scale for 64 weights, and a 32-bit scale for 256 of those."""

ADAM_STATE = 8
FLOAT = 4
CHECKPOINTED_PARAMETERS = 1_000_000_000
CHUNK_LOGITS = 2**26
"""Logits that exist at a time, at most (`models.qwen_vl.loss`)."""

CUDA_CONTEXT = 600 * 2**20
PROCESS = 600 * 2**20
"""What a process with torch takes before it loads anything, on a card and in main memory."""


class ForecastError(QvlError):
    """A model whose sizes cannot be read."""


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """Sizes of a first-generation model. `tower` counts the weights of its visual tower."""

    hidden: int
    heads_width: int
    inner: int
    layers: int
    vocabulary: int
    queries: int
    tower: int

    @classmethod
    def read(cls, folder: Path) -> DecoderShape:
        """From a model folder's `config.json`. Raises `ForecastError`."""
        path = folder / "config.json"
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            visual = config["visual"]
            shape = cls(
                hidden=config["hidden_size"],
                heads_width=config["num_attention_heads"] * config["kv_channels"],
                inner=config["intermediate_size"] // 2,
                layers=config["num_hidden_layers"],
                vocabulary=config["vocab_size"],
                queries=visual.get("n_queries", 256),
                tower=_tower_weights(visual),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ForecastError(
                QT_TRANSLATE_NOOP("errors", "{path}: the sizes of this model cannot be read ({reason})."),
                path=path,
                reason=error,
            ) from error
        return shape

    @property
    def projections(self) -> dict[str, tuple[int, int]]:
        """Inputs and outputs of the linear layers of one block."""
        return {
            "attn.c_attn": (self.hidden, 3 * self.heads_width),
            "attn.c_proj": (self.heads_width, self.hidden),
            "mlp.w1": (self.hidden, self.inner),
            "mlp.w2": (self.hidden, self.inner),
            "mlp.c_proj": (self.inner, self.hidden),
        }

    @property
    def block_weights(self) -> int:
        """Weights of the linear layers of all blocks: what is quantised."""
        return self.layers * sum(a * b for a, b in self.projections.values())

    @property
    def other_weights(self) -> int:
        """Embeddings, head, norms and biases: what stays dense."""
        small = self.layers * (2 * self.hidden + 3 * self.heads_width) + self.hidden
        return 2 * self.vocabulary * self.hidden + small

    def targets(self, names: list[str]) -> list[tuple[int, int]]:
        """The layers of one block that names choose, as PEFT matches them: whole, or behind a dot."""
        return [
            size for layer, size in self.projections.items() if any(f".{layer}".endswith(f".{name}") for name in names)
        ]


def _tower_weights(visual: Mapping[str, Any]) -> int:
    """Weights of ViT, resampler and projection."""
    width, output, layers = visual["width"], visual["output_dim"], visual["layers"]
    mlp = int(width * visual["mlp_ratio"])
    block = 4 * width * width + 4 * width + 2 * width * mlp + width + mlp + 4 * width
    queries, grid = visual.get("n_queries", 256), visual.get("position_grid", 16)
    stem = 3 * visual["patch_size"] ** 2 * width + grid * grid * width + 2 * width
    resampler = 2 * queries * output + width * output + 4 * output * output + 4 * output + 4 * output
    return int(layers * block + stem + resampler + output * output + 2 * output)


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What the forecast needs to know of the training split. Lengths are tokens."""

    samples: int
    pictures: int
    longest: int
    most_supervised: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run needs at its worst step, by part, and the disk its features take while it lives."""

    weights: int
    adapter: int
    optimiser: int
    activations: int
    loss: int
    overhead: int
    feature_cache: int
    trainable: int
    steps: int
    checkpointing: bool

    @property
    def memory(self) -> int:
        """All parts together."""
        return self.weights + self.adapter + self.optimiser + self.activations + self.loss + self.overhead


def forecast(
    plan: TrainingPlan, shape: DecoderShape, data: DataSummary, *, value_bytes: int, on_card: bool, processes: int = 1
) -> Forecast:
    """The needs of a plan on one card (or in main memory).

    `value_bytes` is the size of one number of the computation: 2 for bf16 and fp16, 4 for fp32.
    """
    full = plan.method == "full"
    base = shape.block_weights + shape.other_weights
    everything = base + shape.tower
    adapter = 0 if full else adapter_weights(plan, shape)
    trainable = everything if full else adapter
    if full:
        weights = everything * FLOAT
    elif plan.method == "qlora":
        weights = int(shape.block_weights * NF4_BYTES) + shape.other_weights * value_bytes
    else:
        weights = base * value_bytes
    checkpointing = on_card and everything >= CHECKPOINTED_PARAMETERS
    tokens = plan.batch_size * min(data.longest, plan.max_length)
    batches = math.ceil(data.samples / (plan.batch_size * processes))
    steps = max(1, math.ceil(plan.epochs * math.ceil(batches / plan.accumulation)))
    features = 0 if full else data.pictures * shape.queries * shape.hidden * value_bytes
    logits = min(plan.batch_size * data.most_supervised * shape.vocabulary, CHUNK_LOGITS)
    return Forecast(
        weights=weights,
        adapter=adapter * FLOAT,
        optimiser=trainable * (FLOAT + ADAM_STATE),
        activations=tokens * _activations(plan, shape, value_bytes, checkpointing)
        + _unpacked(plan, shape, value_bytes),
        loss=logits * (value_bytes + 2 * FLOAT),
        overhead=CUDA_CONTEXT if on_card else PROCESS,
        feature_cache=features,
        trainable=trainable,
        steps=min(steps, plan.max_steps) if plan.max_steps else steps,
        checkpointing=checkpointing,
    )


def adapter_weights(plan: TrainingPlan, shape: DecoderShape) -> int:
    """Weights of the LoRA adapter: rank x (inputs + outputs) for each target."""
    return shape.layers * sum(plan.lora_rank * (a + b) for a, b in shape.targets(plan.lora_targets))


def block_activations(plan: TrainingPlan, shape: DecoderShape, value_bytes: int) -> int:
    """Bytes one block keeps for one token until its backward pass."""
    hidden, width, inner = shape.hidden, shape.heads_width, shape.inner
    norms = 2 * hidden * FLOAT  # norms compute in float32
    kept = 2 * hidden + 7 * width + 3 * inner
    if plan.method == "full":
        kept += 2 * hidden + inner
        return norms + kept * value_bytes
    targets = shape.targets(plan.lora_targets)
    kept += len(targets) * plan.lora_rank + (inner if (inner, hidden) in targets else 0)
    masks = sum(a for a, _ in targets) if plan.lora_dropout > 0 else 0
    return norms + kept * value_bytes + masks * (value_bytes + 1)


def _activations(plan: TrainingPlan, shape: DecoderShape, value_bytes: int, checkpointing: bool) -> int:
    block = block_activations(plan, shape, value_bytes)
    inputs = shape.hidden * value_bytes
    return (shape.layers * inputs + block if checkpointing else shape.layers * block) + 2 * inputs


def _unpacked(plan: TrainingPlan, shape: DecoderShape, value_bytes: int) -> int:
    """The largest 4-bit layer while it is multiplied."""
    return max(a * b for a, b in shape.projections.values()) * value_bytes if plan.method == "qlora" else 0


def cheaper(plan: TrainingPlan) -> TrainingPlan | None:
    """The next plan to try when memory is short, as close in effect as there is; None when there is no other."""
    if plan.batch_size > 1:
        half = plan.batch_size // 2
        return replace(plan, batch_size=half, accumulation=math.ceil(plan.accumulation * plan.batch_size / half))
    if plan.method != "qlora":
        return replace(plan, method="lora" if plan.method == "full" else "qlora")
    if plan.max_length > 512:
        return replace(plan, max_length=plan.max_length // 2)
    return None


def fitting(
    plan: TrainingPlan, shape: DecoderShape, data: DataSummary, *, value_bytes: int, on_card: bool, available: int
) -> TrainingPlan | None:
    """The plan itself when it fits into `available` bytes, else the nearest cheaper one; None when none fits."""
    trial: TrainingPlan | None = plan
    while trial is not None:
        need = forecast(trial, shape, data, value_bytes=value_bytes, on_card=on_card)
        if need.memory <= available:
            return trial
        trial = cheaper(trial)
    return None
