"""Adapters sit where they should, 4-bit bases train rightly after answering, the loss needs no full logits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_processor
from qvl_desktop.training.errors import OutOfMemoryError, for_the_user
from qvl_desktop.training.feature_cache import PixelPictures
from qvl_desktop.training.methods import TargetError, compute_dtype, load_for_training
from qvl_desktop.training.samples import Collator, encode_samples

CPU = torch.device("cpu")
PLAN = TrainingPlan(data="red", lora_rank=4, lora_dropout=0.0)


def batch_of(folder: Path, dataset: Dataset, features: torch.Tensor) -> dict[str, Any]:
    processor = load_processor(folder)
    encoded, _ = encode_samples(dataset.split("train")[:2], processor.tokenizer, PLAN)
    batch = Collator(processor.tokenizer.pad_token_id, PixelPictures(processor.image_processor))(encoded.samples)
    batch.pop("token_count")
    batch.pop("samples")
    batch["image_features"] = features
    del batch["pixel_values"]
    return batch


def load(folder: Path, **settings: Any) -> Any:
    torch.manual_seed(0)
    return load_for_training(folder, replace(PLAN, **settings), CPU, torch.float32)


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_only_the_adapter_learns_and_the_tower_is_gone(tiny_model: Path, method: str) -> None:
    model = load(tiny_model, method=method)
    learning = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert learning
    assert all(".lora_" in name and ".transformer.h." in name for name in learning)
    assert len(learning) == 2 * 2 * 4  # A and B, two blocks, four layers each
    assert not any("visual" in name for name, _ in model.named_parameters())
    assert any(type(module).__name__ == "Linear4bit" for module in model.modules()) == (method == "qlora")


def test_full_trains_every_weight(tiny_model: Path) -> None:
    model = load(tiny_model, method="full", fix_vit=False)
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.transformer.visual is not None


def test_full_keeps_the_eyes_and_trains_the_resampler(tiny_model: Path) -> None:
    model = load(tiny_model, method="full")
    frozen = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
    assert frozen
    assert all(name.startswith("transformer.visual.") for name in frozen)
    assert all(parameter.requires_grad for parameter in model.transformer.visual.attn_pool.parameters())


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_dora_and_rank_stabilised(tiny_model: Path, dataset: Dataset, method: str) -> None:
    features = torch.randn(2, 16, 64, generator=torch.Generator().manual_seed(1))
    batch = batch_of(tiny_model, dataset, features)
    model = load(tiny_model, method=method, use_dora=True, use_rslora=True)
    layer = model.base_model.model.transformer.h[0].attn.c_attn
    assert layer.scaling["default"] == PLAN.lora_alpha / PLAN.lora_rank**0.5
    model(**batch).loss.backward()
    learning = {name: value for name, value in model.named_parameters() if value.requires_grad}
    assert any("lora_magnitude_vector" in name for name in learning)
    assert all(value.grad is not None and torch.isfinite(value.grad).all() for value in learning.values())


def test_unknown_layers_are_refused_with_the_known_ones(tiny_model: Path) -> None:
    with pytest.raises(TargetError, match=r"q_proj.*attn\.c_attn.*mlp\.c_proj"):
        load(tiny_model, method="lora", lora_targets=["q_proj", "visual"])


def test_answering_between_steps_leaves_4_bit_gradients_right(tiny_model: Path, dataset: Dataset) -> None:
    features = torch.randn(2, 16, 64, generator=torch.Generator().manual_seed(1))
    batch = batch_of(tiny_model, dataset, features)

    def gradients(*, answer_first: bool) -> dict[str, torch.Tensor]:
        model = load(tiny_model, method="qlora")
        if answer_first:
            model.eval()
            with torch.no_grad():
                model(**{name: value for name, value in batch.items() if name != "labels"})
            model.train()
        model(**batch).loss.backward()
        return {name: value.grad for name, value in model.named_parameters() if value.grad is not None}

    plain, after = gradients(answer_first=False), gradients(answer_first=True)
    assert any(value.abs().max() > 0 for value in plain.values())
    for name, value in plain.items():
        torch.testing.assert_close(after[name], value, rtol=0, atol=0)


def test_loss_on_supervised_positions_equals_the_full_loss(tiny_model: Path, dataset: Dataset) -> None:
    features = torch.randn(2, 16, 64, generator=torch.Generator().manual_seed(1))
    batch = batch_of(tiny_model, dataset, features)
    model = load(tiny_model, method="lora").train()
    outputs = model(**batch)
    assert outputs.logits is None
    with torch.no_grad():
        logits = model(**{name: value for name, value in batch.items() if name != "labels"}).logits
    shifted = batch["labels"][:, 1:]
    full = F.cross_entropy(logits[:, :-1].float().flatten(0, 1), shifted.flatten(), ignore_index=-100)
    assert float(outputs.loss.detach()) == pytest.approx(float(full), rel=1e-6)


def test_precision_of_the_plan(tiny_model: Path) -> None:
    assert compute_dtype(tiny_model, PLAN, CPU) == torch.float32
    assert compute_dtype(tiny_model, replace(PLAN, precision="bf16"), CPU) == torch.bfloat16


def test_missing_memory_is_told_in_a_sentence() -> None:
    told = for_the_user(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 8 TB"))
    assert isinstance(told, OutOfMemoryError)
    assert "batch smaller" in str(told)
    assert for_the_user(RuntimeError("shapes do not match")) is None
