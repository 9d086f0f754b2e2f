"""A whole model folder of the Qwen-VL architecture, tiny, with random weights: enough to load, ask, stream and stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.special_tokens import write_ranks

WORDS = (b"he", b"ll", b"hello", b" wor", b"ld", "红".encode(), b"red", b" red", b"cir", b"circ", b"le")


def make_model(folder: Path, *, seed: int = 0, seq_length: int = 256) -> Path:
    """Write a model folder: 256 bytes and a few words, 2 layers of 32 channels, pictures of 64 pixels in 16 slots."""
    folder.mkdir(parents=True, exist_ok=True)
    ranks = {bytes([byte]): byte for byte in range(256)}
    ranks |= {word: 256 + place for place, word in enumerate(WORDS)}
    write_ranks(ranks, folder / "qwen.tiktoken")
    first = len(ranks)
    config = QwenVLConfig(
        vocab_size=first + 217 + 7,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        kv_channels=16,
        intermediate_size=64,
        seq_length=seq_length,
        max_position_embeddings=2048,
        initializer_range=0.4,
        visual={
            "image_size": 64,
            "patch_size": 16,
            "width": 32,
            "layers": 1,
            "heads": 2,
            "mlp_ratio": 2.0,
            "output_dim": 32,
            "n_queries": 16,
            "position_grid": 4,
            "image_start_id": first + 214,
        },
    )
    torch.manual_seed(seed)
    model = QwenVLForConditionalGeneration(config)
    model.save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "QwenVLTokenizer"}))
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for place, colour in enumerate(["red", "green", "blue"]):
        image = Image.new("RGB", (80 + 10 * place, 60), "white")
        image.paste(colour, (10, 10, 40 + 8 * place, 40))
        paths.append(folder / f"{colour}.png")
        image.save(paths[-1])
    return paths
