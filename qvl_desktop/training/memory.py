"""What keeps a run small: activations computed twice, a smaller optimiser, the word table in main memory.

Owns when and how each of these is used. Does not own the arithmetic beforehand (`core.forecast`), the quantised layers
(`models`) or the features of pictures (`feature_cache`).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.util
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil
import torch
import torch.nn.functional as F
from torch import nn

from qvl_desktop.core.forecast import block_activations
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.model_sizes import DecoderShape, ForecastError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.training.errors import TrainingError

LARGE = 1_000_000_000
"""Parameters from which a model on a card computes activations twice when nothing better is known."""
USED_SHARE = 0.9
"""How much of the free memory activations may take; the rest is for fragments and what others need."""

_M_ARENA_MAX = -8
"""What glibc's `mallopt` calls the number of heaps."""


class OptimiserError(TrainingError):
    """An optimiser that does not run on this machine."""


class HostTableError(TrainingError):
    """A model whose word table cannot lie in main memory."""


# The optimiser


def optimiser_name(plan: TrainingPlan, device: torch.device) -> str:
    """The plan's optimiser in `Trainer`'s words. Raises `OptimiserError` where it does not run."""
    if plan.optimizer == "adamw":
        return "adamw_torch_fused" if device.type == "cuda" else "adamw_torch"
    if importlib.util.find_spec("bitsandbytes") is None:
        raise OptimiserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The optimiser {name} needs bitsandbytes, which is not installed here. Install it (pip install "
                "bitsandbytes), or choose adamw.",
            ),
            name=plan.optimizer,
        )
    if plan.optimizer == "paged_adamw_8bit" and device.type != "cuda":
        raise OptimiserError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The optimiser {name} moves between a card and main memory, and this run has no card. Choose "
                "adamw_8bit, which is as small.",
            ),
            name=plan.optimizer,
        )
    return "adamw_bnb_8bit" if plan.optimizer == "adamw_8bit" else plan.optimizer


# Activations


def largest_pass(plan: TrainingPlan, longest: int) -> int:
    """Tokens that go through the model at once at most, when the longest sample has `longest`."""
    if plan.packing:
        return max(longest, min(plan.max_length, longest * plan.batch_size * plan.accumulation))
    return longest * plan.batch_size


def checkpoint_by_need(
    model: Any, folder: Path, plan: TrainingPlan, device: torch.device, dtype: torch.dtype, tokens: int
) -> bool:
    """Let a model compute its activations twice when the plan says so or, on "auto", when memory asks for it.

    `tokens` are those of the largest pass, `dtype` is that of the computation. Call it once the weights are in their
    place. Returns whether it does.
    """
    wanted = plan.gradient_checkpointing == "on"
    if plan.gradient_checkpointing == "auto":
        wanted = memory_asks(model, folder, plan, device, dtype, tokens)
    if wanted:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return wanted


def memory_asks(
    model: Any, folder: Path, plan: TrainingPlan, device: torch.device, dtype: torch.dtype, tokens: int
) -> bool:
    """Whether gradients, optimiser and the activations of `tokens` exceed what is free beside the weights.

    For architectures whose activations are not known, every large model on a card is taken to need it.
    """
    try:
        shape = DecoderShape.read(folder)
    except ForecastError:
        return device.type == "cuda" and sum(p.numel() for p in model.parameters()) >= LARGE
    kept = tokens * shape.layers * block_activations(plan, shape, dtype.itemsize)
    learning = sum(p.numel() for p in model.parameters() if p.requires_grad)
    states = 2 * 4 if plan.optimizer == "adamw" else 2
    return kept + learning * (4 + states) > USED_SHARE * free_bytes(device)


def free_bytes(device: torch.device) -> int:
    """Memory that a run may still take on a device: free on the card or held by torch for later, or of the machine."""
    if device.type != "cuda":
        return int(psutil.virtual_memory().available)
    free, _ = torch.cuda.mem_get_info(device)
    return int(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))


def give_memory_back() -> None:
    """Let go of what nothing refers to any more; where the system's allocator keeps it for later, it is told not to."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # other C libraries have no such call
            ctypes.CDLL(None).malloc_trim(0)


def share_one_heap() -> None:
    """Let all threads of this process share the main heap (glibc). Call it before threads are started.

    Otherwise those that decode pictures have heaps of their own, which are never handed back: a tenth of what a small
    run takes. Large tensors are no slower for it.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def slim_adapter_inputs(model: Any, active: bool) -> AbstractContextManager[None]:
    """While it lasts, adapters in float32 take their inputs as they come instead of keeping float32 copies.

    Only under autocast, which brings weights and inputs to one dtype when they are multiplied.
    """
    from peft.helpers import disable_input_dtype_casting

    manager: AbstractContextManager[None] = disable_input_dtype_casting(model, active)
    return manager


# The word table


class HostTable(nn.Module):
    """Input embeddings that stay in main memory wherever the model goes; only the rows of a batch are moved.

    The table is no parameter: it is not learnt, shared out, moved or saved with an adapter.
    """

    weight: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.weight = weight.detach().to("cpu")

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """int64 (rows, tokens) in main memory -> (rows, tokens, hidden) there."""
        return F.embedding(input_ids, self.weight)


def keep_table_on_host(model: Any) -> None:
    """Put the input embeddings of a frozen model into main memory. Raises `HostTableError` where that cannot be.

    Call it before an adapter is put on.
    """
    table = model.get_input_embeddings()
    if not hasattr(model, "transformer") or table.weight is model.lm_head.weight:
        raise HostTableError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The word table of this model cannot lie in main memory: the model's last layer is the same table, or "
                "its family does not allow it. Switch “Word table in main memory” off.",
            )
        )
    model.set_input_embeddings(HostTable(table.weight))
