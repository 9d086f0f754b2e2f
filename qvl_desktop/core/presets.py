"""Settings that go together: by the card they are for, and by what a run is for.

Owns the presets, their words, and which one suits a card. Each is part of a plan; a card's and an aim's change
different fields, so one of each may be chosen. Does not own what a run needs (`core.forecast`), against which those of
the cards are held in tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from qvl_desktop.core.amounts import GIB
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import TrainingPlan

Kind = Literal["card", "aim"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Some settings of a plan under a name. `memory` is what its card has, in bytes; 0 for none and for aims."""

    name: str
    kind: Kind
    label: str
    help: str
    settings: Mapping[str, Any]
    memory: int = 0

    def applied(self, plan: TrainingPlan) -> TrainingPlan:
        """The plan with these settings."""
        return replace(plan, **self.settings)

    @property
    def text(self) -> str:
        """The label in the user's language."""
        return translate("presets", self.label)

    @property
    def explanation(self) -> str:
        """What it chooses and why, in the user's language."""
        return translate("presets", self.help)


def _card(gigabytes: int, help: str, **settings: Any) -> Preset:
    """A card's preset says everything that memory depends on, so that another one before it leaves no trace.

    A card is sold in "GB" and has as many GiB.
    """
    everything: dict[str, Any] = {
        "method": "lora",
        "batch_size": 1,
        "accumulation": 8,
        "max_length": 2048,
        "lora_rank": 64,
        "optimizer": "adamw",
        "gradient_checkpointing": "auto",
        "embeddings_on_host": False,
        "precision": "auto",
    }
    name, label = (f"{gigabytes}gb", f"{gigabytes} GB") if gigabytes else ("cpu", QT_TRANSLATE_NOOP("presets", "CPU"))
    return Preset(name, "card", label, help, MappingProxyType(everything | settings), gigabytes * GIB)


CARDS = (
    _card(
        8,
        QT_TRANSLATE_NOOP(
            "presets",
            "Q-LoRA with a small adapter, one picture and 512 tokens a sample, the word table in main memory.",
        ),
        method="qlora",
        max_length=512,
        lora_rank=16,
        optimizer="paged_adamw_8bit",
        embeddings_on_host=True,
    ),
    _card(
        12,
        QT_TRANSLATE_NOOP("presets", "Q-LoRA, up to 1024 tokens a sample: two or three pictures."),
        method="qlora",
        max_length=1024,
        optimizer="adamw_8bit",
    ),
    _card(16, QT_TRANSLATE_NOOP("presets", "Q-LoRA, up to 2048 tokens a sample."), method="qlora"),
    _card(
        24,
        QT_TRANSLATE_NOOP("presets", "LoRA in 16 bits, faster than Q-LoRA; up to 1024 tokens a sample."),
        max_length=1024,
        optimizer="adamw_8bit",
    ),
    _card(
        40,
        QT_TRANSLATE_NOOP("presets", "LoRA, two samples at a time."),
        batch_size=2,
        accumulation=4,
    ),
    _card(
        80,
        QT_TRANSLATE_NOOP("presets", "LoRA, eight samples at a time."),
        batch_size=8,
        accumulation=1,
    ),
    _card(
        0,
        QT_TRANSLATE_NOOP(
            "presets", "Q-LoRA without a card: right for the demo model and other small ones, else slow."
        ),
        method="qlora",
        max_length=1024,
        lora_rank=16,
    ),
)
"""From the smallest card on; the last is for no card. Made for first-generation Qwen-VL (9.6 billion parameters)."""

AIMS = (
    Preset(
        "quick",
        "aim",
        QT_TRANSLATE_NOOP("presets", "Quick try"),
        QT_TRANSLATE_NOOP("presets", "Fifty steps: does it learn at all? Validated twice, on few samples."),
        MappingProxyType(
            {
                "epochs": 100.0, "max_steps": 50, "learning_rate": 2e-4, "schedule": "constant", "eval_steps": 25,
                "save_steps": 25, "save_limit": 1, "eval_samples": 16, "metric_for_best": "none", "lora_dropout": 0.05,
            }
        ),
    ),
    Preset(
        "careful",
        "aim",
        QT_TRANSLATE_NOOP("presets", "Careful"),
        QT_TRANSLATE_NOOP(
            "presets",
            "For some hundred samples: small steps over several epochs, validated often, and the best checkpoint is "
            "the result, so that learning too much by heart does no harm.",
        ),
        MappingProxyType(
            {
                "epochs": 5.0, "max_steps": 0, "learning_rate": 5e-5, "schedule": "cosine", "eval_steps": 25,
                "save_steps": 25, "save_limit": 3, "eval_samples": 200, "metric_for_best": "acc50", "lora_dropout": 0.1,
            }
        ),
    ),
    Preset(
        "large",
        "aim",
        QT_TRANSLATE_NOOP("presets", "Large set"),
        QT_TRANSLATE_NOOP(
            "presets", "For ten thousand samples and more: one epoch, validated and saved every 500 steps."
        ),
        MappingProxyType(
            {
                "epochs": 1.0, "max_steps": 0, "learning_rate": 1e-4, "schedule": "cosine", "eval_steps": 500,
                "save_steps": 500, "save_limit": 2, "eval_samples": 500, "metric_for_best": "acc50",
                "lora_dropout": 0.05,
            }
        ),
    ),
)  # fmt: skip

PRESETS = {preset.name: preset for preset in (*CARDS, *AIMS)}
"""By name, as the command line takes them."""


def preset_settings(names: Iterable[str]) -> dict[str, Any]:
    """The settings of several presets together. Raises `PlanError` for an unknown name or two of one kind."""
    settings: dict[str, Any] = {}
    kinds: dict[Kind, str] = {}
    for name in names:
        preset = PRESETS.get(name)
        if preset is None:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{name}: there is no such preset. There are: {known}."),
                name=name,
                known=", ".join(PRESETS),
            )
        if kinds.setdefault(preset.kind, name) != name:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{first} and {second} exclude each other: name one card and one aim."),
                first=kinds[preset.kind],
                second=name,
            )
        settings |= preset.settings
    return settings


def preset_for(memory: int) -> Preset:
    """The preset of the largest card that has no more than `memory` bytes; without a card (0), the processor's.

    A card tells less than its name says: up to a tenth is missing where it corrects errors (an L4 of "24 GB" has 22.0
    GiB). Smaller cards get the smallest's.
    """
    if not memory:
        return PRESETS["cpu"]
    fitting = [card for card in CARDS if card.memory and card.memory <= memory * 1.1]
    return fitting[-1] if fitting else CARDS[0]


def chosen_presets(plan: TrainingPlan) -> list[Preset]:
    """The presets whose settings a plan has, all of them: what a form shows as chosen."""
    return [
        preset
        for preset in PRESETS.values()
        if all(getattr(plan, name) == value for name, value in preset.settings.items())
    ]
