"""The static cache and the compiled step give the tokens that plain generation gives, in one graph."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvl_desktop.engine.static_decoding import CacheFullError, StaticDecoder
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids, small_config

PIXELS = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("small")
    QwenVLForConditionalGeneration(small_config(initializer_range=0.3)).save_pretrained(path)
    return path


def greedy(logits: torch.Tensor) -> torch.Tensor:
    banned = torch.zeros_like(logits)
    banned[:, 92] = float("inf")  # <imgpad> is never generated
    return (logits - banned).argmax(-1)


@pytest.mark.parametrize("quantised", [False, True])
def test_the_same_tokens_in_one_graph(folder: Path, tmp_path: Path, quantised: bool) -> None:
    if quantised:
        quantise_folder(folder, tmp_path / "int4", GPTQSettings(group_size=32), device="cpu")
        folder = tmp_path / "int4"
    model = load_model(folder, device="cpu")
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    decoder = StaticDecoder(model, 100)
    assert decoder.length == 256
    for words in ([5, 6, 7, 8], list(range(10, 30))):  # the second passes seq_length = 64 as it grows
        ids = torch.tensor([[*picture_ids(), *words]])
        options = {"max_new_tokens": 60, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
        expected = model.generate(ids, pixel_values=PIXELS, **options)[0, ids.shape[1] :].tolist()
        assert list(decoder.tokens(ids, 60, greedy, pixel_values=PIXELS)) == expected
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1


def test_what_the_cache_cannot_hold(folder: Path) -> None:
    decoder = StaticDecoder(load_model(folder, device="cpu"), 256)
    with pytest.raises(CacheFullError, match="256 tokens, but 270"):
        next(decoder.tokens(torch.ones(1, 20, dtype=torch.long), 250, greedy))
