"""What a training plan will need: memory by part, disk, steps and time, told before it is started.

Owns the arithmetic, from a model's sizes (`model_sizes`), the plan and a summary of the data. Does not load a model,
read data or measure anything (`training` does); what the arithmetic says of activations is held against the real model
in tests, and the whole against a real run in `benchmarks/forecast.py`.

All sizes are bytes. What a block keeps of each token is `block_memory`'s.

A run is at its largest in one of three places, and they do not add up: while pictures are read (the tower, and nothing
else yet), in the training step, or while it answers in validation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qvl_desktop.core.answers_at_once import answers_at_once
from qvl_desktop.core.block_memory import FLOAT as FLOAT
from qvl_desktop.core.block_memory import block_activations as block_activations
from qvl_desktop.core.model_sizes import DecoderShape as DecoderShape
from qvl_desktop.core.model_sizes import ForecastError as ForecastError
from qvl_desktop.core.plan import TrainingPlan

NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes a weight takes in NF4: half a byte, an 8-bit scale for 64 weights, and a 32-bit scale for 256 of those."""

ADAM_STATE = {"adamw": 8.0, "adamw_8bit": 2.03, "paged_adamw_8bit": 2.03}
"""Bytes of the optimiser's state a weight."""
CHECKPOINTED_PARAMETERS = 1_000_000_000
CHUNK_LOGITS = 2**26
"""Logits that exist at a time, at most (`models.qwen_vl.loss`)."""
PICTURES_AT_ONCE = 8
"""Pictures that go through the frozen tower together (`training.feature_cache`)."""
PATCHES_AT_ONCE = 16384
"""Patches of pictures that do, where each is seen at its own size (`training.tower`)."""
PIXEL_COPIES = 6
"""How often the pixels of these exist at once: decoded, as floats, stacked, and those of the next ones."""
ANSWER_TOKENS = 256
"""What an answer may be long in validation."""

HELD_FULL, HELD_ADAPTER = 1.3, 1.5
"""In main memory the system's allocator keeps more than the tensors of a step need; measured, for blocks that are
tuned themselves, and for those with an adapter, whose tensors come in more sizes. On a card torch allots itself."""

CUDA_CONTEXT = 600 * 2**20
PROCESS = 450 * 2**20
"""What a process with torch takes before it loads anything, on a card and in main memory."""

CARD_RATE, CORE_RATE = 60e12, 15e9
"""Products and sums a second of a card, and of a core, as long as nothing was measured here."""
USED_SHARE = 0.9
"""How much of the free memory activations may take before they are computed twice (`training.memory`)."""
UNPACKING = 1.3
"""How much longer a step takes when weights are unpacked from 4 bits for each product."""


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What the forecast needs to know of the training split. Lengths are tokens, `left_out` counts samples that are too
    long, `average` is the mean length. Where each picture is seen at its own size: `patches` are those of the largest
    before they are merged, `slots` the tokens of all pictures, each counted once, `most_slots` those of the sample that
    has most (all 0 where the model sees every picture at one size)."""

    samples: int
    pictures: int
    longest: int
    most_supervised: int
    average: float = 0.0
    left_out: int = 0
    patches: int = 0
    most_pictures: int = 1
    slots: int = 0
    most_slots: int = 0


@dataclass(frozen=True, slots=True)
class Hardware:
    """What carries a run out: `value_bytes` is the size of one number of the computation (2 for bf16 and fp16, 4 for
    fp32), `rate` products and sums a second (0: unknown), `correction` what forecasts were off by here the last time
    (measured over forecast), `available` the bytes that are free before the run (0: unknown)."""

    value_bytes: int
    on_card: bool
    cores: int = 1
    processes: int = 1
    rate: float = 0.0
    correction: float = 1.0
    available: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run needs, by part, the disk its features and checkpoints take, and its time in seconds.

    `reading` is what reading the pictures takes before the model is there, `validation` the keys and values of an
    answer. `measured` says whether speed and memory were corrected by a real step on this machine.
    """

    weights: int
    tower: int
    adapter: int
    optimiser: int
    activations: int
    loss: int
    pictures: int
    validation: int
    reading: int
    overhead: int
    feature_cache: int
    checkpoints: int
    trainable: int
    steps: int
    checkpointing: bool
    step_seconds: float = 0.0
    correction: float = 1.0
    measured: bool = False

    @property
    def parts(self) -> dict[str, int]:
        """The parts of the moment at which the run is largest, by name; they add up to `memory`."""
        step = {name: getattr(self, name) for name in _STEP}
        answer = {name: getattr(self, name) for name in _ANSWER}
        largest: dict[str, int] = max(step, answer, {"reading": self.reading}, key=lambda parts: sum(parts.values()))
        scaled = {name: round(size * self.correction) for name, size in largest.items() if size}
        return scaled | {"overhead": round(self.overhead * self.correction)}

    @property
    def memory(self) -> int:
        """The most memory there will be in use."""
        return sum(self.parts.values())

    @property
    def disk(self) -> int:
        """Bytes on disk while the run lives."""
        return self.feature_cache + self.checkpoints

    @property
    def seconds(self) -> float:
        """The whole run, validations apart."""
        return self.steps * self.step_seconds


