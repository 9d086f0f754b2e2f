"""Model cards: what small files tell, and refusals that say what is missing."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from qvl_desktop.core.adapter_card import AdapterCard
from qvl_desktop.core.cards import CardError, CardKind, read_card, scan_adapters, scan_models
from qvl_desktop.core.plan import TrainingPlan


def write_tensors(path: Path, tensors: dict[str, tuple[str, list[int]]]) -> None:
    """A safetensors file that is all header; cards never look further."""
    header = {name: {"dtype": kind, "shape": shape, "data_offsets": [0, 0]} for name, (kind, shape) in tensors.items()}
    body = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(body)) + body)


def make_model(folder: Path, config: dict[str, object] | None = None) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config or {"model_type": "qwen", "visual": {}}))
    (folder / "qwen.tiktoken").write_text("IQ== 0\n")
    write_tensors(folder / "model.safetensors", {"a": ("BF16", [10, 100]), "b": ("BF16", [24])})
    return folder


def make_adapter(run: Path, *, card: bool = True) -> Path:
    folder = run / "adapter"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    write_tensors(folder / "adapter_model.safetensors", {"lora": ("F32", [4, 8])})
    TrainingPlan(model="demo", data="x.qvl", method="qlora").save(run / "plan.json")
    if card:
        AdapterCard("demo", "/m", "abc", "qlora", run.name, "x", 10, 5.0, {"acc50": 0.5}).save(folder)
    return folder


def test_a_model_folder(tmp_path: Path) -> None:
    card = read_card(make_model(tmp_path / "模型"))
    assert (card.kind, card.name, card.family) == (CardKind.MODEL, "模型", "Qwen-VL")
    assert (card.parameters, card.precision) == (1024, "bf16")
    assert card.reference == str(card.path)


def test_a_gptq_model_counts_its_weights_not_its_words(tmp_path: Path) -> None:
    config = {"model_type": "qwen", "visual": {}, "quantization_config": {"quant_method": "gptq", "bits": 4}}
    folder = make_model(tmp_path / "int4", config)
    layer = {"l.qweight": ("I32", [8, 64]), "l.qzeros": ("I32", [1, 8]), "l.scales": ("F16", [1, 64]),
             "l.g_idx": ("I32", [64])}  # fmt: skip
    write_tensors(folder / "model.safetensors", layer)
    card = read_card(folder)
    assert (card.parameters, card.precision) == (64 * 64, "GPTQ int4")


def test_an_adapter_knows_its_run(tmp_path: Path) -> None:
    card = read_card(make_adapter(tmp_path / "first"))
    assert (card.kind, card.name, card.base, card.method) == (CardKind.ADAPTER, "first", "demo", "qlora")
    assert (card.run, card.metrics, card.parameters) == (tmp_path / "first", {"acc50": 0.5}, 32)


def test_an_adapter_without_a_card_is_known_from_its_plan(tmp_path: Path) -> None:
    card = read_card(make_adapter(tmp_path / "first", card=False))
    assert (card.base, card.method) == ("demo", "qlora")


def test_refusals_say_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    cases = {
        tmp_path / "nothing": "no such folder",
        tmp_path / "empty": "no config.json",
        make_model(tmp_path / "bert", {"model_type": "bert"}): "type bert",
        make_model(tmp_path / "text", {"model_type": "qwen"}): "not supported",
    }
    bare = make_model(tmp_path / "bare")
    (bare / "model.safetensors").unlink()
    cases[bare] = "weights are missing"
    cut = make_model(tmp_path / "cut")
    (cut / "model.safetensors").write_bytes(b"\xff" * 12)
    cases[cut] = "damaged"
    broken = make_model(tmp_path / "broken")
    (broken / "config.json").write_text("{")
    cases[broken] = "cannot be read"
    for folder, words in cases.items():
        with pytest.raises(CardError, match=words):
            read_card(folder)


def test_scans_pass_over_what_is_no_model(tmp_path: Path) -> None:
    make_model(tmp_path / "models" / "good")
    (tmp_path / "models" / "other").mkdir()
    make_adapter(tmp_path / "runs" / "one")
    (tmp_path / "runs" / "unfinished").mkdir()
    places = [tmp_path / "models", tmp_path / "models" / "good", tmp_path / "gone"]
    assert [card.name for card in scan_models(places)] == ["good"]
    assert [card.name for card in scan_adapters([tmp_path / "runs", tmp_path / "runs"])] == ["one"]
