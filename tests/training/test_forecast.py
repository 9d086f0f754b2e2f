"""The forecast against facts: sizes of the full model, and what a real one keeps for its backward pass."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvl_desktop.cli import main
from qvl_desktop.core.cheaper import changes, fitting
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.forecast import DataSummary, Hardware, adapter_weights, block_activations, forecast
from qvl_desktop.core.measured import Measured, recall, remember
from qvl_desktop.core.model_sizes import DecoderShape, ForecastError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_model
from qvl_desktop.training.methods import load_for_training
from tests.models.tiny_families import EVERY
from tests.models.tiny_families import make_model as make_family
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


def test_the_cheapest_change_comes_first_and_says_what_it_costs(full_size: DecoderShape) -> None:
    plan = replace(PLAN, method="lora", batch_size=8, accumulation=1, gradient_checkpointing="off")
    need = forecast(plan, full_size, DATA, CARD).memory
    assert changes(plan, full_size, DATA, CARD, need) == []
    offers = changes(plan, full_size, DATA, CARD, 30 * GIB)
    assert all(offer.fits and offer.need.memory <= 30 * GIB for offer in offers)
    assert len({frozenset(offer.settings) for offer in offers}) == len(offers)
    twice = next(offer for offer in offers if offer.settings == {"gradient_checkpointing": "on"})
    assert 1.3 < twice.slower < 1.6
    assert twice.flags == "--gradient-checkpointing on"
    smaller = next(offer for offer in offers if "batch_size" in offer.settings)
    assert smaller.plan.batch_size * smaller.plan.accumulation == 8
    together = changes(plan, full_size, DATA, CARD, 9 * GIB)
    assert len(together) == 1
    assert together[0].fits
    assert len(together[0].settings) > 1
    assert changes(plan, full_size, DATA, CARD, 2 * GIB) == []


def test_settings_that_save_memory_are_counted(full_size: DecoderShape) -> None:
    plan = replace(PLAN, method="lora")
    plain = forecast(plan, full_size, DATA, CARD)
    small = forecast(replace(plan, optimizer="adamw_8bit"), full_size, DATA, CARD)
    assert small.optimiser < 0.6 * plain.optimiser
    host = forecast(replace(plan, embeddings_on_host=True), full_size, DATA, CARD)
    assert plain.weights - host.weights == 151936 * 4096 * 2
    full = replace(plan, method="full")
    eyes = forecast(replace(full, fix_vit=False), full_size, DATA, CARD)
    assert eyes.trainable - forecast(full, full_size, DATA, CARD).trainable > 1_800_000_000
    assert sum(plain.parts.values()) == plain.memory


def test_what_was_measured_corrects_the_next_forecast(
    full_size: DecoderShape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QVL_CONFIG_DIR", str(tmp_path))
    assert recall("card", tmp_path, "lora") == Measured()
    remember("card", tmp_path, "lora", Measured(1.2, 5e12))
    assert recall("card", tmp_path, "lora") == Measured(1.2, 5e12)
    assert recall("card", tmp_path, "qlora") == Measured()
    found = recall("card", tmp_path, "lora")
    machine = replace(CARD, correction=found.correction, rate=found.rate)
    plain, corrected = (forecast(PLAN, full_size, DATA, one) for one in (CARD, machine))
    assert corrected.memory == pytest.approx(1.2 * plain.memory, rel=0.01)
    assert corrected.measured
    (tmp_path / "cache" / "forecasts.json").write_text("{broken")
    assert recall("card", tmp_path, "lora") == Measured()


@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "qwen3.5"])
def test_later_families_are_counted_from_their_files(family: str, tmp_path: Path) -> None:
    folder = make_family(family, tmp_path / "model")
    shape = DecoderShape.read(folder)
    model = load_model(folder)
    table = model.get_input_embeddings().weight.numel()
    assert shape.weights == sum(p.numel() for p in model.parameters())
    assert shape.table == table
    assert shape.tower == sum(p.numel() for name, p in model.named_parameters() if "visual." in name)
    machine = Hardware(4, on_card=False)
    data = replace(DATA, patches=400, slots=5000, most_slots=100)
    need = forecast(replace(PLAN, method="lora"), shape, data, machine)
    assert need.tower == 0
    assert need.feature_cache == 5000 * shape.levels * shape.hidden * 4
    assert (shape.levels == 2) == (family == "qwen3-vl")
    more = forecast(replace(PLAN, method="lora"), shape, replace(data, patches=4000, most_slots=1000), machine)
    assert more.pictures == 10 * need.pictures
    assert more.reading > need.reading
    full = forecast(replace(PLAN, method="full"), shape, data, machine)
    assert full.tower == shape.tower * 4
    assert full.feature_cache == full.reading == 0


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("targets", [[], ["q_proj", "down_proj", "out_proj"]])
def test_the_adapter_of_a_later_family_is_counted(folders: dict[str, Path], family: str, targets: list[str]) -> None:
    plan = replace(PLAN, method="lora", lora_rank=4)
    plan = replace(plan, lora_targets=targets) if targets else plan
    shape = DecoderShape.read(folders[family])
    tuned = load_for_training(folders[family], plan, torch.device("cpu"), torch.float32)
    assert adapter_weights(plan, shape) == sum(p.numel() for p in tuned.parameters() if p.requires_grad)


@pytest.mark.parametrize("method", ["lora", "qlora", "full"])
@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("family", EVERY)
def test_activations_of_later_families_are_those_of_the_real_model(
    tmp_path_factory: pytest.TempPathFactory, family: str, method: str, dropout: float
) -> None:
    if method == "full" and dropout:
        pytest.skip("full tuning has no dropout")
    folder = wider(family, tmp_path_factory)
    plan = replace(PLAN, method=method, lora_rank=4, lora_dropout=dropout)
    shape = DecoderShape.read(folder)
    kept = {tokens: kept_bytes(folder, plan, tokens) for tokens in (128, 256)}
    measured = (kept[256] - kept[128]) / 128
    assert shape.layers * block_activations(plan, shape, 4) == pytest.approx(measured, rel=0.08)


WIDE: dict[str, Path] = {}


def wider(family: str, factory: pytest.TempPathFactory) -> Path:
    """A model whose blocks are wide enough for what is kept a token to be more than odds and ends."""
    if family not in WIDE:
        sizes = {"hidden_size": 128, "intermediate_size": 320, "num_attention_heads": 8, "num_hidden_layers": 8}
        WIDE[family] = make_family(family, factory.mktemp("wide") / family, text=sizes)
    return WIDE[family]


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
