"""Reading the golden numbers of ``tests/golden``: the tiny model, its inputs, its results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

GOLDEN = Path(__file__).parents[1] / "golden"
MODEL = GOLDEN / "model"


def read_json(name: str) -> dict[str, Any]:
    return json.loads((MODEL / name).read_text(encoding="utf-8"))


def expand(runs: list[list[int]]) -> list[int]:
    """Undo run-length coding."""
    return [value for value, count in runs for _ in range(count)]


def tiny_state() -> dict[str, torch.Tensor]:
    """The tiny model's tensors in float32, the two big tables expanded from their factors."""
    parts = load_file(GOLDEN / "tiny" / "tiny_parts.safetensors")
    state = {name: value.float() for name, value in parts.items() if not name.endswith((".A", ".B"))}
    rows = torch.arange(151936)
    for name in ("transformer.wte.weight", "lm_head.weight"):
        first, second = parts[f"{name}.A"].float(), parts[f"{name}.B"].float()
        state[name] = (first[rows % 512] + second[rows // 512]).bfloat16().float()
    return state


def build_tiny(state: dict[str, torch.Tensor], **overrides: Any) -> QwenVLForConditionalGeneration:
    """The tiny model in evaluation mode; overrides change its configuration. Shares the tensors of ``state``."""
    config = QwenVLConfig.from_pretrained(GOLDEN / "tiny", **overrides)
    with torch.device("meta"):
        model = QwenVLForConditionalGeneration(config)
    model.load_state_dict(state, strict=True, assign=True)
    rotary = model.transformer.rotary
    rotary.inv_freq, rotary.level_limits = rotary.frequencies(), rotary.limits()
    model.transformer.visual.attn_pool.pos_embed.requires_grad_(False)
    return model.eval()