_KEPT = ("weights", "tower", "adapter", "optimiser")
_STEP = (*_KEPT, "activations", "loss", "pictures")
_ANSWER = (*_KEPT, "validation")


def forecast(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware) -> Forecast:
    """The needs of a plan on one card (or in main memory)."""
    value = machine.value_bytes
    full = plan.method == "full"
    adapter = 0 if full else adapter_weights(plan, shape)
    trainable = _learning(plan, shape) if full else adapter
    checkpointing = uses_checkpointing(plan, shape, data, machine)
    tokens = _tokens(plan, data)
    batches = math.ceil(data.samples / (plan.batch_size * machine.processes))
    steps = max(1, math.ceil(plan.epochs * math.ceil(batches / plan.accumulation)))
    held = 1.0 if machine.on_card else HELD_FULL if full else HELD_ADAPTER
    activations = int(held * tokens * _activations(plan, shape, machine, checkpointing))
    features = shape.levels * shape.hidden * value
    made = Forecast(
        weights=_weights(plan, shape, machine),
        tower=shape.tower * FLOAT if full else 0,
        adapter=adapter * FLOAT,
        optimiser=int(trainable * (FLOAT + ADAM_STATE[plan.optimizer])),
        activations=activations + _unpacked(plan, shape, value),
        loss=min(plan.batch_size * data.most_supervised * shape.vocabulary, CHUNK_LOGITS) * (2 * value + FLOAT),
        pictures=_pictures(plan, shape, data, value),
        validation=_validation(plan, shape, data, value),
        reading=0 if full else _reading(shape, data, value, on_card=machine.on_card),
        overhead=CUDA_CONTEXT if machine.on_card else PROCESS,
        feature_cache=0 if full else (data.slots or data.pictures * shape.queries) * features,
        checkpoints=(plan.save_limit + 1) * int(trainable * (FLOAT + ADAM_STATE[plan.optimizer])),
        trainable=trainable,
        steps=min(steps, plan.max_steps) if plan.max_steps else steps,
        checkpointing=checkpointing,
        correction=machine.correction,
        measured=machine.rate > 0,
    )
    rate = machine.rate or (CARD_RATE if machine.on_card else CORE_RATE * machine.cores)
    return replace(made, step_seconds=step_work(plan, shape, data, checkpointing=checkpointing) / rate)


def _validation(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, value_bytes: int) -> int:
    """Keys and values of the questions that are answered together; none where nothing is validated."""
    each = shape.attending * 2 * shape.kv_width * (data.longest + ANSWER_TOKENS) * value_bytes
    return min(answers_at_once(each), plan.eval_samples) * each


def uses_checkpointing(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware) -> bool:
    """Whether activations are computed again in the backward pass instead of being kept: as the plan says, or when
    they would not fit beside the weights (the rule of `training.memory`)."""
    if plan.gradient_checkpointing != "auto":
        return plan.gradient_checkpointing == "on"
    if not machine.available:
        return machine.on_card and shape.weights >= CHECKPOINTED_PARAMETERS
    block = block_activations(plan, shape, machine.value_bytes)
    learning = _learning(plan, shape) if plan.method == "full" else adapter_weights(plan, shape)
    taken = _weights(plan, shape, machine) + (CUDA_CONTEXT if machine.on_card else 0)
    need = _tokens(plan, data) * shape.layers * block + learning * (FLOAT + ADAM_STATE[plan.optimizer])
    return need > USED_SHARE * (machine.available - taken)


def step_work(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, *, checkpointing: bool) -> float:
    """Products and sums of one step of an average length, on each process."""
    length = data.average or data.longest
    tokens = plan.batch_size * plan.accumulation * length
    through = shape.through + shape.attending * shape.heads_width * length
    passes = (3 if plan.method == "full" else 2) + (1 if checkpointing else 0)
    work = 2 * tokens * through * passes * (UNPACKING if plan.method == "qlora" else 1)
    if plan.method == "full":
        eyes = shape.eyes
        patches = (eyes.patches or data.patches) * plan.batch_size * plan.accumulation
        work += 2 * patches * eyes.layers * (4 * eyes.width**2 + 2 * eyes.width * eyes.inner)
    return float(work)


