"""`qvl-desktop plan`: what a run would need, before it is started.

Owns the flags, the table, the list of cheaper changes, and the one real step of `--probe`. Does not own the arithmetic
(`core.forecast`, `core.cheaper`) nor the machine (`training.forecasting`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.plan_flags import add_plan_flags, given_settings
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_warnings import plan_warnings

if TYPE_CHECKING:
    from qvl_desktop.core.cheaper import Change
    from qvl_desktop.core.events import Event, Forecasted
    from qvl_desktop.training.forecasting import Needs

GIB = 2**30
PARTS = {
    "weights": "weights of the language model",
    "tower": "weights of the visual tower",
    "adapter": "weights of the adapter",
    "optimiser": "gradients and optimiser",
    "activations": "activations of the longest batch",
    "loss": "logits of the loss",
    "pictures": "pictures of a batch",
    "validation": "keys and values of answers",
    "reading": "tower while it reads pictures",
    "overhead": "the program itself",
}


def add_parser(subparsers: Any) -> None:
    """`plan --model M --data D [settings] [--memory GIB] [--probe] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plan",
        help="what a run would need: memory, disk, steps, time",
        description="Forecast the memory, disk, steps and time of a run for this model, this data and this machine. "
        "When it does not fit, the cheapest changes that make it fit are named. Exit code 1: it does not fit.",
    )
    add_plan_flags(parser)
    parser.add_argument("--memory", type=float, metavar="GIB", help="memory to fit into [what is free now]")
    parser.add_argument(
        "--probe", action="store_true", help="check the forecast by one real step, and remember what was measured"
    )
    parser.add_argument("--json", action="store_true", help="print the forecast as one JSON object")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Forecast and print."""
    try:
        given = given_settings(args)
        if "model" not in given:
            args.parser.error("name the model: --model demo, a model folder, or a downloaded name")
        plan = TrainingPlan.from_dict(given).checked()
    except PlanError as error:
        args.parser.error(str(error))
    from qvl_desktop.core.cheaper import changes
    from qvl_desktop.models.names import resolve_model

    available = int(args.memory * GIB) if args.memory else 0
    folder = resolve_model(plan.model)
    probed = probe(plan) if args.probe else None
    needs = measure_needs(plan, folder, available=available)
    fits = needs.forecast.memory <= needs.available
    offers = changes(plan, needs.shape, needs.data, needs.machine, needs.available)
    if args.json:
        print(json.dumps(as_json(needs, offers, probed)))
    else:
        for warning in plan_warnings(needs.plan):
            print(f"note: {warning}", file=sys.stderr)
        print(table(needs))
        if probed:
            print(_probe_text(probed))
        if not fits:
            print(_offers_text(offers))
    return 0 if fits else 1


def measure_needs(plan: TrainingPlan, folder: Path, *, available: int = 0, corrected: bool = True) -> Needs:
    """The forecast for the plan's training split, as this model's tokenizer sees it, on this machine."""
    from qvl_desktop.models.loading import choose_device, load_processor
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.forecasting import needs_of
    from qvl_desktop.training.methods import compute_dtype
    from qvl_desktop.training.samples import encode_samples, sample_encoder

    samples = load_dataset(Path(plan.data)).split("train")
    processor = load_processor(folder)
    encoder = sample_encoder(processor)
    if encoder is processor:  # a later family, which sees pictures at their own size
        processor.limit_pixels(plan.max_pixels)
    encoded = encode_samples(samples, encoder, plan)[0].samples
    device = choose_device("auto")
    return needs_of(
        plan,
        folder,
        encoded,
        device,
        compute_dtype(folder, plan, device),
        left_out=len(samples) - len(encoded),
        corrected=corrected,
        available=available,
    )


def probe(plan: TrainingPlan) -> Forecasted:
    """Begin the run in a folder that goes away again, as far as its one checking step. Raises `PlanError`."""
    from qvl_desktop.core.events import Failed, Forecasted
    from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
    from qvl_desktop.core.run_folder import Command, RunFolder
    from qvl_desktop.models.names import resolve_model
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.runner import run_training

    told: list[Forecasted] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="qvl-probe-", ignore_cleanup_errors=True) as place:
        folder = RunFolder(Path(place) / "run")

        def observe(event: Event) -> None:
            if isinstance(event, Forecasted):
                told.append(event)
                folder.ask(Command.STOP)
            elif isinstance(event, Failed):
                failures.append(event.message)

        folder.create()
        replace(plan, eval_samples=0, distributed="none", processes=1).save(folder.plan)
        run_training(folder, lambda plan: load_dataset(Path(plan.data)), resolve_model, observers=[observe])
    if not told:
        reason = failures[-1] if failures else "?"
        raise PlanError(QT_TRANSLATE_NOOP("errors", "The real step could not be taken: {reason}"), reason=reason)
    return told[-1]


def as_json(needs: Needs, offers: list[Change], probed: Forecasted | None) -> dict[str, Any]:
    """The forecast as plain data."""
    need = needs.forecast
    body = asdict(need) | {
        "parts": need.parts,
        "memory": need.memory,
        "disk": need.disk,
        "seconds": need.seconds,
        "available": needs.available,
        "fits": need.memory <= needs.available,
        "data": asdict(needs.data),
        "offer": offers[0].settings if offers else None,
        "changes": [
            {
                "settings": offer.settings,
                "memory": offer.need.memory,
                "slower": round(offer.slower, 2),
                "loses": offer.loses,
            }
            for offer in offers
        ],
    }
    return body | ({"probe": asdict(probed)} if probed else {})


def table(needs: Needs) -> str:
    """The forecast, a part a line."""
    need, data = needs.forecast, needs.data
    lines = [f"{PARTS[name]:<34}{_amount(size):>12}" for name, size in need.parts.items()]
    lines += [
        f"{'memory, all together':<34}{_amount(need.memory):>12}",
        f"{'free now':<34}{_amount(needs.available):>12}",
        f"{'picture features on disk':<34}{_amount(need.feature_cache):>12}",
        f"{'checkpoints on disk':<34}{_amount(need.checkpoints):>12}",
        f"{'trainable weights':<34}{need.trainable:>12,}",
        f"{'steps':<34}{need.steps:>12,}",
        f"{'a step':<34}{_time(need.step_seconds):>12}",
        f"{'the whole run':<34}{_time(need.seconds):>12}",
        f"{data.samples:,} samples about {data.pictures:,} pictures; the longest has {data.longest:,} tokens"
        + ("; activations are computed twice to save memory" if need.checkpointing else ""),
    ]
    if data.left_out:
        lines.append(f"{data.left_out:,} samples are left out; `train` names them")
    lines.append(
        "Speed and memory are corrected by what was measured here before."
        if need.measured
        else "The time is a guess until a step was measured on this machine (--probe)."
    )
    return "\n".join(lines)


def _probe_text(probed: Forecasted) -> str:
    off = 100 * (probed.measured / probed.forecast - 1)
    how = "more" if off > 0 else "less"
    return f"One real step took {_amount(probed.measured)}, {abs(off):.0f} % {how} than forecast."


def _offers_text(offers: list[Change]) -> str:
    if not offers:
        return "It does not fit. No cheaper setting fits either."
    lines = ["It does not fit. Any of these would:"]
    for offer in offers:
        cost = f"{offer.slower:.1f}x slower" if offer.slower > 1.05 else "about as fast"
        notes = ", ".join(part for part in (_amount(offer.need.memory), cost, offer.loses) if part)
        lines.append(f"  {offer.flags}  ({notes})")
    return "\n".join(lines)


def _amount(size: float) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB else f"{size / 2**20:.0f} MiB"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
