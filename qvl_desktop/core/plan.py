"""The training plan: every setting of a run, with its meaning, default and limits in one place.

Owns `TrainingPlan` and `plan.json`. Forms and command-line flags are made from the fields' metadata. Does not own what
is said about a plan that cannot run (`plan_checks`), settings that go together (`presets`), nor how a setting is
carried out (`training`) or forecast.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan_checks import Fault, plan_faults, plan_problems
from qvl_desktop.core.run_folder import write_beside

VERSION = 1
METHODS = ("qlora", "lora", "full")
PRECISIONS = ("auto", "bf16", "fp16", "fp32")
SCHEDULES = ("cosine", "linear", "constant")
LABELS = ("answers", "compatible")
OPTIMIZERS = ("adamw", "adamw_8bit", "paged_adamw_8bit")
CHECKPOINTING = ("auto", "on", "off")
TOO_LONG = ("skip", "refuse")
BEST_BY = ("none", "loss", "acc50", "mean_iou")
DISTRIBUTED = ("none", "ddp", "fsdp2", "zero2", "zero3")
SHARDED = ("fsdp2", "zero2", "zero3")
"""Ways in which no process holds all of what it trains."""
CHANGEABLE = (
    "batch_size",
    "accumulation",
    "packing",
    "gradient_checkpointing",
    "embeddings_on_host",
    "eval_steps",
    "eval_samples",
    "save_steps",
    "save_limit",
    "pause_frees_card",
)
"""Settings that may be others when a run goes on: what they change is memory and disk, and nothing that is learnt while
a step keeps its number of samples (`training.resuming` tells when it does not)."""
DEFAULT_TARGETS = ("c_attn", "attn.c_proj", "w1", "w2")


def _f(
    default: Any,
    label: str,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    advanced: bool = False,
) -> Any:
    meta = {"label": label, "help": help, "low": low, "high": high, "choices": choices, "advanced": advanced}
    if isinstance(default, (list, dict)):
        return field(default_factory=default.copy, metadata=meta)
    return field(default=default, metadata=meta)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """All settings of one run. Build it freely; `problems()` lists every fault, `checked()` raises `PlanError`.

    `model` and `data` are what the command line takes: a folder, a downloaded name or "demo"; a project or data file.
    """

    model: str = _f("demo", QT_TRANSLATE_NOOP("plan", "Model"), QT_TRANSLATE_NOOP("plan", "The model that is tuned."))
    data: str = _f(
        "", QT_TRANSLATE_NOOP("plan", "Data"), QT_TRANSLATE_NOOP("plan", "The project or data file to learn from.")
    )
    method: str = _f(
        "qlora",
        QT_TRANSLATE_NOOP("plan", "Method"),
        QT_TRANSLATE_NOOP(
            "plan",
            "Q-LoRA keeps the model in 4 bits and trains a small adapter: least memory. "
            "LoRA keeps it in 16 bits: a little faster. Full changes every weight.",
        ),
        choices=METHODS,
    )
    epochs: float = _f(
        3.0,
        QT_TRANSLATE_NOOP("plan", "Epochs"),
        QT_TRANSLATE_NOOP("plan", "How often the whole training set is seen."),
        low=0.01,
        high=1000,
    )
    max_steps: int = _f(
        0,
        QT_TRANSLATE_NOOP("plan", "Steps at most"),
        QT_TRANSLATE_NOOP("plan", "Stop after this many steps; 0 means as many as the epochs need."),
        low=0,
        high=10_000_000,
        advanced=True,
    )
    learning_rate: float = _f(
        1e-4,
        QT_TRANSLATE_NOOP("plan", "Learning rate"),
        QT_TRANSLATE_NOOP(
            "plan", "How far each step goes. Too high forgets what the model knew, too low learns nothing."
        ),
        low=1e-8,
        high=0.1,
    )
    batch_size: int = _f(
        1,
        QT_TRANSLATE_NOOP("plan", "Batch"),
        QT_TRANSLATE_NOOP("plan", "Samples on the card at a time. More is faster and takes more memory."),
        low=1,
        high=1024,
    )
    accumulation: int = _f(
        8,
        QT_TRANSLATE_NOOP("plan", "Accumulation"),
        QT_TRANSLATE_NOOP("plan", "Batches added up before one step: the effect of a large batch without its memory."),
        low=1,
        high=4096,
    )
    lora_rank: int = _f(
        64,
        QT_TRANSLATE_NOOP("plan", "Rank"),
        QT_TRANSLATE_NOOP("plan", "Size of the adapter. More can learn more and takes more memory."),
        low=1,
        high=1024,
    )
    lora_alpha: int = _f(
        16,
        QT_TRANSLATE_NOOP("plan", "Alpha"),
        QT_TRANSLATE_NOOP("plan", "Strength of the adapter; it is scaled by alpha / rank."),
        low=1,
        high=4096,
        advanced=True,
    )
    lora_dropout: float = _f(
        0.05,
        QT_TRANSLATE_NOOP("plan", "Dropout"),
        QT_TRANSLATE_NOOP("plan", "Share of the adapter switched off at random; guards small data sets."),
        low=0.0,
        high=0.9,
        advanced=True,
    )
    lora_targets: list[str] = _f(
        list(DEFAULT_TARGETS),
        QT_TRANSLATE_NOOP("plan", "Layers"),
        QT_TRANSLATE_NOOP(
            "plan",
            "The layers that get an adapter. The names of the first generation mean the same layers in later families; "
            "experts adds the experts of a mixture.",
        ),
        advanced=True,
    )
    use_rslora: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "Rank-stabilised"),
        QT_TRANSLATE_NOOP(
            "plan", "Scales the adapter by alpha / square root of the rank, so that large ranks learn as fast (rsLoRA)."
        ),
        advanced=True,
    )
    use_dora: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "Size and direction apart"),
        QT_TRANSLATE_NOOP(
            "plan", "Learns how long and where each weight vector points separately (DoRA): a little better, slower."
        ),
        advanced=True,
    )
    fix_vit: bool = _f(
        True,
        QT_TRANSLATE_NOOP("plan", "Keep the eyes"),
        QT_TRANSLATE_NOOP(
            "plan",
            "The vision transformer stays as it is when every weight is tuned; the resampler behind it learns. "
            "LoRA and Q-LoRA always keep it.",
        ),
        advanced=True,
    )
    warmup_ratio: float = _f(
        0.03,
        QT_TRANSLATE_NOOP("plan", "Warm-up"),
        QT_TRANSLATE_NOOP("plan", "Share of the steps in which the learning rate rises."),
        low=0.0,
        high=1.0,
        advanced=True,
    )
    schedule: str = _f(
        "cosine",
        QT_TRANSLATE_NOOP("plan", "Schedule"),
        QT_TRANSLATE_NOOP("plan", "How the learning rate falls after the warm-up."),
        choices=SCHEDULES,
        advanced=True,
    )
    weight_decay: float = _f(
        0.0,
        QT_TRANSLATE_NOOP("plan", "Weight decay"),
        QT_TRANSLATE_NOOP("plan", "Pulls weights towards zero a little at each step."),
        low=0.0,
        high=1.0,
        advanced=True,
    )
    adam_beta2: float = _f(
        0.95,
        QT_TRANSLATE_NOOP("plan", "Adam beta 2"),
        QT_TRANSLATE_NOOP("plan", "How long the optimiser remembers the size of gradients."),
        low=0.5,
        high=0.99999,
        advanced=True,
    )
    max_grad_norm: float = _f(
        1.0,
        QT_TRANSLATE_NOOP("plan", "Gradient limit"),
        QT_TRANSLATE_NOOP("plan", "Longer gradients are cut to this length; 0 switches it off."),
        low=0.0,
        high=1000.0,
        advanced=True,
    )
    max_length: int = _f(
        2048,
        QT_TRANSLATE_NOOP("plan", "Longest sample"),
        QT_TRANSLATE_NOOP("plan", "In tokens. Longer samples are listed and left out, never cut inside a picture."),
        low=16,
        high=32768,
    )
    max_pixels: int = _f(
        1280 * 28 * 28,
        QT_TRANSLATE_NOOP("plan", "Largest picture"),
        QT_TRANSLATE_NOOP(
            "plan",
            "In pixels; larger pictures are made smaller, so that they take fewer tokens. 0 leaves it to the model. "
            "First-generation models see every picture at one size.",
        ),
        low=0,
        high=100_000_000,
        advanced=True,
    )
    too_long: str = _f(
        "skip",
        QT_TRANSLATE_NOOP("plan", "Longer samples"),
        QT_TRANSLATE_NOOP(
            "plan", "Skip lists them and goes on without them; refuse does not start while there is one."
        ),
        choices=TOO_LONG,
        advanced=True,
    )
    packing: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "Packing"),
        QT_TRANSLATE_NOOP(
            "plan", "Puts several short samples into one row, each blind to the others: the same result, less padding."
        ),
        advanced=True,
    )
    optimizer: str = _f(
        "adamw",
        QT_TRANSLATE_NOOP("plan", "Optimiser"),
        QT_TRANSLATE_NOOP("plan", "The 8-bit ones need a quarter of the memory; paged ones move out when it is short."),
        choices=OPTIMIZERS,
        advanced=True,
    )
    gradient_checkpointing: str = _f(
        "auto",
        QT_TRANSLATE_NOOP("plan", "Compute twice"),
        QT_TRANSLATE_NOOP(
            "plan", "Keeps less between the passes and computes it again: much less memory, about a third slower."
        ),
        choices=CHECKPOINTING,
        advanced=True,
    )
    embeddings_on_host: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "Word table in main memory"),
        QT_TRANSLATE_NOOP("plan", "Keeps the input embeddings off the card: 1.2 GiB less for Qwen-VL, hardly slower."),
        advanced=True,
    )
    labels: str = _f(
        "answers",
        QT_TRANSLATE_NOOP("plan", "Learn from"),
        QT_TRANSLATE_NOOP(
            "plan",
            "Answers: only what the assistant says. Compatible: also the turn markers, as the original script does.",
        ),
        choices=LABELS,
        advanced=True,
    )
    precision: str = _f(
        "auto",
        QT_TRANSLATE_NOOP("plan", "Precision"),
        QT_TRANSLATE_NOOP("plan", "Number format of the computation; auto chooses for this machine."),
        choices=PRECISIONS,
        advanced=True,
    )
    eval_steps: int = _f(
        50,
        QT_TRANSLATE_NOOP("plan", "Validate every"),
        QT_TRANSLATE_NOOP("plan", "Steps between two validations; 0 validates only at the end."),
        low=0,
        high=1_000_000,
    )
    save_steps: int = _f(
        50,
        QT_TRANSLATE_NOOP("plan", "Save every"),
        QT_TRANSLATE_NOOP("plan", "Steps between two checkpoints."),
        low=1,
        high=1_000_000,
    )
    save_limit: int = _f(
        2,
        QT_TRANSLATE_NOOP("plan", "Checkpoints kept"),
        QT_TRANSLATE_NOOP("plan", "Older checkpoints are deleted."),
        low=1,
        high=1000,
        advanced=True,
    )
    metric_for_best: str = _f(
        "none",
        QT_TRANSLATE_NOOP("plan", "Keep the best by"),
        QT_TRANSLATE_NOOP(
            "plan", "The checkpoint that validates best is kept and becomes the result; none takes the last one."
        ),
        choices=BEST_BY,
    )
    eval_samples: int = _f(
        64,
        QT_TRANSLATE_NOOP("plan", "Validation samples"),
        QT_TRANSLATE_NOOP("plan", "At most this many validation samples are answered each time."),
        low=0,
        high=100_000,
        advanced=True,
    )
    distributed: str = _f(
        "none",
        QT_TRANSLATE_NOOP("plan", "Several cards"),
        QT_TRANSLATE_NOOP(
            "plan",
            "ddp gives each card the whole model; fsdp2, zero2 and zero3 share it out. The run must then be started "
            "with the launch line.",
        ),
        choices=DISTRIBUTED,
        advanced=True,
    )
    processes: int = _f(
        1,
        QT_TRANSLATE_NOOP("plan", "Cards"),
        QT_TRANSLATE_NOOP("plan", "How many processes carry out the run together, on all machines."),
        low=1,
        high=4096,
        advanced=True,
    )
    tensorboard: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "TensorBoard files"),
        QT_TRANSLATE_NOOP("plan", "Writes the curves for TensorBoard too."),
        advanced=True,
    )
    pause_frees_card: bool = _f(
        False,
        QT_TRANSLATE_NOOP("plan", "Pause frees the card"),
        QT_TRANSLATE_NOOP(
            "plan",
            "A pause saves everything and ends the process, so that others can use the memory; going on takes up the "
            "run exactly where it was, after loading the model again.",
        ),
        advanced=True,
    )
    seed: int = _f(
        1234,
        QT_TRANSLATE_NOOP("plan", "Seed"),
        QT_TRANSLATE_NOOP("plan", "The same seed and data give the same run."),
        low=0,
        high=2**31 - 1,
        advanced=True,
    )

    def problems(self) -> list[str]:
        """Every fault of the plan as a sentence; empty when it can run."""
        return plan_problems(self)

    def faults(self) -> list[Fault]:
        """The same, each with the field where it is mended."""
        return plan_faults(self)

    def checked(self) -> TrainingPlan:
        """The plan itself, or `PlanError` with all its problems."""
        if found := self.problems():
            raise PlanError("{problems}", problems="\n".join(found))
        return self

    def save(self, path: Path) -> None:
        """Write `plan.json` whole."""
        write_beside(path, json.dumps({"version": VERSION, **asdict(self)}, ensure_ascii=False, indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> TrainingPlan:
        """Read `plan.json`; unknown keys and wrong types are a `PlanError` that names them."""
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{path}: the training plan cannot be read ({reason})."),
                path=path,
                reason=error,
            ) from error
        if not isinstance(body, dict) or body.pop("version", None) != VERSION:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{path}: this is not a training plan of version {version}."),
                path=path,
                version=VERSION,
            )
        return cls.from_dict(body, source=str(path))

    @classmethod
    def from_dict(cls, values: dict[str, Any], *, source: str = "plan") -> TrainingPlan:
        """A plan from plain data, types checked against the defaults."""
        known = {f.name: f for f in fields(cls)}
        defaults = cls()
        wrong = [key for key in values if key not in known]
        clean: dict[str, Any] = {}
        for key, value in values.items():
            if key in wrong:
                continue
            default = getattr(defaults, key)
            if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if type(value) is not type(default):
                wrong.append(key)
            clean[key] = value
        if wrong:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{source}: unknown or wrong settings: {names}."),
                source=source,
                names=", ".join(sorted(wrong)),
            )
        return cls(**clean)