def adapter_weights(plan: TrainingPlan, shape: DecoderShape) -> int:
    """Weights of the LoRA adapter: rank x (inputs + outputs) for each target, and with DoRA a length an output."""
    return sum(
        layer.layers * (plan.lora_rank * (layer.inputs + layer.outputs) + (layer.outputs if plan.use_dora else 0))
        for layer in shape.targets(plan.lora_targets)
    )


def _tokens(plan: TrainingPlan, data: DataSummary) -> int:
    longest = min(data.longest, plan.max_length)
    if plan.packing:
        return max(longest, min(plan.max_length, longest * plan.batch_size * plan.accumulation))
    return min(plan.batch_size, max(1, data.samples)) * longest


def _weights(plan: TrainingPlan, shape: DecoderShape, machine: Hardware) -> int:
    """The language model's."""
    dense = FLOAT if plan.method == "full" else machine.value_bytes
    each = NF4_BYTES if plan.method == "qlora" else dense
    others = shape.other_weights - (shape.table if plan.embeddings_on_host and machine.on_card else 0)
    return int(shape.block_weights * each) + others * dense


def _learning(plan: TrainingPlan, shape: DecoderShape) -> int:
    return shape.weights - (shape.eyes.weights - shape.eyes.learning if plan.fix_vit else 0)


def _activations(plan: TrainingPlan, shape: DecoderShape, machine: Hardware, checkpointing: bool) -> int:
    """Of one token through all blocks, and what the backward pass of one block makes."""
    value = machine.value_bytes
    block = block_activations(plan, shape, value, on_card=machine.on_card)
    inputs = shape.hidden * value
    backward = (3 * shape.inner + 2 * shape.hidden) * value
    return (shape.layers * inputs + block if checkpointing else shape.layers * block) + 2 * inputs + backward


def _unpacked(plan: TrainingPlan, shape: DecoderShape, value_bytes: int) -> int:
    """The largest 4-bit layer while it is multiplied."""
    largest = max(layer.inputs * layer.outputs for layer in shape.all_linears)
    return largest * value_bytes if plan.method == "qlora" else 0


def _pictures(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, value_bytes: int) -> int:
    """Of a batch: features, or pixels (this batch's and the next one's) and what their way through the tower keeps."""
    batch = min(plan.batch_size, max(1, data.samples)) * (plan.accumulation if plan.packing else 1)
    count = batch * data.most_pictures
    eyes = shape.eyes
    if plan.method != "full":
        slots = batch * data.most_slots or count * shape.queries
        return slots * shape.levels * shape.hidden * value_bytes * 2
    patches = eyes.patches or data.patches
    pixels = 2 * patches * 3 * eyes.patch**2 * FLOAT
    if plan.fix_vit:
        kept = patches * (eyes.width + 5 * shape.hidden) + 6 * shape.queries * shape.hidden
    else:
        kept = patches * eyes.layers * (8 * eyes.width + 2 * eyes.inner)
    return count * (pixels + kept * value_bytes)


def _reading(shape: DecoderShape, data: DataSummary, value_bytes: int, *, on_card: bool) -> int:
    """The tower while it reads pictures, before the model is loaded."""
    eyes = shape.eyes
    patches = eyes.patches or data.patches
    together = PICTURES_AT_ONCE
    if not shape.native and patches:
        together = max(1, min(together, PATCHES_AT_ONCE // patches))
    pixels = 3 * (eyes.side**2 or 2 * patches * eyes.patch**2) * FLOAT * (1 if on_card else PIXEL_COPIES)
    through = patches * (6 * eyes.width + 2 * eyes.inner) * value_bytes
    return eyes.weights * value_bytes + together * (pixels + through)


def cost(plan: TrainingPlan, other: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware) -> float:
    """How many times as long an epoch takes under the other plan."""
    works = [
        step_work(one, shape, data, checkpointing=uses_checkpointing(one, shape, data, machine))
        / (one.batch_size * one.accumulation)
        for one in (plan, other)
    ]
    return works[1] / works[0] if works[0] else 1.0


def changed(plan: TrainingPlan, other: TrainingPlan) -> Mapping[str, object]:
    """The settings in which two plans differ, as the second has them."""
    names = TrainingPlan.__dataclass_fields__
    return {name: getattr(other, name) for name in names if getattr(plan, name) != getattr(other, name)}
