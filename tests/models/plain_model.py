"""Qwen-VL written down once more, as plainly as possible, in float64: what other shapes and weights are held against.

One row, no cache, no padding, no attention kernels, a loop over heads. It shares no code with the package.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

State = dict[str, Tensor]


def layer_norm(x: Tensor, state: State, name: str) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], 1e-6)


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x / (x.pow(2).mean(-1, keepdim=True) + eps).sqrt() * weight


def linear(x: Tensor, state: State, name: str) -> Tensor:
    y = x @ state[f"{name}.weight"].T
    return y + state[f"{name}.bias"] if f"{name}.bias" in state else y


def attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """(tokens, width) each."""
    scores = query @ key.T / math.sqrt(query.shape[-1])
    if causal:
        later = torch.ones_like(scores, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    return scores.softmax(-1) @ value


def resize(table: Tensor, side: int) -> Tensor:
    old = math.isqrt(len(table))
    if old == side:
        return table
    grid = table.float().T.reshape(1, -1, old, old)
    return F.interpolate(grid, (side, side), mode="bicubic", align_corners=False)[0].flatten(1).T.double()


def features(state: State, config: dict[str, Any], picture: Tensor) -> Tensor:
    """(n_queries, hidden) of one picture (3, side, side)."""
    visual = config["visual"]
    heads, patch = visual["heads"], visual["patch_size"]
    x = F.conv2d(picture[None], state["conv1.weight"], stride=patch)[0]
    side = x.shape[-1]
    x = x.flatten(1).T + resize(state["positional_embedding"], side)
    x = layer_norm(x, state, "ln_pre")
    for layer in range(visual["layers"]):
        name = f"transformer.resblocks.{layer}"
        mixed = linear(layer_norm(x, state, f"{name}.ln_1"), state, f"{name}.attn.in_proj")
        read = []
        for part in mixed.chunk(heads, dim=-1):  # each head: query, key, value
            read.append(attend(*part.chunk(3, dim=-1), causal=False))
        x = x + linear(torch.cat(read, -1), state, f"{name}.attn.out_proj")
        inner = F.gelu(linear(layer_norm(x, state, f"{name}.ln_2"), state, f"{name}.mlp.c_fc"))
        x = x + linear(inner, state, f"{name}.mlp.c_proj")
    value = x @ state["attn_pool.kv_proj.weight"].T if "attn_pool.kv_proj.weight" in state else x
    value = layer_norm(value, state, "attn_pool.ln_kv")
    places = state["attn_pool.pos_embed"]
    query = layer_norm(state["attn_pool.query"], state, "attn_pool.ln_q") + places
    inputs = (query, value + resize(places, side), value)
    weights = state["attn_pool.attn.in_proj_weight"].chunk(3)
    biases = state["attn_pool.attn.in_proj_bias"].chunk(3)
    query, key, value = (x @ w.T + b for x, w, b in zip(inputs, weights, biases, strict=True))
    count = max(1, visual["output_dim"] // 128)
    parts = zip(query.chunk(count, -1), key.chunk(count, -1), value.chunk(count, -1), strict=True)
    pooled = torch.cat([attend(q, k, v, causal=False) for q, k, v in parts], -1)
    pooled = linear(pooled, state, "attn_pool.attn.out_proj")
    return layer_norm(pooled, state, "ln_post") @ state["proj"]


def turn(x: Tensor, base: float, dim: int) -> Tensor:
    """Rotary positions 0, 1, ... on (tokens, width), the first ``dim`` channels, halves paired."""
    half = dim // 2
    frequencies = base ** (-torch.arange(half, dtype=torch.float64) * 2 / dim)
    angles = torch.arange(len(x), dtype=torch.float64)[:, None] * frequencies
    first, second, rest = x[:, :half], x[:, half:dim], x[:, dim:]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], -1)


def logits(
    state: State, config: dict[str, Any], ids: list[int], pictures: list[Tensor], *, training: bool = False
) -> Tensor:
    """(tokens, vocabulary) of one row; pictures in the order of their places."""
    state = {name: value.double() for name, value in state.items()}
    tower = {name.removeprefix("transformer.visual."): value for name, value in state.items() if ".visual." in name}
    start, queries = config["visual"]["image_start_id"], config["visual"]["n_queries"]
    x = state["transformer.wte.weight"][torch.tensor(ids)]
    waiting = [features(tower, config, picture.double()) for picture in pictures]
    for place in range(len(ids) - 1):
        if ids[place] == start and ids[place + 1] == start + 2:
            x = torch.cat([x[: place + 1], waiting.pop(0), x[place + 1 + queries :]])
    assert not waiting
    length, trained = len(ids), config["seq_length"]
    alpha = 1.0
    if config["use_dynamic_ntk"] and not training:
        alpha = max(2 ** math.ceil(math.log2(length / trained) + 1) - 1, 1)
    dim = int(config["kv_channels"] * config["rotary_pct"])
    base = config["rotary_emb_base"] * alpha ** (dim / (dim - 2))
    scale = torch.ones(length, 1, dtype=torch.float64)
    if config["use_logn_attn"] and not training:
        for place in range(trained, length):
            scale[place] = math.log(place + 1) / math.log(trained)
    heads, eps = config["num_attention_heads"], config["layer_norm_epsilon"]
    for layer in range(config["num_hidden_layers"]):
        name = f"transformer.h.{layer}"
        mixed = linear(rms_norm(x, state[f"{name}.ln_1.weight"], eps), state, f"{name}.attn.c_attn")
        read = []
        for q, k, v in zip(*(part.chunk(heads, -1) for part in mixed.chunk(3, -1)), strict=True):
            read.append(attend(turn(q, base, dim) * scale, turn(k, base, dim), v, causal=True))
        x = x + linear(torch.cat(read, -1), state, f"{name}.attn.c_proj")
        inner = rms_norm(x, state[f"{name}.ln_2.weight"], eps)
        gated = linear(inner, state, f"{name}.mlp.w1") * F.silu(linear(inner, state, f"{name}.mlp.w2"))
        x = x + linear(gated, state, f"{name}.mlp.c_proj")
    return rms_norm(x, state["transformer.ln_f.weight"], eps) @ state["lm_head.weight"].T
