"""What a run keeps in memory: no more than the forecast names, and less where the plan says so."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Failed
from qvl_desktop.core.forecast import DataSummary, DecoderShape, Hardware, forecast
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import loss as loss_module
from qvl_desktop.training import memory
from qvl_desktop.training.memory import HostTable, HostTableError, keep_table_on_host, largest_pass, optimiser_name
from qvl_desktop.training.methods import load_for_training
from tests.training.conftest import carry_out, events_of, losses_of, make_run

CPU = torch.device("cpu")
PLAN = TrainingPlan(data="red", method="lora", lora_rank=4, lora_dropout=0.0)
DATA = DataSummary(samples=10, pictures=10, longest=200, most_supervised=30)


def load(folder: Path, longest: int = 0, **settings: Any) -> Any:
    return load_for_training(folder, replace(PLAN, **settings), CPU, torch.float32, longest=longest).train()


def batch(tokens: int = 60, supervised: int = 12) -> dict[str, torch.Tensor]:
    ids = torch.randint(0, 200, (1, tokens), generator=torch.Generator().manual_seed(0))
    labels = torch.full_like(ids, -100)
    labels[:, -supervised:] = ids[:, -supervised:]
    return {"input_ids": ids, "labels": labels}


def living() -> Iterator[torch.Tensor]:
    """All tensors with memory of their own that anybody holds (a compiler's stand-ins have none)."""
    gc.collect()
    for thing in gc.get_objects():
        if issubclass(type(thing), torch.Tensor) and thing.device.type == "cpu":
            with suppress(RuntimeError):
                thing.untyped_storage().data_ptr()
                yield thing
            if thing.grad is not None:
                yield thing.grad


def storages(tensors: Any) -> dict[int, int]:
    return {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_nothing_is_resident_that_the_forecast_does_not_name(tiny_model: Path, method: str) -> None:
    before = storages(living())
    model = load(tiny_model, method=method)
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learning)
    model(**batch()).loss.backward()
    optimiser.step()
    held = {place: size for place, size in storages(living()).items() if place not in before}
    shape = DecoderShape.read(tiny_model)
    need = forecast(replace(PLAN, method=method), shape, DATA, Hardware(4, on_card=False))
    adapter = storages(learning)
    states = storages(value for state in optimiser.state.values() for value in state.values())
    gradients = storages(parameter.grad for parameter in learning)
    assert sum(adapter.values()) == need.adapter
    counters = 4 * len(learning)
    assert sum(states.values()) + sum(gradients.values()) == need.optimiser + counters
    named = {**adapter, **states, **gradients}
    rest = sum(size for place, size in held.items() if place not in named)
    layers = shape.layers * len(shape.all_linears)
    tables = (
        layers * 2 * 1024 + 4096 if method == "qlora" else 0
    )  # two code books a layer, which no large model notices
    assert need.weights <= rest <= need.weights * 1.02 + tables + 8192, "frozen weights, positions, and nothing else"
    dtypes = {parameter.dtype for name, parameter in model.named_parameters() if "ln_" in name}
    assert dtypes == {torch.float32}


def test_a_frozen_norm_and_a_frozen_weight_stay_as_they_are_on_half_precision(tiny_model: Path) -> None:
    plan = replace(PLAN, precision="bf16")
    model = load_for_training(tiny_model, plan, CPU, torch.bfloat16)
    frozen = {parameter.dtype for parameter in model.parameters() if not parameter.requires_grad}
    assert frozen == {torch.bfloat16}
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}


