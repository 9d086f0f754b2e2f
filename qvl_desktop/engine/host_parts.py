"""Parts of a model that stay in the host's memory to make room on the card: the embedding table, the visual tower.

The table is read a row a token. The tower visits the card block by block while it encodes a picture. Owns moving them
and the visit; what the parts compute is the model's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast, get_args

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.placement import Part, host_paths

SETTING = "QVL_DESKTOP_ON_HOST"
"""Environment variable: the parts that a model leaves on the host where no flag says so, separated by commas."""


class UnknownPartError(ModelError):
    """A part that cannot be left on the host."""


def parts_on_host() -> tuple[Part, ...]:
    """What the environment says. Raises `UnknownPartError`."""
    named = [part.strip() for part in os.environ.get(SETTING, "").split(",") if part.strip()]
    for part in named:
        if part not in get_args(Part):
            raise UnknownPartError(
                QT_TRANSLATE_NOOP("errors", "{setting} names {part}, which cannot stay on the host. Known: {known}."),
                setting=SETTING,
                part=part,
                known=", ".join(get_args(Part)),
            )
    return cast("tuple[Part, ...]", tuple(named))


def move_to_host(model: Any, parts: Sequence[Part]) -> None:
    """Move parts of a loaded model to the host; the rest of a model on one card stays.

    `models.loading.load_model(on_host=...)` puts them there in the first place, so that the card never holds them.
    """
    base = _base(model)
    for path in host_paths(parts, tied=base.config.tie_word_embeddings):
        parent, _, name = path.rpartition(".")
        part = getattr(base.get_submodule(parent), name, None)  # a model may have been loaded without its tower
        if part is not None:
            part.to("cpu")


@torch.no_grad()
def encode_images(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Features of pictures, (n, n_queries, hidden), computed where the decoder is, wherever the tower lies.

    pixels: (n, 3, side, side), normalised.
    """
    base = _base(model)
    visual, device = base.transformer.visual, base.transformer.rotary.inv_freq.device
    if visual is None or visual.proj.device == device:
        features: torch.Tensor = base.encode_images(pixels.to(device))
        return features
    blocks = list(visual.transformer.resblocks)
    inside = {id(module) for block in blocks for module in block.modules()}
    with ExitStack() as visits:
        visits.enter_context(visiting([module for module in visual.modules() if id(module) not in inside], device))
        for block in blocks:
            visits.enter_context(visits_when_called(block, device))
        found: torch.Tensor = visual(pixels.to(device))
        return found


@contextmanager
def visiting(modules: Iterable[nn.Module], device: torch.device) -> Iterator[None]:
    """The modules' own parameters and buffers are on a device meanwhile; the host's copies are not touched."""
    shelves: list[Any] = [shelf for module in modules for shelf in (module._parameters, module._buffers)]
    homes = [dict(shelf) for shelf in shelves]
    try:
        for shelf in shelves:
            for name, tensor in shelf.items():
                if tensor is not None:
                    shelf[name] = on_device(tensor, device)
        yield
    finally:
        for shelf, home in zip(shelves, homes, strict=True):
            shelf.update(home)


def on_device(tensor: torch.Tensor, device: torch.device) -> Any:
    """A copy of a parameter or buffer, of the same kind, without gradients."""
    copy = tensor.detach().to(device, non_blocking=True)
    return nn.Parameter(copy, requires_grad=False) if isinstance(tensor, nn.Parameter) else copy


@contextmanager
def visits_when_called(module: nn.Module, device: torch.device) -> Iterator[None]:
    """A module whose tensors are on a device only while it computes."""
    visits: list[Any] = []

    def arrive(_: nn.Module, given: Any) -> None:
        visits.append(visiting(module.modules(), device))
        visits[-1].__enter__()

    def leave(_: nn.Module, given: Any, result: Any) -> None:
        if visits:
            visits.pop().__exit__(None, None, None)

    hooks = module.register_forward_pre_hook(arrive), module.register_forward_hook(leave, always_call=True)
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _base(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model
