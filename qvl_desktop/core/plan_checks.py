"""What is wrong with a training plan, all of it at once, in sentences with the way out, each with its field.

Owns the checks of single fields against their limits and of fields against each other. Does not own the fields (`plan`)
nor what only model, data or machine can tell (`training`).
"""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.i18n import translate

if TYPE_CHECKING:
    from qvl_desktop.core.plan import TrainingPlan


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `field` names the setting where it is mended, `text` is the whole sentence."""

    field: str
    text: str


def plan_faults(plan: TrainingPlan) -> list[Fault]:
    """Every fault of the plan; empty when it can run."""
    found = []
    for field in fields(plan):
        if said := _field_problem(getattr(plan, field.name), field):
            found.append(Fault(field.name, said))
    return found + _together(plan)


def plan_problems(plan: TrainingPlan) -> list[str]:
    """The sentences of `plan_faults`."""
    return [fault.text for fault in plan_faults(plan)]


def _field_problem(value: Any, field: Field[Any]) -> str:
    """What is wrong with one value; empty when nothing is."""
    meta = field.metadata
    name = translate("plan", meta["label"])
    if meta["choices"] and value not in meta["choices"]:
        return translate("plan", "{name}: {value} is none of {choices}.").format(
            name=name, value=value, choices=", ".join(meta["choices"])
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not _inside(value, field):
        return translate("plan", "{name}: {value} is not between {low} and {high}.").format(
            name=name, value=value, low=meta["low"], high=meta["high"]
        )
    return ""


def _inside(value: float, field: Field[Any]) -> bool:
    low, high = field.metadata["low"], field.metadata["high"]
    return (low is None or value >= low) and (high is None or value <= high)


def _together(plan: TrainingPlan) -> list[Fault]:
    """Fields that exclude or need each other."""
    sharded = plan.distributed in ("fsdp2", "zero2", "zero3")
    found = []
    if not plan.data:
        found.append(Fault("data", translate("plan", "Data: choose a project or a data file to learn from.")))
    if plan.method != "full" and not plan.lora_targets:
        found.append(Fault("lora_targets", translate("plan", "Layers: an adapter needs at least one layer.")))
    if plan.processes > 1 and plan.distributed == "none":
        text = translate("plan", "Cards: several need a way to share the work (ddp, fsdp2, zero2, zero3).")
        found.append(Fault("distributed", text))
    if plan.distributed != "none" and plan.processes == 1:
        text = translate("plan", "Cards: there is nothing to share with one; give their number.")
        found.append(Fault("processes", text))
    if sharded and plan.optimizer != "adamw":
        found.append(Fault("optimizer", translate("plan", "Optimiser: sharded runs use adamw.")))
    if plan.packing and sharded:
        text = translate("plan", "Packing: sharded runs go without it; choose ddp, or switch it off.")
        found.append(Fault("packing", text))
    if plan.embeddings_on_host and (plan.method == "full" or sharded):
        text = translate(
            "plan", "Word table in main memory: only where it is neither learnt nor shared out; switch it off."
        )
        found.append(Fault("embeddings_on_host", text))
    if plan.metric_for_best != "none" and plan.eval_samples == 0:
        text = translate(
            "plan",
            "Keep the best by: without validation samples nothing is measured; allow some, or take the last one.",
        )
        found.append(Fault("metric_for_best", text))
    return found
