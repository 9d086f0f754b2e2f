"""Reading the command line of the official fine-tuning script as a training plan.

Owns what each flag of `finetune.py` (and of the shell scripts around it) means for a plan, and a sentence about each
that means nothing here. Does not run anything, look at files, or own the plan's own rules (`plan`).

What is understood: `python finetune.py --flag value`, with `torchrun` or `deepspeed` before it and their options, over
several lines ended by a backslash, quoted as a shell would have it, and whole `finetune_*.sh` files with their
variables.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import TrainingPlan

_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_SCRIPT = re.compile(r"(?:^|/)[\w.-]+\.py$")
_TRUE = {"true", "1", "yes", "t", "y"}
_FALSE = {"false", "0", "no", "f", "n"}


@dataclass(frozen=True, slots=True)
class OfficialRun:
    """A plan made from an official command line.

    `settings` are fields of `TrainingPlan` that the line gives; `notes` are sentences about what was taken otherwise or
    left out; `output` is its `--output_dir`, empty without one.
    """

    settings: dict[str, Any]
    notes: tuple[str, ...] = ()
    output: str = ""

    @property
    def plan(self) -> TrainingPlan:
        """The plan, unchecked. Raises `PlanError` for values of a wrong type."""
        return TrainingPlan.from_dict(self.settings)


def _number(kind: type) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = float(text)
        if kind is int and value != int(value):
            raise ValueError(text)
        return kind(value)

    return read


def _truth(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(text)


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "model_name_or_path": ("model", str),
    "data_path": ("data", str),
    "num_train_epochs": ("epochs", _number(float)),
    "max_steps": ("max_steps", lambda text: max(0, int(text))),
    "learning_rate": ("learning_rate", _number(float)),
    "per_device_train_batch_size": ("batch_size", _number(int)),
    "gradient_accumulation_steps": ("accumulation", _number(int)),
    "lora_r": ("lora_rank", _number(int)),
    "lora_alpha": ("lora_alpha", _number(int)),
    "lora_dropout": ("lora_dropout", _number(float)),
    "warmup_ratio": ("warmup_ratio", _number(float)),
    "weight_decay": ("weight_decay", _number(float)),
    "adam_beta2": ("adam_beta2", _number(float)),
    "max_grad_norm": ("max_grad_norm", _number(float)),
    "model_max_length": ("max_length", _number(int)),
    "save_steps": ("save_steps", _number(int)),
    "save_total_limit": ("save_limit", _number(int)),
    "eval_steps": ("eval_steps", _number(int)),
    "fix_vit": ("fix_vit", _truth),
    "seed": ("seed", _number(int)),
}
"""Flag -> the plan's field, and how its value is read."""

_SCHEDULES = {
    "cosine": "cosine",
    "linear": "linear",
    "constant": "constant",
    "constant_with_warmup": "constant",
}

_WITHOUT_MEANING = {
    "output_dir": "",
    "lazy_preprocess": QT_TRANSLATE_NOOP("official", "samples are always read as they are needed"),
    "logging_steps": QT_TRANSLATE_NOOP("official", "every step is written down"),
    "per_device_eval_batch_size": QT_TRANSLATE_NOOP("official", "validation chooses its own batches"),
    "evaluation_strategy": QT_TRANSLATE_NOOP("official", "a split “val” in the data switches validation on"),
    "eval_strategy": QT_TRANSLATE_NOOP("official", "a split “val” in the data switches validation on"),
    "save_strategy": QT_TRANSLATE_NOOP("official", "checkpoints are always written by steps"),
    "cache_dir": QT_TRANSLATE_NOOP("official", "models are folders here"),
    "trust_remote_code": QT_TRANSLATE_NOOP("official", "code of model folders is never run"),
    "use_cache": QT_TRANSLATE_NOOP("official", "never used in training"),
    "ddp_find_unused_parameters": QT_TRANSLATE_NOOP("official", "not needed"),
    "remove_unused_columns": QT_TRANSLATE_NOOP("official", "not needed"),
    "dataloader_num_workers": QT_TRANSLATE_NOOP("official", "pictures are prepared ahead anyway"),
    "local_rank": QT_TRANSLATE_NOOP("official", "set by the launcher"),
    "do_train": QT_TRANSLATE_NOOP("official", "that is what a run does"),
}
"""Flags that change nothing here, and why."""

