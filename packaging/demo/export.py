"""Writes the demo model in the layout of the official checkpoints."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file

from qvl_desktop.models.qwen_vl.image_processing import CLIP_MEAN, CLIP_STD

if TYPE_CHECKING:
    from pathlib import Path

    from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration


def export_model(
    model: QwenVLForConditionalGeneration, config: dict[str, object], ranks_file: Path, folder: Path
) -> None:
    """bfloat16 safetensors, ``config.json``, the ranks file, generation and preprocessor settings.

    ``config`` is the content of ``config.json``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    visual, eod = config["visual"], int(config["visual"]["image_start_id"]) - 214  # type: ignore[index]
    files = {
        "config.json": config,
        "generation_config.json": {
            "chat_format": "chatml",
            "do_sample": False,
            "eos_token_id": [eod, eod + 1, eod + 2],
            "max_new_tokens": 512,
            "max_window_size": 1536,
            "pad_token_id": eod,
        },
        "preprocessor_config.json": {
            "image_mean": CLIP_MEAN,
            "image_processor_type": "QwenVLImageProcessor",
            "image_size": visual["image_size"],  # type: ignore[index]
            "image_std": CLIP_STD,
        },
        "tokenizer_config.json": {"tokenizer_class": "QWenTokenizer", "model_max_length": 2048},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if ranks_file.resolve() != (folder / "qwen.tiktoken").resolve():
        shutil.copyfile(ranks_file, folder / "qwen.tiktoken")
    tensors = {name: value.detach().to(torch.bfloat16).contiguous() for name, value in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
