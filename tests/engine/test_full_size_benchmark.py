"""The full-size benchmark at small scale on the CPU: every precision is built, generates, and makes its lines."""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from benchmarks import full_size
from benchmarks.random_weights import random_model
from qvl_desktop.engine import static_decoding
from tests.models.conftest import small_config

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_decoding, "WINDOW", 16)
    monkeypatch.setattr(full_size, "TEXT_TOKENS", 8)


@pytest.mark.parametrize("part", full_size.PARTS)
def test_a_small_twin(part: str) -> None:
    figures = full_size.measure(small_config(), part, CPU, torch.float32, 24, bandwidth=1e11, card="twin")
    assert figures.tokens == 24
    assert figures.rate > 0
    assert figures.growing_rate > 0
    assert figures.first_seconds > 0
    assert not figures.recorded
    dense = full_size.measure(small_config(), "bf16", CPU, torch.float32, 2)
    assert (figures.weight_bytes < dense.weight_bytes) == (part in ("nf4", "int4"))
    places = 48  # picture, words and answer, in whole windows
    assert figures.cache_bytes == places * 2 * 2 * 64 * 4
    rows = list(full_size.rows_of(figures))
    assert {row.unit for row in rows} == {"GB", "tokens/s", "s"}
    assert all(row.ours >= 0 for row in rows)
    assert figures.limit == pytest.approx(1e11 / (figures.weight_bytes + figures.cache_bytes / 2))


def test_int4_by_torch_s_kernel() -> None:
    config = small_config(hidden_size=256, num_attention_heads=4, kv_channels=64, intermediate_size=1024)
    config.visual["output_dim"] = 256
    figures = full_size.measure(config, "int4", CPU, torch.bfloat16, 6)
    assert figures.kernel == "int4pack"
    assert full_size.measure(config, "int4", CPU, torch.bfloat16, 6, kernel="native").kernel == "native"


def test_bandwidth_is_measured() -> None:
    assert full_size.measured_bandwidth(CPU, size=2**22, repeats=2) > 1e6


def test_it_says_when_there_is_no_card(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(full_size, "cards", list)
    monkeypatch.setattr("sys.argv", ["full_size.py"])
    assert full_size.main() == 0
    assert "no CUDA card" in capsys.readouterr().out


FIGURES = full_size.Figures(
    "bf16", "Card 9000", "bfloat16", "torch", True, 3e12, 19 * 10**9, 14 * 10**9, 10**9, 0.2, 2048, 120.0, 40.0
)


def test_parts_that_fail_leave_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One part was measured before, one is now, one fails, one takes too long; the table has what there is."""
    monkeypatch.setattr(full_size, "cards", lambda: [SimpleNamespace(name="Card 9000", free=10**11)])

    def run(command: list[str], timeout: float, **options: object) -> SimpleNamespace:
        part = command[command.index("--part") + 1]
        if part == "nf4":
            return SimpleNamespace(returncode=1, stderr="a traceback\ntorch.OutOfMemoryError: too little")
        if part == "int4":
            raise subprocess.TimeoutExpired(command, timeout)
        figures = replace(FIGURES, part=part, rate=150.0)
        (tmp_path / f"{part}.json").write_text(json.dumps(asdict(figures)), encoding="utf-8")
        return SimpleNamespace(returncode=0, stderr="")

    patched = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(full_size, "subprocess", patched)
    (tmp_path / "bf16.json").write_text(json.dumps(asdict(FIGURES)), encoding="utf-8")
    (tmp_path / "int4.json").write_text(json.dumps(asdict(replace(FIGURES, part="int4"))), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["full_size.py", "--into", str(tmp_path), "--only", "nf4", "int4", "compiled"])
    assert full_size.main() == 1
    said = capsys.readouterr().out
    assert "Card 9000" in said
    assert "| bf16: peak memory | 19 | 20.5 | GB |" in said
    assert "| bf16: rate | 120 | 28.9 | tokens/s |" in said
    assert "3,000 GB/s" in said
    assert "| compiled: rate | 150 |" in said
    assert "int4: rate" not in said
    assert "nf4: not measured: torch.OutOfMemoryError: too little" in said
    assert "int4: not measured: it took longer than 150 seconds" in said
    assert full_size.read_figures(tmp_path, "another card") == []


def test_all_parts_end_in_time() -> None:
    assert sum(full_size.PART_SECONDS.get(part, full_size.DEFAULT_SECONDS) for part in full_size.PARTS[:3]) < 8 * 60


def test_a_part_says_why_it_failed(tmp_path: Path) -> None:
    """A process of its own, on a machine without a card: it ends well and writes nothing."""
    arguments = argparse.Namespace(tokens=4, kernel="auto", into=tmp_path)
    if not torch.cuda.is_available():
        assert full_size.run_part("bf16", arguments) == ""
        assert list(tmp_path.iterdir()) == []


def test_the_weights_a_full_size_step_reads() -> None:
    """On the meta device: 19.3 GB less the tower and the embedding table in BF16."""
    from qvl_desktop.models.qwen_vl import QwenVLConfig

    model, _ = random_model(QwenVLConfig(), "bf16", torch.device("meta"), torch.bfloat16)
    assert full_size.read_bytes(model) == pytest.approx(14.2e9, rel=0.01)
