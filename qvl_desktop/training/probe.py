"""One real step before the run, to hold the forecast against.

Owns the longest batch, its pass forth and back without learning anything, and what the process has in use at its
largest. Does not own the forecast (`core.forecast`) nor what is done about the difference (`forecasting`).
"""

from __future__ import annotations

import sys
import time
from typing import Any

import psutil
import torch

from qvl_desktop.core.forecast import CUDA_CONTEXT, FLOAT
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.training.packing import rows_of
from qvl_desktop.training.samples import EncodedSamples


def peak_memory() -> int:
    """The most bytes this process has had in use: of the card with torch's context there, else of main memory."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_reserved()) + CUDA_CONTEXT
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)  # type: ignore[attr-defined, unused-ignore]
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) if sys.platform == "darwin" else int(peak) * 1024


def longest_batch(samples: EncodedSamples, size: int) -> list[Any]:
    """The longest samples, as many as go through the model together."""
    return sorted(samples.samples, key=lambda sample: -len(sample.input_ids))[:size]


def probe_step(trainer: Any, plan: TrainingPlan, samples: EncodedSamples, dtype: torch.dtype) -> tuple[int, float]:
    """Forth and back over the longest batch: peak memory in bytes with the optimiser's state counted, and seconds.

    Weights, gradients and the random numbers that follow are as before.
    """
    model, device = trainer.model, trainer.args.device
    size = plan.batch_size * (plan.accumulation if plan.packing else 1)
    rows = rows_of(trainer.data_collator(longest_batch(samples, size)))
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    was_training = model.training
    seconds = 0.0
    model.train()
    cards = [device.index] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards):
        for row in rows:
            inputs = {
                name: _moved(value, device) for name, value in row.items() if name not in ("token_count", "samples")
            }
            begun = time.perf_counter()
            with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
                loss = model(**inputs, num_items_in_batch=1, return_logits=False).loss
            loss.backward()
            if cards:
                torch.cuda.synchronize(device)
            seconds += time.perf_counter() - begun
    state = sum(parameter.numel() for parameter in learning) * 2 * (FLOAT if plan.optimizer == "adamw" else 1)
    now = psutil.Process().memory_info().rss if not cards else peak_memory()
    model.zero_grad(set_to_none=True)
    model.train(was_training)
    return max(peak_memory(), now + state), seconds


def _moved(value: Any, device: torch.device) -> Any:
    return value.to(device) if isinstance(value, torch.Tensor) else value
