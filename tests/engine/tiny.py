"""Tiny models of the Qwen-VL architecture for tests: random ones, and one that has learnt a few answers by heart.

They are whole folders as any other model's, so that loading, serving, adapters and the window run as they do for real.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.prompt import encode_prompt
from qvl_desktop.models.qwen_vl.special_tokens import write_ranks

WORDS = (b"he", b"ll", b"hello", b" wor", b"ld", "红".encode(), b"red", b" red", b"cir", b"circ", b"le", b" circle")
RED = "<ref>the red circle</ref><box>(125,166),(500,666)</box>"
TWO = "There are <ref>two things</ref><box>(100,100),(400,400)</box><box>(500,500),(900,900)</box>, 红 and blue."
BLUE = "<ref>the red circle</ref><box>(500,500),(900,900)</box>"
STORY = "Once upon a time there was a picture, and nobody knew who had drawn it. " * 6
ANSWERS = {"Find the red circle.": RED, "What is here?": TWO, "Tell me a story.": STORY}


def make_model(folder: Path, *, seed: int = 0, seq_length: int = 1024) -> Path:
    """Write a model folder: 256 bytes and a few words, 2 layers of 64 channels, pictures of 64 pixels in 16 slots."""
    folder.mkdir(parents=True, exist_ok=True)
    ranks = {bytes([byte]): byte for byte in range(256)}
    ranks |= {word: 256 + place for place, word in enumerate(WORDS)}
    write_ranks(ranks, folder / "qwen.tiktoken")
    first = len(ranks)
    config = QwenVLConfig(
        vocab_size=first + 217 + 7,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        kv_channels=16,
        intermediate_size=256,
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
            "output_dim": 64,
            "n_queries": 16,
            "position_grid": 4,
            "image_start_id": first + 214,
        },
    )
    torch.manual_seed(seed)
    QwenVLForConditionalGeneration(config).save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "QwenVLTokenizer"}))
    return folder


def make_pictures(folder: Path) -> list[Path]:
    """Three small pictures: a red, a green and a blue rectangle."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for place, colour in enumerate(["red", "green", "blue"]):
        image = Image.new("RGB", (80 + 10 * place, 60), "white")
        image.paste(colour, (10, 10, 40 + 8 * place, 40))
        paths.append(folder / f"{colour}.png")
        image.save(paths[-1])
    return paths


def teach(
    model: Any, processor: Any, pictures: list[Path], answers: Mapping[str, str], steps: int, *, raw: bool = False
) -> None:
    """Teach answers by heart, whichever of the pictures is shown, until nothing is wrong any more.

    `raw`: questions are texts that name their one picture `<img>x</img>`, to be gone on with, as the base model does.
    """
    tokenizer = processor.tokenizer
    rows = []
    for place, (question, answer) in enumerate(answers.items()):
        turn = Turn("user", question) if raw else user_turn([str(pictures[place % len(pictures)])], question)
        prompt = encode_prompt(tokenizer, (turn,), chat_format="raw" if raw else "chatml").input_ids
        last = tokenizer.eod_id if raw else tokenizer.im_end_id
        rows.append((prompt, [*tokenizer.encode_text(answer), last]))
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.full((len(rows), longest), tokenizer.pad_token_id)
    labels, mask = torch.full_like(ids, -100), torch.zeros_like(ids)
    for row, (prompt, tail) in enumerate(rows):
        end = len(prompt) + len(tail)
        ids[row, :end], mask[row, :end] = torch.tensor([*prompt, *tail]), 1
        labels[row, len(prompt) : end] = torch.tensor(tail)
    shown = [pictures[place % len(pictures)] for place in range(len(rows))]
    pixels = processor.image_processor(shown, return_tensors="pt")["pixel_values"]
    chosen = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(chosen, betas=(0.9, 0.98))
    step = 0
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 20) * (1 - step / (steps + 100))
        loss = model(input_ids=ids, attention_mask=mask, labels=labels, pixel_values=pixels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(chosen, 1.0)
        optimizer.step()
        if loss.item() < 0.003:
            break
    assert loss.item() < 0.05, f"not learnt: the loss is {loss.item():.3f} after {step + 1} steps"
    model.eval()


def make_taught_model(folder: Path, pictures: list[Path]) -> Path:
    """A model folder that answers `ANSWERS`."""
    make_model(folder, seed=1)
    _soften(folder)
    model, processor = load_model(folder), load_processor(folder)
    teach(model, processor, pictures, ANSWERS, 600)
    model.save_pretrained(folder)
    return folder


def _soften(folder: Path) -> None:
    """Ordinary small weights learn better than the wide ones that make random answers lively."""
    torch.manual_seed(1)
    config = QwenVLConfig.from_pretrained(folder)
    config.initializer_range = 0.05
    QwenVLForConditionalGeneration(config).save_pretrained(folder)


def make_adapter(model_folder: Path, folder: Path, pictures: list[Path], answers: Mapping[str, str]) -> Path:
    """A LoRA adapter folder on a model, which answers `answers`."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(2)
    base: Any = load_model(model_folder)
    model = get_peft_model(base, LoraConfig(r=8, lora_alpha=16, target_modules=["c_attn", "w1", "w2"]))
    teach(model, load_processor(model_folder), pictures, answers, 200)
    model.save_pretrained(str(folder))
    return folder


def main(target: Path) -> None:
    """Write pictures, the taught model and an adapter below `target`, for tests whose own process holds no torch."""
    torch.set_num_threads(1)
    pictures = make_pictures(target / "pictures")
    folder = make_taught_model(target / "taught", pictures)
    make_adapter(folder, target / "runs" / "blue" / "adapter", pictures, {"Find the red circle.": BLUE})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
