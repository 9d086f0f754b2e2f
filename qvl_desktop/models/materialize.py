"""A model built without memory, filled tensor by tensor on the device where it is to live.

Owns the way from headers to a ready model: build on the meta device, compare names and shapes, then read each tensor
once, convert it (bitsandbytes' layers quantise it) and let the file's copy go. Host memory beyond a model that lives
there is one tensor (safetensors) or one file (``.bin``). Owns neither the files (``checkpoint``) nor what a family is
(``loading``).
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.quantization import quantise_on_arrival

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TRIM_BYTES = 256 * 2**20
"""So much is read before what was freed meanwhile is handed back."""
TRIM_SECONDS = 0.05


@dataclass(frozen=True)
class Placement:
    """Where tensors go: the device of the longest module path that leads to a name; "" stands for all."""

    devices: Mapping[str, torch.device] = field(default_factory=lambda: {"": torch.device("cpu")})

    def device_of(self, name: str) -> torch.device:
        """The device of a tensor or module."""
        while name not in self.devices and name:
            name = name.rpartition(".")[0]
        return self.devices[name]


def fill(
    model: PreTrainedModel,
    checkpoint: Checkpoint,
    *,
    dtype: torch.dtype,
    placement: Placement,
    ignored: Callable[[str], bool] | None = None,
    watch: Callable[[float], None] | None = None,
) -> None:
    """Give a model on the meta device its tensors, floating ones in ``dtype``, and mark it as loaded.

    Args:
        ignored: says which names of the checkpoint are left out on purpose; they are not read.
        watch: hears after each tensor which share of the bytes is there, 0 to 1.

    Raises ModelLoadError (names, shapes or kinds of tensors do not fit) before anything is read, and WeightFileError.
    """
    expected = model.state_dict(keep_vars=True)
    if model.config.tie_word_embeddings:
        expected = {
            name: value for name, value in expected.items() if name in checkpoint.tensors or not _tied(model, name)
        }
    checkpoint.check({name: value.shape for name, value in expected.items()}, ignored)
    _check_kinds(checkpoint, expected)
    copies = {name for name in expected if checkpoint.tensors[name].begin < 0}
    waste = done = 0
    for name, value in checkpoint.read(expected):
        waste += value.nbytes
        done += value.nbytes
        if waste > TRIM_BYTES:
            waste = 0
            give_back_memory()
        path, _, leaf = name.rpartition(".")
        module = model.get_submodule(path)
        target = _target_dtype(module, leaf, value, dtype)
        _assign(module, leaf, value.to(placement.device_of(name), target, copy=name in copies))
        if watch is not None:
            watch(min(1.0, done / max(checkpoint.nbytes, 1)))
    if model.config.tie_word_embeddings:
        model.tie_weights()
    _rebuild_tables(model, placement)
    give_back_memory()


def give_back_memory() -> None:
    """Hand freed memory back to the system. The C library of Linux would keep what was converted tensor by tensor, as
    much again as the model; elsewhere there is nothing to do."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; musl has none
        if trim is not None:
            trim(0)


@contextmanager
def giving_back_memory() -> Iterator[None]:
    """`give_back_memory` again and again meanwhile, for loading that others do."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(TRIM_SECONDS):
            give_back_memory()

    thread = threading.Thread(target=work, name="give back memory", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        give_back_memory()


def _target_dtype(module: nn.Module, leaf: str, value: torch.Tensor, dtype: torch.dtype) -> torch.dtype:
    """GPTQ scales stay as stored, integers too; the rest is wanted in ``dtype``."""
    stays = not value.is_floating_point() or (isinstance(module, GPTQLinear) and leaf == "scales")
    return value.dtype if stays else dtype


def _assign(module: nn.Module, leaf: str, value: torch.Tensor) -> None:
    old = getattr(module, leaf)
    if isinstance(old, nn.Parameter):
        quantised = quantise_on_arrival(old, value)
        value = nn.Parameter(value, requires_grad=old.requires_grad) if quantised is None else quantised
        module._parameters[leaf] = value
    else:
        module._buffers[leaf] = value
    vars(value)["_is_hf_initialized"] = True


def _tied(model: PreTrainedModel, name: str) -> bool:
    head = model.get_output_embeddings()
    return name.endswith(".weight") and head is not None and model.get_submodule(name.rpartition(".")[0]) is head


def _check_kinds(checkpoint: Checkpoint, expected: Mapping[str, torch.Tensor]) -> None:
    for name, value in expected.items():
        stored = checkpoint.tensors[name].dtype
        good = stored.is_floating_point if value.dtype.is_floating_point else stored == value.dtype
        if not good:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{path}: {name} holds {stored}, where the model needs {needed}."),
                path=checkpoint.tensors[name].file,
                name=name,
                stored=str(stored).removeprefix("torch."),
                needed=str(value.dtype).removeprefix("torch."),
            )


def _rebuild_tables(model: PreTrainedModel, placement: Placement) -> None:
    """Tables that no checkpoint holds are computed again; everything is then where it belongs."""
    for path, module in model.named_modules():
        lacking = [name for name, table in module._buffers.items() if table is not None and table.is_meta]
        for name, table in module._buffers.items():
            if table is None:
                continue
            device = placement.device_of(f"{path}.{name}" if path else name)
            module._buffers[name] = torch.empty_like(table, device=device) if table.is_meta else table.to(device)
        if lacking:
            initialise: Any = model._init_weights
            initialise(module)
        if isinstance(module, GPTQLinear):
            module.settle()