class Largest(TorchDispatchMode):
    """The most rows that any tensor over the vocabulary had."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.vocabulary, self.rows = vocabulary, 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        for value in result if isinstance(result, tuple | list) else (result,):
            made = isinstance(value, torch.Tensor) and not any(word in str(function) for word in ("aten.t.", "detach"))
            if made and value.ndim and value.shape[-1] == self.vocabulary:
                self.rows = max(self.rows, value.numel() // self.vocabulary)
        return result


def test_full_logits_never_exist(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(tiny_model)
    vocabulary = model.config.vocab_size
    losses = {}
    for rows in (1000, 5):
        monkeypatch.setattr(loss_module, "CHUNK_LOGITS", rows * vocabulary)
        watched = Largest(vocabulary)
        with watched:
            loss = model(**batch(tokens=300, supervised=12)).loss
            loss.backward()
        losses[rows] = float(loss.detach())
        assert watched.rows == min(rows, 12)
    assert losses[5] == pytest.approx(losses[1000], abs=1e-6)


# The optimiser


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_eight_bits_take_a_quarter_and_learn(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, dropout: float
) -> None:
    runs = {}
    for name in ("adamw", "adamw_8bit"):
        run = make_run(tmp_path / name, tiny_model, optimizer=name, lora_rank=16, epochs=2.0, lora_dropout=dropout)
        assert carry_out(run, tiny_model, dataset) == 0
        runs[name] = run
    plain, small = (losses_of(runs[name]) for name in runs)
    assert small == pytest.approx(plain, rel=0.05)
    sizes = [
        sum(
            value.nbytes
            for state in torch.load(next(run.checkpoints.glob("*/optimizer.pt")))["state"].values()
            for value in state.values()
            if isinstance(value, torch.Tensor)
        )
        for run in runs.values()
    ]
    assert sizes[1] < 0.75 * sizes[0], "what is smaller than 4096 numbers stays in float32"


def test_paged_without_a_card_is_refused_with_the_way_out(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, optimizer="paged_adamw_8bit")
    assert carry_out(run, tiny_model, dataset) != 0
    (failed,) = [event for event in events_of(run) if isinstance(event, Failed)]
    assert "Choose adamw_8bit" in failed.message
    plan = replace(PLAN, optimizer="paged_adamw_8bit")
    assert optimiser_name(plan, torch.device("cuda")) == "paged_adamw_8bit"
    assert optimiser_name(PLAN, torch.device("cuda")) == "adamw_torch_fused"


def test_no_bitsandbytes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(memory.OptimiserError, match="pip install bitsandbytes"):
        optimiser_name(replace(PLAN, optimizer="adamw_8bit"), CPU)


# Activations


def kept(model: Any) -> tuple[int, torch.Tensor, dict[str, torch.Tensor]]:
    """Bytes that wait for the backward pass, the loss, the gradients."""
    own = storages([*model.parameters(), *model.buffers()])
    held: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in own:
            held[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    model.zero_grad()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model(**batch(tokens=200)).loss
    loss.backward()
    return sum(held.values()), loss.detach(), {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


def test_activations_computed_twice_are_the_same_and_fewer(tiny_model: Path) -> None:
    torch.manual_seed(0)
    off = load(tiny_model, gradient_checkpointing="off")
    on = load(tiny_model, gradient_checkpointing="on")
    on.load_state_dict(off.state_dict())
    much, loss, gradients = kept(off)
    little, same_loss, same_gradients = kept(on)
    assert little < 0.4 * much
    torch.testing.assert_close(same_loss, loss, rtol=0, atol=1e-5)
    assert gradients.keys() == same_gradients.keys()
    for name, gradient in gradients.items():
        assert (same_gradients[name] - gradient).norm() <= 1e-4 * gradient.norm() + 1e-6


def test_auto_follows_the_need(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(longest: int) -> bool:
        return bool(load(tiny_model, longest, lora_rank=1).get_base_model().is_gradient_checkpointing)

    monkeypatch.setattr(memory, "free_bytes", lambda device: 4 * 2**20)
    assert not twice(100)
    assert twice(2000)
    assert not load(tiny_model, 2000, gradient_checkpointing="off").get_base_model().is_gradient_checkpointing


def test_the_largest_pass() -> None:
    plan = replace(PLAN, batch_size=2, accumulation=4, max_length=1000)
    assert largest_pass(plan, 300) == 600
    assert largest_pass(replace(plan, packing=True), 300) == 1000
    assert largest_pass(replace(plan, packing=True), 30) == 240


# The word table


def test_a_table_on_the_host_changes_nothing_but_its_place(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    runs = []
    for name, host in (("card", False), ("host", True)):
        run = make_run(tmp_path / name, tiny_model, embeddings_on_host=host, epochs=2.0, eval_samples=3)
        assert carry_out(run, tiny_model, dataset) == 0
        runs.append(run)
    assert losses_of(runs[0]) == losses_of(runs[1])
    written = [(run.adapter / "adapter_model.safetensors").read_bytes() for run in runs]
    assert written[0] == written[1]
    model = load(tiny_model, embeddings_on_host=True)
    table = model.get_input_embeddings()
    assert isinstance(table, HostTable)
    assert not any("wte" in name for name, _ in (*model.named_parameters(), *model.named_buffers()))
    model.to("meta")
    assert table.weight.device == CPU, "it stays where it is wherever the model goes"


def test_a_table_that_is_the_last_layer_too_is_refused(tiny_model: Path) -> None:
    model: Any = load_model(tiny_model)
    model.lm_head.weight = model.transformer.wte.weight
    with pytest.raises(HostTableError, match="Switch"):
        keep_table_on_host(model)
