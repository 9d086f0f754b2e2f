"""`qvl-desktop plan`: what a run would need, before it is started.

Owns the flags, the table, the list of cheaper changes, and the one real step of `--probe`. Does not own the arithmetic
(`core.forecast`, `core.cheaper`) nor the machine (`training.forecasting`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import tell_note
from qvl_desktop.commands.parser import listed
from qvl_desktop.commands.plan_flags import add_plan_flags, given_settings
from qvl_desktop.core.amounts import GIB, file_size, memory_size
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.plan import SHARDED, TrainingPlan
from qvl_desktop.core.plan_warnings import plan_warnings
from qvl_desktop.core.text_width import left, right

if TYPE_CHECKING:
    from qvl_desktop.core.cheaper import Change
    from qvl_desktop.core.events import Event, Forecasted
    from qvl_desktop.training.forecasting import Needs

PARTS = {
    "weights": _N("cli", "weights of the language model"),
    "tower": _N("cli", "weights of the visual tower"),
    "adapter": _N("cli", "weights of the adapter"),
    "optimiser": _N("cli", "gradients and optimiser"),
    "activations": _N("cli", "activations of the longest batch"),
    "loss": _N("cli", "logits of the loss"),
    "pictures": _N("cli", "pictures of a batch"),
    "validation": _N("cli", "keys and values of answers"),
    "reading": _N("cli", "tower while it reads pictures"),
    "overhead": _N("cli", "the program itself"),
}


def add_parser(subparsers: Any) -> None:
    """`plan --model M --data D [settings] [--memory GIB] [--probe] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plan",
        help=_N("cli", "what a run would need: memory, disk, steps, time"),
        description=_N(
            "cli",
            "Forecast the memory, disk, steps and time of a run for this model, this data and this machine. "
            "When it does not fit, the cheapest changes that make it fit are named. Exit code 1: it does not fit.",
        ),
    )
    add_plan_flags(parser)
    parser.add_argument("--memory", type=float, metavar="GIB", help=_N("cli", "memory to fit into [what is free now]"))
    parser.add_argument(
        "--probe",
        action="store_true",
        help=_N("cli", "check the forecast by one real step, and remember what was measured"),
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the forecast as one JSON object"))
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Forecast and print."""
    try:
        given = given_settings(args)
        if "model" not in given:
            args.parser.error(translate("cli", "name the model: --model demo, a model folder, or a downloaded name"))
        plan = TrainingPlan.from_dict(given).checked()
    except PlanError as error:
        args.parser.error(str(error))
    if args.probe and plan.distributed in SHARDED:
        words = translate(
            "cli", "--probe takes a step in one process, which cannot tell what {way} needs: leave it out"
        )
        args.parser.error(words.format(way=plan.distributed))
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
            tell_note(warning)
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
                failures.append(event.text)

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
    rows = [(translate("cli", PARTS[name]), memory_size(size)) for name, size in need.parts.items()]
    rows += [
        (translate("cli", "memory, all together"), memory_size(need.memory)),
        (translate("cli", "free now"), memory_size(needs.available)),
        (translate("cli", "picture features on disk"), file_size(need.feature_cache)),
        (translate("cli", "checkpoints on disk"), file_size(need.checkpoints)),
        (translate("cli", "trainable weights"), f"{need.trainable:,}"),
        (translate("cli", "steps"), f"{need.steps:,}"),
        (translate("cli", "a step"), _time(need.step_seconds)),
        (translate("cli", "the whole run"), _time(need.seconds)),
    ]
    lines = [left(name, 34) + right(value, 12) for name, value in rows]
    words = (
        translate(
            "cli",
            "{samples} samples about {pictures} pictures; the longest has {longest} tokens; activations are computed "
            "twice to save memory",
        )
        if need.checkpointing
        else translate("cli", "{samples} samples about {pictures} pictures; the longest has {longest} tokens")
    )
    counts = {"samples": data.samples, "pictures": data.pictures, "longest": data.longest}
    lines.append(words.format(**{name: f"{count:,}" for name, count in counts.items()}))
    if data.left_out:
        words = translate("cli", "{count} samples are left out; `train` names them")
        lines.append(words.format(count=f"{data.left_out:,}"))
    lines.append(
        translate("cli", "Speed and memory are corrected by what was measured here before.")
        if need.measured
        else translate("cli", "The time is a guess until a step was measured on this machine (--probe).")
    )
    return "\n".join(lines)


def _probe_text(probed: Forecasted) -> str:
    off = 100 * (probed.measured / probed.forecast - 1)
    words = (
        translate("cli", "One real step took {amount}, {off} % more than forecast.")
        if off > 0
        else translate("cli", "One real step took {amount}, {off} % less than forecast.")
    )
    return words.format(amount=memory_size(probed.measured), off=f"{abs(off):.0f}")


def _offers_text(offers: list[Change]) -> str:
    if not offers:
        return translate("cli", "It does not fit. No cheaper setting fits either.")
    lines = [translate("cli", "It does not fit. Any of these would:")]
    for offer in offers:
        slower = translate("cli", "{times}x slower").format(times=f"{offer.slower:.1f}")
        cost = slower if offer.slower > 1.05 else translate("cli", "about as fast")
        notes = listed(part for part in (memory_size(offer.need.memory), cost, offer.loses) if part)
        lines.append(f"  {offer.flags}  ({notes})")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    if seconds < 60:
        return translate("cli", "{seconds} s").format(seconds=f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}")
    minutes = seconds / 60
    if minutes < 120:
        return translate("cli", "{minutes} min").format(minutes=f"{minutes:.0f}")
    return translate("cli", "{hours} h").format(hours=f"{minutes / 60:.1f}")
