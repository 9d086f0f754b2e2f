"""The forecast against facts: sizes of the full model, and what a real one keeps for its backward pass."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvl_desktop.cli import main
from qvl_desktop.core.cheaper import fitting
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.forecast import DataSummary, Hardware, adapter_weights, block_activations, forecast
from qvl_desktop.core.model_sizes import DecoderShape, ForecastError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_model
from qvl_desktop.training.methods import load_for_training
from tests.training.test_runs import project_of

GIB = 2**30
PLAN = TrainingPlan(data="red", batch_size=1, accumulation=8)
CARD = Hardware(value_bytes=2, on_card=True)
DATA = DataSummary(samples=1000, pictures=900, longest=600, most_supervised=60)


@pytest.fixture
def full_size(tmp_path: Path) -> DecoderShape:
    """The official model."""
    visual = {"image_size": 448, "patch_size": 14, "width": 1664, "layers": 48, "heads": 16, "mlp_ratio": 4.9231}
    config = {
        "hidden_size": 4096, "num_attention_heads": 32, "kv_channels": 128, "intermediate_size": 22016,
        "num_hidden_layers": 32, "vocab_size": 151936, "visual": visual | {"output_dim": 4096},
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    return DecoderShape.read(tmp_path)


def test_counts_of_the_official_model(full_size: DecoderShape) -> None:
    assert full_size.block_weights + full_size.other_weights + full_size.tower == 9_656_935_168
    assert adapter_weights(PLAN, full_size) == 112_197_632


def test_a_published_card_holds_q_lora_and_not_lora(full_size: DecoderShape) -> None:
    need = forecast(PLAN, full_size, DATA, CARD)
    assert need.checkpointing
    assert 5.4 < need.weights / GIB < 5.6
    assert need.memory < 12 * GIB
    assert need.feature_cache == 900 * 256 * 4096 * 2
    assert need.steps == 375
    dense = forecast(replace(PLAN, method="lora"), full_size, DATA, CARD)
    assert dense.memory > 14 * GIB
    large = replace(PLAN, method="lora", batch_size=4, accumulation=2)
    offered = fitting(large, full_size, DATA, CARD, 12 * GIB)
    assert offered is not None
    assert (offered.method, offered.batch_size, offered.accumulation) == ("qlora", 1, 8)
    assert fitting(PLAN, full_size, DATA, CARD, 4 * GIB) is None


def test_counts_of_a_small_model(tiny_model: Path) -> None:
    shape = DecoderShape.read(tiny_model)
    model = load_model(tiny_model)
    assert sum(p.numel() for p in model.parameters()) == shape.block_weights + shape.other_weights + shape.tower
    plan = replace(PLAN, method="lora", lora_rank=4)
    tuned = load_for_training(tiny_model, plan, torch.device("cpu"), torch.float32)
    assert adapter_weights(plan, shape) == sum(p.numel() for p in tuned.parameters() if p.requires_grad)


@pytest.mark.parametrize("method", ["lora", "qlora", "full"])
@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_activations_are_those_of_the_real_model(tiny_model: Path, method: str, dropout: float) -> None:
    plan = replace(PLAN, method=method, lora_rank=4, lora_dropout=dropout)
    shape = DecoderShape.read(tiny_model)
    kept = {tokens: kept_bytes(tiny_model, plan, tokens) for tokens in (128, 256)}
    measured = (kept[256] - kept[128]) / 128
    expected = shape.layers * block_activations(plan, shape, 4)
    assert expected == pytest.approx(measured, rel=0.08)


def kept_bytes(folder: Path, plan: TrainingPlan, tokens: int) -> int:
    """What autograd holds on to after a forward pass, weights apart."""
    model = load_for_training(folder, plan, torch.device("cpu"), torch.float32).train()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    held: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.randint(0, 200, (1, tokens), generator=torch.Generator().manual_seed(0))
    labels = torch.full_like(ids, -100)
    labels[:, -4:] = ids[:, -4:]
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = model(input_ids=ids, labels=labels)
    assert output.loss is not None
    return sum(held.values())


def test_a_model_without_sizes_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 3}')
    with pytest.raises(ForecastError, match="sizes of this model"):
        DecoderShape.read(tmp_path)


def test_the_plan_command(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    what = ["plan", "--model", str(tiny_model), "--data", str(project_of(tmp_path, dataset)), "--batch-size", "4"]
    assert main([*what, "--epochs", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["data"]["samples"] == 10
    assert told["data"]["pictures"] == 10
    assert told["steps"] == 2  # 3 batches, 8 of them a step: one step an epoch
    assert told["fits"]
    assert told["offer"] is None
    assert main([*what, "--method", "full", "--memory", "0.1"]) == 1
    assert "No cheaper setting fits either." in capsys.readouterr().out
    with pytest.raises(SystemExit) as wrong:
        main([*what, "--epochs", "0"])
    assert wrong.value.code == 2
