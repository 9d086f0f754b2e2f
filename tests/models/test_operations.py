"""Norm, rotation, cross-entropy and block attention: values and gradients are those of the plain formulas."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from qvl_desktop.models.qwen_vl import attention
from qvl_desktop.models.qwen_vl.attention import _BlockAttention, attend
from qvl_desktop.models.qwen_vl.operations import rms_norm, rotate, summed_cross_entropy


def random(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def leaves(*tensors: torch.Tensor) -> list[torch.Tensor]:
    return [tensor.detach().clone().requires_grad_() for tensor in tensors]


def near(found: torch.Tensor, expected: torch.Tensor, tolerance: float) -> None:
    found, expected = found.detach().double(), expected.detach().double()
    assert float((found - expected).norm()) <= tolerance * max(1.0, float(expected.norm()))


PRECISIONS = [(torch.float32, 1e-6), (torch.bfloat16, 1e-2), (torch.float16, 2e-3)]


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
@pytest.mark.parametrize("shape", [(1, 1, 16), (3, 5, 24)])
def test_norm(shape: tuple[int, ...], dtype: torch.dtype, tolerance: float) -> None:
    states, weight, outer = random(*shape), random(shape[-1], seed=1) + 2, random(*shape, seed=2)
    exact = leaves(states.to(dtype).double(), weight.to(dtype).double())
    wanted = F.rms_norm(exact[0], exact[1].shape, exact[1], 1e-6)
    ours = leaves(states.to(dtype), weight.to(dtype))
    found = rms_norm(*ours, 1e-6)
    assert found.dtype == dtype
    near(found, wanted, tolerance)
    with torch.no_grad():
        near(found, rms_norm(*ours, 1e-6), tolerance)
    wanted_gradients = torch.autograd.grad(wanted, exact, outer.to(dtype).double())
    for gradient, expected in zip(torch.autograd.grad(found, ours, outer.to(dtype)), wanted_gradients, strict=True):
        assert gradient.dtype == dtype
        near(gradient, expected, tolerance)


def test_norm_with_a_frozen_weight_and_a_wider_one() -> None:
    states, weight = random(2, 3, 8).bfloat16().requires_grad_(), torch.full((8,), 2.0)
    found = rms_norm(states, weight, 1e-6)
    assert found.dtype == torch.bfloat16
    found.sum().backward()
    assert states.grad is not None
    assert weight.grad is None


def plain_rotation(states: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    half = angles.shape[-1]
    first, second, rest = states.split((half, half, states.shape[-1] - 2 * half), dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], dim=-1)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
@pytest.mark.parametrize("channels", [12, 20])
def test_rotation(channels: int, dtype: torch.dtype, tolerance: float) -> None:
    """Of all channels, and of the first twelve of twenty."""
    angles = random(2, 1, 5, 6, seed=3).double()
    cos, sin = angles.cos().float(), angles.sin().float()
    tables = torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)
    states, outer = random(2, 3, 5, channels).to(dtype), random(2, 3, 5, channels, seed=4).to(dtype)
    exact, ours = leaves(states.double()), leaves(states)
    wanted, found = plain_rotation(exact[0], angles), rotate(ours[0], *tables)
    assert found.dtype == dtype
    near(found, wanted, tolerance)
    with torch.no_grad():
        assert torch.equal(found, rotate(ours[0], *tables))
    (gradient,) = torch.autograd.grad(found, ours, outer)
    near(gradient, torch.autograd.grad(wanted, exact, outer.double())[0], tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
def test_cross_entropy_in_blocks(dtype: torch.dtype, tolerance: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qvl_desktop.models.qwen_vl.operations.BLOCK_LOGITS", 40)  # two rows at once, then one
    logits, targets = (8 * random(7, 20)).to(dtype), torch.arange(7) * 2
    exact, ours = leaves(logits.double()), leaves(logits)
    wanted, found = F.cross_entropy(exact[0], targets, reduction="sum"), summed_cross_entropy(ours[0], targets)
    assert found.dtype == torch.float32
    assert float(found) == pytest.approx(float(wanted), rel=1e-6)
    (gradient,) = torch.autograd.grad(found * 0.25, ours)
    assert gradient.dtype == dtype
    near(gradient, torch.autograd.grad(wanted * 0.25, exact)[0], tolerance)


def test_cross_entropy_of_a_hopeless_target_and_of_none() -> None:
    """A share that float32 cannot hold has its loss all the same; no rows give a zero with a gradient."""
    logits = torch.tensor([[0.0, 200.0, 0.0]], requires_grad=True)
    loss = summed_cross_entropy(logits, torch.tensor([0]))
    assert float(loss) == 200
    assert torch.autograd.grad(loss, logits)[0].tolist() == [[-1, 1, 0]]
    empty = torch.zeros(0, 3, requires_grad=True)
    loss = summed_cross_entropy(empty, torch.zeros(0, dtype=torch.long))
    assert float(loss) == 0
    assert torch.autograd.grad(loss, empty)[0].shape == (0, 3)


@pytest.mark.parametrize("mask", ["causal", "boolean", "additive", "one row of it"])
@pytest.mark.parametrize(("rows", "tokens", "past"), [(1, 7, 0), (2, 9, 0), (2, 8, 3), (1, 4, 0)])
def test_block_attention(rows: int, tokens: int, past: int, mask: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In float32, so that only the arithmetic is judged; blocks of four queries."""
    monkeypatch.setattr(attention, "BLOCK", 4)
    keys = tokens + past
    laid_out = random(rows, keys, 3, 5, seed=7).transpose(1, 2)  # not contiguous, as after a projection
    states = leaves(random(rows, 3, tokens, 5), random(rows, 3, keys, 5, seed=1), laid_out)
    visible = torch.ones(tokens, keys, dtype=torch.bool).tril(past).expand(rows, 1, -1, -1).clone()
    if mask not in ("causal", "one row of it"):
        visible[-1, :, 1:, 0] = False  # as padding on the left does; a token always sees itself
    given = {
        "causal": None,
        "boolean": visible,
        "additive": torch.zeros(visible.shape).masked_fill_(~visible, torch.finfo(torch.float32).min),
        "one row of it": visible[:1],
    }[mask]
    outer = random(rows, tokens, 3, 5, seed=5)
    wanted = F.scaled_dot_product_attention(*states, visible, scale=0.3).transpose(1, 2)
    found = _BlockAttention.apply(*states, given, 0.3)
    near(found, wanted, 1e-6)
    pairs = zip(torch.autograd.grad(found, states, outer), torch.autograd.grad(wanted, states, outer), strict=True)
    for gradient, expected in pairs:
        near(gradient, expected, 1e-6)


def test_training_in_half_precision_on_a_cpu_goes_by_blocks() -> None:
    states = leaves(*(random(1, 2, 300, 8, seed=seed, dtype=torch.bfloat16) for seed in range(3)))
    found, weights = attend(torch.nn.Identity(), *states, None, implementation="sdpa", scaling=0.35)
    assert weights is None
    assert "BlockAttention" in type(found.grad_fn).__name__
    exact = leaves(*(state.double() for state in states))
    wanted = F.scaled_dot_product_attention(*exact, is_causal=True, scale=0.35).transpose(1, 2)
    near(found, wanted, 1e-2)
    outer = random(*found.shape, seed=9, dtype=torch.bfloat16)
    exact_gradients = torch.autograd.grad(wanted, exact, outer.double())
    for gradient, expected in zip(torch.autograd.grad(found, states, outer), exact_gradients, strict=True):
        near(gradient, expected, 1e-2)
