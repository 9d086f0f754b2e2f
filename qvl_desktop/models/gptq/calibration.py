"""GPTQ over a whole decoder: block after block, each layer with the inputs it really gets.

A block is fed with what the blocks before it, quantised already, make of the calibration samples; inside it the
layers are taken in the order they compute. Only one block is on the computing device at a time. Owns this walk; the
arithmetic is ``rounding``'s, what the samples are is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.rounding import dense_weight, gptq
from qvl_desktop.models.gptq.settings import GPTQSettings

ORDER = (("attn.c_attn",), ("attn.c_proj",), ("mlp.w1", "mlp.w2"), ("mlp.c_proj",))
"""Layers of a block in the order they compute; those that read the same input together."""

Tensors = dict[str, torch.Tensor]


class _Reached(Exception):
    """The first block was reached: nothing after it need run."""


@torch.no_grad()
def calibrate(
    model: Any,
    samples: Sequence[dict[str, torch.Tensor]],
    settings: GPTQSettings,
    *,
    device: torch.device,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Tensors]:
    """Quantise the decoder of a dense model with GPTQ.

    Args:
        model: a dense ``QwenVLForConditionalGeneration`` on the CPU. Its weights become those of the result.
        samples: inputs of ``forward``, one row each: input_ids (1, tokens), and pixel_values where there are pictures.
        device: where blocks are computed, one at a time.
        progress: told (blocks done, blocks).

    Returns:
        The tensors of each quantised layer by module path, as a checkpoint stores them.

    Raises QuantizationError: no samples, or what ``rounding.gptq`` raises, naming the layer.
    """
    if not samples:
        raise QuantizationError(QT_TRANSLATE_NOOP("errors", "There are no samples to calibrate with."))
    model.eval()
    states, options = _block_inputs(model, samples, device)
    blocks = model.transformer.h
    quantised: dict[str, Tensors] = {}
    for index, block in enumerate(blocks):
        block.to(device)
        for names in ORDER:
            layers = {name: block.get_submodule(name) for name in names}
            with _observed(layers[names[0]]) as observed:
                _run(block, states, options)
            for name, layer in layers.items():
                path = f"transformer.h.{index}.{name}"
                try:
                    tensors = gptq(layer.weight, observed.mean, settings).tensors(settings)
                except QuantizationError as error:
                    raise QuantizationError(
                        QT_TRANSLATE_NOOP("errors", "{layer}: {reason}"), layer=path, reason=error
                    ) from error
                layer.weight.copy_(dense_weight(tensors, settings, torch.float32))
                quantised[path] = tensors
        states = _run(block, states, options)
        block.to("cpu")
        if progress is not None:
            progress(index + 1, len(blocks))
    return quantised


class _Observer:
    """Sums x xᵀ over what a layer reads."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._count = 0

    def __call__(self, module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        rows = inputs[0].flatten(0, -2).float()
        product = rows.T @ rows
        self._sum = product if self._sum is None else self._sum.add_(product)
        self._count += len(rows)

    @property
    def mean(self) -> torch.Tensor:
        """float32 (in, in)."""
        if self._sum is None:
            raise QuantizationError(QT_TRANSLATE_NOOP("errors", "There are no samples to calibrate with."))
        return self._sum * (2 / self._count)


@contextmanager
def _observed(layer: nn.Module) -> Iterator[_Observer]:
    observer = _Observer()
    hook = layer.register_forward_pre_hook(observer)
    try:
        yield observer
    finally:
        hook.remove()


def _block_inputs(
    model: Any, samples: Sequence[dict[str, torch.Tensor]], device: torch.device
) -> tuple[list[torch.Tensor], list[dict[str, Any]]]:
    """Hidden states before the first block, and what else the blocks are called with, for each sample."""
    states: list[torch.Tensor] = []
    options: list[dict[str, Any]] = []

    def catch(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        states.append(args[0])
        options.append({name: _moved(value, device) for name, value in kwargs.items()})
        raise _Reached

    visual = model.transformer.visual
    if visual is not None:
        visual.to(device)
    hook = model.transformer.h[0].register_forward_pre_hook(catch, with_kwargs=True)
    try:
        for sample in samples:
            inputs = dict(sample)
            pixels = inputs.pop("pixel_values", None)
            if pixels is not None:
                inputs["image_features"] = visual(pixels.to(device)).cpu()
            try:
                model(**inputs, use_cache=False)
            except _Reached:
                continue
    finally:
        hook.remove()
        if visual is not None:
            visual.to("cpu")
    return states, options


def _run(block: nn.Module, states: list[torch.Tensor], options: list[dict[str, Any]]) -> list[torch.Tensor]:
    device = next(block.parameters()).device
    return [block(state.to(device), **option).cpu() for state, option in zip(states, options, strict=True)]


def _moved(value: Any, device: torch.device) -> Any:
    return value.to(device) if hasattr(value, "to") else value
