"""An adapter's card survives its folder; a fingerprint follows the weights and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qvl_desktop.core.adapter_card import CARD_NAME, AdapterCard, AdapterError, model_fingerprint

CARD = AdapterCard("demo", "/models/demo", "abc", "qlora", "猫", "cats", 90, 1.5, {"acc50": 0.75})


def test_card_round_trip_and_newer_keys(tmp_path: Path) -> None:
    CARD.save(tmp_path)
    assert AdapterCard.load(tmp_path) == CARD
    path = tmp_path / CARD_NAME
    path.write_text(path.read_text(encoding="utf-8").replace('"method"', '"later": 1, "method"'), encoding="utf-8")
    assert AdapterCard.load(tmp_path) == CARD


@pytest.mark.parametrize("text", ["", "[]", '{"base": "demo"}', "{"])
def test_a_bad_card_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / CARD_NAME).write_text(text)
    with pytest.raises(AdapterError, match=r"qvl_adapter\.json"):
        AdapterCard.load(tmp_path)


def test_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    assert model_fingerprint(model) == ""
    weights = model / "model.safetensors"
    weights.write_bytes(bytes(3_000_000))
    first = model_fingerprint(model)
    copy = shutil.copytree(model, tmp_path / "elsewhere")
    (copy / "config.json").write_text("{}")
    assert model_fingerprint(copy) == first
    data = bytearray(weights.read_bytes())
    data[-1] = 1
    weights.write_bytes(data)
    assert model_fingerprint(model) != first
