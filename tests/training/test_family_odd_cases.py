"""Odd conversations and pictures, with every later family and method: they are learnt from, or left out by name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.events import Evaluated, Failed, Finished, Notice
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training.methods import load_for_training
from tests.models.tiny_families import EVERY, NAMES
from tests.training.conftest import carry_out, events_of, losses_of, make_run
from tests.training.test_family_packing import PLAN, talks

EDGE = "<ref>red</ref><box>(0,0),(999,999)</box><box>(998,0),(999,999)</box><box>(500,500),(500,500)</box>"


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pictures that few people have: of one pixel, very large, in other colours, turned by EXIF, narrow as a line."""
    folder = tmp_path_factory.mktemp("strange")
    turned = Image.Exif()
    turned[0x0112] = 6
    made: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "pixel.png": (Image.new("RGB", (1, 1), "red"), {}),
        "large.jpg": (Image.new("RGB", (5000, 3500), "red"), {}),
        "grey.png": (Image.new("L", (90, 60), 90), {}),
        "glass.png": (Image.new("RGBA", (90, 60), (200, 0, 0, 100)), {}),
        "ink.jpg": (Image.new("CMYK", (90, 60), (0, 200, 200, 0)), {}),
        "turned.jpg": (Image.new("RGB", (200, 60), "red"), {"exif": turned}),
        "line.png": (Image.new("RGB", (1500, 4), "red"), {}),
    }
    for name, (image, options) in made.items():
        image.save(folder / name, **options)
    return {name: folder / name for name in made}


def odd(pictures: list[Path], strange: dict[str, Path]) -> Dataset:
    samples = talks(pictures)
    for name, path in strange.items():
        turns = (user_turn([str(path)], "Find it."), Turn("assistant", EDGE))
        samples.append(Sample(Conversation(turns, name), (path,), "train", name))
    held_out = [replace(sample, split="val") for sample in samples if sample.source in ("record 0", "line.png")]
    return Dataset("odd", (*samples, *held_out))


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *((name, "lora") for name in EVERY),
        *((name, "qlora") for name in NAMES),
        ("qwen2-vl", "full"),
        ("qwen3.5", "full"),
    ],
)
def test_odd_samples_are_learnt_or_named(
    folders: dict[str, Path], pictures: list[Path], strange: dict[str, Path], tmp_path: Path, name: str, method: str
) -> None:
    run = make_run(
        tmp_path / "run", folders[name], method=method, batch_size=4, max_steps=3, eval_steps=3, eval_samples=4,
        save_steps=3, packing=method == "lora", max_pixels=20 * 32 * 32, learning_rate=1e-3, optimizer="adamw",
        lora_dropout=0.0,
    )  # fmt: skip
    assert carry_out(run, folders[name], odd(pictures, strange)) == 0, [
        event.message for event in events_of(run) if isinstance(event, Failed)
    ]
    events = events_of(run)
    assert isinstance(events[-1], Finished)
    assert len(losses_of(run)) == 3
    notices = [event.message for event in events if isinstance(event, Notice)]
    left_out = [notice for notice in notices if "is left out" in notice]
    assert len(left_out) == 2
    assert all("line.png" in message for message in left_out)
    measured = [event.metrics for event in events if isinstance(event, Evaluated)]
    assert measured[-1]["loss"] > 0


@pytest.mark.parametrize("name", ["qwen2-vl", "qwen3.5"])
def test_a_head_that_is_the_word_table(folders: dict[str, Path], dataset: Dataset, tmp_path: Path, name: str) -> None:
    """As the small models of these families have it: saved once, tuned by every method, whole again afterwards."""
    whole: Any = load_model(folders[name], device="cpu")
    whole.config.tie_word_embeddings = True
    if hasattr(whole.config, "text_config"):
        whole.config.text_config.tie_word_embeddings = True
    whole.tie_weights()
    tied = tmp_path / "tied"
    whole.save_pretrained(tied)
    for file in folders[name].iterdir():
        if not (tied / file.name).exists() and not file.name.endswith(".safetensors"):
            (tied / file.name).write_bytes(file.read_bytes())
    assert json.loads((tied / "config.json").read_text())["tie_word_embeddings"]
    for method in ("lora", "qlora", "full"):
        run = make_run(tmp_path / method, tied, method=method, max_steps=3, learning_rate=1e-3, lora_dropout=0.0)
        assert carry_out(run, tied, dataset) == 0
        losses = losses_of(run)
        assert losses[3] < losses[1]
    tuned: Any = load_model(tmp_path / "full" / "model", device="cpu")
    assert tuned.lm_head.weight.data_ptr() == tuned.get_input_embeddings().weight.data_ptr()


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("name", EVERY)
def test_logits_of_all_positions_never_exist(folders: dict[str, Path], name: str, method: str) -> None:
    """Neither the loss nor what the class would give beside it."""
    model: Any = load_for_training(folders[name], replace(PLAN, method=method), torch.device("cpu"), torch.float32)
    ids = torch.randint(0, 200, (2, 70), generator=torch.Generator().manual_seed(0))
    labels = torch.full_like(ids, -100)
    labels[:, -3:] = ids[:, -3:]
    rows: list[int] = []
    head = (model.get_base_model() if hasattr(model, "get_base_model") else model).lm_head
    head.register_forward_hook(lambda module, args, made: rows.append(made.numel() // made.shape[-1]))
    output = model.train()(input_ids=ids, labels=labels)
    output.loss.backward()
    assert output.logits is None
    assert sum(rows) <= 2 * 3 * 2, "supervised positions, forth and back"


def test_the_layout_of_pictures_is_the_processor_s_own(folders: dict[str, Path], strange: dict[str, Path]) -> None:
    """What is counted beforehand for a picture is what it really has, with a limit for pixels and without."""
    for name in ("qwen2.5-vl", "qwen3-vl"):
        for limit in (0, 10 * 32 * 32):
            processor: Any = load_processor(folders[name])
            processor.limit_pixels(limit)
            for file, path in strange.items():
                if file == "line.png":
                    continue
                size, pixels = processor.read_picture(path)
                assert int(pixels["image_grid_thw"].prod()) // 4 == processor.resizing.tokens(*size), file
