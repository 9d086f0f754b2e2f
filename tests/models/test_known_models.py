"""The figures of the known models, against the classes that will load them: built without memory, counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import qvl_desktop.core.model_sizes as sizes
from qvl_desktop.core.known_models import FIRST, known_model


def shape_of(model_class: str, config: Any, monkeypatch: pytest.MonkeyPatch) -> sizes.DecoderShape:
    """The sizes that a folder of this model would tell."""
    with torch.device("meta"):
        model = getattr(transformers, model_class)(config)
    shapes, seen = {}, set()
    for name, tensor in model.named_parameters():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            shapes[name] = tuple(tensor.shape)
    monkeypatch.setattr(sizes, "tensor_shapes", lambda folder: shapes)
    return sizes._later(json.loads(config.to_json_string(use_diff=False)), Path("."))


def text(hidden: int, layers: int, heads: int, keys: int, inner: int, *, tied: bool, **more: Any) -> dict[str, Any]:
    return {
        "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": keys, "intermediate_size": inner, "tie_word_embeddings": tied, "vocab_size": 151936,
    } | more  # fmt: skip


LATER = [
    (
        "Qwen2-VL-2B-Instruct", "Qwen2VLConfig", "Qwen2VLForConditionalGeneration", 2_208_985_600,
        text(1536, 28, 12, 2, 8960, tied=True), {"embed_dim": 1280, "hidden_size": 1536},
    ),
    (
        "Qwen2.5-VL-7B-Instruct", "Qwen2_5_VLConfig", "Qwen2_5_VLForConditionalGeneration", 8_292_166_656,
        text(3584, 28, 28, 4, 18944, tied=False, vocab_size=152064),
        {"hidden_size": 1280, "intermediate_size": 3420, "out_hidden_size": 3584},
    ),
    (
        "Qwen3-VL-4B-Instruct", "Qwen3VLConfig", "Qwen3VLForConditionalGeneration", 4_437_815_808,
        text(2560, 36, 32, 8, 9728, tied=True, head_dim=128),
        {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "out_hidden_size": 2560,
         "deepstack_visual_indexes": [5, 11, 17]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "config", "model_class", "parameters", "decoder", "eyes"), LATER)
def test_a_later_family(
    name: str, config: str, model_class: str, parameters: int, decoder: dict[str, Any], eyes: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tied = decoder["tie_word_embeddings"]
    made = getattr(transformers, config)(text_config=decoder, vision_config=eyes, tie_word_embeddings=tied)
    known = known_model(name)
    assert known is not None
    assert known.shape == shape_of(model_class, made, monkeypatch)
    assert known.parameters == parameters, "as published"
    assert known.size == 2 * parameters


def test_the_first_generation() -> None:
    visual = {
        "image_size": 448, "layers": 48, "mlp_ratio": 4.9231, "output_dim": 4096, "patch_size": 14, "width": 1664,
    }  # fmt: skip
    config = {
        "hidden_size": 4096, "num_attention_heads": 32, "kv_channels": 128, "intermediate_size": 22016,
        "num_hidden_layers": 32, "vocab_size": 151936, "visual": visual,
    }  # fmt: skip
    assert sizes._first_generation(config) == FIRST
    assert FIRST.weights == 9_656_935_168