_SWITCHES = frozenset(
    {"use_lora", "q_lora", "bf16", "fp16", "tf32", "fix_vit", "gradient_checkpointing", "lazy_preprocess"}
    | {"do_train", "do_eval", "trust_remote_code", "overwrite_output_dir"}
)
"""Flags that may stand alone."""


def read_official(text: str) -> OfficialRun:
    """The run that an official command line, or a whole shell script, describes.

    Raises `PlanError` when there is no `finetune.py` call in it, a quote is left open, or a value cannot be read; the
    message names the flag.
    """
    launcher, flags = _split(text)
    return _Reader(launcher, flags).run()


class _Reader:
    def __init__(self, launcher: list[str], flags: list[str]) -> None:
        self._launcher = launcher
        self._given = list(_pairs(flags))
        self._settings: dict[str, Any] = {}
        self._notes: list[str] = []

    def run(self) -> OfficialRun:
        by_name = {name: values for name, values in self._given}
        lora, quantised = self._switch(by_name, "use_lora"), self._switch(by_name, "q_lora")
        self._settings["method"] = "qlora" if lora and quantised else "lora" if lora else "full"
        if quantised and not lora:
            self._note(QT_TRANSLATE_NOOP("official", "--q_lora without --use_lora: the script tunes every weight then"))
        self._settings["labels"] = "compatible"
        for name, values in self._given:
            self._take(name, values)
        if "max_steps" in self._settings and not self._settings["max_steps"]:
            del self._settings["max_steps"]
        self._take_launcher(by_name)
        output = by_name.get("output_dir", [""])
        return OfficialRun(self._settings, tuple(self._notes), output[0] if output else "")

    def _switch(self, by_name: dict[str, list[str]], name: str) -> bool:
        values = by_name.get(name)
        return values is not None and (not values or self._value(name, values, _truth))

    def _take(self, name: str, values: list[str]) -> None:
        if name in ("use_lora", "q_lora", "output_dir"):
            return
        if name in _FIELDS and (values or name not in _SWITCHES):
            field, read = _FIELDS[name]
            self._settings[field] = self._value(name, values, read)
        elif name in ("bf16", "fp16"):
            if not values or self._value(name, values, _truth):
                self._settings["precision"] = name
        elif name == "lr_scheduler_type":
            self._schedule(values)
        elif name == "optim":
            self._optimiser(values)
        elif name == "gradient_checkpointing":
            on = not values or self._value(name, values, _truth)
            self._settings["gradient_checkpointing"] = "on" if on else "auto"
        elif name == "lora_target_modules":
            self._settings["lora_targets"] = [part for value in values for part in re.split(r"[\s,]+", value) if part]
        elif name == "report_to":
            self._settings["tensorboard"] = "tensorboard" in values or "all" in values
        elif name == "eval_data_path":
            self._note(
                QT_TRANSLATE_NOOP(
                    "official", "--eval_data_path {value}: put these samples into the split “val” instead"
                ),
                value=" ".join(values),
            )
        elif name == "deepspeed":
            pass
        elif name in _WITHOUT_MEANING:
            self._note("--{flag}: {reason}", flag=name, reason=translate("official", _WITHOUT_MEANING[name]))
        elif name != "fix_vit":
            self._note(QT_TRANSLATE_NOOP("official", "--{flag} is not known here and was left out"), flag=name)

    def _schedule(self, values: list[str]) -> None:
        given = values[0] if values else ""
        if given in _SCHEDULES:
            self._settings["schedule"] = _SCHEDULES[given]
        else:
            self._note(
                QT_TRANSLATE_NOOP("official", "--lr_scheduler_type {value}: not offered; cosine is used"), value=given
            )

    def _optimiser(self, values: list[str]) -> None:
        given = values[0] if values else ""
        if given.startswith("paged_adamw"):
            self._settings["optimizer"] = "paged_adamw_8bit"
        elif given in ("adamw_bnb_8bit", "adamw_8bit"):
            self._settings["optimizer"] = "adamw_8bit"
        elif given.startswith("adamw"):
            self._settings["optimizer"] = "adamw"
        else:
            self._note(QT_TRANSLATE_NOOP("official", "--optim {value}: not offered; AdamW is used"), value=given)

    def _take_launcher(self, by_name: dict[str, list[str]]) -> None:
        counts = {name: values[0] for name, values in _pairs(self._launcher) if values}
        per_node = counts.get("nproc_per_node") or counts.get("nproc-per-node") or counts.get("num_gpus")
        nodes = counts.get("nnodes") or counts.get("num_nodes") or "1"
        numbers = [int(value) if value and value.isdigit() else 1 for value in (per_node, nodes)]
        processes = numbers[0] * numbers[1]
        config = " ".join(by_name.get("deepspeed", []))
        way = "zero3" if "zero3" in config else "zero2" if config else "ddp"
        if processes > 1:
            self._settings |= {"distributed": way, "processes": processes}
        elif config:
            self._note(
                QT_TRANSLATE_NOOP("official", "--deepspeed {value}: with one card there is nothing to share out"),
                value=config,
            )

    def _value(self, name: str, values: list[str], read: Callable[[str], Any]) -> Any:
        try:
            if len(values) != 1:
                raise ValueError(" ".join(values))
            return read(values[0])
        except ValueError as error:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "--{flag} {value}: this value cannot be read."),
                flag=name,
                value=" ".join(values),
            ) from error

    def _note(self, template: str, **values: str) -> None:
        self._notes.append(translate("official", template).format(**values))


