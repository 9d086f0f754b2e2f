"""What can be changed in a plan so that it fits, the least costly first.

Owns the list of single changes, what each saves and costs, and the nearest plan that fits. Does not own the arithmetic
of memory (`forecast`) nor how a change is offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qvl_desktop.core.forecast import DataSummary, Forecast, Hardware, changed, cost, forecast
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.model_sizes import DecoderShape
from qvl_desktop.core.plan import TrainingPlan

SHORTEST = 512
"""No shorter limit of a sample is proposed: a picture of the first generation has 256 tokens."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a plan. `settings` are the fields that change, `need` the forecast with it, `slower` how many
    times as long it takes, `loses` a sentence about what is lost beside time ("" for nothing)."""

    plan: TrainingPlan
    settings: dict[str, object]
    need: Forecast
    slower: float
    fits: bool
    loses: str = ""

    @property
    def flags(self) -> str:
        """The change as flags of the command line."""
        return " ".join(_flag(name, value) for name, value in self.settings.items())


def changes(
    plan: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware, available: int
) -> list[Change]:
    """The changes that save memory. Single ones that make it fit come first, the least costly ahead; where none does
    alone, the nearest plan of several changes is the first. Empty when nothing helps or nothing needs to."""
    machine = replace(machine, available=available)
    need = forecast(plan, shape, data, machine)
    if need.memory <= available:
        return []
    found: list[Change] = []
    for other, loses in _single(plan, shape, machine, data):
        made = _change(plan, other, shape, data, machine, available, loses)
        if made.need.memory < need.memory:
            found.append(made)
    kinds: dict[frozenset[str], Change] = {}
    for one in found:  # of several sizes of one change the mildest
        if one.fits:
            kinds.setdefault(frozenset(one.settings), one)
    if kinds:
        return sorted(kinds.values(), key=lambda one: (bool(one.loses), one.slower))
    together = fitting(plan, shape, data, machine, available)
    return [_change(plan, together, shape, data, machine, available, "")] if together else []


def milder(plan: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware) -> list[Change]:
    """The mildest change of each kind, the least costly first, also where the forecast sees no difference: for a plan
    that ran out of memory although it should have fitted."""
    kinds: dict[frozenset[str], Change] = {}
    for other, loses in _single(plan, shape, machine, data):
        made = _change(plan, other, shape, data, machine, machine.available, loses)
        kinds.setdefault(frozenset(made.settings), made)
    return sorted(kinds.values(), key=lambda one: (bool(one.loses), one.need.memory, one.slower))


def fitting(
    plan: TrainingPlan, shape: DecoderShape, data: DataSummary, machine: Hardware, available: int
) -> TrainingPlan | None:
    """The plan itself when it fits into `available` bytes, else the nearest cheaper one; None when none fits."""
    trial: TrainingPlan | None = plan
    while trial is not None:
        if forecast(trial, shape, data, machine).memory <= available:
            return trial
        trial = _cheaper(trial, shape, machine, data)
    return None


def _change(
    plan: TrainingPlan,
    other: TrainingPlan,
    shape: DecoderShape,
    data: DataSummary,
    machine: Hardware,
    available: int,
    loses: str,
) -> Change:
    need = forecast(other, shape, data, machine)
    slower = cost(plan, other, shape, data, machine)
    return Change(other, dict(changed(plan, other)), need, slower, need.memory <= available, loses)


def _single(
    plan: TrainingPlan, shape: DecoderShape, machine: Hardware, data: DataSummary
) -> Iterator[tuple[TrainingPlan, str]]:
    """Plans one change away, each with what it loses."""
    smaller = plan
    while smaller.batch_size > 1:
        smaller = _smaller_batch(smaller)
        yield smaller, ""
    if plan.gradient_checkpointing != "on":
        yield replace(plan, gradient_checkpointing="on"), ""
    if machine.on_card and plan.optimizer == "adamw":
        yield replace(plan, optimizer="adamw_8bit"), ""
    if machine.on_card and not plan.embeddings_on_host:
        yield replace(plan, embeddings_on_host=True), ""
    if plan.method == "full":
        yield replace(plan, method="lora"), translate("plan", QT_TRANSLATE_NOOP("plan", "only an adapter learns"))
    if plan.method != "qlora":
        lost = QT_TRANSLATE_NOOP("plan", "the model is kept in 4 bits")
        yield replace(plan, method="qlora"), translate("plan", lost)
    if plan.method != "full" and plan.lora_rank > 8:
        lost = QT_TRANSLATE_NOOP("plan", "a smaller adapter")
        yield (
            replace(plan, lora_rank=8, lora_alpha=max(1, plan.lora_alpha * 8 // plan.lora_rank)),
            translate("plan", lost),
        )
    if min(plan.max_length, data.longest) > SHORTEST:
        lost = QT_TRANSLATE_NOOP("plan", "longer samples are left out")
        yield replace(plan, max_length=max(SHORTEST, min(plan.max_length, data.longest) // 2)), translate("plan", lost)


def _cheaper(plan: TrainingPlan, shape: DecoderShape, machine: Hardware, data: DataSummary) -> TrainingPlan | None:
    """The next plan to try when memory is short, as close in effect as there is; None when there is no other."""
    if plan.batch_size > 1:
        return _smaller_batch(plan)
    if plan.gradient_checkpointing == "off":
        return replace(plan, gradient_checkpointing="on")
    if machine.on_card and plan.optimizer == "adamw" and plan.method == "full":
        return replace(plan, optimizer="adamw_8bit")
    if plan.method != "qlora":
        return replace(plan, method="lora" if plan.method == "full" else "qlora")
    if plan.gradient_checkpointing != "on":
        return replace(plan, gradient_checkpointing="on")
    if machine.on_card and not plan.embeddings_on_host:
        return replace(plan, embeddings_on_host=True)
    if min(plan.max_length, data.longest) > SHORTEST:
        return replace(plan, max_length=max(SHORTEST, min(plan.max_length, data.longest) // 2))
    return None


def _smaller_batch(plan: TrainingPlan) -> TrainingPlan:
    """Exactly as many samples a step, half as many at a time or the next fewer that divide it."""
    step = plan.batch_size * plan.accumulation
    batch = next(size for size in range(plan.batch_size // 2, 0, -1) if step % size == 0)
    return replace(plan, batch_size=batch, accumulation=step // batch)


def _flag(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {' '.join(value) if isinstance(value, list) else value}"
