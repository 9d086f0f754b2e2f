"""The full-size checkpoints by name, without their weights: every published tensor has its place, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import ModelLoadError, QuantizationError
from qvl_desktop.models.gptq.checkpoint import quantised_layers, replace_layers
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.tensor_files import StoredTensor
from tests.models.golden import GOLDEN

QUANTISED = ("attn.c_attn", "attn.c_proj", "mlp.w1", "mlp.w2", "mlp.c_proj")


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return json.loads((GOLDEN / "weight_names.json").read_text(encoding="utf-8"))


def checkpoint_of(shapes: dict[str, tuple[list[int], torch.dtype]]) -> Checkpoint:
    file = Path("model.safetensors")
    tensors = {name: StoredTensor(name, file, dtype, tuple(shape)) for name, (shape, dtype) in shapes.items()}
    return Checkpoint(Path("Qwen-VL-Chat"), tensors)


def full_model() -> QwenVLForConditionalGeneration:
    with torch.device("meta"):
        return QwenVLForConditionalGeneration(QwenVLConfig())


def int4_shapes(published: dict[str, Any]) -> dict[str, tuple[list[int], torch.dtype]]:
    """What the published Int4 checkpoint holds, from the shapes of its first block."""
    kinds = {"qweight": torch.int32, "qzeros": torch.int32, "g_idx": torch.int32}
    shapes: dict[str, tuple[list[int], torch.dtype]] = {}
    for name, shape in published["shapes"].items():
        path = name.rpartition(".")[0]
        if not (path.startswith("transformer.h.") and path.endswith(QUANTISED)):
            shapes[name] = shape, torch.float16
            continue
        first = ".".join(["transformer.h.0", *path.split(".")[3:]])
        for kind, of_first in published["int4"]["layer_0"][first].items():
            shapes[f"{path}.{kind}"] = of_first, kinds.get(kind, torch.float16)
    return shapes


def test_all_853_names_and_shapes(published: dict[str, Any]) -> None:
    checkpoint = checkpoint_of({name: (shape, torch.bfloat16) for name, shape in published["shapes"].items()})
    assert len(checkpoint.tensors) == published["tensors"] == 853
    assert checkpoint.nbytes == published["bytes_bf16"]
    expected = {name: value.shape for name, value in full_model().state_dict().items()}
    checkpoint.check(expected)
    assert set(expected) == set(checkpoint.tensors)


def test_one_name_less_or_more_is_told(published: dict[str, Any]) -> None:
    expected = {name: value.shape for name, value in full_model().state_dict().items()}
    shapes = {name: (shape, torch.bfloat16) for name, shape in published["shapes"].items()}
    for name in ("lm_head.weight", "transformer.h.31.attn.c_attn.bias", "transformer.visual.attn_pool.pos_embed"):
        with pytest.raises(ModelLoadError, match=rf"Missing: {name}\. Unexpected: -\. Other shape: -"):
            checkpoint_of({key: value for key, value in shapes.items() if key != name}).check(expected)
    more = checkpoint_of(shapes | {"transformer.h.32.ln_1.weight": ([4096], torch.bfloat16)})
    with pytest.raises(ModelLoadError, match=r"Missing: -\. Unexpected: transformer\.h\.32\.ln_1\.weight\."):
        more.check(expected)


def test_the_int4_checkpoint(published: dict[str, Any]) -> None:
    facts = published["int4"]
    checkpoint = checkpoint_of(int4_shapes(published))
    assert len(checkpoint.tensors) == facts["tensors"] == 1461
    assert checkpoint.nbytes == facts["bytes"] == 9_731_786_240
    assert len(quantised_layers(checkpoint)) == facts["layers"] == 160
    model = full_model()
    assert replace_layers(model, checkpoint, GPTQSettings(facts["bits"], facts["group_size"])) == 160
    state = model.state_dict()
    checkpoint.check({name: value.shape for name, value in state.items()})
    for name, stored in checkpoint.tensors.items():
        assert state[name].dtype.is_floating_point == stored.dtype.is_floating_point, name
    with pytest.raises(QuantizationError, match="32 groups, but a group size of 64 over 4096 inputs makes 64"):
        replace_layers(full_model(), checkpoint, GPTQSettings(4, 64))
