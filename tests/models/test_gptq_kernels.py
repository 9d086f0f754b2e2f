"""The choice of kernel for GPTQ layers; the fused ones themselves only where they are installed and there is a card."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from qvl_desktop.models.gptq import kernels
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import small_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model wide enough for fused kernels: groups of 128, multiples of 64."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("kernels")
    config = small_config(hidden_size=256, num_attention_heads=4, kv_channels=64, intermediate_size=1024)
    config.visual["output_dim"] = 256
    QwenVLForConditionalGeneration(config).save_pretrained(root / "dense")
    quantise_folder(root / "dense", root / "int4", GPTQSettings(), device="cpu")
    return root / "int4"


@pytest.mark.gpu
@pytest.mark.skipif(
    find_spec("gptqmodel") is None or not torch.cuda.is_available(), reason="needs gptqmodel and an NVIDIA card"
)
@torch.no_grad()
def test_fused_kernels_answer_as_ours(folder: Path) -> None:
    ours = load_model(folder, precision="fp16", device="cuda", kernel="native")
    fused = load_model(folder, precision="fp16", device="cuda", kernel="gptqmodel")
    assert not any(isinstance(module, GPTQLinear) for module in fused.modules())
    ids = torch.arange(3, 40, device="cuda")[None]
    expected = ours(input_ids=ids).logits
    assert float((fused(input_ids=ids).logits - expected).abs().max()) < 0.01 * float(expected.abs().max())


def test_on_a_cpu_ours_is_used(folder: Path) -> None:
    model = load_model(folder, device="cpu")
    assert kernels.use_kernel(model, "auto", torch.float32) == "native"
    assert sum(isinstance(module, GPTQLinear) for module in model.modules()) == 10


class Stub(nn.Module):
    """Takes what a GPTQModel layer takes, with the tensors of one."""

    made: list[dict[str, Any]] = []

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.made.append(options)
        inputs, outputs = options["in_features"], options["out_features"]
        groups = inputs // options["group_size"]
        self.register_buffer("qweight", torch.zeros(inputs // 8, outputs, dtype=torch.int32))
        self.register_buffer("qzeros", torch.zeros(groups, outputs // 8, dtype=torch.int32))
        self.register_buffer("scales", torch.zeros(groups, outputs, dtype=options["dtype"]))
        self.register_buffer("g_idx", torch.zeros(inputs, dtype=torch.int32))
        self.register_buffer("bias", torch.zeros(outputs, dtype=options["dtype"]))


def install_stub(monkeypatch: pytest.MonkeyPatch, calls: list[Any], failure: Exception | None = None) -> None:
    def select(**options: Any) -> type[Stub]:
        calls.append(options)
        if failure is not None:
            raise failure
        return Stub

    def convert(model: nn.Module, bits: int, kernel: Any, layout: str, meta: Any) -> tuple[nn.Module, bool]:
        calls.append((bits, kernel, layout))
        return model, False

    def finish(model: nn.Module, use_act_order: bool) -> nn.Module:
        calls.append(len(list(model.layers)))
        return model

    parts = {
        "gptqmodel": {},
        "gptqmodel.quantization": {"METHOD": SimpleNamespace(GPTQ="gptq")},
        "gptqmodel.utils": {},
        "gptqmodel.utils.importer": {"hf_select_quant_linear_v2": select},
        "gptqmodel.utils.model": {
            "hf_convert_gptq_v1_to_v2_format": convert,
            "hf_gptqmodel_post_init": finish,
        },
    }
    for name, values in parts.items():
        module = ModuleType(name)
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, name, module)


def test_every_layer_is_handed_over_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    Stub.made.clear()
    model = load_model(folder, device="cpu")
    install_stub(monkeypatch, calls)
    layers = {name: module for name, module in model.named_modules() if isinstance(module, GPTQLinear)}
    kernels._exchange(model, layers, torch.float16)
    settings, converted, finished = calls
    assert {"bits": 4, "group_size": 128, "sym": True, "desc_act": False, "format": "gptq"}.items() <= settings.items()
    assert converted == (4, Stub, "gptq")
    assert finished == len(Stub.made) == 10
    for name, layer in layers.items():
        taken = model.get_submodule(name)
        assert isinstance(taken, Stub)
        for kind in ("qweight", "qzeros", "scales", "g_idx"):
            assert torch.equal(getattr(taken, kind), getattr(layer, kind)), kind
        taken.qzeros.add_(1)
        assert not torch.equal(taken.qzeros, layer.qzeros), "the original must not be shared"


def test_a_kernel_that_cannot_be_had_leaves_the_model_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(folder, device="cpu")
    install_stub(monkeypatch, [], NotImplementedError("no kernel for group size 128"))
    layers = {name: module for name, module in model.named_modules() if isinstance(module, GPTQLinear)}
    with pytest.raises(NotImplementedError):
        kernels._exchange(model, layers, torch.float16)
    assert sum(isinstance(module, GPTQLinear) for module in model.modules()) == 10
