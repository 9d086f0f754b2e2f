"""The processor: text and pictures paired, batched, saved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import AutoConfig, AutoImageProcessor, AutoProcessor, AutoTokenizer

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.errors import PictureError
from qvl_desktop.models.errors import ModelLoadError, PictureCountError, PictureSpanError
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLImageProcessor, QwenVLProcessor, QwenVLTokenizer
from qvl_desktop.models.qwen_vl.messages import MessageError
from tests.models.golden_text import GOLDEN, official_tokenizer

PICTURE = GOLDEN / "images" / "图片" / "狗.png"
CHAT = [
    Turn("user", f"Picture 1: <img>{PICTURE}</img>\nWhat?"),
    Turn("assistant", "A dog."),
    Turn("user", "Where?"),
]


@pytest.fixture
def processor() -> QwenVLProcessor:
    return QwenVLProcessor(QwenVLImageProcessor(image_size=56), QwenVLTokenizer(GOLDEN / "qwen.tiktoken"), n_queries=16)


def slots(batch: torch.Tensor) -> int:
    return int((batch == 151859).sum())


def test_a_text_names_its_pictures(processor: QwenVLProcessor) -> None:
    inputs = processor(text=f"Picture 1: <img>{PICTURE}</img>\nWhat?", return_tensors="pt")
    assert set(inputs) == {"input_ids", "attention_mask", "pixel_values"}
    assert tuple(inputs["pixel_values"].shape) == (1, 3, 56, 56)
    assert slots(inputs["input_ids"]) == 16
    given = processor(text="Picture 1: <img>?</img>\nWhat?", images=[Image.open(PICTURE)], return_tensors="pt")
    assert torch.equal(given["input_ids"], inputs["input_ids"])
    assert torch.equal(given["pixel_values"], inputs["pixel_values"])


def test_text_alone_has_no_pixels(processor: QwenVLProcessor) -> None:
    assert dict(processor(text="hi")) == {"input_ids": [6023], "attention_mask": [1]}


def test_a_batch_of_texts_is_padded(processor: QwenVLProcessor) -> None:
    texts = ["<img>a</img> <img>b</img>", "hi", "<img>c</img>"]
    images = [[Image.new("L", (2, 2), 10), Image.new("L", (2, 2), 20)], [], [Image.new("L", (2, 2), 30)]]
    inputs = processor(text=texts, images=images, return_tensors="pt", padding_side="left")
    assert inputs["attention_mask"].sum(1).tolist() == [37, 1, 18]
    assert inputs["input_ids"][1, -1] == 6023
    assert torch.all(inputs["pixel_values"].mean((1, 2, 3)).diff() > 0)


@pytest.mark.parametrize("count", [0, 2])
def test_pictures_and_places_must_agree(processor: QwenVLProcessor, count: int) -> None:
    with pytest.raises(PictureCountError, match=f"1 picture.*{count} were given"):
        processor(text="<img>a</img>", images=[Image.new("L", (2, 2))] * count)
    with pytest.raises(PictureCountError):
        processor.encode_chat(CHAT, images=[Image.new("L", (2, 2))] * count)


def test_a_missing_picture_is_named(processor: QwenVLProcessor, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="gone"):
        processor(text=f"<img>{tmp_path / 'gone.png'}</img>", return_tensors="pt")


def test_chats_are_padded_on_the_left(processor: QwenVLProcessor) -> None:
    inputs = processor.encode_chats([Conversation(tuple(CHAT)), CHAT[2:]])
    alone = processor.encode_chat(CHAT[2:])
    length = alone["input_ids"].shape[1]
    assert inputs["attention_mask"][1].tolist()[-length:] == [1] * length
    assert int(inputs["attention_mask"][1].sum()) == length
    assert torch.equal(inputs["input_ids"][1, -length:], alone["input_ids"][0])
    assert tuple(inputs["pixel_values"].shape) == (1, 3, 56, 56)


def test_a_dropped_exchange_takes_its_picture_along(processor: QwenVLProcessor) -> None:
    turns = [*CHAT[:2], Turn("user", "Picture 2: <img>b</img>\nAnd this?")]
    pictures = [Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")]
    inputs = processor.encode_chat(turns, pictures, max_window_size=1)
    assert slots(inputs["input_ids"]) == 16
    assert torch.equal(
        inputs["pixel_values"], processor.image_processor(pictures[1], return_tensors="pt")["pixel_values"]
    )


def test_messages_as_transformers_writes_them(processor: QwenVLProcessor) -> None:
    messages = [
        {"role": "user", "content": [{"type": "image", "path": str(PICTURE)}, {"type": "text", "text": "What?"}]},
        {"role": "assistant", "content": "A dog."},
        {"role": "user", "content": "Where?"},
    ]
    inputs = processor.apply_chat_template(messages, add_generation_prompt=True)
    assert torch.equal(inputs["input_ids"], processor.encode_chat(CHAT)["input_ids"])
    text = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert torch.equal(processor(text=text, return_tensors="pt")["input_ids"], inputs["input_ids"])
    with pytest.raises(MessageError, match="audio"):
        processor.apply_chat_template([{"role": "user", "content": [{"type": "audio"}]}])


def test_saved_and_loaded(processor: QwenVLProcessor, tmp_path: Path) -> None:
    processor.save_pretrained(tmp_path)
    loaded = QwenVLProcessor.from_pretrained(tmp_path)
    assert (loaded.n_queries, loaded.tokenizer.n_queries, loaded.image_processor.image_size) == (16, 16, 56)
    assert torch.equal(loaded.encode_chat(CHAT)["input_ids"], processor.encode_chat(CHAT)["input_ids"])


def test_a_folder_laid_out_as_the_official_checkpoints(tmp_path: Path) -> None:
    shutil.copy(GOLDEN / "qwen.tiktoken", tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen", "visual": {"image_size": 448}}))
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps(
            {"model_max_length": 8192, "tokenizer_class": "QWenTokenizer", "auto_map": {"AutoTokenizer": ["x", None]}}
        )
    )
    loaded = QwenVLProcessor.from_pretrained(tmp_path)
    assert (loaded.n_queries, loaded.image_processor.image_size) == (256, 448)
    assert loaded.tokenizer.model_max_length == 8192
    assert loaded.tokenizer.encode("hi<box>") == official_tokenizer().encode("hi<box>")


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"qwen\.tiktoken is missing"):
        QwenVLProcessor.from_pretrained(tmp_path)
    shutil.copy(GOLDEN / "qwen.tiktoken", tmp_path)
    (tmp_path / "config.json").write_text("{ cut off")
    with pytest.raises(ModelLoadError, match=r"config\.json"):
        QwenVLProcessor.from_pretrained(tmp_path)


def test_an_answer_is_read_back(processor: QwenVLProcessor) -> None:
    ids = torch.tensor([151851, 100737, 151852, 151853, 7, 16, 11, 17, 23547, 18, 11, 19, 8, 151854, 151645, 151643])
    assert processor.decode_answer(ids.tolist()) == "<ref>狗</ref><box>(1,2),(3,4)</box>"


def test_a_text_is_never_cut_inside_a_picture(processor: QwenVLProcessor) -> None:
    text, picture = "one <img>a</img> two three", [Image.new("L", (2, 2))]
    whole = processor(text=text, images=picture, return_tensors="pt")
    length = whole["input_ids"].shape[1]
    kept = processor(text=text, images=picture, truncation=True, max_length=length - 1, return_tensors="pt")
    assert kept["input_ids"].shape[1] == length - 1
    for limit in (1, 2, 3, 10, 19):
        with pytest.raises(PictureSpanError, match="18 tokens"):
            processor(text=text, images=picture, truncation=True, max_length=limit, return_tensors="pt")


def test_the_auto_classes_open_an_official_folder_without_its_code(tmp_path: Path) -> None:
    """Also when somebody allows remote code, as most examples for Qwen-VL do: the files would end this process."""
    for name in ("configuration_qwen", "modeling_qwen", "tokenization_qwen"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('remote code ran')")
    (tmp_path / "config.json").write_text(
        json.dumps(
            {
                "architectures": ["QWenLMHeadModel"],
                "auto_map": {
                    "AutoConfig": "configuration_qwen.QWenConfig",
                    "AutoModelForCausalLM": "modeling_qwen.QWenLMHeadModel",
                },
                "model_type": "qwen",
                "tokenizer_type": "QWenTokenizer",
                "visual": {"image_size": 448},
            }
        )
    )
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "model_max_length": 8192,
                "tokenizer_class": "QWenTokenizer",
                "auto_map": {"AutoTokenizer": ["tokenization_qwen.QWenTokenizer", None]},
            }
        )
    )
    shutil.copy(GOLDEN / "qwen.tiktoken", tmp_path)
    for options in ({}, {"trust_remote_code": True}):
        assert type(AutoConfig.from_pretrained(tmp_path, **options)) is QwenVLConfig
        tokenizer = AutoTokenizer.from_pretrained(tmp_path, **options)
        assert (type(tokenizer), tokenizer.model_max_length) == (QwenVLTokenizer, 8192)
        assert type(AutoProcessor.from_pretrained(tmp_path, **options)) is QwenVLProcessor
    (tmp_path / "tokenizer_config.json").unlink()
    assert type(AutoTokenizer.from_pretrained(tmp_path)) is QwenVLTokenizer


def test_the_auto_classes_open_what_was_saved(processor: QwenVLProcessor, tmp_path: Path) -> None:
    processor.save_pretrained(tmp_path)
    config = QwenVLConfig()
    config.visual["n_queries"] = 16
    config.save_pretrained(tmp_path)
    loaded = AutoProcessor.from_pretrained(tmp_path)
    assert (type(loaded), loaded.n_queries) == (QwenVLProcessor, 16)
    assert type(AutoTokenizer.from_pretrained(tmp_path)) is QwenVLTokenizer
    assert AutoImageProcessor.from_pretrained(tmp_path).image_size == 56
