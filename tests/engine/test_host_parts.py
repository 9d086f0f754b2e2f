"""Parts in the host's memory: the tower's blocks visit the device one after the other, and nothing of them stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvl_desktop.core.conversation import user_turn
from qvl_desktop.engine.answerer import make_answerer
from qvl_desktop.engine.generator import Generator
from qvl_desktop.engine.host_parts import (
    UnknownPartError,
    encode_images,
    move_to_host,
    parts_on_host,
    visiting,
    visits_when_called,
)
from qvl_desktop.models.loading import load_model, load_processor

META = torch.device("meta")


def test_tensors_visit_and_come_home() -> None:
    layer = torch.nn.Linear(2, 2, bias=False)
    home = layer.weight
    with visiting([layer], META):
        assert layer.weight.is_meta
        assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert layer.weight is home


def test_a_module_is_away_only_while_it_computes() -> None:
    layers = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    away: list[list[bool]] = []
    for layer in layers:
        layer.register_forward_pre_hook(lambda *_: away.append([p.is_meta for p in layers.parameters()]))
    with visits_when_called(layers[0], META), visits_when_called(layers[1], META):
        assert layers(torch.ones(1, 3, device=META)).is_meta
        with pytest.raises(RuntimeError):
            layers(torch.ones(1, 3))  # the first fails on its way: it comes home all the same
        assert not any(p.is_meta for p in layers.parameters())
    assert not any(p.is_meta for p in layers.parameters())
    assert layers(torch.ones(1, 3)).shape == (1, 3)


@torch.no_grad()
def test_the_tower_visits_the_decoder_s_device(model_folder: Path) -> None:
    """The decoder is on a device without values: so far the whole way goes, and the tower is what it was after."""
    model = load_model(model_folder, device="cpu")
    pixels = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    expected = model.encode_images(pixels)
    assert torch.equal(encode_images(model, pixels), expected)
    model.transformer.rotary.to("meta")
    features = encode_images(model, pixels)
    assert features.shape == expected.shape
    assert features.is_meta
    model.transformer.rotary.to_empty(device="cpu")
    assert torch.equal(encode_images(model, pixels), expected)


def test_the_setting(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts_on_host() == []
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "table, tower")
    assert parts_on_host() == ["table", "tower"]
    assert isinstance(make_answerer(model_folder, load_model(model_folder, device="cpu")), Generator)
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "head")
    with pytest.raises(UnknownPartError, match="head"):
        make_answerer(model_folder, load_model(model_folder, device="cpu"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
def test_answers_with_parts_on_the_host(model_folder: Path, pictures: list[Path]) -> None:
    model, processor = load_model(model_folder, device="cuda"), load_processor(model_folder)
    question = (user_turn([str(pictures[0])], "hello"),), (pictures[0],)
    expected = Generator(model, processor).answer(*question, 12).text
    move_to_host(model, ("table", "tower"))
    assert model.transformer.wte.weight.device.type == "cpu"
    assert Generator(model, processor).answer(*question, 12).text == expected
    assert {p.device.type for p in model.transformer.visual.parameters()} == {"cpu"}
