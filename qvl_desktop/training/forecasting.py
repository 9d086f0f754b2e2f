"""The forecast of a run on this machine, and holding it against one real step.

Owns what the model half knows for a forecast: the lengths of encoded samples, the device and its free memory. Tells the
difference as an event and remembers it for the next forecast. Does not own the arithmetic (`core.forecast`) nor the
step (`probe`).
"""

from __future__ import annotations

import itertools
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import torch

from qvl_desktop.core.events import Event, Forecasted
from qvl_desktop.core.forecast import DataSummary, DecoderShape, Forecast, Hardware, forecast, step_work
from qvl_desktop.core.measured import Measured, recall, remember
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.json_files import read_json
from qvl_desktop.training.probe import longest_batch, probe_step
from qvl_desktop.training.samples import EncodedSample, EncodedSamples

MERGED = 4
"""Patches that the later families' towers merge into a slot."""


@dataclass(frozen=True, slots=True)
class Needs:
    """A forecast and all that it stands on."""

    plan: TrainingPlan
    shape: DecoderShape
    data: DataSummary
    machine: Hardware
    forecast: Forecast
    available: int


def device_name(device: torch.device) -> str:
    """The card's name, or the processor's."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"cpu {platform.machine()} x{os.cpu_count()}"


def available_memory(device: torch.device) -> int:
    """Bytes that are free now, on the card or in main memory."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def hardware(
    device: torch.device,
    dtype: torch.dtype,
    found: Measured | None = None,
    *,
    available: int = 0,
    processes: int = 1,
) -> Hardware:
    """The machine as the forecast takes it, with what was measured on it before."""
    found = found or Measured()
    return Hardware(
        value_bytes=dtype.itemsize,
        on_card=device.type == "cuda",
        cores=torch.get_num_threads(),
        processes=max(processes, int(os.environ.get("WORLD_SIZE", "1"))),
        rate=found.rate,
        correction=found.correction,
        available=available,
    )


def summary_of(samples: Sequence[EncodedSample], folder: Path, left_out: int = 0) -> DataSummary:
    """Counts and lengths of encoded samples, and of their pictures where those have slots by their size."""
    lengths = [len(sample.input_ids) for sample in samples]
    slots = _slots(samples, folder)
    each = {
        picture: count
        for sample, counts in zip(samples, slots, strict=True)
        for picture, count in zip(sample.pictures, counts, strict=False)
    }
    return DataSummary(
        samples=len(samples),
        pictures=len({picture for sample in samples for picture in sample.pictures}),
        longest=max(lengths, default=0),
        most_supervised=max((sample.supervised for sample in samples), default=0),
        average=sum(lengths) / len(lengths) if lengths else 0.0,
        left_out=left_out,
        patches=MERGED * max(each.values(), default=0),
        most_pictures=max((len(sample.pictures) for sample in samples), default=0),
        slots=sum(each.values()),
        most_slots=max((sum(counts) for counts in slots), default=0),
    )


def _slots(samples: Sequence[EncodedSample], folder: Path) -> list[list[int]]:
    """The slots of each picture of each sample of a later family: every one is a row of the same token, with others
    around it. Of the first generation none, as they are all alike."""
    pad = read_json(folder / "config.json").get("image_token_id")
    if not isinstance(pad, int):
        return [[] for _ in samples]
    return [
        [sum(1 for _ in run) for token, run in itertools.groupby(sample.input_ids) if token == pad]
        for sample in samples
    ]


def needs_of(
    plan: TrainingPlan,
    folder: Path,
    samples: Sequence[EncodedSample],
    device: torch.device,
    dtype: torch.dtype,
    *,
    left_out: int = 0,
    corrected: bool = True,
    available: int = 0,
) -> Needs:
    """The forecast for encoded samples on this device. Raises `ForecastError` for a model whose sizes are unknown."""
    shape, data = DecoderShape.read(folder), summary_of(samples, folder, left_out)
    found = recall(device_name(device), folder, plan.method) if corrected else Measured()
    free = available or available_memory(device)
    machine = hardware(device, dtype, found, available=free, processes=plan.processes)
    return Needs(plan, shape, data, machine, forecast(plan, shape, data, machine), free)


def check_by_step(
    needs: Needs,
    trainer: Any,
    folder: Path,
    samples: EncodedSamples,
    dtype: torch.dtype,
    tell: Callable[[Event], None],
) -> Forecasted:
    """Take one real step, tell how far off the forecast was, and remember it for the next."""
    plan, device = needs.plan, trainer.args.device
    memory, seconds = probe_step(trainer, plan, samples, dtype)
    plain = forecast(plan, needs.shape, needs.data, replace(needs.machine, correction=1.0))
    size = plan.batch_size * (plan.accumulation if plan.packing else 1)
    batch = longest_batch(samples, size)
    length = sum(len(sample.input_ids) for sample in batch) / max(1, len(batch))
    one_batch = replace(plan, batch_size=len(batch), accumulation=1)
    work = step_work(one_batch, needs.shape, replace(needs.data, average=length), checkpointing=plain.checkpointing)
    rate = work / seconds if seconds > 0 else 0.0
    name = device_name(device)
    before = recall(name, folder, plan.method).correction
    learnt = (before + memory / plain.memory) / 2  # half way: a run that had to read its pictures is larger than others
    remember(name, folder, plan.method, Measured(learnt, rate))
    again = forecast(plan, needs.shape, needs.data, replace(needs.machine, rate=rate))
    told = Forecasted(
        forecast=needs.forecast.memory,
        measured=memory,
        available=needs.available,
        parts=needs.forecast.parts,
        step_seconds=again.step_seconds,
        total_seconds=again.seconds,
    )
    tell(told)
    return told
