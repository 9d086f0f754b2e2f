"""Presets: whole plans come out, they do not mix, and those of the cards fit their cards by the forecast."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from qvl_desktop.commands import plan_flags
from qvl_desktop.core.amounts import GIB
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.forecast import DataSummary, DecoderShape, Hardware, forecast
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.presets import AIMS, CARDS, PRESETS, Preset, chosen_presets, preset_for, preset_settings

PLAN = TrainingPlan(data="x")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> DecoderShape:
    folder = tmp_path_factory.mktemp("official")
    visual = {"image_size": 448, "patch_size": 14, "width": 1664, "layers": 48, "heads": 16, "mlp_ratio": 4.9231}
    config = {
        "model_type": "qwen", "hidden_size": 4096, "num_attention_heads": 32, "kv_channels": 128, "vocab_size": 151936,
        "intermediate_size": 22016, "num_hidden_layers": 32, "visual": visual | {"output_dim": 4096},
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return DecoderShape.read(folder)


@pytest.mark.parametrize("card", [card for card in CARDS if card.memory], ids=lambda card: card.name)
def test_the_plan_of_a_card_fits_it(official: DecoderShape, card: Preset) -> None:
    """With the longest samples that the preset allows, an eighth of them answers; a tenth of the card is in use."""
    plan = card.applied(PLAN)
    data = DataSummary(1000, 1000, plan.max_length, plan.max_length // 8, average=plan.max_length / 2)
    need = forecast(plan, official, data, Hardware(value_bytes=2, on_card=True, available=int(0.9 * card.memory)))
    assert need.memory <= 0.9 * card.memory, {name: round(size / GIB, 2) for name, size in need.parts.items()}


def test_every_preset_is_a_valid_plan_and_an_aim_takes_nothing_from_a_card() -> None:
    for card in CARDS:
        for aim in AIMS:
            plan = TrainingPlan.from_dict({"data": "x", **preset_settings([card.name, aim.name])}).checked()
            assert plan == aim.applied(card.applied(PLAN)) == card.applied(aim.applied(PLAN))
            assert chosen_presets(plan) == [card, aim]
            assert plan.batch_size * plan.accumulation == 8
    assert all(preset.text and preset.explanation for preset in PRESETS.values())
    assert len({frozenset(card.settings) for card in CARDS}) == 1
    assert len({frozenset(aim.settings) for aim in AIMS}) == 1


def test_two_of_a_kind_are_refused() -> None:
    with pytest.raises(PlanError, match="8gb and 24gb"):
        preset_settings(["8gb", "24gb"])
    with pytest.raises(PlanError, match="no such preset"):
        preset_settings(["9gb"])
    assert preset_settings(["quick", "quick"]) == dict(PRESETS["quick"].settings)


def test_the_preset_of_a_card() -> None:
    """By what drivers tell: an RTX 3070, 2080 Ti, 3060, a T4, a V100, an L4, a 4090, an L40S, an A100, an H200."""
    told = {6.0: "8gb", 7.8: "8gb", 10.75: "8gb", 11.76: "12gb", 14.56: "16gb", 15.77: "16gb", 22.03: "24gb"}
    told |= {23.6: "24gb", 44.4: "40gb", 39.4: "40gb", 79.2: "80gb", 139.8: "80gb"}
    assert {size: preset_for(int(size * GIB)).name for size in told} == told
    assert preset_for(0).name == "cpu"


def test_flags_win_over_presets(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    plan_flags.add_plan_flags(parser)
    args = parser.parse_args(["--preset", "8gb", "careful", "--lora-rank", "8", "--epochs", "2"])
    given = plan_flags.given_settings(args)
    assert (given["lora_rank"], given["epochs"], given["max_length"]) == (8, 2.0, 512)
    official = "python finetune.py --model_name_or_path m --data_path d.json --use_lora --model_max_length 600"
    args = parser.parse_args(["--preset", "8gb", "--from-official", official])
    assert plan_flags.given_settings(args)["max_length"] == 600
    with pytest.raises(SystemExit):
        parser.parse_args(["--preset", "none"])


def test_all_problems_are_told_at_once() -> None:
    plan = TrainingPlan(method="best", learning_rate=1.0, lora_targets=[], metric_for_best="acc50", eval_samples=0)
    said = plan.problems()
    assert len(said) == 5
    assert "best is none of" in said[0]
    assert "1.0 is not between 1e-08 and 0.1" in said[1]
    assert any("without validation samples" in one for one in said)
