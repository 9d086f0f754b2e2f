"""Int4 bases through the product: quantised and merged by command, trained on, resumed, answered from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvl_desktop.cli import main
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.loading import load_model
from qvl_desktop.training.methods import MethodError, TargetError, load_for_training
from tests.training.conftest import carry_out, losses_of, make_run

QUESTION = (Turn("user", "Find it."),)


@pytest.fixture(scope="module")
def int4(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("int4") / "tiny-Int4"
    assert main(["quantize", "--model", str(tiny_model), "--out", str(target), "--group-size", "32"]) == 0
    return target


@pytest.fixture(scope="module")
def data_file(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "train.json"
    names = {"user": "user", "assistant": "assistant"}
    records = [
        {
            "id": sample.conversation.id,
            "conversations": [{"from": names[turn.role], "value": turn.text} for turn in sample.conversation.turns],
        }
        for sample in dataset.split("train")
    ]
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


@pytest.mark.parametrize("method", ["qlora", "lora"])
def test_a_run_on_an_int4_base(int4: Path, dataset: Dataset, tmp_path: Path, method: str) -> None:
    run = make_run(tmp_path / "run", int4, method=method, epochs=8.0, lora_dropout=0.0)
    assert carry_out(run, int4, dataset) == 0
    losses = list(losses_of(run).values())
    assert losses[-1] < 0.7 * losses[0]
    host = ModelHost(int4, {"tuned": run.adapter, "again": run.adapter}, device="cpu")
    assert sum(isinstance(module, GPTQLinear) for module in host.generator.model.modules()) == 10
    answers = {}
    for name in host.names:
        with host.using(name) as generator:
            answers[name] = generator.answer(QUESTION, max_new_tokens=12, variant=name).text
    assert answers["tuned"] == answers["again"]


def test_an_interrupted_run_resumes_to_the_same_end(int4: Path, dataset: Dataset, tmp_path: Path) -> None:
    whole = make_run(tmp_path / "whole", int4, method="qlora", lora_dropout=0.0)
    assert carry_out(whole, int4, dataset) == 0
    halted = make_run(tmp_path / "halted", int4, method="qlora", lora_dropout=0.0)
    halted.checkpoints.mkdir(exist_ok=True)
    (whole.checkpoints / "checkpoint-8").rename(halted.checkpoints / "checkpoint-8")
    assert carry_out(halted, int4, dataset, resume=True) == 0
    expected = losses_of(whole)
    for step, loss in losses_of(halted).items():
        assert loss == pytest.approx(expected[step], abs=1e-5)


def test_what_an_int4_base_refuses(int4: Path) -> None:
    plan = TrainingPlan(data="red", method="full")
    with pytest.raises(MethodError, match="Choose Q-LoRA or LoRA"):
        load_for_training(int4, plan, torch.device("cpu"), torch.float32)
    with pytest.raises(TargetError, match=r"attn\.c_attn"):
        load_for_training(
            int4, replace(plan, method="qlora", lora_targets=["q_proj"]), torch.device("cpu"), torch.float32
        )


@pytest.mark.parametrize("more", [[], ["--bits", "8", "--group-size", "32"]])
def test_the_merge_command(int4: Path, dataset: Dataset, data_file: Path, tmp_path: Path, more: list[str]) -> None:
    run = make_run(tmp_path / "run", int4, method="qlora", epochs=4.0)
    assert carry_out(run, int4, dataset) == 0
    out = tmp_path / "merged"
    if more:
        more = [*more, "--data", str(data_file), "--samples", "4"]
    assert main(["merge", "--model", str(int4), "--adapter", str(run.path), "--out", str(out), *more]) == 0
    tuned, merged = load_model(int4, device="cpu", adapter=run.adapter), load_model(out, device="cpu")
    ids = torch.arange(40, 70)[None]
    with torch.no_grad():
        expected, got = tuned(input_ids=ids).logits, merged(input_ids=ids).logits
    error = float((got - expected).norm() / expected.norm())
    assert error < (0.2 if more else 0.005)
    assert (out / "qwen.tiktoken").is_file()


def test_the_quantize_command(
    tiny_model: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "int8"
    flags = [
        "--bits",
        "8",
        "--group-size",
        "-1",
        "--data",
        str(data_file),
        "--samples",
        "3",
        "--device",
        "cpu",
        "--json",
    ]
    assert main(["quantize", "--model", str(tiny_model), "--out", str(out), *flags]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["bits"] == 8
    assert result["bytes"] < result["bytes_before"]
    assert load_model(out, device="cpu").transformer.h[0].mlp.w1.settings.bits == 8
    assert main(["quantize", "--model", str(out), "--out", str(tmp_path / "again")]) == 1
    assert "quantised already" in capsys.readouterr().err
    assert main(["quantize", "--model", str(tiny_model), "--out", str(out)]) == 1
    assert "something already" in capsys.readouterr().err


def test_dora_on_int4_is_refused_before_anything_is_loaded(int4: Path) -> None:
    plan = TrainingPlan(data="red", method="qlora", use_dora=True)
    with pytest.raises(MethodError, match="DoRA cannot be put on an Int4 model"):
        load_for_training(int4, plan, torch.device("cpu"), torch.float32)
