"""Parts in the host's memory: the tower's blocks visit the device one after the other, and nothing of them stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.cli import main
from qvl_desktop.core.conversation import user_turn
from qvl_desktop.engine import host
from qvl_desktop.engine.answerer import make_answerer
from qvl_desktop.engine.generator import Generator
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.host_parts import (
    UnknownPartError,
    encode_images,
    move_to_host,
    parts_on_host,
    visiting,
    visits_when_called,
)
from qvl_desktop.models import materialize
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.loading import _load_native, load_model, load_processor, skeleton
from qvl_desktop.models.placement import HOST_PATHS, Part
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from tests.engine.tiny import RED, make_model
from tests.models import tiny_families

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
    assert parts_on_host() == ()
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "table, tower")
    assert parts_on_host() == ("table", "tower")
    assert isinstance(make_answerer(model_folder, load_model(model_folder, device="cpu")), Generator)
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "head")
    with pytest.raises(UnknownPartError, match="head"):
        make_answerer(model_folder, load_model(model_folder, device="cpu"))


@pytest.mark.parametrize("parts", [("table",), ("tower",), ("table", "tower"), ()])
def test_loading_never_puts_them_on_the_card(
    parts: tuple[Part, ...], model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device without values stands for the card; every tensor that is assigned is looked at."""
    given: dict[str, str] = {}
    assign = materialize._assign

    def noted(module: torch.nn.Module, leaf: str, value: torch.Tensor) -> None:
        given[f"{names[module]}.{leaf}"] = value.device.type
        assign(module, leaf, value)

    monkeypatch.setattr(materialize, "_assign", noted)
    model = skeleton(model_folder)
    names = {module: name for name, module in model.named_modules()}
    checkpoint = Checkpoint.open(model_folder)
    _load_native(model, checkpoint, torch.float32, None, "auto", META, None, parts)
    away = tuple(HOST_PATHS[part] for part in parts)
    assert set(given) == set(checkpoint.tensors)
    for name, device in given.items():
        assert device == ("cpu" if away and name.startswith(away) else "meta"), name
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        assert tensor.device.type == ("cpu" if away and name.startswith(away) else "meta"), name


def test_a_table_that_is_the_head_stays_with_the_decoder(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "tied")
    config = QwenVLConfig.from_pretrained(folder)
    config.tie_word_embeddings = True
    QwenVLForConditionalGeneration(config).save_pretrained(folder)
    model = _load_native(
        skeleton(folder), Checkpoint.open(folder), torch.float32, None, "auto", META, None, ("table", "tower")
    )
    assert model.lm_head.weight is model.transformer.wte.weight
    assert model.transformer.wte.weight.is_meta
    assert not any(parameter.is_meta for parameter in model.transformer.visual.parameters())


def test_answers_are_the_same_and_the_flag_is_read(
    taught_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    load = load_model

    def noted(*args: Any, **options: Any) -> Any:
        asked.append(options["on_host"])
        return load(*args, **options)

    monkeypatch.setattr(host, "load_model", noted)
    command = [
        "predict",
        "--model",
        str(taught_folder),
        "--image",
        str(pictures[0]),
        "--prompt",
        "Find the red circle.",
    ]
    command += ["--device", "cpu"]
    for flags in ([], ["--on-host", "table,tower"], ["--on-host", "tower"], ["--on-host", ""]):
        assert main([*command, *flags]) == 0
        assert capsys.readouterr().out == RED + "\n"
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "table")
    assert main(command) == 0
    assert main([*command, "--on-host", ""]) == 0
    assert asked == [(), ("table", "tower"), ("tower",), (), ("table",), ()]
    with pytest.raises(SystemExit):
        main([*command, "--on-host", "head"])


def test_where_parts_cannot_stay(model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelLoadError, match="one card"):
        load_model(model_folder, device="all", on_host=("table",))
    later = tiny_families.make_model("qwen2-vl", tmp_path / "later")
    with pytest.raises(ModelLoadError, match="first-generation"):
        load_model(later, device="cpu", on_host=("tower",))
    monkeypatch.setenv("QVL_DESKTOP_ON_HOST", "table")
    assert ModelHost(later, device="cpu").names == ["base"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
def test_the_peak_of_loading_is_without_them(model_folder: Path) -> None:
    peaks = []
    for parts in ((), ("table", "tower")):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        model = load_model(model_folder, device="cuda", precision="fp32", on_host=parts)
        peaks.append(torch.cuda.max_memory_allocated() - before)
        away = [*model.transformer.wte.parameters(), *model.transformer.visual.parameters()]
        held = sum(parameter.nbytes for parameter in away)
        del model, away
    assert peaks[1] <= peaks[0] - held


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
