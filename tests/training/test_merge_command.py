"""`merge`: the merged model answers as the model with its adapter, proved with numbers, and others can open it."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from qvl_desktop.cli import main
from qvl_desktop.commands.merge import byte_size
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.models.lora_updates import LoraUpdates
from tests.models.tiny_families import EVERY
from tests.training.conftest import carry_out, make_run
from tests.training.test_runs import project_of


def tune(folder: Path, model: Path, dataset: Dataset, **settings: Any) -> RunFolder:
    run = make_run(folder, model, **({"max_steps": 4, "lora_dropout": 0.0} | settings))
    assert carry_out(run, model, dataset) == 0
    return run


def merge(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any], str]:
    """Exit code, what was printed as JSON, and what was said."""
    capsys.readouterr()
    code = main(["merge", *map(str, words), "--device", "cpu", "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out else {}, captured.err


def names_in(folder: Path) -> set[str]:
    names: set[str] = set()
    for file in folder.glob("*.safetensors"):
        with safe_open(file, "pt") as opened:
            names |= set(opened.keys())
    return names


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_a_merged_model_agrees(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    """Of a first-generation model: an adapter of 4-bit training goes into the whole base as well."""
    run = tune(tmp_path / "run", tiny_model, dataset, method=method, data=str(project_of(tmp_path, dataset)))
    out = tmp_path / "merged"
    code, body, said = merge(capsys, "--model", tiny_model, "--adapter", run.path, "--out", out, "--check", 4)
    assert code == 0
    check = body["check"]
    assert (check["kind"], check["answers"], check["same"]) == ("fp32", 4, 4)
    assert check["agreeing"] == check["tokens"] > 8
    assert check["max_difference"] < 1e-3 * check["spread"]
    assert "check: 4 of 4 answers the same" in said
    assert names_in(out) == names_in(tiny_model)
    beside = {"config.json", "qwen.tiktoken", "tokenizer_config.json", "generation_config.json", "model.safetensors"}
    assert {path.name for path in out.iterdir()} == beside
    tuned, merged = load_model(tiny_model, adapter=run.adapter), load_model(out)
    ids = torch.arange(40, 70)[None]
    with torch.no_grad():
        assert torch.allclose(tuned(input_ids=ids).logits, merged(input_ids=ids).logits, atol=1e-4)


@pytest.mark.parametrize("bits", [None, 4])
def test_an_int4_base_is_made_dense_added_to_and_rounded_again(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], bits: int | None
) -> None:
    int4 = tmp_path / "int4"
    quantise_folder(tiny_model, int4, GPTQSettings(bits=4, group_size=32), device="cpu")
    run = tune(tmp_path / "run", int4, dataset, method="qlora", learning_rate=1e-3)
    more = ["--bits", bits, "--group-size", 32] if bits else []
    code, body, said = merge(capsys, "--model", int4, "--adapter", run.path, "--out", tmp_path / "merged", *more)
    assert code == 0, said
    assert body["check"]["kind"] == ("int4" if bits else "dense")
    assert body["check"]["closeness"] > (0.9 if bits else 0.999)
    layers = [module for module in load_model(tmp_path / "merged").modules() if isinstance(module, GPTQLinear)]
    assert len(layers) == (10 if bits else 0)


def test_a_merge_that_went_wrong_is_put_aside(
    tiny_model: Path,
    dataset: Dataset,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = tune(tmp_path / "run", tiny_model, dataset)
    right = LoraUpdates.added

    def twice(self: LoraUpdates, layer: str, weight: torch.Tensor) -> torch.Tensor:
        return 2 * right(self, layer, weight) - weight

    monkeypatch.setattr(LoraUpdates, "added", twice)
    words = ("--model", tiny_model, "--adapter", run.path, "--out", tmp_path / "merged")
    for name in ("merged-rejected", "merged-rejected-2"):
        code, body, said = merge(capsys, *words)
        assert (code, body) == (1, {})
        assert "does not answer as the model with its adapter" in said
        assert "do not use it" in said
        assert (tmp_path / name / "config.json").is_file()
        assert not (tmp_path / "merged").exists()
    assert merge(capsys, *words, "--check", 0)[1]["check"] is None


def test_without_data_shipped_pictures_are_asked_about(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tune(tmp_path / "run", tiny_model, dataset, data=str(tmp_path / "gone.qvl"))
    code, body, _ = merge(capsys, "--model", tiny_model, "--adapter", run.path, "--out", tmp_path / "merged")
    assert code == 0
    assert body["check"]["answers"] == body["check"]["same"] == 3


@pytest.mark.parametrize("name", EVERY)
def test_other_programs_open_a_merged_later_model(
    folders: dict[str, Path], dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """By the classes of `transformers` alone, from its files alone."""
    from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

    run = tune(tmp_path / "run", folders[name], dataset, max_steps=2)
    out = tmp_path / "merged"
    words = ("--model", folders[name], "--adapter", run.path, "--out", out, "--max-shard-size", "100KB")
    code, body, said = merge(capsys, *words)
    assert code == 0, said
    check = body["check"]
    assert check["same"] == check["answers"] == 3
    assert check["closeness"] > 0.9999
    assert len(list(out.glob("model-*-of-*.safetensors"))) > 1
    assert names_in(out) == names_in(folders[name])
    plain: Any = AutoModelForImageTextToText.from_pretrained(out, local_files_only=True).eval()
    assert type(plain).__name__ == type(load_model(folders[name])).__name__
    processor = load_processor(folders[name])
    batch = processor.encode_chats([(dataset.samples[0].conversation.turns[:1], dataset.samples[0].pictures)]).data
    tuned = load_model(folders[name], adapter=run.adapter)
    with torch.no_grad():
        assert torch.allclose(plain(**batch).logits, tuned(**batch).logits, atol=1e-4)
    assert AutoTokenizer.from_pretrained(out, local_files_only=True)("hello").input_ids
    assert AutoImageProcessor.from_pretrained(out, local_files_only=True, backend="pil").merge_size == 2


@pytest.mark.parametrize(("text", "size"), [("2GB", 2 * 10**9), ("1.5 gib", 3 * 2**29), ("500mb", 5 * 10**8), ("7", 7)])
def test_sizes(text: str, size: int) -> None:
    assert byte_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "much", "0"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no size"):
        byte_size(text)