def _split(text: str) -> tuple[list[str], list[str]]:
    """The words before the script's name, and those behind it, of the line that calls it."""
    variables: dict[str, str] = {}
    for bare in _commands(text):
        assignment = _ASSIGNMENT.match(bare)
        words = _words(_filled(bare, variables))
        script = next((index for index, word in enumerate(words) if _SCRIPT.search(word)), None)
        if script is not None and "finetune" in words[script]:
            return words[:script], _until_end(words[script + 1 :])
        if assignment:
            value = _words(_filled(assignment[2], variables))
            variables[assignment[1]] = " ".join(value)
    raise PlanError(
        QT_TRANSLATE_NOOP(
            "errors",
            "There is no call of finetune.py in this text. Paste the whole line: python finetune.py --model_...",
        )
    )


def _commands(text: str) -> Iterator[str]:
    """The commands of a script: lines joined at a backslash and inside quotation marks, without comments."""
    begun = ""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        if not begun and line.lstrip().startswith("#"):
            continue
        begun = f"{begun} {line}".strip()
        if begun and not _is_open(begun):
            yield begun
            begun = ""
    if begun:
        yield begun


def _is_open(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False


def _filled(line: str, variables: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return variables.get(name, match[2] or "")

    return _VARIABLE.sub(value, line)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise PlanError(QT_TRANSLATE_NOOP("errors", "A quotation mark is left open: {line}"), line=line[:80]) from error


def _until_end(words: list[str]) -> list[str]:
    """The words up to what ends a command in a shell."""
    for index, word in enumerate(words):
        if word in ("&", "&&", "||", "|", ";", ">", ">>", "2>&1") or word.startswith((">", "2>")):
            return words[:index]
    return words


def _pairs(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Flags without their dashes, each with its values; `--a=b` counts as `--a b`."""
    name: str | None = None
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            if name is not None:
                yield name, values
            name, _, value = word[2:].partition("=")
            values = [value] if value else []
        elif name is not None:
            values.append(word)
    if name is not None:
        yield name, values
