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
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.loading import DENSE_DTYPES, choose_precision, is_quantised, load_model, read_family
from qvl_desktop.training.errors import TrainingError

CHECKPOINTED_PARAMETERS = 1_000_000_000
"""From this size on, activations are computed again in the backward pass instead of being kept."""


SMALL_PARAMETERS = 50_000_000
"""Below this size a second thread gains little, and on cores that others use too it costs a lot."""


class MethodError(TrainingError):
    """A method that a model does not allow."""


class TargetError(TrainingError):
    """The layers that are to get an adapter do not exist in the model."""


def compute_dtype(folder: Path, plan: TrainingPlan, device: torch.device) -> torch.dtype:
    """The dtype that the plan means on this machine: "auto" is bf16 (or fp16) on a card, fp32 on a CPU.

    Raises `MethodError` for a family that can be asked here, and not trained.
    """
    config, family = read_family(folder)
    if not family.native:
        raise MethodError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: {family} models can be asked here, but not trained. Choose a first-generation Qwen-VL, or "
                "export the data for {family} and train elsewhere.",
            ),
            folder=folder,
            family=family.name,
        )
    dtype, _ = choose_precision(folder, config, family, plan.precision, device)
    return dtype


def load_for_training(
    folder: Path, plan: TrainingPlan, device: torch.device, dtype: torch.dtype, *, tower: bool = False
) -> Any:
    """The model of a plan, ready for `Trainer`.

    Q-LoRA: 4-bit base without its visual tower, and a fresh adapter. LoRA: the same on a dense base in `dtype`. Full:
    every weight, tower included, in float32 (the computation may still run in `dtype`). With `tower`, the frozen
    methods keep theirs, for pictures that come as pixels. A base that is quantised on disk (Int4) serves Q-LoRA and
    LoRA as it is. Raises `ModelLoadError`, `TargetError`, `MethodError`.
    """
    where = str(device)
    quantised = is_quantised(folder)
    if plan.method == "full" and quantised:
        raise MethodError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: the weights of a quantised model cannot be trained. Choose Q-LoRA or LoRA."
            ),
            folder=folder,
        )
    if plan.method == "full":
        model: Any = load_model(folder, precision="fp32", device=where)
        model.requires_grad_(True)
    else:
        if plan.method == "qlora" and not quantised:
            model = load_model(folder, precision="nf4", device=where, dtype=dtype, visual=tower)
        else:
            model = load_model(folder, precision=_name(dtype), device=where, visual=tower, kernel="native")
        model = add_adapter(model, plan)
    model.config.use_cache = False
    if device.type == "cuda" and sum(p.numel() for p in model.parameters()) >= CHECKPOINTED_PARAMETERS:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model


def add_adapter(model: Any, plan: TrainingPlan) -> Any:
    """A LoRA adapter on the plan's layers of the decoder; everything else is frozen.

    Targets are module names as PEFT takes them, looked for inside the decoder's blocks only, so that a name the visual
    tower happens to share gets no adapter when the two are loaded together again.
    """
    from peft import LoraConfig, get_peft_model

    from qvl_desktop.models.gptq.peft import with_gptq_layers

    pattern = rf"transformer\.h\.\d+\.(?:.*\.)?(?:{'|'.join(map(re.escape, plan.lora_targets))})"
    if not any(re.fullmatch(pattern, name) for name, _ in model.named_modules()):
        raise TargetError(
            QT_TRANSLATE_NOOP("errors", "None of the layers {targets} exists in this model. It has: {names}."),
            targets=", ".join(plan.lora_targets),
            names=", ".join(decoder_layers(model)),
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
    )
    return get_peft_model(model, with_gptq_layers(config))


def decoder_layers(model: nn.Module) -> list[str]:
    """The names of the linear layers in one block of the decoder."""
    first = re.compile(r"transformer\.h\.0\.(.*)")
    names = ((first.fullmatch(name), module) for name, module in model.named_modules())
    return [match[1] for match, module in names if match is not None and isinstance(module, nn.Linear | GPTQLinear)]


def _name(dtype: torch.dtype) -> str:
    return next(name for name, value in DENSE_DTYPES.items() if value == dtype)


def choose_threads(model: nn.Module, device: torch.device) -> None:
    """One thread for a small model on a processor, unless the user has said otherwise (`OMP_NUM_THREADS`)."""
    small = sum(p.numel() for p in model.parameters()) < SMALL_PARAMETERS
    if device.type == "cpu" and small and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1)
