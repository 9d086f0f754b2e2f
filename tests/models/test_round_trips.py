"""Saved and loaded again, by our loader, by `from_pretrained` and by the auto classes: the same model each time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids, small_config

Model = QwenVLForConditionalGeneration


@torch.no_grad()
def logits(model: Model) -> torch.Tensor:
    picture = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    ids = torch.tensor([[*picture_ids(), 5, 6, 7, 8]])
    return model.eval()(input_ids=ids, pixel_values=picture).logits.float()


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("no_bias", [False, True])
def test_dense(tmp_path: Path, tied: bool, no_bias: bool) -> None:
    torch.manual_seed(0)
    model = Model(small_config(tie_word_embeddings=tied, no_bias=no_bias))
    assert (model.lm_head.weight is model.transformer.wte.weight) == tied
    model.save_pretrained(tmp_path)
    for again in (
        load_model(tmp_path, device="cpu"),
        Model.from_pretrained(tmp_path),
        AutoModelForCausalLM.from_pretrained(tmp_path),
        AutoModelForImageTextToText.from_pretrained(tmp_path),
    ):
        assert type(again) is Model
        assert torch.equal(logits(again), logits(model))
        assert (again.lm_head.weight is again.transformer.wte.weight) == tied
        assert again.config.to_diff_dict()["visual"] == model.config.to_diff_dict()["visual"]


def test_lower_precision_is_kept(tmp_path: Path) -> None:
    Model(small_config()).save_pretrained(tmp_path / "first")
    for precision, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        model = load_model(tmp_path / "first", device="cpu", precision=precision)
        model.save_pretrained(tmp_path / precision)
        again = Model.from_pretrained(tmp_path / precision)
        assert again.dtype == dtype
        assert again.transformer.rotary.inv_freq.dtype == torch.float32
        assert torch.equal(logits(again), logits(model))


def test_a_model_saved_without_its_tower_is_loaded_without_it(tmp_path: Path) -> None:
    Model(small_config()).save_pretrained(tmp_path / "whole")
    load_model(tmp_path / "whole", device="cpu", visual=False).save_pretrained(tmp_path / "without")
    again = load_model(tmp_path / "without", device="cpu")
    assert again.config.visual_tower is False
    assert again.transformer.visual is None
    assert Model.from_pretrained(tmp_path / "without").transformer.visual is None


@pytest.mark.parametrize("layout", ["gptq", "gptq_v2"])
def test_int4_saved_again_keeps_its_zero_points(tmp_path: Path, layout: str) -> None:
    Model(small_config()).save_pretrained(tmp_path / "dense")
    quantise_folder(tmp_path / "dense", tmp_path / "int4", GPTQSettings(group_size=32, layout=layout))
    model = load_model(tmp_path / "int4", device="cpu")
    model.save_pretrained(tmp_path / "again")
    assert torch.equal(logits(load_model(tmp_path / "again", device="cpu")), logits(model))
