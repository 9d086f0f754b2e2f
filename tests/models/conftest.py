"""Fixtures of the model tests: the golden tiny model, and a small trainable one with a small vocabulary."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration, QwenVLImageProcessor
from tests.models.golden import MODEL, build_tiny, tiny_state

IMAGE_START = 90
IMAGE_PAD = IMAGE_START + 2


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def state() -> dict[str, torch.Tensor]:
    return tiny_state()


@pytest.fixture(scope="session")
def tiny(state: dict[str, torch.Tensor]) -> QwenVLForConditionalGeneration:
    return build_tiny(state)


@pytest.fixture(scope="session")
def numbers() -> dict[str, torch.Tensor]:
    return load_file(MODEL / "model.safetensors")


@pytest.fixture(scope="session")
def pixels() -> dict[str, torch.Tensor]:
    """The two golden pictures as (3, 448, 448) pixel tensors, by letter."""
    processor = QwenVLImageProcessor()
    files = {"a": MODEL / "a_501x333.png", "b": MODEL / "b_37x203.png"}
    return {letter: torch.from_numpy(processor.pixels(path)) for letter, path in files.items()}


def small_config(**overrides: Any) -> QwenVLConfig:
    """A model of 0.1 M parameters: 64-pixel pictures, 4 slots each, 100 tokens."""
    settings: dict[str, Any] = {
        "vocab_size": 100,
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "kv_channels": 32,
        "intermediate_size": 256,
        "seq_length": 64,
        "visual": {
            "image_size": 64,
            "patch_size": 16,
            "width": 64,
            "layers": 2,
            "heads": 2,
            "mlp_ratio": 2.0,
            "output_dim": 64,
            "image_start_id": IMAGE_START,
            "n_queries": 4,
            "position_grid": 4,
        },
    }
    return QwenVLConfig(**(settings | overrides))


@pytest.fixture
def small() -> QwenVLForConditionalGeneration:
    torch.manual_seed(0)
    return QwenVLForConditionalGeneration(small_config()).eval()


def picture_ids() -> list[int]:
    """The place of one picture in the small model's tokens."""
    return [IMAGE_START, *[IMAGE_PAD] * 4, IMAGE_START + 1]
