"""The CPU benchmark at small scale: it measures both sides of all three passes, and counts the right parameters."""

from __future__ import annotations

import pytest
import torch

from benchmarks import model_cpu
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_small_run(dtype: torch.dtype) -> None:
    config = model_cpu.configuration(
        vocab_size=256,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        kv_channels=32,
        intermediate_size=128,
    )
    found = model_cpu.measure(config, dtype, prompt=16, sample=8, repeats=2)
    assert set(found) == {"prompt", "token", "step"}
    assert all(ours > 0 and floor > 0 for ours, floor in found.values())


def test_the_model_has_about_fifty_million_parameters() -> None:
    with torch.device("meta"):
        model = QwenVLForConditionalGeneration(model_cpu.configuration())
    assert 45e6 < sum(parameter.numel() for parameter in model.parameters()) < 55e6
