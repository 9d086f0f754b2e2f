"""The full-size benchmark of training at small scale on the CPU: every part is built, tuned, and makes its lines."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from benchmarks import train_full_size
from qvl_desktop.models.qwen_vl import QwenVLConfig
from tests.models.conftest import small_config

CPU = torch.device("cpu")
FIGURES = train_full_size.Figures("lora", "Card 9000", 512, True, 16 * 10**9, 15 * 10**9, 1.0, 2e14, 4e14)


@pytest.mark.parametrize("part", train_full_size.PARTS)
def test_a_small_twin(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_full_size, "ACCUMULATION", 2)
    known: list[train_full_size.Figures] = []
    train_full_size.measure(
        small_config(), part, CPU, torch.float32, (20, 40), known.append, card="twin", rate=1e12, rank=2, steps=2
    )
    modes = [True] if part.endswith("uncached") else [True, False]
    assert [(one.twice, one.length) for one in known] == [(twice, length) for twice in modes for length in (20, 40)]
    assert all(one.seconds > 0 for one in known)
    assert known[1].work > known[0].work
    assert {one.method for one in known} == {part.removesuffix("-uncached")}


def test_the_card_s_rate_is_measured() -> None:
    assert train_full_size.matrix_rate(CPU, torch.float32, size=128, repeats=4) > 1e6


def test_the_work_of_the_full_model() -> None:
    """LoRA at 2048: 4 products a weight and token, and a little."""
    config = QwenVLConfig()
    supervised = train_full_size.random_sample(config, 2048).supervised
    assert supervised == (2048 - config.n_queries - 2) // 2
    work = train_full_size.work_of(config, 2048, supervised, 64, 0)
    blocks = 4 * 6.476e9 * 2048 * 8
    assert blocks < work < 1.2 * blocks
    eyes = train_full_size.work_of(config, 2048, supervised, 64, 1_900_000_000) - work
    assert eyes == 2 * 8 * 1024 * 1_900_000_000


def test_the_table() -> None:
    rows = list(train_full_size.rows_of([FIGURES, replace(FIGURES, length=2048, twice=False, reserved=27 * 10**9)]))
    memory, aim, seconds, rate, *_, last = rows
    assert (memory.ours, memory.limit) == (16, 23.6)
    assert (aim.limit, seconds.limit) == (17.0, 2.3)
    assert (rate.ours, rate.limit) == (200, 400)
    assert "aim: a ratio of 0.5" in last.note


def test_it_says_when_there_is_no_card(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(train_full_size, "cards", list)
    monkeypatch.setattr("sys.argv", ["train_full_size.py"])
    assert train_full_size.main() == 0
    said = capsys.readouterr().out
    assert "no CUDA card" in said
    assert "--tiny" in said


def test_the_forecast_of_the_same_cases(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["train_full_size.py", "--forecast"])
    assert train_full_size.main() == 0
    assert "nothing of this is measured" in capsys.readouterr().out
    rows = {row.what: row for row in train_full_size.forecast_rows()}
    assert len(rows) == 2 * 2 * len(train_full_size.LENGTHS)
    for method, aim in train_full_size.AIMS.items():
        row = rows[f"{method} at 512, computed twice: forecast of the peak"]
        assert row.ours < aim
        assert f"aim: no more than {aim:g}" in row.note


def test_it_can_be_tried_out_without_a_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The whole way of the script, a process for the part and all."""
    monkeypatch.setattr("sys.argv", ["train_full_size.py", "--tiny", "--save"])
    with pytest.raises(SystemExit):
        train_full_size.main()
    what = ["train_full_size.py", "--tiny", "--only", "lora-uncached", "--lengths", "384", "--into", str(tmp_path)]
    monkeypatch.setattr("sys.argv", what)
    assert train_full_size.main() == 0
    said = capsys.readouterr().out
    assert "| lora-uncached at 384, computed twice: an iteration |" in said
    assert "lora-uncached at 512" not in said
    assert "Trying out on the demo model's sizes" in said


def test_parts_that_fail_leave_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One part was measured before, one fails half-way, one takes too long; the table has what there is."""
    monkeypatch.setattr(train_full_size, "cards", lambda: [SimpleNamespace(name="Card 9000", free=10**11)])

    def run(command: list[str], timeout: float, **options: object) -> SimpleNamespace:
        part = command[command.index("--part") + 1]
        if part == "qlora":
            raise subprocess.TimeoutExpired(command, timeout)
        (tmp_path / f"{part}.json").write_text(json.dumps([asdict(replace(FIGURES, part=part))]), encoding="utf-8")
        return SimpleNamespace(returncode=1, stderr="a traceback\ntorch.OutOfMemoryError: too little")

    patched = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(train_full_size, "subprocess", patched)
    (tmp_path / "lora.json").write_text(json.dumps([asdict(FIGURES)]), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["train_full_size.py", "--into", str(tmp_path), "--only", "qlora", "lora-uncached"])
    assert train_full_size.main() == 1
    said = capsys.readouterr().out
    assert "| lora at 512, computed twice: peak memory | 16 | 23.6 | GB |" in said
    assert "lora-uncached at 512" in said
    assert "qlora: not measured to the end: it took longer than 110 seconds" in said
    assert "lora-uncached: not measured to the end: torch.OutOfMemoryError: too little" in said
    assert train_full_size.read_figures(tmp_path, "another card") == []


def test_all_parts_end_in_time() -> None:
    assert train_full_size.PART_SECONDS * len(train_full_size.PARTS) < 8 * 60
