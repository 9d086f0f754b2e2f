"""`qvl-desktop quantize`: a dense model folder made into an Int4 or Int8 one.

Owns the flags, the calibration samples taken from a data set, and what the terminal sees. Does not own quantising
(`models.gptq`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import tell_loading
from qvl_desktop.commands.parser import number_from, whole_number
from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N

if TYPE_CHECKING:
    import torch

    from qvl_desktop.models.gptq.settings import GPTQSettings

DEFAULT_SAMPLES = 128
MAX_TOKENS = 2048


def add_parser(subparsers: Any) -> None:
    """`quantize --model M --out DIR --bits 4|8 [--data D]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "quantize",
        help=_N("cli", "make an Int4 or Int8 (GPTQ) version of a model"),
        description=_N(
            "cli",
            "Quantise the decoder of a dense model to 4 or 8 bits, in the layout of AutoGPTQ, which other "
            "programs read too. With --data, GPTQ makes up for rounding with what the layers really see; without, each "
            "weight goes to the nearest value.",
        ),
    )
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help=_N("cli", "the folder to write; must not exist yet")
    )
    add_quantisation_flags(parser, bits=4)
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the result as JSON"))
    parser.set_defaults(run=run)


def add_quantisation_flags(parser: argparse.ArgumentParser, bits: int | None) -> None:
    """Flags that `quantize` and `merge` share."""
    shown = (
        translate("cli", "bits a weight [{bits}]").format(bits=bits)
        if bits
        else translate("cli", "bits a weight (without: the result stays dense)")
    )
    parser.add_argument("--bits", type=int, choices=(4, 8), default=bits, help=shown)
    parser.add_argument(
        "--group-size",
        type=group_size,
        default=128,
        metavar="N",
        help=_N("cli", "inputs that share a scale; -1: all [128]"),
    )
    parser.add_argument(
        "--layout", choices=("gptq", "gptq_v2"), default="gptq", help=_N("cli", "how zero points are stored [gptq]")
    )
    parser.add_argument("--data", type=Path, help=_N("cli", "a project (.qvl) or a data file whose samples calibrate"))
    parser.add_argument("--images", type=Path, help=_N("cli", "where a data file's relative picture paths count from"))
    parser.add_argument(
        "--samples",
        type=number_from(1),
        default=DEFAULT_SAMPLES,
        metavar="N",
        help=translate("cli", "use at most N samples [{count}]").format(count=DEFAULT_SAMPLES),
    )
    parser.add_argument(
        "--device", default="auto", help=_N("cli", "where the arithmetic is done: auto, cpu, cuda:0, ... [auto]")
    )


def group_size(text: str) -> int:
    """A whole number from 1 on, or -1, from the command line."""
    if (value := whole_number(text)) < 1 and value != -1:
        words = translate("cli", "{text} is neither -1 nor a whole number from 1 on")
        raise argparse.ArgumentTypeError(words.format(text=text))
    return value


def run(args: argparse.Namespace) -> int:
    """Quantise, tell what came out."""
    tell_loading("libraries")
    from qvl_desktop.models.gptq.quantise import quantise_folder
    from qvl_desktop.models.loading import resolve_model

    folder, began = resolve_model(args.model), time.monotonic()
    samples = calibration_samples(folder, args.data, args.images, args.samples) if args.data else None
    quantise_folder(folder, args.out, settings_of(args), samples, device=args.device, progress=show_progress)
    tell_result(args, folder, began)
    return 0


def settings_of(args: argparse.Namespace) -> GPTQSettings:
    """The settings that the flags mean."""
    from qvl_desktop.models.gptq.settings import GPTQSettings

    return GPTQSettings(bits=args.bits, group_size=args.group_size, layout=args.layout)


def calibration_samples(folder: Path, data: Path, images: Path | None, limit: int) -> list[dict[str, torch.Tensor]]:
    """Model inputs from the training split of a data set (from all of it when no split is set).

    Raises `DataError` when nothing can be used.
    """
    from qvl_desktop.core.plan import TrainingPlan
    from qvl_desktop.models.loading import load_processor
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.feature_cache import PixelPictures
    from qvl_desktop.training.samples import Collator, encode_samples

    dataset, processor = load_dataset(data, images), load_processor(folder)
    chosen = (dataset.split("train") or dataset.samples)[:limit]
    encoded, notices = encode_samples(chosen, processor.tokenizer, TrainingPlan(max_length=MAX_TOKENS))
    for notice in notices:
        print(notice, file=sys.stderr)
    if not len(encoded):
        raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: there is no sample to calibrate with."), path=data)
    collate = Collator(processor.tokenizer.pad_token_id, PixelPictures(processor.image_processor))
    batches = [collate([sample]) for sample in encoded.samples]
    return [{name: batch[name] for name in ("input_ids", "pixel_values") if name in batch} for batch in batches]


def show_progress(done: int, total: int) -> None:
    """A counter on stderr."""
    print(f"\r{done} / {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def tell_result(args: argparse.Namespace, source: Path, began: float, more: dict[str, Any] | None = None) -> None:
    """One line, or JSON, about the folder that was written; `more` is for the JSON."""
    before, after = (weight_bytes(path) for path in (source, args.out))
    figures: dict[str, Any] = {"folder": str(args.out), "bits": args.bits, "bytes": after, "bytes_before": before}
    figures |= more or {}
    if args.json:
        print(json.dumps(figures | {"seconds": round(time.monotonic() - began, 1)}))
    else:
        words = translate("cli", "{folder}: written, {after} (before: {before})")
        print(words.format(folder=args.out, after=file_size(after), before=file_size(before)))


def weight_bytes(folder: Path) -> int:
    """Bytes of a folder's weight files."""
    return sum(file.stat().st_size for kind in ("*.safetensors", "*.bin") for file in folder.glob(kind))
