"""What a block of the decoder keeps for its backward pass, by token: the arithmetic of activations.

Owns the terms for the native decoder and for the later families, full attention and linear, with and without experts.
Held against what real models of each keep, in tests. Does not own what follows for a run (`forecast`).

All sizes are bytes. A frozen block under LoRA keeps the inputs of its two norms, the inputs of the adapted
projections, query, key and value before rotation (native) and after it, the attention's output, and three rows of the
gated MLP; a block whose own weights learn keeps the normed rows and the input of the last projection as well. Dropout
keeps a copy of each adapted input, and its mask. Norms of the later families compute in float32.
"""

from __future__ import annotations

from qvl_desktop.core.model_sizes import DecoderShape, LinearAttention
from qvl_desktop.core.plan import TrainingPlan

FLOAT = 4
CHUNK = 64
"""Tokens that linear attention handles as one product."""
CHUNK_SQUARES, CHUNK_ROWS = 4, 23
"""For each head and token of linear attention, as `transformers` computes it in float32: rows of a chunk's length (who
looks at whom within it), and rows of a head's channels (queries, keys, values, their solved and decayed forms)."""


def block_activations(plan: TrainingPlan, shape: DecoderShape, value_bytes: int, *, on_card: bool = False) -> int:
    """Bytes one block keeps for one token until its backward pass; of blocks of several kinds the mean."""
    if shape.native:
        return _native(plan, shape, value_bytes, on_card=on_card)
    return _later(plan, shape, value_bytes, on_card=on_card)


def _native(plan: TrainingPlan, shape: DecoderShape, value_bytes: int, *, on_card: bool) -> int:
    hidden, width, keys, inner = shape.hidden, shape.heads_width, shape.kv_width, shape.inner
    kept = 2 * hidden + 3 * width + 3 * keys + 3 * inner  # norms, q k v, turned q k, mixed, gated MLP
    if plan.method == "full":
        return (kept + 2 * hidden + inner) * value_bytes
    targets = shape.targets(plan.lora_targets)
    kept += len(targets) * plan.lora_rank
    if plan.use_dora:
        kept += 2 * sum(layer.outputs for layer in targets)
    if plan.lora_dropout > 0:
        return kept * value_bytes + sum(layer.inputs for layer in targets) * (value_bytes + _mask(value_bytes, on_card))
    inputs = {(layer.name.split(".")[0], layer.inputs) for layer in targets} - {("attn", width)}
    if any(layer.name.endswith("c_attn") for layer in targets):
        inputs.add(("attn", hidden))
    return (kept + sum(size for _, size in inputs)) * value_bytes


def _later(plan: TrainingPlan, shape: DecoderShape, value_bytes: int, *, on_card: bool) -> int:
    """The mean over all blocks, from what each kind of block keeps and what the adapters of all of them do."""
    full = plan.method == "full"
    own, layers = shape.linear_attention, shape.layers
    norms = 2 * shape.hidden * (FLOAT + (value_bytes if full else 0))
    mlp = _mlp(shape, value_bytes, full=full)
    kept = layers * (norms + mlp) + shape.attending * _attention(shape, value_bytes, full=full)
    if own is not None:
        kept += own.layers * _linear_attention(own, value_bytes)
    if full:
        return (kept + layers * 2 * shape.hidden * value_bytes) // layers
    for layer in (targets := shape.targets(plan.lora_targets)):
        kept += layer.layers * plan.lora_rank * value_bytes
        kept += layer.layers * 2 * layer.outputs * value_bytes if plan.use_dora else 0
    if plan.lora_dropout > 0:
        each = value_bytes + _mask(value_bytes, on_card)
        return (kept + sum(layer.layers * layer.inputs for layer in targets) * each) // layers
    shared: dict[tuple[str, int], int] = {}  # layers with the same input keep it once
    for layer in targets:
        part = layer.name.rpartition(".")[0]
        if not layer.name.endswith("o_proj"):  # its input is the attention's output
            shared[part, layer.inputs] = max(shared.get((part, layer.inputs), 0), layer.layers)
    return (kept + sum(size * count for (_, size), count in shared.items()) * value_bytes) // layers


def _attention(shape: DecoderShape, value_bytes: int, *, full: bool) -> int:
    """Turned query and key, value, what was mixed; where heads are normed their rows before that."""
    width, keys = shape.heads_width, shape.kv_width
    kept = (2 * width + 2 * keys) * value_bytes
    if shape.head_norms:
        kept += (width + keys) * (FLOAT + (value_bytes if full else 0))
    if _gated(shape):  # the gate beside each query, itself opened, and both factors of the product
        kept += 4 * width * value_bytes
    return kept


def _gated(shape: DecoderShape) -> bool:
    return any(
        layer.name.endswith("self_attn.q_proj") and layer.outputs == 2 * shape.heads_width for layer in shape.linears
    )


def _linear_attention(own: LinearAttention, value_bytes: int) -> int:
    """The convolution's rows, and what the chunks keep."""
    rows = own.heads * (CHUNK_SQUARES * CHUNK + CHUNK_ROWS * own.channels)
    return 2 * own.convolved * value_bytes + rows * FLOAT


def _mlp(shape: DecoderShape, value_bytes: int, *, full: bool) -> int:
    """Three rows of the gated MLP, and the input of its last layer where that learns. Experts keep their own copy of
    what each token brings, and of what it takes away where the choice of experts learns."""
    kept = 3 * shape.inner + (shape.inner if full else 0) + shape.experts_a_token * shape.hidden * (2 if full else 1)
    if shape.expert_inner and shape.inner > shape.expert_inner:  # a shared expert, and the gate before it
        kept += shape.hidden
    return kept * value_bytes


def _mask(value_bytes: int, on_card: bool) -> int:
    """A byte of a mask on a card; on a processor dropout keeps a number."""
    return 1 if on_card else value_bytes
