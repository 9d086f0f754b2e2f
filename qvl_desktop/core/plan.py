"""The training plan: every setting of a run, with its meaning, default and check in one place.

Owns `TrainingPlan`, its validation and `plan.json`. Forms and command-line flags are made from the fields' metadata.
Does not own how a setting is carried out (`training`) or forecast.
"""

from __future__ import annotations

import json
from dataclasses import Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.run_folder import write_beside

VERSION = 1
METHODS = ("qlora", "lora", "full")
PRECISIONS = ("auto", "bf16", "fp16", "fp32")
SCHEDULES = ("cosine", "linear", "constant")
LABELS = ("answers", "compatible")
DEFAULT_TARGETS = ("c_attn", "attn.c_proj", "w1", "w2")


def _f(default: Any, label: str, help: str, *, low: float | None = None, high: float | None = None,
       choices: tuple[str, ...] | None = None, advanced: bool = False) -> Any:  # fmt: skip
    meta = {"label": label, "help": help, "low": low, "high": high, "choices": choices, "advanced": advanced}
    if isinstance(default, (list, dict)):
        return field(default_factory=default.copy, metadata=meta)
    return field(default=default, metadata=meta)


_N = QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """All settings of one run. Build it freely; `problems()` lists every fault, `checked()` raises `PlanError`.

    `model` and `data` are what the command line takes: a folder, a downloaded name or "demo"; a project or data file.
    """

    model: str = _f("demo", _N("plan", "Model"), _N("plan", "The model that is tuned."))
    data: str = _f("", _N("plan", "Data"), _N("plan", "The project or data file to learn from."))
    method: str = _f(
        "qlora", _N("plan", "Method"),
        _N("plan", "Q-LoRA keeps the model in 4 bits and trains a small adapter: least memory. LoRA keeps it in 16 bits: a little faster. Full changes every weight."),
        choices=METHODS,
    )  # fmt: skip
    epochs: float = _f(
        3.0, _N("plan", "Epochs"), _N("plan", "How often the whole training set is seen."), low=0.01, high=1000
    )
    max_steps: int = _f(
        0, _N("plan", "Steps at most"), _N("plan", "Stop after this many steps; 0 means as many as the epochs need."),
        low=0, high=10_000_000, advanced=True,
    )  # fmt: skip
    learning_rate: float = _f(
        1e-4, _N("plan", "Learning rate"),
        _N("plan", "How far each step goes. Too high forgets what the model knew, too low learns nothing."),
        low=1e-8, high=0.1,
    )  # fmt: skip
    batch_size: int = _f(
        1, _N("plan", "Batch"), _N("plan", "Samples on the card at a time. More is faster and takes more memory."),
        low=1, high=1024,
    )  # fmt: skip
    accumulation: int = _f(
        8, _N("plan", "Accumulation"),
        _N("plan", "Batches added up before one step: the effect of a large batch without its memory."), low=1, high=4096,
    )  # fmt: skip
    lora_rank: int = _f(
        64, _N("plan", "Rank"), _N("plan", "Size of the adapter. More can learn more and takes more memory."),
        low=1, high=1024,
    )  # fmt: skip
    lora_alpha: int = _f(
        16, _N("plan", "Alpha"), _N("plan", "Strength of the adapter; it is scaled by alpha / rank."),
        low=1, high=4096, advanced=True,
    )  # fmt: skip
    lora_dropout: float = _f(
        0.05, _N("plan", "Dropout"), _N("plan", "Share of the adapter switched off at random; guards small data sets."),
        low=0.0, high=0.9, advanced=True,
    )  # fmt: skip
    lora_targets: list[str] = _f(
        list(DEFAULT_TARGETS), _N("plan", "Layers"), _N("plan", "The layers that get an adapter."), advanced=True
    )
    warmup_ratio: float = _f(
        0.03, _N("plan", "Warm-up"), _N("plan", "Share of the steps in which the learning rate rises."),
        low=0.0, high=1.0, advanced=True,
    )  # fmt: skip
    schedule: str = _f(
        "cosine", _N("plan", "Schedule"), _N("plan", "How the learning rate falls after the warm-up."),
        choices=SCHEDULES, advanced=True,
    )  # fmt: skip
    weight_decay: float = _f(
        0.0, _N("plan", "Weight decay"), _N("plan", "Pulls weights towards zero a little at each step."),
        low=0.0, high=1.0, advanced=True,
    )  # fmt: skip
    adam_beta2: float = _f(
        0.95, _N("plan", "Adam beta 2"), _N("plan", "How long the optimiser remembers the size of gradients."),
        low=0.5, high=0.99999, advanced=True,
    )  # fmt: skip
    max_grad_norm: float = _f(
        1.0, _N("plan", "Gradient limit"), _N("plan", "Longer gradients are cut to this length; 0 switches it off."),
        low=0.0, high=1000.0, advanced=True,
    )  # fmt: skip
    max_length: int = _f(
        2048, _N("plan", "Longest sample"),
        _N("plan", "In tokens. Longer samples are listed and left out, never cut inside a picture."), low=16, high=32768,
    )  # fmt: skip
    labels: str = _f(
        "answers", _N("plan", "Learn from"),
        _N("plan", "Answers: only what the assistant says. Compatible: also the turn markers, as the original script does."),
        choices=LABELS, advanced=True,
    )  # fmt: skip
    precision: str = _f(
        "auto", _N("plan", "Precision"), _N("plan", "Number format of the computation; auto chooses for this machine."),
        choices=PRECISIONS, advanced=True,
    )  # fmt: skip
    eval_steps: int = _f(
        50, _N("plan", "Validate every"), _N("plan", "Steps between two validations; 0 validates only at the end."),
        low=0, high=1_000_000,
    )  # fmt: skip
    save_steps: int = _f(
        50, _N("plan", "Save every"), _N("plan", "Steps between two checkpoints."), low=1, high=1_000_000,
    )
    save_limit: int = _f(
        2, _N("plan", "Checkpoints kept"), _N("plan", "Older checkpoints are deleted."), low=1, high=1000, advanced=True
    )
    eval_samples: int = _f(
        64, _N("plan", "Validation samples"), _N("plan", "At most this many validation samples are answered each time."),
        low=0, high=100_000, advanced=True,
    )  # fmt: skip
    seed: int = _f(
        1234, _N("plan", "Seed"), _N("plan", "The same seed and data give the same run."), low=0, high=2**31 - 1,
        advanced=True,
    )  # fmt: skip

    def problems(self) -> list[str]:
        """Every fault of the plan as a sentence; empty when it can run."""
        found = []
        for f in fields(self):
            value, meta = getattr(self, f.name), f.metadata
            name = translate("plan", meta["label"])
            if meta["choices"] and value not in meta["choices"]:
                found.append(translate("plan", _N("plan", "{name}: {value} is none of {choices}.")).format(
                    name=name, value=value, choices=", ".join(meta["choices"])))  # fmt: skip
            elif isinstance(value, (int, float)) and not self._inside(value, f):
                found.append(translate("plan", _N("plan", "{name}: {value} is not between {low} and {high}.")).format(
                    name=name, value=value, low=meta["low"], high=meta["high"]))  # fmt: skip
        if not self.data:
            found.append(translate("plan", _N("plan", "Data: choose a project or a data file to learn from.")))
        if self.method != "full" and not self.lora_targets:
            found.append(translate("plan", _N("plan", "Layers: an adapter needs at least one layer.")))
        return found

    @staticmethod
    def _inside(value: float, f: Field[Any]) -> bool:
        low, high = f.metadata["low"], f.metadata["high"]
        return (low is None or value >= low) and (high is None or value <= high)

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
                _N("errors", "{path}: the training plan cannot be read ({reason})."), path=path, reason=error
            ) from error
        if not isinstance(body, dict) or body.pop("version", None) != VERSION:
            raise PlanError(_N("errors", "{path}: this is not a training plan of version {version}."), path=path,
                            version=VERSION)  # fmt: skip
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
            raise PlanError(_N("errors", "{source}: unknown or wrong settings: {names}."), source=source,
                            names=", ".join(sorted(wrong)))  # fmt: skip
        return cls(**clean)
