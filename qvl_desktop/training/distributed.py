"""One run on several cards: who takes part, how the model is shared out, and the process that starts the others.

Owns checking that as many processes came as the plan asks for, the words in which `Trainer` is told how to share,
agreeing on a decision, and starting the processes of one machine. Does not own launch lines (`core.launch`) or the loop
(`trainer`).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.launch import MODULE, launch_line
from qvl_desktop.core.plan import TrainingPlan

T = TypeVar("T")


class DistributedError(QvlError):
    """Several processes were wanted and cannot work together."""


def launched() -> bool:
    """Whether a launcher started this process as one of several."""
    return "RANK" in os.environ and "WORLD_SIZE" in os.environ


def check_world(plan: TrainingPlan, run: Path) -> None:
    """Raise `DistributedError` unless as many processes take part as the plan asks for. A plan for one takes any."""
    came = int(os.environ.get("WORLD_SIZE", "1"))
    if plan.processes > 1 and came != plan.processes:
        raise DistributedError(
            QT_TRANSLATE_NOOP(
                "errors",
                "This run is meant for {wanted} processes and {came} came. Start it with: {line}",
            ),
            wanted=plan.processes,
            came=came,
            line=launch_line(plan, run),
        )
    if plan.distributed.startswith("zero") and importlib.util.find_spec("deepspeed") is None:
        raise DistributedError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{name} needs DeepSpeed, which is not installed here. Install it (pip install deepspeed), or choose "
                "fsdp2, which shares the model out as well.",
            ),
            name=plan.distributed,
        )


def choose_accelerator(plan: TrainingPlan) -> None:
    """Tell DeepSpeed that there are no cards, which it finds out by itself only on some machines."""
    import torch

    if plan.distributed.startswith("zero") and not torch.cuda.is_available():
        os.environ.setdefault("DS_ACCELERATOR", "cpu")


def start_together(plan: TrainingPlan, run: Path, *, resume: bool) -> None:
    """Become the launcher of the plan's processes on this machine; does not return.

    Raises `DistributedError` where this machine has fewer cards than the plan asks for.
    """
    import torch

    cards = torch.cuda.device_count() if torch.cuda.is_available() else plan.processes
    if cards < plan.processes:
        raise DistributedError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The plan asks for {wanted} cards and this machine has {cards}. Make it {cards}, or start the run on "
                "several machines with: {line}",
            ),
            wanted=plan.processes,
            cards=cards,
            line=launch_line(plan, run),
        )
    words = ["--standalone", "--nproc-per-node", str(plan.processes), "-m", MODULE, "train", str(run)]
    command = [sys.executable, "-m", "torch.distributed.run", *words, *(["--resume"] if resume else [])]
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // plan.processes)))
    os.execv(sys.executable, command)


def sharing(plan: TrainingPlan, blocks: Sequence[str], *, on_card: bool) -> dict[str, Any]:
    """How `TrainingArguments` are told to share the model out. `blocks` names the classes of its layers."""
    chosen: dict[str, Any] = {}
    if not on_card and launched():
        chosen["ddp_backend"] = "gloo"
    if plan.distributed == "fsdp2":
        chosen |= {
            "fsdp": True,
            "fsdp_config": {
                "version": 2,
                "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
                "transformer_layer_cls_to_wrap": list(blocks),
                "reshard_after_forward": True,
                "state_dict_type": "FULL_STATE_DICT",
            },
        }
    elif plan.distributed in ("zero2", "zero3"):
        chosen["deepspeed"] = zero_config(3 if plan.distributed == "zero3" else 2)
    return chosen


def share_on_processors(accelerator: Any, plugin: Any) -> None:
    """Let an accelerator share the model out by FSDP2 between processes without cards.

    `fully_shard` runs on processors as well, with gloo; `accelerate` only never chooses it there. To be called before
    anything is prepared.
    """
    from accelerate.state import PartialState
    from accelerate.utils import DistributedType

    accelerator.state.distributed_type = DistributedType.FSDP
    PartialState._shared_state["distributed_type"] = DistributedType.FSDP
    accelerator.state.fsdp_plugin = plugin


def check_sharing(plan: TrainingPlan, accelerator: Any) -> None:
    """Raise `DistributedError` when the model is not shared out in the way the plan asks for, whatever the reason."""
    kind = str(accelerator.distributed_type.value)
    wanted = {"fsdp2": "FSDP", "zero2": "DEEPSPEED", "zero3": "DEEPSPEED"}.get(plan.distributed, kind)
    if kind != wanted:
        raise DistributedError(
            QT_TRANSLATE_NOOP("errors", "{name} was asked for, and the processes share their work as {kind}."),
            name=plan.distributed,
            kind=kind,
        )


def block_classes(model: Any) -> list[str]:
    """The names of the classes of blocks which stay together when a model is shared out; those that it really has."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    known = set(base._no_split_modules or ())
    return sorted({type(module).__name__ for module in base.modules()} & known)


def zero_config(stage: int) -> dict[str, Any]:
    """DeepSpeed's settings for a ZeRO stage; "auto" is filled in from the plan by `Trainer`."""
    zero: dict[str, Any] = {"stage": stage, "overlap_comm": True, "contiguous_gradients": True}
    if stage == 3:
        zero |= {
            "stage3_gather_16bit_weights_on_model_save": True,
            "stage3_param_persistence_threshold": "auto",
            "stage3_prefetch_bucket_size": "auto",
            "reduce_bucket_size": "auto",
        }
    names = ("train_micro_batch_size_per_gpu", "gradient_accumulation_steps", "train_batch_size", "gradient_clipping")
    return {
        "zero_optimization": zero,
        "bf16": {"enabled": "auto"},
        "fp16": {"enabled": "auto"},
        **dict.fromkeys(names, "auto"),
    }


def agreed(wish: T) -> T:
    """The first process' answer on every one, so that all of them do the same at the same step."""
    import torch

    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return wish
    said = [wish]
    torch.distributed.broadcast_object_list(said, src=0)
    return said[0]
