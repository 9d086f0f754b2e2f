"""Tiny models of the later families for tests: whole folders, made from configurations, tokenizer and processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from PIL import Image
from transformers.models.qwen2.tokenization_qwen2 import Qwen2Tokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.qwen3_5.tokenization_qwen3_5 import Qwen3_5Tokenizer

from qvl_desktop.core.conversation import Turn
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.families.tokenizer import byte_letters

NAMES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "qwen3.5")
EVERY = (*NAMES, "qwen3-vl-moe", "qwen3.5-moe")
"""With the variants that have experts."""
CLASSES = {
    "qwen2-vl": "Qwen2VLForConditionalGeneration",
    "qwen2.5-vl": "Qwen2_5_VLForConditionalGeneration",
    "qwen3-vl": "Qwen3VLForConditionalGeneration",
    "qwen3.5": "Qwen3_5ForConditionalGeneration",
    "qwen3-vl-moe": "Qwen3VLMoeForConditionalGeneration",
    "qwen3.5-moe": "Qwen3_5MoeForConditionalGeneration",
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "decoder_sparse_step": 1}
CONTROL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>"),
    *("<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"),
    *("<|image_pad|>", "<|video_pad|>"),
)
MERGES = ("h e", "l l", "he ll", "hell o", "Ġ c", "Ġc a", "Ġca t", "Ã ©")
CHAT_TEMPLATE = (
    "{%- for m in messages %}{% if loop.first and m.role != 'system' %}<|im_start|>system\nBe brief.<|im_end|>\n"
    "{% endif %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% if enable_thinking is false %}{% endif %}{% endif %}"
)
TEXT = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
}
ROPE = {"rope_type": "default", "rope_theta": 10000.0}
NEW_TOWER = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_heads": 2,
    "out_hidden_size": 64,
    "num_position_embeddings": 64,
}


def make_tokenizer(name: str) -> Any:
    """256 bytes, a few merges, the families' control tokens."""
    vocabulary = {letter: place for place, letter in enumerate(byte_letters())}
    for merge in MERGES:
        vocabulary[merge.replace(" ", "")] = len(vocabulary)
    cls = Qwen3_5Tokenizer if name.startswith("qwen3.5") else Qwen2Tokenizer
    tokenizer = cls(vocab=vocabulary, merges=[tuple(merge.split()) for merge in MERGES])
    tokenizer.add_special_tokens({"additional_special_tokens": list(CONTROL)})
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def make_config(name: str, tokenizer: Any, sizes: dict[str, int] | None = None) -> Any:
    """Two layers of 64 channels, a tower of two layers; `sizes` of the decoder may be others."""
    ids = {
        f"{part}_token_id": tokenizer.convert_tokens_to_ids(f"<|{mark}|>")
        for part, mark in (
            ("image", "image_pad"),
            ("video", "video_pad"),
            ("vision_start", "vision_start"),
            ("vision_end", "vision_end"),
        )
    }
    sizes = sizes or {}
    shared = {key: value for key, value in sizes.items() if key != "moe_intermediate_size"}
    text: dict[str, Any] = TEXT | {"vocab_size": len(tokenizer) + 5} | shared
    width = text["hidden_size"]
    text |= {"bos_token_id": None, "eos_token_id": tokenizer.convert_tokens_to_ids("<|im_end|>")}
    if name == "qwen2-vl":
        tower = {"depth": 2, "embed_dim": 32, "hidden_size": width, "num_heads": 2, "mlp_ratio": 2}
        text |= {"rope_parameters": ROPE | {"mrope_section": [2, 3, 3]}}
        return transformers.Qwen2VLConfig(text_config=text, vision_config=tower, **ids)
    if name == "qwen2.5-vl":
        tower = {"depth": 2, "hidden_size": 32, "intermediate_size": 48, "num_heads": 2, "out_hidden_size": width}
        tower |= {"fullatt_block_indexes": [1], "window_size": 56}
        text |= {"rope_parameters": ROPE | {"mrope_section": [2, 3, 3]}}
        return transformers.Qwen2_5_VLConfig(text_config=text, vision_config=tower, **ids)
    text |= {"head_dim": 16}
    if name.endswith("-moe"):
        text |= EXPERTS | {key: value for key, value in sizes.items() if key in EXPERTS}
    if name.startswith("qwen3-vl"):
        text |= {"rope_parameters": ROPE | {"mrope_section": [4, 2, 2], "mrope_interleaved": True}}
        tower = NEW_TOWER | {"out_hidden_size": width, "deepstack_visual_indexes": [0]}
        made = transformers.Qwen3VLMoeConfig if name.endswith("-moe") else transformers.Qwen3VLConfig
        return made(text_config=text, vision_config=tower, **ids)
    text |= {
        "num_hidden_layers": sizes.get("num_hidden_layers", 4),
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "rope_parameters": ROPE
        | {"mrope_section": [1, 1, 0], "mrope_interleaved": True, "partial_rotary_factor": 0.25},
    }
    if name.endswith("-moe"):
        text |= {"shared_expert_intermediate_size": 32}
        return transformers.Qwen3_5MoeConfig(
            text_config=text, vision_config=NEW_TOWER | {"out_hidden_size": width}, **ids
        )
    return transformers.Qwen3_5Config(text_config=text, vision_config=NEW_TOWER | {"out_hidden_size": width}, **ids)


def make_model(name: str, folder: Path, *, seed: int = 0, text: dict[str, int] | None = None) -> Path:
    """Write a model folder as an official one is laid out; pictures take 4 to 40 squares. `text`: sizes of the decoder
    that are to be others than `TEXT`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer(name)
    tokenizer.save_pretrained(folder)
    patch = 16 if name.startswith("qwen3") else 14
    square = (2 * patch) ** 2
    Qwen2VLImageProcessorPil(patch_size=patch, min_pixels=4 * square, max_pixels=40 * square).save_pretrained(folder)
    config = make_config(name, tokenizer, text)
    torch.manual_seed(seed)
    getattr(transformers, CLASSES[name])(config).save_pretrained(folder)
    return folder


def make_picture(path: Path) -> Path:
    """A red rectangle at a quarter of 160 x 120 pixels."""
    image = Image.new("RGB", (160, 120), "white")
    image.paste("red", (40, 30, 120, 90))
    image.save(path)
    return path


def teach(
    model: Any, processor: FamilyProcessor, chats: list[tuple[list[Turn], list[Path]]], answers: list[str]
) -> None:
    """Teach canonical answers by heart, each in the model's own dialect, until nothing is wrong any more."""
    rows = []
    for chat, answer in zip(chats, answers, strict=True):
        inputs = processor.encode_chats([chat])
        written = processor.dialect.render(answer, inputs.sizes[0])
        ids = [*processor.tokenizer.encode_text(written), *processor.tokenizer.encode_layout("<|im_end|>")]
        data = dict(inputs.data)
        prompt = data["input_ids"].shape[1]
        tail = torch.tensor([ids])
        data["input_ids"] = torch.cat([data["input_ids"], tail], 1)
        data["attention_mask"] = torch.ones_like(data["input_ids"])
        data["mm_token_type_ids"] = torch.cat([data["mm_token_type_ids"], torch.zeros_like(tail)], 1)
        labels = data["input_ids"].clone()
        labels[:, :prompt] = -100
        rows.append(data | {"labels": labels})
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(300):
        worst = 0.0
        for data in rows:
            loss = model(**data).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            worst = max(worst, float(loss.detach()))
        if worst < 0.01:
            break
    model.eval()
