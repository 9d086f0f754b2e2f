"""The three ways to tune a model: Q-LoRA, LoRA, full.

Owns loading the model as a method needs it, putting the adapter on, and the number format of the computation. Does
not own the loop (`trainer`) or the tower of the frozen methods (`tower`).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.families.base import Family
from qvl_desktop.models.families.packed import allow_packing
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.settings import is_gptq
from qvl_desktop.models.loading import DENSE_DTYPES, choose_precision, is_quantised, load_model, read_family
from qvl_desktop.training.errors import TrainingError
from qvl_desktop.training.families import adapter_layers, decoder_tensors, keep_eyes, use_supervised_loss
from qvl_desktop.training.memory import checkpoint_by_need, keep_table_on_host, largest_pass

SMALL_PARAMETERS = 50_000_000
"""Below this size a second thread gains little, and on cores that others use too it costs a lot."""


class MethodError(TrainingError):
    """A method that a model does not allow."""


class TargetError(TrainingError):
    """The layers that are to get an adapter do not exist in the model."""


def compute_dtype(folder: Path, plan: TrainingPlan, device: torch.device) -> torch.dtype:
    """The dtype that the plan means on this machine: "auto" is bf16 (or fp16) on a card, fp32 on a CPU."""
    config, family = read_family(folder)
    dtype, _ = choose_precision(folder, config, family, plan.precision, device)
    return dtype


def load_for_training(
    folder: Path,
    plan: TrainingPlan,
    device: torch.device,
    dtype: torch.dtype,
    *,
    tower: bool = False,
    longest: int = 0,
) -> Any:
    """The model of a plan, ready for `Trainer`.

    Q-LoRA: 4-bit base without its visual tower, and a fresh adapter. LoRA: the same on a dense base in `dtype`. Full:
    every weight in float32 (the computation may still run in `dtype`); with `fix_vit` the vision transformer is frozen
    and what leads out of it learns. With `tower`, the frozen methods keep theirs, for pictures that come as pixels. A
    base that is quantised on disk serves Q-LoRA and LoRA as it is. `longest` is the length of the longest sample, when
    it is known: whether activations are computed twice follows it. Raises `ModelLoadError`, `TargetError`,
    `MethodError`, `PackingError`, `HostTableError`.
    """
    where = str(device)
    quantised = is_quantised(folder)
    config, family = read_family(folder)
    check_method(folder, plan, family, quantised=quantised, gptq=is_gptq(config, folder))
    if plan.method == "full":
        model: Any = load_model(folder, precision="fp32", device=where)
        model.requires_grad_(True)
        if plan.fix_vit:
            keep_eyes(model, family)
    elif plan.method == "qlora" and not quantised:
        model = load_model(folder, precision="nf4", device=where, dtype=dtype, visual=tower)
    else:
        model = load_model(folder, precision=_name(dtype), device=where, visual=tower, kernel="native")
    if not family.native:
        use_supervised_loss(model)
        if plan.packing:
            allow_packing(model)
    if plan.method != "full":
        if plan.embeddings_on_host:
            keep_table_on_host(model)
        model = add_adapter(model, plan, family)
    model.config.use_cache = False
    checkpoint_by_need(model, folder, plan, device, dtype, largest_pass(plan, longest or plan.max_length))
    return model


def check_method(folder: Path, plan: TrainingPlan, family: Family, *, quantised: bool, gptq: bool) -> None:
    """Raise `MethodError` for what cannot be done with this model, before memory is spent on it."""
    if plan.method == "full" and quantised:
        raise MethodError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: the weights of a quantised model cannot be trained. Choose Q-LoRA or LoRA."
            ),
            folder=folder,
        )
    if plan.use_dora and gptq and plan.method != "full":
        raise MethodError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: DoRA cannot be put on an Int4 model, whose weights are packed: switch it off, or take the "
                "BF16 model with Q-LoRA.",
            ),
            folder=folder,
        )


def add_adapter(model: Any, plan: TrainingPlan, family: Family) -> Any:
    """A LoRA adapter on the plan's layers of the decoder; everything else is frozen.

    Targets are module names as PEFT takes them, looked for inside the decoder's blocks only, so that a name the visual
    tower happens to share gets no adapter when the two are loaded together again. Experts that a later family keeps in
    one tensor get theirs when they are named (`experts`). Raises `TargetError`, `MethodError`.
    """
    from peft import LoraConfig, get_peft_model

    from qvl_desktop.models.gptq.peft import with_gptq_layers

    pattern, experts = adapter_layers(family, plan)
    tensors = decoder_tensors(model, family, experts) if experts else []
    if not tensors and not any(re.fullmatch(pattern, name) for name, _ in model.named_modules()):
        raise TargetError(
            QT_TRANSLATE_NOOP("errors", "None of the layers {targets} exists in this model. It has: {names}."),
            targets=", ".join(plan.lora_targets),
            names=", ".join(decoder_layers(model, family)),
        )
    if tensors and (plan.lora_dropout or plan.use_dora):
        raise MethodError(
            QT_TRANSLATE_NOOP(
                "errors", "An adapter on experts allows neither dropout nor DoRA: set dropout to 0 and switch DoRA off."
            )
        )
    config = LoraConfig(
        r=plan.lora_rank,
        lora_alpha=plan.lora_alpha,
        lora_dropout=plan.lora_dropout,
        target_modules=pattern,
        bias="none",
        task_type="CAUSAL_LM",
        use_rslora=plan.use_rslora,
        use_dora=plan.use_dora,
        target_parameters=tensors or None,
    )
    return get_peft_model(model, with_gptq_layers(config))


def decoder_layers(model: nn.Module, family: Family) -> list[str]:
    """The names of the linear layers in the blocks of the decoder, each once."""
    block = re.compile(rf"{family.decoder}\.(.*)")
    names = ((block.fullmatch(name), module) for name, module in model.named_modules())
    found = [match[1] for match, module in names if match is not None and isinstance(module, nn.Linear | GPTQLinear)]
    return list(dict.fromkeys(found))


def _name(dtype: torch.dtype) -> str:
    return next(name for name, value in DENSE_DTYPES.items() if value == dtype)


def choose_threads(model: nn.Module, device: torch.device) -> None:
    """One thread for a small model on a processor, unless the user has said otherwise (`OMP_NUM_THREADS`)."""
    small = sum(p.numel() for p in model.parameters()) < SMALL_PARAMETERS
    if device.type == "cpu" and small and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1)
