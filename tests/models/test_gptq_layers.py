"""The GPTQ layer: bits in and out, the product, its gradient, no dense bytes, dtypes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import V1, V2, pack, pack_zeros, unpack, unpack_zeros
from qvl_desktop.models.gptq.settings import GPTQSettings
from tests.models.gptq_reference import layer_tensors, pack_slowly

CASES = [
    (bits, group_size, layout, act_order)
    for bits in (2, 4, 8)
    for group_size in (16, 48, -1)
    for layout in (V1, V2)
    for act_order in (False, True)
]


def layer_and_weight(
    bits: int, group_size: int, layout: str, act_order: bool = False, inputs: int = 96, outputs: int = 32
) -> tuple[GPTQLinear, torch.Tensor]:
    generator = torch.Generator().manual_seed(bits)
    weight = torch.randn(outputs, inputs, generator=generator) * 0.05
    tensors, stood_for = layer_tensors(weight, bits, group_size, layout, generator, act_order=act_order)
    layer = GPTQLinear(inputs, outputs, GPTQSettings(bits, group_size, False, act_order, layout))
    layer.load_state_dict(tensors | {"bias": torch.randn(outputs, generator=generator).half()})
    layer.settle()
    return layer, stood_for


@given(st.data(), st.sampled_from([2, 4, 8]), st.sampled_from([0, 1]))
@settings(max_examples=40, deadline=None)
def test_packing_and_back(data: st.DataObject, bits: int, dim: int) -> None:
    length = 32 // bits * data.draw(st.integers(1, 3))
    values = torch.tensor([[data.draw(st.integers(0, 2**bits - 1)) for _ in range(length)] for _ in range(2)])
    rows = values if dim == 1 else values.T.contiguous()
    words = pack(rows, bits, dim)
    slow = torch.tensor([pack_slowly(row.tolist(), bits) for row in values], dtype=torch.int32)
    assert torch.equal(words if dim == 1 else words.T, slow)
    assert torch.equal(unpack(words, bits, dim).long(), rows)


def test_zero_points_of_both_layouts() -> None:
    zeros = torch.tensor([[1, 8, 16, 15, 2, 3, 4, 5]])
    stored = pack_zeros(zeros, 4, V1)
    assert stored.tolist() == [pack_slowly([0, 7, 15, 14, 1, 2, 3, 4], 4)]
    assert torch.equal(unpack_zeros(stored, 4, V1), zeros.int())
    assert pack_zeros(torch.full((1, 8), 8), 4, V1).item() == 0x77777777
    with pytest.raises(QuantizationError, match="Zero points from 1 to 16"):
        pack_zeros(zeros, 4, V2)
    with pytest.raises(QuantizationError, match="gptq"):
        pack_zeros(zeros - 1, 4, V1)
    with pytest.raises(QuantizationError, match="multiple of 8"):
        pack(torch.zeros(4, 3), 4, 0)
    with pytest.raises(QuantizationError, match="3 bits"):
        pack(torch.zeros(32, 3), 3, 0)


@pytest.mark.parametrize(("bits", "group_size", "layout", "act_order"), CASES)
def test_the_layer_is_the_dense_layer(bits: int, group_size: int, layout: str, act_order: bool) -> None:
    layer, weight = layer_and_weight(bits, group_size, layout, act_order)
    assert layer.act_order == (act_order and group_size != -1)
    states = torch.randn(2, 5, 96, generator=torch.Generator().manual_seed(1))
    assert torch.equal(layer.dense_weight(torch.float64), weight)
    expected = torch.nn.functional.linear(states, weight.float(), layer.bias.float())
    torch.testing.assert_close(layer(states), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_each_weight_is_rounded_once(dtype: torch.dtype) -> None:
    layer, weight = layer_and_weight(4, 16, V1)
    assert torch.equal(layer.dense_weight(dtype), weight.to(dtype))
    states = torch.randn(3, 96, generator=torch.Generator().manual_seed(1)).to(dtype)
    assert torch.equal(layer(states), states @ weight.to(dtype).T + layer.bias.to(dtype))


def test_gradient_reaches_the_input_and_nothing_is_kept() -> None:
    layer, weight = layer_and_weight(4, 16, V1)
    states = torch.randn(4, 96, dtype=torch.float64, requires_grad=True)
    kept: list[torch.Tensor] = []

    def pack_hook(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack_hook, lambda tensor: tensor):
        out = layer(states)
    assert not kept
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    out.square().sum().backward()
    dense = states.detach().requires_grad_(True)
    torch.nn.functional.linear(dense, weight, layer.bias.double()).square().sum().backward()
    torch.testing.assert_close(states.grad, dense.grad, atol=1e-12, rtol=1e-12)
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())


def test_a_change_of_dtype_leaves_the_scales() -> None:
    layer, weight = layer_and_weight(4, 16, V1)
    layer.to(torch.bfloat16)
    assert layer.scales.dtype == torch.float16
    assert layer.bias.dtype == torch.bfloat16
    assert torch.equal(layer.dense_weight(torch.float64), weight)
    moved = layer.to("meta")
    assert moved.scales.is_meta
    assert moved.scales.dtype == torch.float16


def test_autocast() -> None:
    layer, weight = layer_and_weight(4, 16, V1)
    states = torch.randn(3, 96, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = layer(states)
    assert out.dtype == torch.bfloat16
    assert torch.equal(out, states.bfloat16() @ weight.bfloat16().T + layer.bias.bfloat16())
    out.sum().backward()
    assert states.grad.dtype == torch.float32


@torch.no_grad()
@pytest.mark.parametrize("act_order", [False, True])
def test_a_compiled_layer_is_one_graph_and_the_same(act_order: bool) -> None:
    layer, _ = layer_and_weight(4, 16, V1, act_order)
    states = torch.randn(1, 96, generator=torch.Generator().manual_seed(1))
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(states), layer(states), atol=1e-6, rtol=0)
