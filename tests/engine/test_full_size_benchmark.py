"""The full-size benchmark at small scale on the CPU: every precision is built, generates, and makes its lines."""

from __future__ import annotations

import pytest
import torch

from benchmarks import full_size
from tests.models.conftest import small_config

CPU = torch.device("cpu")


@pytest.mark.parametrize("precision", ["bf16", "nf4", "int4"])
def test_a_small_twin(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_size, "TEXT_TOKENS", 8)
    figures = full_size.measure(small_config(), precision, CPU, torch.float32, 24)
    assert figures.rate > 0
    assert figures.first_seconds > 0
    dense = full_size.measure(small_config(), "bf16", CPU, torch.float32, 2)
    assert (figures.weight_bytes < dense.weight_bytes) == (precision != "bf16")
    assert figures.cache_bytes == 256 * 2 * 2 * 64 * 4
    rows = list(full_size.rows_of(figures, 1e11, 24))
    assert {row.unit for row in rows} == {"GB", "tokens/s", "s"}
    assert all(row.ours >= 0 for row in rows)
    assert figures.limit(1e11) == pytest.approx(1e11 / (figures.weight_bytes + figures.cache_bytes / 2))


def test_bandwidth_is_measured() -> None:
    assert full_size.measured_bandwidth(CPU, size=2**22, repeats=2) > 1e6


def test_it_says_when_there_is_no_card(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(full_size, "cards", list)
    monkeypatch.setattr("sys.argv", ["full_size.py"])
    assert full_size.main() == 0
    assert "no CUDA card" in capsys.readouterr().out


def test_the_weights_a_full_size_step_reads() -> None:
    """On the meta device: 19.3 GB less the tower and the embedding table in BF16, about a quarter of it in Int4."""
    from qvl_desktop.models.qwen_vl import QwenVLConfig

    meta = torch.device("meta")
    dense = full_size.read_bytes(full_size.random_decoder(QwenVLConfig(), "bf16", meta, torch.bfloat16))
    assert dense == pytest.approx(14.2e9, rel=0.01)
