"""`qvl-desktop plan`: what a run would need, before it is started.

Owns summing up the data, choosing what memory there is, and the table. Does not own the arithmetic (`core.forecast`).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.plan_flags import add_plan_flags, given_settings
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.plan import TrainingPlan

if TYPE_CHECKING:
    from qvl_desktop.core.forecast import DataSummary, Forecast

GIB = 2**30
_PARTS = {
    "weights": "weights of the model",
    "adapter": "weights of the adapter",
    "optimiser": "gradients and optimiser",
    "activations": "activations of the longest batch",
    "loss": "logits of the loss",
    "overhead": "the program itself",
}


def add_parser(subparsers: Any) -> None:
    """`plan --model M --data D [settings] [--memory GIB] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "plan",
        help="what a run would need: memory, disk, steps",
        description="Forecast the memory, disk and steps of a run for this model, this data and this machine. When it "
        "does not fit, the nearest settings that do are named. Exit code 1: it does not fit.",
    )
    add_plan_flags(parser)
    parser.add_argument("--memory", type=float, metavar="GIB", help="memory to fit into [this machine's]")
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
    from qvl_desktop.core.forecast import DecoderShape, fitting, forecast
    from qvl_desktop.models.loading import choose_device
    from qvl_desktop.models.names import resolve_model
    from qvl_desktop.training.methods import compute_dtype

    folder = resolve_model(plan.model)
    device = choose_device("auto")
    on_card = device.type == "cuda"
    value_bytes = compute_dtype(folder, plan, device).itemsize
    shape, data = DecoderShape.read(folder), summarise(plan, folder)
    need = forecast(plan, shape, data, value_bytes=value_bytes, on_card=on_card)
    available = int(args.memory * GIB) if args.memory else available_memory(on_card=on_card)
    fits = need.memory <= available
    offer = None
    if not fits:
        offer = fitting(plan, shape, data, value_bytes=value_bytes, on_card=on_card, available=available)
    if args.json:
        body = {**asdict(need), "memory": need.memory, "available": available, "fits": fits, "data": asdict(data)}
        print(json.dumps(body | {"offer": _changes(plan, offer) if offer else None}))
    else:
        print(table(need, data, available))
        if not fits:
            changes = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in _changes(plan, offer).items())
            print(f"It does not fit. {f'This would: {changes}' if offer else 'No cheaper setting fits either.'}")
    return 0 if fits else 1


def summarise(plan: TrainingPlan, folder: Path) -> DataSummary:
    """Counts and lengths of the training split, as this model's tokenizer sees it."""
    from qvl_desktop.core.forecast import DataSummary
    from qvl_desktop.models.loading import load_processor
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.samples import encode_samples, sample_encoder

    samples = load_dataset(Path(plan.data)).split("train")
    processor = load_processor(folder)
    encoder = sample_encoder(processor)
    if encoder is processor:  # a later family, which sees pictures at their own size
        processor.limit_pixels(plan.max_pixels)
    encoded = encode_samples(samples, encoder, plan)[0].samples
    return DataSummary(
        samples=len(encoded),
        pictures=len({picture for sample in encoded for picture in sample.pictures}),
        longest=max((len(sample.input_ids) for sample in encoded), default=0),
        most_supervised=max((sample.supervised for sample in encoded), default=0),
    )


def available_memory(*, on_card: bool) -> int:
    """Bytes that are free now, on the card or in main memory."""
    if on_card:
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    return int(psutil.virtual_memory().available)


def table(need: Forecast, data: DataSummary, available: int) -> str:
    """The forecast, a part a line."""
    lines = [f"{words:<34}{_amount(getattr(need, name)):>12}" for name, words in _PARTS.items()]
    lines += [
        f"{'memory, all together':<34}{_amount(need.memory):>12}",
        f"{'free now':<34}{_amount(available):>12}",
        f"{'picture features on disk':<34}{_amount(need.feature_cache):>12}",
        f"{'trainable weights':<34}{need.trainable:>12,}",
        f"{'steps':<34}{need.steps:>12,}",
        f"{data.samples:,} samples about {data.pictures:,} pictures; the longest has {data.longest:,} tokens"
        + ("; activations are computed twice to save memory" if need.checkpointing else ""),
    ]
    return "\n".join(lines)


def _amount(size: int) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB else f"{size / 2**20:.0f} MiB"


def _changes(plan: TrainingPlan, offer: TrainingPlan | None) -> dict[str, Any]:
    before, after = asdict(plan), asdict(offer or plan)
    return {name: value for name, value in after.items() if value != before[name]}
